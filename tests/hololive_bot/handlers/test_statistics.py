"""Numbers of subscribers."""

from hololive_bot.repository.statistics import Figures
from tests.hololive_bot.chat import MIKO, MIYABI, PEKORA, Chat
from tests.hololive_bot.sources import HOUR, MINUTE, NOON

DAY = 86_400.0
GURA = "UCoSrY_IQQVpmIRZ9Xf-y93g"


async def test_how_many_subscribers(chat: Chat) -> None:
    count = chat.server.channels[PEKORA].subscribers
    text = await chat.say("!구독자 페코라")
    assert text == f"📊 페코라 구독자 {count // 10_000}만 {count % 10_000}명\n⏰ 01/01 12:00 기준"
    chat.break_holodex()
    chat.clock.now += HOUR
    assert "⏰ 01/01 12:00에 읽은 수예요. 지금은 새로 읽을 수 없어요." in await chat.say("!구독자 페코라")


async def test_an_outage_is_never_no_data(chat: Chat) -> None:
    chat.break_holodex()
    assert await chat.say("!구독자 미코") == (
        "❌ 방송 정보를 지금 가져올 수 없어요. 조금 뒤에 다시 물어봐 주세요."
    )
    assert await chat.say("!구독자 목록") == "❌ '목록' 멤버를 찾지 못했어요."
    assert "함께 보내 주세요" in await chat.say("!구독자")


async def keep(chat: Chat, channel: str, *readings: tuple[float, int]) -> None:
    await chat.shared.statistics.append(
        [Figures(channel, NOON - days * DAY, count) for days, count in readings]
    )


async def test_who_grew_most(chat: Chat) -> None:
    await keep(chat, MIKO, (20, 100_000), (9.9, 2_000_000), (1, 2_010_000))
    await keep(chat, PEKORA, (9.9, 2_400_000), (5, 2_405_000), (1, 2_412_345))
    await keep(chat, GURA, (9.9, 1), (1, 4_000_000))
    await keep(chat, MIYABI, (9.9, 1), (1, 90_000))
    await keep(chat, "UC5CwaMl1eIgY8h02uZw7u8A", (9.9, 10), (1, 9))
    assert (await chat.say("!순위")).split("\n") == [
        "📊 구독자 증가 TOP 2 · 최근 10일",
        "",
        "1. 페코라 +12,345 (241만 2345)",
        "2. 미코 +10,000 (201만)",
    ]
    assert "미코 +1,910,000" in await chat.say("!구독자순위 1개월")


async def test_young_figures_say_how_old_they_are(chat: Chat) -> None:
    await keep(chat, MIKO, (2, 2_000_000), (1, 2_010_000))
    assert "ℹ️ 기록은 12/30 12:00부터 있어요." not in await chat.say("!순위 2일")
    assert "ℹ️ 기록은 2025/12/30 12:00부터 있어요." in await chat.say("!순위 최근 3개월")


async def test_without_figures_there_is_no_ranking(chat: Chat) -> None:
    assert await chat.say("!순위") == "📊 아직 비교할 만큼 기록이 쌓이지 않았어요."
    await keep(chat, MIKO, (1, 2_000_000))
    assert "아직" in await chat.say("!순위 오늘")
    assert "최근 3개월" in await chat.say("!순위 어제쯤")
    chat.clock.now += MINUTE
