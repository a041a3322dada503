"""Who waits, who reads."""

from typing import Any

from tests.support.servers import Client
from workspace import lag
from workspace.links import Links

LINE: dict[Any, Any] = {"room": "1", "text": "x"}


async def row(links: Links, stream: str) -> dict[str, Any]:
    (found,) = [row for row in await lag.survey(links) if row["stream"] == stream]
    return found


async def own(mq: Client, milliseconds: int, stream: str = "kakao:20q") -> None:
    seconds, _ = await mq.time()
    lease: Any = {"holder": "bot-1", "epoch": "1", "until": str(seconds * 1000 + milliseconds), "last_id": ""}
    await mq.hset(f"{stream}:owner", mapping=lease)


async def test_an_empty_system_is_quiet(links: Links, mq: Client, cache: Client) -> None:
    assert [(row["stream"], row["state"], row["length"]) for row in await lag.survey(links)] == [
        ("kakao:20q", "quiet", 0),
        ("kakao:turtle-soup", "quiet", 0),
        ("kakao:hololive", "quiet", 0),
        ("kakao:bot:reply", "quiet", 0),
        ("20q:finished", "ok", 0),
        ("turtle:events", "ok", 0),
    ]


async def test_lines_that_nobody_reads_are_stuck(links: Links, mq: Client, cache: Client) -> None:
    for _ in range(3):
        await mq.xadd("kakao:20q", LINE)
    found = await row(links, "kakao:20q")
    assert (found["state"], found["unread"], found["owner"], found["group"]) == ("stuck", 3, "", "")
    assert found["oldest_seconds"] > 0
    await mq.xgroup_create("kakao:20q", "20q-bot-group", "0")
    await own(mq, -1000)
    found = await row(links, "kakao:20q")
    assert (found["state"], found["unread"], found["group"]) == ("stuck", 3, "20q-bot-group")


async def test_pending_and_unread_lines_of_an_owner(links: Links, mq: Client, cache: Client) -> None:
    for _ in range(3):
        await mq.xadd("kakao:20q", LINE)
    await mq.xgroup_create("kakao:20q", "20q-bot-group", "0")
    await mq.xreadgroup("20q-bot-group", "bot-1", {"kakao:20q": ">"}, count=2)
    await own(mq, 9000)
    found = await row(links, "kakao:20q")
    assert (found["state"], found["length"], found["unread"], found["pending"]) == ("ok", 3, 1, 2)
    assert found["owner"] == "bot-1"
    assert 0 < found["lease_seconds"] <= 9
    first = (await mq.xrange("kakao:20q"))[0][0].decode()
    seconds, _ = await mq.time()
    assert abs(found["oldest_seconds"] - (seconds - int(first.split("-")[0]) / 1000)) < 5


async def test_our_bridge_owns_the_replies_by_a_lease(links: Links, mq: Client, cache: Client) -> None:
    await mq.xadd("kakao:bot:reply", {"chatId": "1", "text": "x"})
    await mq.xgroup_create("kakao:bot:reply", "iris-bridge", "0")
    assert (await row(links, "kakao:bot:reply"))["state"] == "stuck"
    await own(mq, 9000, "kakao:bot:reply")
    found = await row(links, "kakao:bot:reply")
    assert (found["state"], found["group"], found["unread"]) == ("ok", "iris-bridge", 1)


async def test_another_bridge_is_known_by_its_group(links: Links, mq: Client, cache: Client) -> None:
    await mq.xadd("kakao:bot:reply", {"chatId": "1", "text": "x"})
    assert (await row(links, "kakao:bot:reply"))["state"] == "stuck"
    await mq.xgroup_create("kakao:bot:reply", "iris-20q-group", "0")
    assert (await row(links, "kakao:bot:reply"))["state"] == "stuck"
    await mq.xreadgroup("iris-20q-group", "bridge-1", {"kakao:bot:reply": ">"})
    found = await row(links, "kakao:bot:reply")
    assert (found["state"], found["group"], found["owner"], found["pending"]) == (
        "ok",
        "iris-20q-group",
        "bridge-1",
        1,
    )


async def test_finished_games_wait_in_their_ledger(links: Links, mq: Client, cache: Client) -> None:
    await cache.xadd("20q:finished", {"game": "{}"})
    found = await row(links, "20q:finished")
    assert (found["length"], found["unread"]) == (1, 1)
    assert found["oldest_seconds"] >= 0


async def test_streams_and_groups_are_those_of_the_settings(
    links: Links, mq: Client, cache: Client, env: dict[str, str]
) -> None:
    links.env |= {"TWENTYQ_MQ_STREAM_KEY": "a,b", "TWENTYQ_MQ_CONSUMER_GROUP": "g"}
    await mq.xgroup_create("b", "g", "0", mkstream=True)
    rows = {row["stream"]: row["group"] for row in await lag.survey(links)}
    assert (rows["a"], rows["b"]) == ("", "g")
