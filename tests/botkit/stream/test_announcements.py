"""What goes out without an inbound line."""

from botkit.stream import pictures
from botkit.stream.announcements import announce
from tests.support.servers import Client


async def test_an_announcement_is_a_final_bubble_with_a_mark_of_its_own(mq: Client) -> None:
    for _ in range(2):
        await announce(mq, "r", "점검합니다", stream="replies", bot="twentyq")
    first, second = [
        {k.decode(): v.decode() for k, v in fields.items()} for _, fields in await mq.xrange("replies")
    ]
    assert first.items() >= {
        "chatId": "r", "text": "점검합니다", "type": "final", "bot": "twentyq"
    }.items()  # fmt: skip
    assert first["dedupKey"] != second["dedupKey"]


async def test_equal_pictures_have_one_name_and_do_not_stay(mq: Client) -> None:
    name = await pictures.put(mq, b"png")
    assert await pictures.put(mq, b"png") == name != await pictures.put(mq, b"gif")
    assert await mq.get(name) == b"png"
    assert 0 < await mq.ttl(name) <= pictures.KEPT_SECONDS
