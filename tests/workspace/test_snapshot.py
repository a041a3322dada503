"""A Valkey's keys go into a file and come back as they were."""

import gzip
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ResponseError

from tests.support.servers import Client
from workspace import snapshot


async def content(client: Client) -> dict[bytes, Any]:
    """Every key with its value; groups of a stream, too."""
    found: dict[bytes, Any] = {}
    async for key in client.scan_iter():
        kind = await client.type(key)
        if kind == b"hash":
            found[key] = await client.hgetall(key)
        elif kind == b"stream":
            found[key] = await client.xrange(key), await client.xinfo_groups(key)
        else:
            found[key] = await client.get(key)
    return found


@pytest.fixture
async def filled(mq: Client) -> Client:
    """Records, streams with groups and pending entries, bytes of every kind."""
    for number in range(250):
        await mq.hset(f"20q:room:{number}", mapping={"data": "{}", "version": str(number)})
        await mq.pexpire(f"20q:room:{number}", 3_600_000)
    await mq.set(b"raw \r\n\x00\xff", bytes(range(256)) * 50, ex=600)
    for _ in range(5):
        await mq.xadd("kakao:20q", {"room": "1", "text": "안녕\r\n$5\r\n"})
    await mq.xgroup_create("kakao:20q", "g", "0")
    await mq.xreadgroup("g", "c", {"kakao:20q": ">"}, count=2)
    return mq


async def test_everything_comes_back(filled: Client, tmp_path: Path) -> None:
    before = await content(filled)
    file = tmp_path / "copy.gz"
    assert await snapshot.write(filled, file) == 252
    await filled.flushall()
    assert await snapshot.read(filled, file) == 252
    assert await content(filled) == before
    assert 3_590_000 < await filled.pttl("20q:room:7") <= 3_600_000
    pending: Any = await filled.xpending("kakao:20q", "g")
    assert pending["pending"] == 2


async def test_a_key_whose_time_has_come_stays_away(mq: Client, tmp_path: Path) -> None:
    await mq.set("gone", "x", pxat=int(time.time() * 1000) + 60_000)
    await mq.set("stays", "x")
    file = tmp_path / "copy.gz"
    await snapshot.write(mq, file)
    old = gzip.decompress(file.read_bytes())
    (until,) = [part for part in old.split(b"\r\n") if part.startswith(b"1") and len(part) == 13]
    file.write_bytes(gzip.compress(old.replace(until, b"1000000000000"), mtime=0))
    await mq.flushall()
    assert await snapshot.read(mq, file) == 1
    assert await mq.exists("gone") == 0


async def test_streams_are_written_after_the_records_that_feed_them(filled: Client, tmp_path: Path) -> None:
    file = tmp_path / "copy.gz"
    await snapshot.write(filled, file)
    with gzip.open(file) as opened:
        names = [command[1] for command in snapshot.commands(opened)]
    assert names[-1] == b"kakao:20q"


async def test_a_key_that_a_scan_tells_twice_is_copied_once(
    mq: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As SCAN may, while keys come and go."""
    for number in range(150):
        await mq.set(f"key:{number}", "x")
    scan = mq.scan_iter

    async def twice(**how: Any) -> AsyncIterator[bytes]:
        for _ in range(2):
            async for key in scan(**how):
                yield key

    monkeypatch.setattr(mq, "scan_iter", twice)
    assert await snapshot.write(mq, tmp_path / "copy.gz") == 150
    monkeypatch.undo()
    await mq.flushall()
    assert await snapshot.read(mq, tmp_path / "copy.gz") == 150


async def test_what_is_there_is_not_overwritten(mq: Client, tmp_path: Path) -> None:
    await mq.set("a", "old")
    file = tmp_path / "copy.gz"
    await snapshot.write(mq, file)
    await mq.set("a", "new")
    with pytest.raises(ResponseError, match="BUSYKEY"):
        await snapshot.read(mq, file)
    assert await mq.get("a") == b"new"


async def test_an_empty_valkey_has_an_empty_copy(mq: Client, tmp_path: Path) -> None:
    assert await snapshot.write(mq, tmp_path / "copy.gz") == 0
    assert await snapshot.read(mq, tmp_path / "copy.gz") == 0


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"*2\r\n$7\r\nRESTORE\r\n$90\r\nhalf", mtime=0),
        gzip.compress(b"hello\r\n", mtime=0),
        gzip.compress(b"*1\r\nxx\r\n", mtime=0),
        gzip.compress(b"*5\r\n" * 3, mtime=0)[:-6],
        b"no gzip",
    ],
)
async def test_a_damaged_copy_is_told(mq: Client, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "copy.gz").write_bytes(data)
    with pytest.raises(snapshot.Damaged):
        await snapshot.read(mq, tmp_path / "copy.gz")
    assert await mq.dbsize() == 0
