"""Who there is, and who somebody is."""

import pytest

from botkit.postgres.pool import Database
from hololive_bot.repository.link import DatabaseAway
from playground.embedded import Postgres, Valkey
from tests.hololive_bot.chat import PEKORA, Chat, chatting
from tests.hololive_bot.sources import HOUR, NOON, stream
from tests.support.servers import Client, free_port


async def test_the_directory(chat: Chat) -> None:
    [reply] = await chat.reply("!멤버")
    assert reply.folded
    blocks = reply.text.split("\n\n")
    assert blocks[0] == "📘 홀로라이브 멤버 70명"
    assert [block.split("\n")[0] for block in blocks[1:]] == [
        "[0기생]", "[1기생]", "[2기생]", "[3기생]", "[4기생]", "[5기생]", "[게이머즈]", "[holoX]", "[ASOBI★MAWARI-TAI!]",
        "[ReGLOSS]", "[FLOW GLOW]", "[Myth]", "[Promise]", "[Advent]", "[Justice]", "[인도네시아 1기생]",
        "[인도네시아 2기생]", "[인도네시아 3기생]", "[holoAN]",
    ]  # fmt: skip
    assert reply.text.count("후부키 (Shirakami Fubuki)") == 2
    assert "구라" not in reply.text
    assert "미야비" not in reply.text
    assert len(reply.text) < 2900, "one folded bubble"


async def test_a_profile(chat: Chat) -> None:
    chat.show(stream("next", PEKORA, planned=NOON + HOUR, title="곧"))
    text = await chat.say("!정보 페코라")
    head, facts, now, links = text.split("\n\n")
    assert head == "📘 Usada Pekora (우사다 페코라 / 兎田ぺこら)"
    assert facts.split("\n")[:4] == [
        "📋 소속: JP · 3기생", "🎂 생일: 1월 12일 (11일 남음)", "✨ 데뷔: 2019/07/17 (6주년)", "📋 키: 153cm",
    ]  # fmt: skip
    assert len(facts.split("\n")) == 8
    assert now.startswith("📊 구독자 ")
    assert now.endswith("⏰ 01/01 13:00 (1시간 뒤) · 곧")
    assert "🔗 유튜브 https://youtube.com/channel/UC1DCedRgGHBdm81E1llLhOQ\n" in links
    assert links.endswith("🌐 공식 소개 https://hololive.hololivepro.com/talents/usada-pekora/")


async def test_who_left_has_a_notice(chat: Chat) -> None:
    text = await chat.say("!정보 구라")
    assert "\n\nℹ️ 2025-05까지 활동한 멤버예요.\n\n" in text
    assert "주년" not in text
    assert "남음" not in text
    assert "구독자" not in text.split("\n\n")[2]


async def test_a_birthday_is_noticed(chat: Chat) -> None:
    chat.clock.now = NOON + 11 * 86_400
    assert "🎂 생일: 1월 12일 (바로 오늘!)" in await chat.say("!정보 페코라")


async def test_twins_are_two_people(chat: Chat) -> None:
    assert await chat.say("!정보 후와모코") == (
        "ℹ️ '후와모코'에 맞는 멤버가 여럿이에요. 이렇게 보내 주세요.\n"
        "!정보 후와와 어비스가드\n!정보 모코코 어비스가드"
    )
    assert "📘 Mococo Abyssgard" in await chat.say("!정보 모코코 어비스가드")


async def test_what_is_unknown_is_left_out(chat: Chat) -> None:
    text = await chat.say("!정보 사야카")
    assert text.startswith("📘 Hanazono Sayaka (하나조노 사야카 / 花園さやか)\n\n📋 소속: STAFF · holoAN")
    assert "유튜브" not in text
    assert "📘 Yukoku Roberu" in await chat.say("!정보 로베루")


async def test_a_profile_needs_neither_holodex_nor_postgres(
    postgres_server: Postgres, valkey_server: Valkey, cache: Client
) -> None:
    away = Postgres(postgres_server.socket_directory / "none")
    async with chatting(away, valkey_server, DB_HOST="127.0.0.1", DB_PORT=free_port()) as chat:
        chat.break_holodex()
        text = await chat.say("!정보 페코라")
        assert "📋 소속: JP · 3기생" in text
        assert "구독자" not in text
        assert "📘 홀로라이브 멤버" in await chat.say("!멤버")
        assert "🎂" in await chat.say("!달력")
        assert "🌸" in await chat.say("!도움말")
        with pytest.raises(DatabaseAway):
            await chat.say("!알람 추가 미코")
        with pytest.raises(DatabaseAway):
            await chat.say("!순위")


async def test_holostars_are_listed_where_they_are_wanted(
    postgres_server: Postgres, valkey_server: Valkey, cache: Client, database: Database
) -> None:
    async with chatting(postgres_server, valkey_server, INCLUDE_HOLOSTARS="true") as chat:
        text = await chat.say("!멤버")
        assert text.startswith("📘 홀로라이브 멤버 92명")
        assert "[홀로스타즈 1기생]\n- 미야비 (Hanasaki Miyabi)" in text
        assert "미야비 생일" in await chat.say("!달력 3")
