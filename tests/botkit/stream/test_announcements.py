"""What goes out without an inbound line."""

import pytest

from botkit.chat.message import Reply
from botkit.stream import announcements, pictures
from botkit.stream.announcements import Publisher, told
from botkit.valkey.clients import UNREACHABLE, Address, _client, command_client
from playground.embedded import Valkey
from tests.support.proxy import Proxy, Trap, script_hash
from tests.support.servers import Client, free_port


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


@pytest.mark.parametrize("lost", ["request", "answer"])
async def test_a_word_whose_fate_is_unknown_is_said_again_but_not_twice(
    mq: Client, valkey_server: Valkey, lost: str
) -> None:
    proxy = Proxy(valkey_server.port)
    await proxy.start()
    client = _client(Address("127.0.0.1", proxy.port), db=1, socket_timeout=5)
    publisher = Publisher(client, replies="replies", bot="twentyq", cut_notice="…", marks="told:")
    await publisher.say("r", "처음")
    trap = Trap(script_hash("announce"), _nothing, after=lost == "answer")
    proxy.traps.append(trap)
    await publisher.say("r", "다음")
    assert trap.sprung.is_set()
    assert [bubble["text"] for bubble in await said(mq)] == ["처음", "다음"]
    await client.aclose()
    await proxy.stop()


async def test_a_word_is_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcements, "PATIENCE_SECONDS", 0.1)
    client = command_client(Address("127.0.0.1", free_port()), timeout=1)
    publisher = Publisher(client, replies="replies", bot="twentyq", cut_notice="…", marks="told:")
    with pytest.raises(UNREACHABLE):
        await publisher.say("r", "아무도 못 듣는 말")
    assert not await told(publisher.say, "r", "아무도 못 듣는 말")
    await client.aclose()


async def test_a_room_that_can_be_told_is_told(publisher: Publisher, mq: Client) -> None:
    assert await told(publisher.say, "r", "점검합니다")
    assert [bubble["text"] for bubble in await said(mq)] == ["점검합니다"]


async def _nothing() -> None:
    """The connection ends, that is all."""


async def test_equal_pictures_have_one_name_and_do_not_stay(mq: Client) -> None:
    name = await pictures.put(mq, b"png")
    assert await pictures.put(mq, b"png") == name != await pictures.put(mq, b"gif")
    assert await mq.get(name) == b"png"
    assert 0 < await mq.ttl(name) <= pictures.KEPT_SECONDS
