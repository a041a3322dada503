"""The members in PostgreSQL: what came with the program, and what administrators changed since."""

import json
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import asyncpg
import structlog
from pydantic import ValidationError

from botkit.postgres.pool import Database
from hololive_bot.members import Member
from hololive_bot.repository.link import Connection, connection, transaction
from hololive_bot.repository.operations import bump

log = structlog.get_logger(__name__)

REVISION = "members"

COLUMNS = (
    *("type", "english_name", "japanese_name", "japanese_reading", "korean_name", "short_korean_name"),
    *("channel_id", "branch", "units", "debut_date", "birthday_month", "birthday_day", "status"),
    *("activity_end", "aliases", "nicknames", "channel_titles", "links", "facts", "photo", "summary_ko"),
)
_COLUMNS_OF = {"birthday": ("birthday_month", "birthday_day")}
_JSON = frozenset({"aliases", "nicknames", "links", "facts"})
NOT_SEEDED = frozenset({"photo", "summary_ko"})
"""Never in the files: the channel or an administrator says them."""


class Members:
    """The table of members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def every(self) -> list[Member]:
        """All of them, in the order in which they came; one that cannot be read harms no other.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        async with connection(self._database) as link:
            rows = await link.fetch("SELECT * FROM members ORDER BY id")
        return [member for row in rows if (member := _readable(row))]

    async def seed(self, members: Iterable[Member]) -> int:
        """Add who is missing, bring the others up to date but for what administrators have changed.

        Rows that left the files stay. Returns how many rows were added or changed.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        changed = 0
        async with transaction(self._database) as link:
            await link.execute("LOCK TABLE members IN SHARE ROW EXCLUSIVE MODE")
            rows = {row["slug"]: row for row in await link.fetch("SELECT * FROM members")}
            for member in members:
                row = rows.get(member.id)
                if row is None:
                    await insert(link, member)
                    changed += 1
                    continue
                locked = {*row["locked_fields"], *NOT_SEEDED}
                fields = [name for name in Member.model_fields if name not in locked and name != "id"]
                before = _readable(row)
                fresh = [
                    name
                    for name in fields
                    if before is None or getattr(before, name) != getattr(member, name)
                ]
                if fresh:
                    await _update(link, member, fresh)
                    changed += 1
            if changed:
                await bump(link, REVISION)
        return changed


async def find(link: Connection, member_id: str) -> Member | None:
    """A member, locked until the transaction ends."""
    row = await link.fetchrow("SELECT * FROM members WHERE slug = $1 FOR UPDATE", member_id)
    return _member(row) if row else None


async def insert(link: Connection, member: Member) -> bool:
    """Add a member; False when the id is taken."""
    values = _values(member)
    columns = ", ".join(("slug", *COLUMNS))
    places = ", ".join(f"${number}" for number in range(1, len(COLUMNS) + 2))
    statement = (
        f"INSERT INTO members ({columns}) VALUES ({places}) ON CONFLICT (slug) DO NOTHING RETURNING id"  # noqa: S608 - our own names
    )
    return await link.fetchval(statement, member.id, *(values[name] for name in COLUMNS)) is not None


async def change(link: Connection, member: Member, fields: Collection[str]) -> None:
    """Write some fields of a member; files leave them alone from then on."""
    await _update(link, member, fields)
    lock = """
        UPDATE members SET locked_fields = ARRAY(
            SELECT DISTINCT field FROM unnest(locked_fields || $2::text[]) AS field ORDER BY field)
        WHERE slug = $1
    """
    await link.execute(lock, member.id, list(fields))
    await bump(link, REVISION)


async def set_photos(link: Connection, photos: Collection[tuple[str, str]]) -> None:
    """Channel id → photo address."""
    statement = """
        UPDATE members SET photo = $2, photo_updated_at = now()
        WHERE channel_id = $1 AND photo IS DISTINCT FROM $2 AND NOT 'photo' = ANY (locked_fields)
    """
    await link.executemany(statement, photos)


async def _update(link: Connection, member: Member, fields: Collection[str]) -> None:
    values = _values(member)
    columns = [column for field in fields for column in _COLUMNS_OF.get(field, (field,))]
    settings = ", ".join(f"{column} = ${number}" for number, column in enumerate(columns, 2))
    statement = f"UPDATE members SET {settings}, updated_at = now() WHERE slug = $1"  # noqa: S608 - our own names
    await link.execute(statement, member.id, *(values[column] for column in columns))


def _values(member: Member) -> dict[str, Any]:
    """Column → value."""
    dumped = member.model_dump(mode="json")
    values = {name: json.dumps(value) if name in _JSON else value for name, value in dumped.items()}
    debut = member.debut
    values["debut_date"] = date(debut.year, debut.month, debut.day) if debut else None
    values["birthday_month"], values["birthday_day"] = member.born or (None, None)
    return values


def _readable(row: asyncpg.Record) -> Member | None:
    """None for what another release, or a hand, has written and nobody can read."""
    try:
        return _member(row)
    except ValidationError as error:
        log.error("member_unreadable", member=row["slug"], fields=[e["loc"] for e in error.errors()])
        return None


def _member(row: asyncpg.Record) -> Member:
    values = {name: json.loads(row[name]) if name in _JSON else row[name] for name in COLUMNS}
    month, day = values.pop("birthday_month"), values.pop("birthday_day")
    values["birthday"] = f"{month:02}-{day:02}" if month else None
    values["debut_date"] = values["debut_date"].isoformat() if values["debut_date"] else None
    return Member.model_validate(values | {"id": row["slug"]})
