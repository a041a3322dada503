"""A month of days to celebrate, in words and as a picture."""

import io

import pytest
from PIL import Image

from playground.embedded import Postgres, Valkey
from tests.hololive_bot.chat import Chat, chatting
from tests.support.servers import Client


async def test_a_month(chat: Chat) -> None:
    [reply] = await chat.reply("!달력 3월")
    lines = reply.text.split("\n")
    assert lines[0] == f"🎂 2026년 3월의 기념일 {len(lines) - 1}개"
    assert "🎂 03/05(목) 미코 생일" in lines
    assert lines.index("🎂 03/22(일) 스이세이 생일") < lines.index("🎉 03/22(일) 스이세이 데뷔 8주년")
    assert lines[1:] == sorted(lines[1:], key=lambda line: line[2:7])
    assert not any("구라" in line for line in lines)


@pytest.mark.parametrize(
    ("line", "head"),
    [
        ("!달력", "🎂 2026년 1월"),
        ("!기념일 다음달", "🎂 2026년 2월"),
        ("!calendar 저번달", "🎂 2025년 12월"),
        ("!달력 12", "🎂 2026년 12월"),
    ],
)
async def test_which_month(chat: Chat, line: str, head: str) -> None:
    assert (await chat.say(line)).startswith(head)


async def test_the_picture_stands_where_the_bridge_looks(chat: Chat, valkey: Client) -> None:
    [reply] = await chat.reply("!달력 7")
    assert reply.image.startswith("kakao:image:")
    png = await valkey.get(reply.image)
    assert 0 < await valkey.ttl(reply.image) <= 600
    picture = Image.open(io.BytesIO(png))
    assert picture.format == "PNG"
    assert picture.size[0] == 1120
    [other] = await chat.reply("!달력 8")
    assert other.image != reply.image


async def test_pictures_can_be_switched_off(
    postgres_server: Postgres, valkey_server: Valkey, cache: Client
) -> None:
    async with chatting(postgres_server, valkey_server, HOLOLIVE_PICTURES_ENABLED="false") as chat:
        [reply] = await chat.reply("!달력 7")
        assert reply.image == ""
        assert "7월의 기념일" in reply.text


async def test_a_month_without_days(chat: Chat) -> None:
    chat.shared.directory.replace(())
    assert await chat.say("!달력 5") == "🎂 2026년 5월에는 기념일이 없어요."
