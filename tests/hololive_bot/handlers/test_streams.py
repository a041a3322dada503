"""Lists of streams, as a room reads them."""

import pytest

from botkit.chat.message import Reply
from tests.hololive_bot.chat import MIKO, MIYABI, PEKORA, TWINS, Chat
from tests.hololive_bot.sources import HOUR, MINUTE, NOON, stream

LIVE = stream("liveMiko", MIKO, planned=NOON - HOUR, begins=NOON - HOUR, title="【歌枠】歌う", viewers=23456)


async def test_nobody_is_live(chat: Chat) -> None:
    assert await chat.say("!라이브") == "📺 지금 방송 중인 멤버가 없어요."


async def test_who_is_live_stands_with_title_viewers_and_a_link_of_its_own_line(chat: Chat) -> None:
    chat.show(
        LIVE, stream("livePeko", PEKORA, planned=NOON - HOUR, begins=NOON - 60, title="ゲーム", viewers=1)
    )
    assert (await chat.say("!라이브")).split("\n\n") == [
        "🔴 지금 방송 중 2개",
        "📺 미코\n🎬 【歌枠】歌う\n📊 2만 3456명이 보고 있어요\n🔗 https://youtube.com/watch?v=liveMiko",
        "📺 페코라\n🎬 ゲーム\n📊 1명이 보고 있어요\n🔗 https://youtube.com/watch?v=livePeko",
    ]


async def test_long_lists_are_folded_and_short_ones_are_not(chat: Chat) -> None:
    chat.show(LIVE)
    [short] = await chat.reply("!라이브")
    chat.clock.now += 120
    chat.show(
        *(stream(f"live{n}", PEKORA, planned=NOON, begins=NOON - 60, title="긴 제목" * 9) for n in range(5))
    )
    [long] = await chat.reply("!라이브")
    assert (short.folded, long.folded) == (False, True)
    assert (len(short.text) > 250, len(long.text) > 250) == (False, True)


async def test_one_member_live(chat: Chat) -> None:
    chat.show(LIVE)
    text = await chat.say("!라이브 사쿠라 미코")
    assert text.startswith("🔴 미코, 지금 방송 중이에요\n\n📺 미코\n🎬 【歌枠】歌う")


async def test_one_member_who_is_not_live_and_what_comes_next(chat: Chat) -> None:
    chat.show(stream("next", MIKO, planned=NOON + 90 * MINUTE, title="내일 봐요"))
    assert await chat.say("!라이브 미코") == (
        "📺 미코, 지금은 방송하고 있지 않아요.\n\n"
        "📅 다음 방송\n⏰ 내일 봐요\n01/01 13:30 (1시간 30분 뒤)\n🔗 https://youtube.com/watch?v=next"
    )
    assert await chat.say("!라이브 페코라") == "📺 페코라, 지금은 방송하고 있지 않아요."


async def test_a_unit_live(chat: Chat) -> None:
    chat.show(LIVE, stream("livePeko", PEKORA, planned=NOON, begins=NOON - 60))
    text = await chat.say("!라이브 0기생")
    assert "미코" in text
    assert "페코라" not in text
    assert await chat.say("!라이브 홀로엑스") == "📺 holoX에는 지금 방송 중인 멤버가 없어요."


async def test_a_guest_is_live_where_the_host_is(chat: Chat) -> None:
    chat.show(stream("collab", PEKORA, planned=NOON, begins=NOON - 60, title="콜라보", guests=(MIKO,)))
    assert "📺 페코라\n🎬 콜라보" in await chat.say("!라이브 미코")


async def test_who_is_left_out_is_said_to_be(chat: Chat) -> None:
    chat.show(stream("star", MIYABI, planned=NOON, begins=NOON - 60, title="별"))
    assert "없어요" in await chat.say("!라이브")
    for line in ("!라이브 미야비", "!예정 미야비", "!일정 미야비", "!알람 추가 미야비", "!방송이력 미야비"):
        assert await chat.say(line) == "ℹ️ 미야비, 홀로스타즈 방송은 여기서 다루지 않아요."
    assert "다루지 않는 멤버예요: 미야비" in await chat.say("!알람 추가 미야비, 릿카, 미코")
    assert "📊 미야비 구독자" in await chat.say("!구독자 미야비")


async def test_a_near_name_is_taken_and_said(chat: Chat) -> None:
    chat.show(LIVE)
    assert "💡 '사쿠라미쿄'라고 해서 미코 이야기로 알아들었어요." in await chat.say("!라이브 사쿠라미쿄")


@pytest.mark.parametrize("line", ["!라이브 구라", "!예정 구라", "!일정 구라"])
async def test_members_who_left_have_no_schedule(chat: Chat, line: str) -> None:
    assert await chat.say(line) == "ℹ️ 구라, 활동을 마친 멤버라 방송 일정이 없어요."


async def test_who_cannot_be_told_apart_is_asked_back(chat: Chat) -> None:
    assert await chat.say("!라이브 오오") == (
        "ℹ️ '오오'에 맞는 멤버가 여럿이에요. 이렇게 보내 주세요.\n!라이브 오오조라 스바루\n!라이브 오오카미 미오"
    )
    assert (await chat.say("!라이브 스이코로")).startswith(
        "❌ '스이코로' 멤버를 찾지 못했어요.\n💡 혹시 이 중에 있나요? 스이세이"
    )
    assert await chat.say("!라이브 사야카") == "ℹ️ 사야카, 자기 채널이 따로 없는 멤버예요."


async def test_twins_are_live_together(chat: Chat) -> None:
    chat.show(stream("twins", TWINS, planned=NOON, begins=NOON - 60))
    for name in ("모코코", "후와모코", "abyssgard"):
        assert "📺 후와와·모코코" in await chat.say(f"!라이브 {name}")


async def test_what_is_coming(chat: Chat) -> None:
    chat.show(
        stream("later", PEKORA, planned=NOON + 30 * HOUR, title="모레"),
        stream("soon", MIKO, planned=NOON + 20 * MINUTE, title="곧"),
        stream("open", PEKORA, planned=None, title="언젠가"),
        stream("free", MIKO, planned=NOON + HOUR, title="フリーチャット"),
        stream("club", MIKO, planned=NOON + 2 * HOUR, title="비밀", topic="membersonly"),
        stream("first", MIKO, planned=NOON + 3 * HOUR, title="뮤직비디오", duration=240),
        stream(
            "sign",
            MIKO,
            planned=NOON + 4 * HOUR,
            title="공연",
            type="placeholder",
            link="https://example.com/e",
        ),
    )
    blocks = (await chat.say("!예정")).split("\n\n")
    assert blocks[0] == "📅 앞으로 24시간, 예정된 방송 5개"
    assert blocks[1] == "📺 미코\n🎬 곧\n⏰ 01/01 12:20 (20분 뒤)\n🔗 https://youtube.com/watch?v=soon"
    assert [block.split("\n")[1] for block in blocks[2:5]] == [
        "🎬 [멤버십] 비밀", "🎬 [최초 공개] 뮤직비디오", "🎬 [예고] 공연",
    ]  # fmt: skip
    assert blocks[4].endswith("🔗 https://example.com/e")
    assert blocks[5] == "⏰ 시간이 정해지지 않은 방송"
    assert blocks[6] == "📺 페코라\n🎬 언젠가\n⏰ 시간 미정\n🔗 https://youtube.com/watch?v=open"
    assert "모레" in await chat.say("!예정 48시간")


async def test_how_many_are_shown(chat: Chat) -> None:
    chat.show(*(stream(f"v{n:02}", PEKORA, planned=NOON + HOUR + n * MINUTE) for n in range(30)))
    for line, shown, more in (
        ("!예정", 20, 10),
        ("!예정 3개", 3, 27),
        ("!예정 전체", 30, 0),
        ("!예정 페코라 5", 5, 25),
    ):
        text = await chat.say(line)
        assert text.count("🔗") == shown
        assert (f"💡 {more}개가 더 있어요" in text) is bool(more)
    for line, hint in (
        ("!예정 3개", "예정 전체"),
        ("!예정 페코라 5", "예정 페코라 전체"),
        ("!예정 48시간 페코라 5", "예정 페코라 48시간 전체"),
    ):
        assert f"'!{hint}'로 모두" in await chat.say(line)
        assert (await chat.say(f"!{hint}")).count("🔗") == 30


async def test_nothing_is_coming(chat: Chat) -> None:
    assert await chat.say("!예정") == "📅 앞으로 24시간 안에 예정된 방송이 없어요."
    assert await chat.say("!예정 미코 3시간") == "📅 미코, 앞으로 3시간 안에는 예정이 없어요."
    assert await chat.say("!예정 3기생") == "📅 3기생, 앞으로 24시간 안에는 예정이 없어요."


async def test_a_schedule_shows_the_live_one_first(chat: Chat) -> None:
    chat.show(
        stream("next", MIKO, planned=NOON + 50 * HOUR, title="모레"),
        stream("open", MIKO, planned=None, title="언젠가"),
        LIVE,
    )
    assert (await chat.say("!멤버 미코 3")).split("\n\n") == [
        "📅 미코, 3일 동안의 일정 3개",
        "🔴 【歌枠】歌う\n🔴 01/01 11:00부터 방송 중\n🔗 https://youtube.com/watch?v=liveMiko",
        "⏰ 모레\n01/03 14:00 (2일 뒤)\n🔗 https://youtube.com/watch?v=next",
        "⏰ 언젠가\n⏰ 시간 미정\n🔗 https://youtube.com/watch?v=open",
    ]
    assert await chat.say("!일정 페코라 1") != ""
    assert await chat.say("!일정 마린 2") == "📅 마린, 앞으로 2일 동안 올라온 일정이 없어요."


async def test_while_holodex_is_away_the_last_answer_is_shown_with_its_time(chat: Chat) -> None:
    chat.show(LIVE)
    await chat.say("!라이브")
    chat.break_holodex()
    chat.clock.now += 5 * MINUTE
    text = await chat.say("!라이브")
    assert "⏰ 01/01 12:00에 읽은 내용이에요. 지금은 새로 읽을 수 없어요." in text
    assert "미코" in text
    await chat.links.cache.flushall()  # what was kept is too old to be shown
    assert await chat.say("!라이브") == "❌ 방송 정보를 지금 가져올 수 없어요. 조금 뒤에 다시 물어봐 주세요."
    assert "❌" in await chat.say("!일정 미코")


async def test_a_room_that_floods_is_not_answered(chat: Chat) -> None:
    answers: list[list[Reply]] = []
    for _ in range(12):
        answers.append(await chat.reply("!라이브"))
        chat.clock.now -= 1.5
    assert [len(found) for found in answers] == [1] * 10 + [0, 0]
    assert await chat.reply("!알람 초기화") == []
    assert len(await chat.reply("!라이브", room="5")) == 1
