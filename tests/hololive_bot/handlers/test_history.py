"""What was on air."""

from hololive_bot.repository.ended import Ended
from hololive_bot.streams import Status, Stream
from tests.hololive_bot.chat import MIKO, PEKORA, Chat
from tests.hololive_bot.sources import HOUR, NOON, stream

DAY = 86_400.0


def over(
    number: int, channel: str = PEKORA, *, topic: str = "Minecraft", title: str = "방송", days: float = 1.0
) -> Stream:
    ended = NOON - days * DAY - number
    return Stream(
        f"v{number:04}", title, channel, topic=topic, status=Status.ENDED, started=ended - 5400, ended=ended
    )


async def kept(chat: Chat, *streams: Stream) -> None:
    await Ended(chat.links.database).take_in(streams)


async def test_the_last_streams(chat: Chat) -> None:
    await kept(chat, over(1), over(2, MIKO, topic="singing", title="노래해요"), over(3, days=9))
    assert (await chat.say("!방송이력")).split("\n\n") == [
        "🎬 지난 방송 2개 · 최근 7일",
        "📺 페코라 · 게임\n🎬 방송\n📅 2025/12/31 10:29 · 1시간 30분\n🔗 https://youtube.com/watch?v=v0001",
        "📺 미코 · 노래\n🎬 노래해요\n📅 2025/12/31 10:29 · 1시간 30분\n🔗 https://youtube.com/watch?v=v0002",
    ]
    assert (await chat.say("!방송이력 14일")).startswith("🎬 지난 방송 3개 · 최근 14일")


async def test_a_rare_kind_is_found_far_back(chat: Chat) -> None:
    await kept(chat, *(over(number) for number in range(500)), over(600, topic="horse_racing", title="경마"))
    text = await chat.say("!방송이력 경마")
    assert text.startswith("🎬 지난 방송 1개 · 최근 7일 · 경마")
    assert (await chat.say("!방송이력 게임 30개")).count("🔗") == 30
    assert (await chat.say("!방송이력 토픽=minecraft 3개")).startswith(
        "🎬 지난 방송 3개 · 최근 7일 · minecraft"
    )


async def test_one_member_is_read_anew_from_holodex(chat: Chat) -> None:
    chat.show(
        stream(
            "past1", MIKO, planned=NOON - 5 * HOUR, begins=NOON - 5 * HOUR, ends=NOON - 3 * HOUR, topic="ASMR"
        ),
        stream("past2", PEKORA, planned=NOON - 9 * HOUR, begins=NOON - 9 * HOUR, ends=NOON - 8 * HOUR),
    )
    assert "📺 미코 · ASMR\n" in await chat.say("!방송이력 미코")
    asked = len(chat.server.asked)
    assert "past1" in await chat.say("!이전방송 미코")
    assert len(chat.server.asked) == asked, "once an hour"
    assert "past2" not in await chat.say("!방송이력")
    assert "past2" in await chat.say("!방송이력 페코라")


async def test_holodex_may_be_away(chat: Chat) -> None:
    await kept(chat, over(1, MIKO))
    chat.break_holodex()
    text = await chat.say("!방송이력 미코")
    assert "v0001" in text
    assert "ℹ️ 지금은 새로 읽을 수 없어서" in text
    assert (await chat.say("!방송이력 페코라")).startswith("❌ 방송 정보를 지금 가져올 수 없어요."), (
        "that is not the same as no streams"
    )


async def test_a_unit_and_guests(chat: Chat) -> None:
    await kept(chat, over(1), over(2, MIKO))
    text = await chat.say("!방송이력 0기생")
    assert text.startswith("🎬 지난 방송 1개 · 최근 7일 · 0기생")
    assert "v0002" in text


async def test_nothing_was_on_air(chat: Chat) -> None:
    assert await chat.say("!방송이력 뉴스") == "🎬 최근 7일 동안 찾는 방송이 없어요."
    assert "찾지 못했어요" in await chat.say("!방송이력 없는사람이야")
    assert "처럼 써 주세요" in await chat.say("!방송이력 종류:몰라")
