"""The help, the limits, and commands that are not used as they should be."""

import pytest

from hololive_bot import desk
from playground.holodex.faults import Rule
from tests.hololive_bot.chat import Chat


async def test_the_help_lists_every_command(chat: Chat) -> None:
    [reply] = await chat.reply("!도움말")
    assert reply.folded
    lines = reply.text.split("\n")
    assert lines[0] == "🌸 홀로라이브 봇, 이렇게 불러 주세요"
    assert lines[1] == "!라이브 [멤버]"
    assert sum(line.startswith("!") for line in lines) == 10


async def test_a_source_that_does_not_answer_is_not_waited_for(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "ANSWER_SECONDS", 0.3)
    chat.server.script(Rule(kind="hang"))
    assert "지금 가져올 수 없어요" in await chat.say("!라이브")
    assert "지금 가져올 수 없어요" in await chat.say("!알람 추가 미코")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("!일정", "'!일정 페코라 7'"),
        ("!구독자", "'!구독자 페코라'"),
        ("!순위 언제", "'!구독자순위 주간'"),
        ("!달력 40", "'!달력 다음달'"),
        ("!방송이력 종류:몰라", "'!방송이력 페코라 노래 30일 5개'"),
        ("!알람 해줘", "혹시 이건가요? !알람 추가 해줘"),
    ],
)
async def test_a_hint_is_a_line_that_works(chat: Chat, line: str, hint: str) -> None:
    text = await chat.say(line)
    assert hint in text
    assert text.startswith("💡")
