"""What operators set: alert settings, the access list, changed texts; with a trace of every change.

Functions that change something take an open connection, so that a change and its trace are one transaction.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botkit.postgres.pool import Database
from hololive_bot.access import AccessList, Mode
from hololive_bot.repository.link import Connection, connection, transaction

ALERTS, DIFFERENCES = "alerts", "channel_differences"
SETTINGS, ACCESS, TEXTS = "settings", "access", "texts"
"""Names of revisions."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A change that was made."""

    at: float
    key_label: str
    action: str
    subject: str
    difference: Any


class Operations:
    """Reads what operators have set."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def revisions(self) -> dict[str, int]:
        """How often each kind of thing has changed; raises DatabaseAway."""
        async with connection(self._database) as link:
            rows = await link.fetch("SELECT name, number FROM revisions")
        return {row["name"]: row["number"] for row in rows}

    async def alert_settings(self) -> dict[str, Any]:
        """The alert settings that were changed over HTTP; raises DatabaseAway."""
        async with connection(self._database) as link:
            return await read_alert_settings(link)

    async def access(self) -> AccessList:
        """Who is listened to; raises DatabaseAway."""
        async with connection(self._database) as link:
            return await read_access(link)

    async def seed_access(self, seed: AccessList) -> None:
        """Take the operator's settings over when nothing is there yet; raises DatabaseAway."""
        async with transaction(self._database) as link:
            await link.execute("LOCK TABLE acl_settings, acl_rooms IN SHARE ROW EXCLUSIVE MODE")
            if await link.fetchval("SELECT EXISTS (SELECT FROM acl_settings)"):
                return
            await write_access(link, seed)

    async def texts(self) -> dict[str, str]:
        """The texts that are said differently; raises DatabaseAway."""
        async with connection(self._database) as link:
            return await read_texts(link)

    async def traces(self, most: int) -> list[Trace]:
        """The last changes, the newest first; raises DatabaseAway."""
        async with connection(self._database) as link:
            rows = await link.fetch("SELECT * FROM audit ORDER BY id DESC LIMIT $1", most)
        return [
            Trace(
                row["at"].timestamp(),
                row["key_label"],
                row["action"],
                row["subject"],
                json.loads(row["difference"]),
            )
            for row in rows
        ]

    async def differences(self) -> dict[str, list[str]]:
        """Channels that are new at the agency, or silent there; raises DatabaseAway."""
        async with connection(self._database) as link:
            found = await link.fetchval("SELECT value FROM settings WHERE key = $1", DIFFERENCES)
        return dict(json.loads(found)) if found else {}

    async def is_due(self, job: str, *, since: float) -> bool:
        """Whether a timed job has not run since then; raises DatabaseAway."""
        async with connection(self._database) as link:
            ran = await link.fetchval("SELECT ran_at FROM job_runs WHERE name = $1", job)
        return ran is None or ran.timestamp() < since

    async def note_run(self, job: str, now: float) -> None:
        """A timed job has run; raises DatabaseAway."""
        async with connection(self._database) as link:
            await link.execute(_RAN, job, datetime.fromtimestamp(now, UTC))


async def bump(link: Connection, name: str) -> None:
    """Every process reads this kind of thing anew."""
    await link.execute(_BUMP, name)


async def read_alert_settings(link: Connection) -> dict[str, Any]:
    """The alert settings that were changed over HTTP."""
    found = await link.fetchval("SELECT value FROM settings WHERE key = $1", ALERTS)
    return dict(json.loads(found)) if found else {}


async def put_alert_settings(link: Connection, values: Mapping[str, Any]) -> None:
    """Set what holds for every room that has not chosen otherwise."""
    await link.execute(_PUT, ALERTS, json.dumps(dict(values)))
    await bump(link, SETTINGS)


async def put_differences(link: Connection, values: Mapping[str, Sequence[str]]) -> None:
    """Keep which channels differ from ours."""
    await link.execute(_PUT, DIFFERENCES, json.dumps(dict(values)))


async def read_access(link: Connection) -> AccessList:
    """Who is listened to."""
    settings = {row["key"]: row["value"] for row in await link.fetch("SELECT key, value FROM acl_settings")}
    mode = Mode(settings.get("mode", Mode.WHITELIST))
    rooms = await link.fetch("SELECT room_id FROM acl_rooms WHERE list_type = $1 ORDER BY room_id", mode)
    return AccessList(settings.get("enabled") == "true", mode, frozenset(row["room_id"] for row in rooms))


async def write_access(link: Connection, access: AccessList) -> None:
    """Set switch and mode, and the rooms of that mode; the list of the other mode stays."""
    await set_access(link, enabled=access.enabled, mode=access.mode)
    await link.execute(
        "DELETE FROM acl_rooms WHERE list_type = $1 OR room_id = ANY ($2)", access.mode, list(access.rooms)
    )
    rows: Sequence[tuple[str, str]] = [(room, access.mode.value) for room in sorted(access.rooms)]
    await link.executemany("INSERT INTO acl_rooms (room_id, list_type) VALUES ($1, $2)", rows)


async def set_access(link: Connection, *, enabled: bool, mode: Mode) -> None:
    """Whether the list counts, and what for."""
    await link.execute(_SET_ACCESS, "true" if enabled else "false", mode)
    await bump(link, ACCESS)


async def read_texts(link: Connection) -> dict[str, str]:
    """The texts that are said differently."""
    rows = await link.fetch("SELECT key, value FROM message_catalogue ORDER BY key")
    return {row["key"]: row["value"] for row in rows}


async def put_text(link: Connection, key: str, value: str | None) -> None:
    """Say a text differently, or as the file has it again."""
    if value is None:
        await link.execute("DELETE FROM message_catalogue WHERE key = $1", key)
    else:
        await link.execute(_PUT_TEXT, key, value)
    await link.execute("INSERT INTO message_revisions (key, value) VALUES ($1, $2)", key, value)
    await bump(link, TEXTS)


async def trace(link: Connection, *, key_label: str, action: str, subject: str, difference: Any) -> None:
    """Write down who changed what."""
    await link.execute(_TRACE, key_label, action, subject, json.dumps(difference, ensure_ascii=False))


_BUMP = """
INSERT INTO revisions (name, number) VALUES ($1, 1)
ON CONFLICT (name) DO UPDATE SET number = revisions.number + 1
"""

_PUT = """
INSERT INTO settings (key, value) VALUES ($1, $2::jsonb)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
"""

_SET_ACCESS = """
INSERT INTO acl_settings (key, value) VALUES ('enabled', $1), ('mode', $2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""

_PUT_TEXT = """
INSERT INTO message_catalogue (key, value) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
"""

_TRACE = "INSERT INTO audit (key_label, action, subject, difference) VALUES ($1, $2, $3, $4::jsonb)"

_RAN = """
INSERT INTO job_runs (name, ran_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at
"""
