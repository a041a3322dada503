"""Do both Valkeys answer, keep what they are told, refuse rather than evict, and have memory left?"""

import time
from typing import Any

from botkit.valkey.clients import Redis
from workspace.doctor.finding import Finding, fail, ok, warn
from workspace.links import Links

FULL, NEARLY_FULL = 0.95, 0.8
"""Shares of the memory limit."""


async def check_mq(links: Links) -> list[Finding]:
    """valkey-mq."""
    return await _examine(await links.mq())


async def check_cache(links: Links) -> list[Finding]:
    """valkey-cache."""
    return await _examine(await links.cache())


async def _examine(client: Redis) -> list[Finding]:
    await client.ping()  # connects
    began = time.perf_counter()
    await client.ping()
    took = (time.perf_counter() - began) * 1000
    info: Any = await client.info()
    version = info.get("valkey_version") or info["redis_version"]
    return [
        ok("answers", f"version {version}, ping {took:.1f} ms, {await client.dbsize()} keys"),
        _persistence(info),
        _eviction(info),
        _memory(info),
    ]


def _persistence(info: Any) -> Finding:
    if not info["aof_enabled"]:
        return fail("persistence", "no append-only file", "start it with --appendonly yes")
    for name in ("aof_last_write_status", "aof_last_bgrewrite_status"):
        if info[name] != "ok":
            return fail("persistence", f"{name} is {info[name]}", "look at its log; is its disk full?")
    return ok("persistence", "append-only file, last write ok")


def _eviction(info: Any) -> Finding:
    policy = info["maxmemory_policy"]
    if policy != "noeviction":
        return fail("eviction", policy, "set --maxmemory-policy noeviction: it may throw away a running game")
    return ok("eviction", policy)


def _memory(info: Any) -> Finding:
    used, limit = int(info["used_memory"]), int(info["maxmemory"])
    if not limit:
        return warn(
            "memory", f"{_megabytes(used)} used, no limit", "set --maxmemory below the container's limit"
        )
    share = used / limit
    seen = f"{_megabytes(used)} of {_megabytes(limit)} ({share:.0%})"
    if share > NEARLY_FULL:
        advice = "see what grows: python -m workspace lag, dead list; then raise --maxmemory"
        return (fail if share > FULL else warn)("memory", seen, advice)
    return ok("memory", seen)


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB"
