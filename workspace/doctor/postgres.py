"""Does PostgreSQL let us in, are the schemas up to date, and could it be copied?"""

from botkit.postgres.migrate import MigrationRefused, outstanding
from workspace import dumps
from workspace.doctor.finding import Finding, fail, ok, warn
from workspace.links import Links, Trouble
from workspace.programs import PROGRAMS, Program


async def check_database(links: Links) -> list[Finding]:
    """The server, each program's schema, the tools for a copy."""
    pool = await (await links.database("public")).pool()
    version = await pool.fetchval("SHOW server_version")
    size = await pool.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
    findings = [ok("answers", f"version {version}, {size}")]
    findings += [await _schema(links, program) for program in PROGRAMS if program.has_migrations]
    try:
        tools = await dumps.find(await dumps.major(await links.database("public")))
    except Trouble as error:
        first, _, rest = str(error).partition(". ")
        return [*findings, warn("copies", first, rest)]
    return [*findings, ok("copies", f"pg_dump {tools.major} in {tools.directory}")]


async def _schema(links: Links, program: Program) -> Finding:
    what = f"schema {program.schema}"
    pool = await (await links.database(program.schema)).pool()
    try:
        missing = await outstanding(pool, schema=program.schema, directory=program.migrations_directory)
    except MigrationRefused as error:
        return fail(what, str(error), "run the release that wrote it, or bring the file back")
    if missing:
        advice = f"start {program.name}, or run: python -m workspace migrate {program.name}"
        return warn(what, f"not applied yet: {', '.join(missing)}", advice)
    return ok(what, "up to date")
