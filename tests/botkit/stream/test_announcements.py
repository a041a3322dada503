"""What goes out without an inbound line."""

import pytest

from botkit.chat.message import Reply
from botkit.stream import pictures
from botkit.stream.announcements import Publisher
from tests.support.servers import Client


@pytest.fixture
def publisher(mq: Client) -> Publisher:
    return Publisher(mq, replies="replies", bot="twentyq", cut_notice="…", marks="told:")


async def said(mq: Client) -> list[dict[str, str]]:
    return [{k.decode(): v.decode() for k, v in fields.items()} for _, fields in await mq.xrange("replies")]


async def test_an_announcement_answers_nobody(publisher: Publisher, mq: Client) -> None:
    assert await publisher.publish("r", ["k"], Reply("점검합니다"), remember=60)
    (bubble,) = await said(mq)
    assert bubble.items() >= {
        "chatId": "r", "text": "점검합니다", "type": "final", "bot": "twentyq", "dedupKey": "alert:k/0"
    }.items()  # fmt: skip
    assert "replyTo" not in bubble


async def test_what_was_said_is_not_said_again_while_it_is_remembered(
    publisher: Publisher, mq: Client
) -> None:
    for keys, published in ((["a"], True), (["a"], False), (["a", "b"], True), (["b"], False)):
        assert await publisher.publish("r", keys, Reply("x"), remember=60) is published
    assert len(await said(mq)) == 2
    assert 0 < await mq.ttl("told:a") <= 60


async def test_equal_pictures_have_one_name_and_do_not_stay(mq: Client) -> None:
    name = await pictures.put(mq, b"png")
    assert await pictures.put(mq, b"png") == name != await pictures.put(mq, b"gif")
    assert await mq.get(name) == b"png"
    assert 0 < await mq.ttl(name) <= pictures.KEPT_SECONDS
