"""The keys of a Valkey as a file of `RESTORE` commands, written and read back over the network.

Why not an RDB file: a container with only a port can send one (as to a replica), but can take none back. This
file goes both ways, keeps streams with their groups and pending entries, and needs no tool of ours:
`gunzip -c FILE | valkey-cli --pipe`. Each key is copied whole; between keys time passes. Records come before
streams, so that a game that ends meanwhile is found twice, not lost (finished games are written once).
"""

import gzip
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from botkit.valkey.clients import Redis

PAGE = 100
"""Keys that are asked for at once."""


class Damaged(Exception):
    """A file that is no list of commands, or ends in the middle of one."""


async def write(client: Redis, path: Path) -> int:
    """Copy every key into `path`; returns how many."""
    with gzip.open(path, "wb") as file:
        count = await _copy_all(client, client.scan_iter(count=PAGE), file, streams=False)
        return count + await _copy_all(
            client, client.scan_iter(count=PAGE, _type="stream"), file, streams=True
        )


async def read(client: Redis, path: Path) -> int:
    """Carry out the commands in `path`; returns how many keys there are now that were not there before.

    Raises:
        Damaged: the file cannot be read to its end.
        RedisError: a key was there already, or comes from a later Valkey.
    """
    before = await client.dbsize()
    with gzip.open(path, "rb") as file:
        page: list[Sequence[bytes]] = []
        for command in commands(file):
            page.append(command)
            if len(page) == PAGE:
                await _carry_out(client, page)
                page = []
        await _carry_out(client, page)
    return int(await client.dbsize()) - int(before)


def commands(file: Any) -> Iterator[list[bytes]]:
    """The commands in a file, as Valkey's protocol writes them.

    Raises:
        Damaged: it ends early, or is something else.
    """
    try:
        while head := file.readline():
            yield [_bulk(file) for _ in range(_number(head, b"*"))]
    except (EOFError, OSError, ValueError) as error:
        raise Damaged(f"the copy cannot be read: {error}") from None


async def _copy_all(client: Redis, keys: AsyncIterator[bytes], file: gzip.GzipFile, *, streams: bool) -> int:
    count = 0
    page: list[bytes] = []
    seen: set[bytes] = set()
    async for key in keys:
        if key in seen:  # SCAN may tell a key twice, and a key can be restored once
            continue
        seen.add(key)
        page.append(key)
        if len(page) == PAGE:
            count += await _copy(client, page, file, streams=streams)
            page = []
    return count + await _copy(client, page, file, streams=streams)


async def _copy(client: Redis, keys: Sequence[bytes], file: gzip.GzipFile, *, streams: bool) -> int:
    pipe = client.pipeline(transaction=True)
    for key in keys:
        pipe.execute_command("TYPE", key)
        pipe.execute_command("PEXPIRETIME", key)
        pipe.execute_command("DUMP", key)
    found: list[Any] = await pipe.execute() if keys else []
    count = 0
    for key, kind, until, payload in zip(keys, found[::3], found[1::3], found[2::3], strict=True):
        if payload is None or (kind == b"stream") is not streams:  # gone meanwhile, or not its turn
            continue
        until_ms = str(max(0, until)).encode()
        file.write(_command(b"RESTORE", key, until_ms, payload, b"ABSTTL"))
        count += 1
    return count


async def _carry_out(client: Redis, page: Sequence[Sequence[bytes]]) -> None:
    pipe = client.pipeline(transaction=False)
    for command in page:
        pipe.execute_command(*command)
    if page:
        await pipe.execute()


def _command(*parts: bytes) -> bytes:
    head = b"*%d\r\n" % len(parts)
    return head + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def _bulk(file: Any) -> bytes:
    size = _number(file.readline(), b"$")
    data: bytes = file.read(size + 2)
    if len(data) != size + 2:
        raise ValueError("it ends in the middle")
    return data[:-2]


def _number(line: bytes, mark: bytes) -> int:
    if not line.startswith(mark):
        raise ValueError("it is no list of commands")
    return int(line[1:])
