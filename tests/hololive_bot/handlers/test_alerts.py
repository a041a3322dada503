"""Whom a room follows, changed by its lines."""

from botkit.postgres.pool import Database
from hololive_bot.commands import Alerts, Follow
from hololive_bot.preferences import Preferences
from hololive_bot.repository.link import connection
from hololive_bot.repository.rooms import change_settings
from tests.hololive_bot.chat import MIKO, PEKORA, ROOM, TWINS, Chat
from tests.hololive_bot.sources import HOUR, NOON, stream


async def followed(chat: Chat) -> tuple[str, ...]:
    _, room = await chat.store.load(ROOM, entry="99999-0", epoch="1")
    return room.channels


async def test_a_room_begins_to_follow(chat: Chat) -> None:
    chat.show(stream("next", MIKO, planned=NOON + HOUR, title="노래" * 30))
    assert await chat.say("!알람 추가 미코") == (
        "✅ 미코 방송을 이 방에 알려 드릴게요.\n"
        "⏰ 시작 5분 전, 시작할 때에 알려 드려요.\n"
        f"⏰ 01/01 13:00 (1시간 뒤) · {('노래' * 30)[:37]}...\n"
        "🔗 https://youtube.com/watch?v=next"
    )
    assert await followed(chat) == (MIKO,)
    assert await chat.say("!알람 추가 사쿠라 미코") == "ℹ️ 미코 알림은 이미 켜져 있어요."


async def test_the_lead_is_what_holds_for_the_room(chat: Chat, database: Database) -> None:
    async with connection(database) as link:
        await change_settings(link, ROOM, {"stages": [30, 10], "on_start": False})
    assert "⏰ 시작 30분 전, 시작 10분 전에 알려 드려요." in await chat.say("!알람 추가 미코")
    async with connection(database) as link:
        await change_settings(link, ROOM, {"stages": []})
    assert "ℹ️ 지금은 이 방의 시작 알림이 꺼져 있어요." in await chat.say("!알람 추가 페코라")


async def test_several_at_once(chat: Chat) -> None:
    await chat.say("!알람 추가 미코")
    text = await chat.say("!알람 추가 미코, 페코라, 후와모코, 없는사람이야, 오오, 구라, 사야카")
    assert text.split("\n") == [
        "✅ 페코라, 후와와·모코코 방송을 이 방에 알려 드릴게요.",
        "",
        "ℹ️ 미코 알림은 이미 켜져 있어요.",
        "❌ 찾지 못했어요: 없는사람이야",
        "ℹ️ 여러 명이 있어서 고르지 못했어요: 오오",
        "ℹ️ 활동을 마친 멤버예요: 구라",
        "ℹ️ 자기 채널이 없는 멤버예요: 사야카",
        "⏰ 시작 5분 전, 시작할 때에 알려 드려요.",
    ]
    assert await followed(chat) == (MIKO, PEKORA, TWINS)


async def test_a_unit_is_all_its_members(chat: Chat) -> None:
    assert "스이세이" in await chat.say("!알람 추가 0기생")
    assert len(await followed(chat)) == 5
    assert "✅" in await chat.say("!알람 제거 0기생")
    assert await followed(chat) == ()


async def test_nobody_is_followed_by_mistake(chat: Chat) -> None:
    assert "찾지 못했어요" in await chat.say("!알람 추가 없는사람이야")
    assert "활동을 마친" in await chat.say("!알람 추가 구라")
    assert "여럿이에요" in await chat.say("!알람 추가 오오")
    assert "!알람 추가 오오조라 스바루" in await chat.say("!알람 추가 오오")
    assert (
        await chat.say("!알람 추가 없는사람이야, 저도없어요") == "❌ 찾지 못했어요: 없는사람이야, 저도없어요"
    )
    assert await followed(chat) == ()


async def test_a_near_name_says_who_is_followed(chat: Chat) -> None:
    assert "💡 '패코라'라고 해서 페코라 이야기로 알아들었어요." in await chat.say("!알람 추가 패코라")


async def test_other_alerts_are_not_silently_taken(chat: Chat) -> None:
    only = "ℹ️ 지금은 방송 알림만 있어요. 커뮤니티와 쇼츠 알림은 아직 없어요."
    for word in ("커뮤니티", "쇼츠", "전체"):
        assert await chat.say(f"!알람 추가 미코 {word}") == only
        assert await chat.say(f"!알람 제거 미코 {word}") == only
    assert await followed(chat) == ()
    assert Follow(("미코",)).alerts is Alerts.LIVE


async def test_a_room_ends_to_follow(chat: Chat) -> None:
    await chat.say("!알람 추가 미코, 페코라")
    assert await chat.say("!알람 제거 미코") == "✅ 미코 알림을 껐어요."
    assert await chat.say("!알람 제거 미코") == "ℹ️ 미코 알림은 켜져 있지 않았어요."
    assert await chat.say("!알람 제거 구라") == "ℹ️ 구라 알림은 켜져 있지 않았어요."
    assert "찾지 못했어요" in await chat.say("!알람 제거 없는사람이야")
    text = await chat.say("!알람 제거 페코라, 미코, 없는사람이야")
    assert text.split("\n") == [
        "✅ 페코라 알림을 껐어요.", "", "ℹ️ 미코 알림은 켜져 있지 않았어요.", "❌ 찾지 못했어요: 없는사람이야",
    ]  # fmt: skip
    assert await followed(chat) == ()


async def test_everything_can_end_at_once(chat: Chat) -> None:
    assert await chat.say("!알람 초기화") == "ℹ️ 켜 둔 알림이 없어요."
    await chat.say("!알람 추가 미코, 페코라")
    assert await chat.say("!알림리셋") == "✅ 알림 2개를 모두 껐어요."
    assert "아직 알림 받는 멤버가 없어요" in await chat.say("!알람")


async def test_the_list_has_the_next_stream_of_each(chat: Chat) -> None:
    await chat.say("!알람 추가 미코, 페코라, 마린, 후와모코")
    chat.show(
        stream("live", PEKORA, planned=NOON, begins=NOON - 60, title="방송"),
        stream("soon", MIKO, planned=NOON + HOUR, title="곧"),
        stream("open", TWINS, planned=None, title="언젠가"),
    )
    assert (await chat.say("!알람")).split("\n") == [
        "🔔 알림 받는 채널 4개",
        "",
        "1. 미코",
        "   ⏰ 01/01 13:00 (1시간 뒤) · 곧",
        "2. 페코라",
        "   🔴 방송 중 · 방송",
        "3. 마린",
        "   📅 예정된 방송이 아직 없어요",
        "4. 후와와·모코코",
        "   ⏰ 시간 미정 · 언젠가",
    ]


async def test_what_is_old_is_shown_with_its_time(chat: Chat) -> None:
    chat.show(stream("soon", MIKO, planned=NOON + HOUR, title="곧"))
    await chat.say("!알람 추가 미코")
    await chat.say("!알람")
    await chat.say("!정보 미코")
    chat.clock.now += 30 * 60
    chat.break_holodex()
    for line in ("!알람", "!정보 미코", "!알람 초기화", "!알람 추가 미코"):
        text = await chat.say(line)
        assert ("⏰ 01/01 12:00에 읽은 내용이에요." in text) is (line != "!알람 초기화"), line
    assert "⏰ 01/01 12:00에 읽은 수예요." in await chat.say("!정보 미코")


async def test_the_list_stands_without_holodex(chat: Chat) -> None:
    chat.break_holodex()
    assert (await chat.say("!알람 추가 미코")).split("\n") == [
        "✅ 미코 방송을 이 방에 알려 드릴게요.", "⏰ 시작 5분 전, 시작할 때에 알려 드려요.",
    ]  # fmt: skip
    assert "   ℹ️ 일정은 지금 읽을 수 없어요" in await chat.say("!알람")


async def test_a_room_follows_a_hundred_at_most(chat: Chat, database: Database) -> None:
    await chat.say("!알람 추가 페코라")
    pool = await database.pool()
    await pool.execute(
        "INSERT INTO alarms (room_id, channel_id) SELECT $1, 'UC' || n FROM generate_series(1, 99) AS n", ROOM
    )
    assert "100명까지만" in await chat.say("!알람 추가 미코")
    assert "100명까지라서 더 켜지 못했어요: 미코" in await chat.say("!알람 추가 페코라, 미코")
    assert "이미 켜져" in await chat.say("!알람 추가 페코라")


async def test_how_it_is_used(chat: Chat) -> None:
    assert "추가, 제거, 목록, 초기화" in await chat.say("!알람 미코")
    assert "!알람 추가 미코" in await chat.say("!알람 미코")
    assert "혹시" not in await chat.say("!알람 추가")
    assert Preferences().stages == (5,)
