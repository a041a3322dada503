"""Brings the schemas up to date, as each program does at its start: for who wants to see it happen before."""

from collections.abc import Sequence
from typing import Any

from botkit.postgres.migrate import MigrationRefused, migrate, outstanding
from workspace.links import Links, Trouble
from workspace.programs import PROGRAMS, Program


async def bring_up(links: Links, programs: Sequence[Program], *, dry: bool) -> list[dict[str, Any]]:
    """Apply what is missing (with `dry`, only tell), program by program; all of them when none is named.

    Raises:
        Trouble: a file was edited or removed after it had been applied.
    """
    rows = []
    for program in programs or [program for program in PROGRAMS if program.has_migrations]:
        if not program.has_migrations:
            raise Trouble(f"{program.name} keeps nothing in PostgreSQL: {program.migrations_directory}")
        pool = await (await links.database(program.schema)).pool()
        step = outstanding if dry else migrate
        try:
            files = await step(pool, schema=program.schema, directory=program.migrations_directory)
        except MigrationRefused as error:
            raise Trouble(f"{program.name}: {error}") from None
        rows.append(
            {"program": program.name, "schema": program.schema, "missing" if dry else "applied": files}
        )
    return rows
