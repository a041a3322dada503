"""`python -m workspace`: what can be typed. Each command reads the same `.env` as the programs.

Exit status: 0 all is well; 1 something is wrong, as told; 2 the command or the settings cannot be understood;
3 a server that the command needs does not answer.
"""

import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from dotenv import load_dotenv

from workspace import backup, dead, games, lag, migrations, rooms, usage
from workspace.doctor.examination import examine
from workspace.links import WRONG, run
from workspace.output import complain, report, say, show, shown
from workspace.programs import UnknownProgram, named

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="The operators' command line: what is wrong, who waits, what was given up, a copy of everything.",
    epilog="Exit status: 0 well; 1 something is wrong; 2 bad usage or settings; 3 a server does not answer.",
)
dead_app = typer.Typer(no_args_is_help=True, help="Entries that were given up: list, show, replay, purge.")
app.add_typer(dead_app, name="dead")

Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Letters = Annotated[list[str] | None, typer.Argument(help="Ids of the letters.", show_default=False)]
Stream = Annotated[str, typer.Argument(help="The stream, with or without :dead.")]
All = Annotated[bool, typer.Option("--all", help="Every letter of the stream.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.callback()
def prepare(
    env_file: Annotated[
        Path | None,
        typer.Option(
            help="Read this file, too; the playground writes .run/env.", exists=True, dir_okay=False
        ),
    ] = None,
) -> None:
    """Results go to stdout, complaints to stderr; the kit's warnings are what the doctor tells better."""
    if env_file:
        load_dotenv(env_file)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@app.command()
def doctor(as_json: Json = False) -> None:
    """Look at everything the system needs, and say what to do about what is wrong."""
    findings = run(examine)
    show(findings, as_json=True, empty="") if as_json else report(findings)
    if any(finding["status"] == "fail" for finding in findings):
        raise typer.Exit(WRONG)


@app.command("rooms")
def show_rooms(as_json: Json = False) -> None:
    """Who plays what just now, without secrets."""
    show(run(rooms.playing), as_json=as_json, empty="nobody plays")


@app.command("lag")
def show_lag(as_json: Json = False) -> None:
    """Who waits in each stream, for how long, and who reads it. Status 1 when nobody reads what waits."""
    rows = run(lag.survey)
    show(rows, as_json=as_json, empty="")
    if any(row["state"] == "stuck" for row in rows):
        raise typer.Exit(WRONG)


@app.command("usage")
def show_usage(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days back.")] = 7, as_json: Json = False
) -> None:
    """Tokens and cost by day, as the LLM server counts them."""
    show(run(lambda links: usage.recent(links, days=days)), as_json=as_json, empty="no model was asked")


@app.command("games")
def show_games(
    most: Annotated[int, typer.Option("--last", min=1, max=1000, help="How many.")] = 20,
    spoil: Annotated[bool, typer.Option("--spoil", help="Tell what was to be guessed.")] = False,
    as_json: Json = False,
) -> None:
    """The last finished games."""
    rows = run(lambda links: games.finished(links, most=most, spoil=spoil))
    show(rows, as_json=as_json, empty="no game has ended yet")


@app.command()
def migrate(
    program: Annotated[
        list[str] | None, typer.Argument(help="llm-server, twentyq …; without one all of them.")
    ] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only tell what is missing.")] = False,
    as_json: Json = False,
) -> None:
    """Bring the schemas in PostgreSQL up to date, as each program does at its start."""
    try:
        chosen = [named(name) for name in program or ()]
    except UnknownProgram as error:
        raise typer.BadParameter(str(error)) from None
    rows = run(lambda links: migrations.bring_up(links, chosen, dry=dry))
    show(rows, as_json=as_json, empty="no program here has migrations")


@app.command("backup")
def make_backup(
    directory: Annotated[Path, typer.Option("--dir", help="Where the copies stand.")] = Path("backups"),
    keep: Annotated[int, typer.Option(min=1, help="How many copies stay.")] = 14,
    as_json: Json = False,
) -> None:
    """Copy PostgreSQL and both Valkeys into a new folder. Status 1 when a part could not be copied."""
    rows = run(lambda links: backup.back_up(links, directory, keep=keep))
    _tell(rows, as_json=as_json)


@app.command("restore")
def restore_backup(
    folder: Annotated[Path, typer.Argument(help="A folder that backup has made.", exists=True)],
    part: Annotated[
        list[str] | None, typer.Option(help="postgres, valkey-cache, valkey-mq; repeatable.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Throw away what is there now.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Put a copy back and compare. The bots and the LLM server must be stopped."""
    if replace:
        _confirm(yes, "Everything that stands there now will be lost. Go on?")
    rows = run(lambda links: backup.restore(links, folder, part or [], replace=replace))
    _tell(rows, as_json=as_json)


@dead_app.command("list")
def list_dead(as_json: Json = False) -> None:
    """Every stream of dead letters, how many, since when, and why."""
    show(run(dead.overview), as_json=as_json, empty="no dead letters")


@dead_app.command("show")
def show_dead(
    stream: Stream,
    letters: Letters = None,
    with_text: Annotated[bool, typer.Option("--show-text", help="Show what people wrote, too.")] = False,
    as_json: Json = False,
) -> None:
    """The letters of one stream, without what people wrote."""
    rows = run(lambda links: dead.read(links, stream, letters or [], with_text=with_text))
    if as_json:
        show(rows, as_json=True, empty="")
        return
    for row in rows:
        say("".join(f"{name:>12}  {_indented(shown('', value))}\n" for name, value in row.items()))


@dead_app.command("replay")
def replay_dead(stream: Stream, letters: Letters = None, every: All = False, as_json: Json = False) -> None:
    """Write letters back into their stream, as new entries."""
    rows = run(lambda links: dead.replay(links, stream, _chosen(letters, every=every)))
    show(rows, as_json=as_json, empty="nothing to replay")


@dead_app.command("purge")
def purge_dead(stream: Stream, letters: Letters = None, every: All = False, yes: Yes = False) -> None:
    """Forget letters for ever."""
    chosen = _chosen(letters, every=every)
    _confirm(yes, f"Forget {len(chosen) or 'all'} letters of {stream} for ever?")
    say(f"{run(lambda links: dead.purge(links, stream, chosen))} letters forgotten")


def _chosen(letters: list[str] | None, *, every: bool) -> list[str]:
    """The ids to act on; none means all, and must be said."""
    if bool(letters) is every:
        raise typer.BadParameter("name letters, or say --all")
    return letters or []


def _indented(text: str) -> str:
    """What people wrote in several lines shall not look like further fields."""
    return text.replace("\n", "\n" + " " * 14)


def _confirm(yes: bool, question: str) -> None:
    if not yes and not typer.confirm(question, err=True):
        complain("nothing was done")
        raise typer.Exit(WRONG)


def _tell(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    show(rows, as_json=as_json, empty="nothing to do")
    if any(row["state"] == "fail" for row in rows):
        raise typer.Exit(WRONG)


if __name__ == "__main__":
    app()
