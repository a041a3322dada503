"""Verdicts that were given before."""

import pytest

from botkit.valkey.clients import Address, command_client
from llm_server.sessions.keeper import Sessions
from llm_server.sessions.memory import MemoryStore
from llm_server.sessions.store import TIMEOUT, ValkeyStore
from llm_server.sessions.verdicts import SECONDS, Verdicts, asked, stands_alone
from tests.support.servers import Client, free_port


def verdicts(client: Client, *, judges: tuple[str, ...] = ("gemini-3",)) -> Verdicts:
    store = ValkeyStore(client, address="test", ttl_minutes=60, pairs=5)
    return Verdicts(
        Sessions(store, MemoryStore(ttl_minutes=60, pairs=5), limit=1, required=False), judges=judges
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [("큰가요?", " 큰가요 "), ("Is it BIG??", "is  it big"), ("큰가요?!…", "큰가요"), ("ABC?", "abc?")],
)
def test_the_same_question(one: str, other: str) -> None:
    assert asked(one) == asked(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("큰가요?", "안 큰가요?"),
        ("10.5보다 큰가요", "105보다 큰가요"),
        ("큰 가요?", "큰가요?"),
        ("10²m인가요", "102m인가요"),
    ],
)
def test_another_question(one: str, other: str) -> None:
    assert asked(one) != asked(other)


@pytest.mark.parametrize(
    "question", ["살아 있나요?", "고양이보다 큰가요?", "먹을 수 있어?", "Is a cat bigger?"]
)
def test_a_question_that_stands_alone(question: str) -> None:
    assert stands_alone(question)


@pytest.mark.parametrize(
    "question",
    [
        "그럼 더 큰가요?",
        "그거 먹을 수 있어요?",
        "그러면 빨간색?",
        "또 있나요?",
        "is it bigger than that?",
        "아까 그 질문 다시",
        "진짜요?",
        "반대인가요?",
        "나머지는요?",
        "맞아요?",
        "?!",
        "가" * 201,
    ],
)
def test_a_question_that_refers_back_or_says_nothing(question: str) -> None:
    assert not stands_alone(question)


async def test_what_was_put_is_found_until_its_time_ends(cache: Client) -> None:
    memory = verdicts(cache)
    key = memory.key("rules", "큰가요")
    assert await memory.get(key) is None

    await memory.put(key, '{"answer":"예"}')

    assert await memory.get(key) == '{"answer":"예"}'.encode()
    assert 0 < await cache.ttl(key) <= SECONDS
    assert "큰가요" not in key


def test_a_key_depends_on_every_part_and_on_the_judges() -> None:
    class Nothing:
        pass

    one, other = (Verdicts(Nothing(), judges=judges) for judges in (["a"], ["b"]))  # type: ignore[arg-type]
    keys = {one.key("a", "b"), one.key("ab"), one.key("b", "a"), other.key("a", "b")}
    assert len(keys) == 4


async def test_nobody_waits_for_a_valkey_that_is_away() -> None:
    client = command_client(Address("127.0.0.1", free_port()), timeout=TIMEOUT)
    memory = verdicts(client)
    await memory.put("llm:verdict:x", "y")

    assert await memory.get("llm:verdict:x") is None
    await client.aclose()
