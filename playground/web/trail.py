"""Looks for what a line left behind: on valkey-mq, where the bridge notes it, and in the log files."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from botkit.valkey.clients import FAILED, Address, blocking_client, command_client
from playground.web.ways import way

DELIVERIES = "kakao:bot:delivery"
SEEN = "bridge:seen:"
"""Followed by a log id: the entry that the row became."""

MANY = 500
BLOCK_MS = 5000
REST_SECONDS = 1.0
TOLD = ("entry", "replyTo", "dedupKey", "type", "state", "logId", "at", "bot")


class Trail:
    """Reads only."""

    def __init__(self, env: Mapping[str, str]) -> None:
        mq = Address(env.get("MQ_HOST", "127.0.0.1"), int(env.get("MQ_PORT", "1833")))
        self._client = command_client(mq, timeout=5.0)
        self._blocking = blocking_client(mq)
        self._logs = Path(env.get("LOG_DIR", "logs"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()
        await self._blocking.aclose()

    async def of_line(self, log: str) -> dict[str, Any] | None:
        """The way of a line that somebody typed; None when no bot reads it, or the bridge has not yet."""
        entry: Any = await self._client.get(f"{SEEN}{log}")
        return await self._way(log, entry.decode()) if entry else None

    async def of_reply(self, entry: str) -> dict[str, Any]:
        """The way of the line that a reply answers."""
        return await self._way("", entry)

    async def deliveries(self, after: str) -> AsyncIterator[tuple[str, dict[str, str]]]:
        """What becomes of each bubble, as it is told; what lies behind `after` comes first. Never ends."""
        while True:
            try:
                found: Any = await self._blocking.xread({DELIVERIES: after}, count=MANY, block=BLOCK_MS)
            except FAILED:
                await asyncio.sleep(REST_SECONDS)
                continue
            for raw, fields in found[0][1] if found else ():
                after = raw.decode()
                yield after, _told(fields)

    async def _way(self, log: str, entry: str) -> dict[str, Any]:
        found: Any = await self._client.xrange(DELIVERIES, min=entry, count=MANY)
        answers = [told for _, fields in found if (told := _told(fields)).get("replyTo") == entry]
        records = await asyncio.to_thread(self._records, entry)
        stream = next((str(one["stream"]) for one in records if one["event"] == "line_taken"), "")
        return way(log or await self._log_of(stream, entry), entry, records, answers)

    async def _log_of(self, stream: str, entry: str) -> str:
        """KakaoTalk's id of the line; empty when the entry is no longer there."""
        found: Any = await self._client.xrange(stream, entry, entry) if stream else ()
        return found[0][1].get(b"logId", b"").decode() if found else ""

    def _records(self, entry: str) -> list[dict[str, Any]]:
        """The records of every log with the entry's id; `at` is when each was written, in milliseconds."""
        found = []
        for path in sorted(self._logs.glob("*.log")):
            with path.open(encoding="utf-8", errors="replace") as lines:
                records = [_record(line) for line in lines if entry in line]
            found += [one for one in records if entry in (one.get("entry"), one.get("request_id"))]
        return [one | {"at": datetime.fromisoformat(one["timestamp"]).timestamp() * 1000} for one in found]


def _record(line: str) -> dict[str, Any]:
    """A line of a log; empty when it is no record, or only half written yet."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _told(fields: Mapping[bytes, bytes]) -> dict[str, str]:
    known = {name.decode(): value.decode("utf-8", "replace") for name, value in fields.items()}
    return {name: known[name] for name in TOLD if name in known}
