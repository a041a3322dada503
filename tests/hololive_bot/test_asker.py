"""Questions in words of one's own: asked of a server that speaks the contract, and silent whenever unsure."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from hololive_bot import commands
from hololive_bot.asker import command_of
from hololive_bot.history import HistoryQuery
from hololive_bot.index import Index
from hololive_bot.mentions import mentioned
from hololive_bot.periods import Period, Unit
from hololive_bot.seed import load
from playground.embedded import Postgres, Valkey
from tests.hololive_bot.chat import Chat, chatting
from tests.support.servers import Client

SEED = load()
INDEX = Index(SEED.members.values(), SEED.units)
NOW = 1_767_236_400.0
EVERYBODY = mentioned("미코 페코라 후와와 모코코 사야카", INDEX)


def answer(intent: str, *members: str, **more: int) -> Any:
    """As the LLM server answers."""
    return SimpleNamespace(
        intent=intent, member_ids=list(members), **({"hours": 0, "days": 0, "month": 0} | more)
    )


@pytest.mark.parametrize(
    ("reply", "command"),
    [
        (answer("LIVE"), commands.ShowLive()),
        (answer("LIVE", "sakuramiko"), commands.ShowLive("sakuramiko")),
        (answer("UPCOMING", hours=6), commands.ShowUpcoming(hours=6)),
        (answer("UPCOMING", days=30), commands.ShowUpcoming(hours=168)),
        (answer("UPCOMING"), commands.ShowUpcoming(hours=24)),
        (answer("SCHEDULE", "sakuramiko", days=2), commands.ShowSchedule("sakuramiko", 2)),
        (answer("SCHEDULE", "sakuramiko", hours=30), commands.ShowSchedule("sakuramiko", 2)),
        (answer("SCHEDULE", "sakuramiko"), commands.ShowSchedule("sakuramiko", 7)),
        (answer("SCHEDULE", days=2), commands.ShowUpcoming(hours=48)),
        (answer("SCHEDULE", "sakuramiko", days=99), commands.ShowSchedule("sakuramiko", 30)),
        (answer("PROFILE", "sakuramiko"), commands.ShowProfile("sakuramiko")),
        (answer("PROFILE"), commands.ShowDirectory()),
        (answer("SUBSCRIBERS", "sakuramiko"), commands.ShowSubscribers("sakuramiko")),
        (answer("SUBSCRIBERS"), None),
        (answer("RANKING", days=30), commands.ShowRanking(Period(Unit.DAYS, 30))),
        (answer("RANKING"), commands.ShowRanking()),
        (answer("CALENDAR", month=5), commands.ShowCalendar(5)),
        (answer("CALENDAR", month=13), commands.ShowCalendar()),
        (answer("HISTORY", "sakuramiko", days=3), commands.ShowHistory(HistoryQuery("sakuramiko", days=3))),
        (answer("UPCOMING", hours=-6), commands.ShowUpcoming(hours=24)),
        (answer("SCHEDULE", "sakuramiko", days=-2, hours=-3), commands.ShowSchedule("sakuramiko", 7)),
        (answer("RANKING", days=-30), commands.ShowRanking()),
        (answer("HISTORY", days=-3, hours=-99), commands.ShowHistory()),
        (answer("NONE"), None),
        (answer("DANCE"), None),
        (answer("LIVE", "somebody-else"), None),
        (answer("LIVE", "sakuramiko", "usada-pekora"), None),
        (answer("LIVE", "fuwawa-abyssgard", "mococo-abyssgard"), commands.ShowLive("fuwawa-abyssgard")),
    ],
)
def test_an_answer_is_a_command_or_nothing(reply: Any, command: object | None) -> None:
    assert command_of(reply, EVERYBODY) == command


class Asked:
    """Stands where the asker stands, with an answer that is chosen."""

    def __init__(self) -> None:
        self.means: object | None = None
        self.texts: list[str] = []

    async def command(self, text: str, *, now: float, entry: str) -> object | None:
        assert now
        assert entry
        self.texts.append(text)
        return self.means


@pytest.fixture
async def asking(
    postgres_server: Postgres, valkey_server: Valkey, cache: Client
) -> AsyncIterator[tuple[Chat, Asked]]:
    asked = Asked()
    async with chatting(postgres_server, valkey_server, asker=asked) as chat:
        yield chat, asked


async def test_what_a_question_means_is_done(asking: tuple[Chat, Asked]) -> None:
    chat, asked = asking
    asked.means = commands.ShowLive("sakuramiko")
    assert await chat.say("!미코 지금 방송해?") == "📺 미코, 지금은 방송하고 있지 않아요."
    asked.means = commands.ShowProfile("sakuramiko")
    assert "📘 Sakura Miko" in await chat.say("!미코가 누구야?")
    assert asked.texts == ["미코 지금 방송해?", "미코가 누구야?"]
    assert "편하게 물어봐도 돼요" in await chat.say("!도움말")


async def test_nothing_is_said_when_nothing_is_sure(asking: tuple[Chat, Asked]) -> None:
    chat, asked = asking
    assert await chat.reply("!미코 보고 싶다") == []
    assert await chat.reply("!점심 뭐 먹지") == []
    assert asked.texts == ["미코 보고 싶다"], "what is not about us costs no call"


async def test_questions_can_be_switched_off(chat: Chat) -> None:
    assert await chat.reply("!미코 지금 방송해?") == []
    assert "편하게" not in await chat.say("!도움말")
