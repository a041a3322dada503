"""Who waits in the streams, for how long, and who should be reading."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from botkit.runtime.clock import entry_seconds
from botkit.runtime.settings import MqSettings, load
from botkit.valkey.clients import Redis
from workspace.links import Links
from workspace.programs import BOTS, BRIDGE


@dataclass(frozen=True, slots=True)
class Lag:
    """One stream. `oldest_seconds` is the age of the first entry that nobody has finished.

    `state` is `ok`, `stuck` (something waits and nobody reads), or `quiet` (nobody reads, nothing waits).
    """

    stream: str
    state: str
    length: int
    unread: int | None
    pending: int
    oldest_seconds: float | None
    group: str
    owner: str
    lease_seconds: float | None


async def survey(links: Links) -> list[dict[str, Any]]:
    """Every stream that a program reads."""
    mq, cache = await links.mq(), await links.cache()
    replies = load(MqSettings).mq_reply_stream_key
    rows = [
        await _owned(mq, stream, bot.consumer_group(links.env))
        for bot in BOTS
        for stream in bot.streams(links.env)
    ]
    rows.append(await _replies(mq, replies, BRIDGE.consumer_group(links.env)))
    rows += [await _ledger(cache, bot.ledger) for bot in BOTS if bot.ledger]
    return [asdict(row) for row in rows]


async def _owned(mq: Redis, stream: str, group: str) -> Lag:
    """A stream of ours: its owner holds the lease beside it."""
    now = await _now(mq)
    lease: Any = await mq.hgetall(f"{stream}:owner")
    left = int(lease.get(b"until", 0)) / 1000 - now
    owner = lease.get(b"holder", b"").decode() if left > 0 else ""
    found = await _group(mq, stream, group)
    return await _row(mq, stream, now, found, group=group, owner=owner, left=left if owner else None)


async def _replies(mq: Redis, stream: str, group: str) -> Lag:
    """The stream of replies: our bridge holds a lease like a bot; of another one only its group is seen."""
    ours = await _owned(mq, stream, group)
    groups: Any = await mq.xinfo_groups(stream) if await mq.exists(stream) else []
    found = max(groups, key=lambda group: int(group["entries-read"] or 0), default=None)
    if ours.owner or found is None or found["name"].decode() == group:
        return ours
    name = found["name"].decode()
    readers: Any = await mq.xinfo_consumers(stream, name)
    owner = min(readers, key=lambda reader: int(reader["idle"]), default={"name": b""})["name"].decode()
    return await _row(mq, stream, await _now(mq), found, group=name, owner=owner, left=None)


async def _ledger(cache: Redis, stream: str) -> Lag:
    """Finished games on their way to PostgreSQL: what stands there waits for the bot's archiver."""
    now = await _now(cache)
    length = int(await cache.xlen(stream))
    first: Any = await cache.xrange(stream, count=1)
    oldest = now - entry_seconds(first[0][0].decode()) if first else None
    return Lag(stream, "ok", length, length, 0, oldest, "", "", None)


async def _row(
    mq: Redis,
    stream: str,
    now: float,
    found: Mapping[str, Any] | None,
    *,
    group: str,
    owner: str,
    left: float | None,
) -> Lag:
    length = int(await mq.xlen(stream))
    pending, oldest = 0, None
    unread: int | None = length
    first: Any = await mq.xrange(stream, count=1)
    if found:
        pending = int(found["pending"])
        read_to = found["last-delivered-id"].decode()
        unread = int(found["lag"]) if found["lag"] is not None else None
        first = await mq.xrange(stream, min=f"({read_to}", count=1)
        if pending:
            summary: Any = await mq.xpending(stream, group)
            oldest = now - entry_seconds(summary["min"].decode())
    if first:
        oldest = max(oldest or 0.0, now - entry_seconds(first[0][0].decode()))
    waits = oldest is not None
    state = "ok" if owner else "stuck" if waits else "quiet"
    return Lag(stream, state, length, unread, pending, oldest, group if found else "", owner, left)


async def _group(mq: Redis, stream: str, group: str) -> Mapping[str, Any] | None:
    groups: Any = await mq.xinfo_groups(stream) if await mq.exists(stream) else []
    return next((found for found in groups if found["name"].decode() == group), None)


async def _now(client: Redis) -> float:
    """The server's clock: entry ids and leases are made by it."""
    seconds, microseconds = await client.time()
    return float(seconds) + microseconds / 1_000_000
