"""`make run`, `make chat --script` and Ctrl-C, as a newcomer uses them: the real programs, on free ports."""

import asyncio
import fcntl
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from playground.processes import Child, clean_environment, python
from playground.settings import Ports, read_env
from tests.support import http
from tests.support.polling import until
from tests.support.servers import socket_directory

GAMES = Path(__file__).parents[1] / "e2e" / "games"


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that PostgreSQL's own user can reach; pytest's own ones are closed to others.

    One test at a time has one, whichever worker runs it: all playgrounds look at the same usual ports first.
    """
    with (Path(tempfile.gettempdir()) / "llmt-playground.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = socket_directory()
        yield made
        shutil.rmtree(made)


async def run(module: str, *args: str, cwd: Path, **env: str) -> tuple[int, str]:
    """Exit status and output of a program."""
    lines: list[str] = []
    child = Child(
        module,
        python(module, *args),
        env=clean_environment() | env,
        cwd=cwd,
        on_line=lambda _, line: lines.append(line),
    )
    await child.start()
    async with asyncio.timeout(90):
        status = await child.wait()
    return status, "\n".join(lines)


class Playground:
    """One that runs in a directory of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lines: list[str] = []
        command = python("playground", "--dir", str(root), "--free-ports", "--topic", "고양이")
        self.child = Child(
            "playground",
            command,
            env=clean_environment(),
            cwd=root,
            on_line=lambda _, line: self.lines.append(line),
            stop_signal=signal.SIGINT,
        )

    @property
    def output(self) -> str:
        """All that it printed."""
        return "\n".join(self.lines)

    async def says(self, beginning: str) -> None:
        """Until it has printed a line that begins so."""

        async def said() -> bool:
            self.child.check()
            return any(line.startswith(beginning) for line in self.lines)

        await until(said, seconds=90, what=f"a line {beginning!r}")

    async def play(self, script: Path) -> tuple[int, str]:
        """Play a recorded game."""
        return await run("playground.chat", "--dir", str(self.root), "--script", str(script), cwd=self.root)

    def programs(self) -> dict[int, str]:
        """Processes that belong to it: id and command line."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                place = str((process / "cwd").readlink())
            except OSError:  # it ended meanwhile
                continue
            if str(self.root) in command or place.startswith(str(self.root)):
                found[int(process.name)] = command
        return found

    def sockets(self) -> list[Path]:
        """Unix sockets in its directory."""
        return [path for path in self.root.rglob("*") if path.is_socket()]


@asynccontextmanager
async def started(root: Path) -> AsyncIterator[Playground]:
    """A playground that is ready; killed at the end if it still runs."""
    playground = Playground(root)
    await playground.child.start()
    try:
        await playground.says("ready in")
        yield playground
    finally:
        await playground.child.stop(30)


async def test_a_newcomers_first_quarter_of_an_hour(place: Path) -> None:
    async with started(place) as playground:
        status, said = await playground.play(GAMES / "demo" / "first_game.script")
        assert status == 0, said
        assert "🎉 민지님이 맞혔어요!" in said
        for name in ("demo/surrender", "hololive/hololive", "hololive/questions", "demo/first_soup"):
            status, said = await playground.play(GAMES / f"{name}.script")
            assert status == 0, said
        assert "🎉 영희님이 '젖은 수험생'의 진상을 밝혔어요!" in said

        env = read_env(place / "env")
        assert (place / "env").stat().st_mode & 0o077 == 0
        key = {"X-API-Key": env["HTTP_API_KEY"]}
        puzzles = await http.get(int(env["HTTP_PORT"]), "/api/llm/turtlesoup/puzzles", key)
        assert puzzles.json["stats"]["total"] == 6  # those that the demo model knows
        database = await asyncpg.connect(host=env["DB_SOCKET_PATH"], user="twentyq_app", database="twentyq")
        try:
            games = await _games(database, 2)
            assert [(game["result"], game["question_count"]) for game in games] == [
                ("CORRECT", 10),
                ("SURRENDER", 2),
            ]
            query = (
                "SELECT kind, text, answer FROM twentyq.game_transcript WHERE session_id = $1 ORDER BY seq"
            )
            spoken = [tuple(row) for row in await database.fetch(query, games[0]["session_id"])]
            assert spoken[0] == ("question", "동물인가요?", "예")
            assert len([kind for kind, *_ in spoken if kind == "question"]) == 10
        finally:
            await database.close()

        (place / "wrong.script").write_text("민지> /스자\n< 이런 말은 하지 않아요\n", "utf-8")
        status, said = await playground.play(place / "wrong.script")
        assert (status, "line 2: expected 이런 말은 하지 않아요" in said) == (1, True)
        (place / "broken.script").write_text("이건 대본이 아니에요\n", "utf-8")
        assert (await playground.play(place / "broken.script"))[0] == 2

        status, said = await run("playground", "--dir", str(place), "--free-ports", cwd=place)
        assert (status, "another playground is running" in said) == (1, True)

        playground.child.send(signal.SIGINT)
        assert await playground.child.wait() == 0
        assert playground.programs() == {}
        assert playground.sockets() == []
        status, said = await playground.play(GAMES / "demo" / "surrender.script")
        assert (status, "start one with: make run" in said) == (1, True)


async def test_ctrl_c_while_it_starts_leaves_nothing_behind(place: Path) -> None:
    playground = Playground(place)
    await playground.child.start()
    await playground.says("  ✓ postgres (")
    playground.child.send(signal.SIGINT)
    assert await playground.child.wait() == 0
    assert playground.programs() == {}


async def test_a_program_that_cannot_start_is_named_with_its_last_words(place: Path) -> None:
    status, said = await run(
        *("playground", "--dir", str(place), "--free-ports"),
        cwd=place,
        GOOGLE_API_KEY="x",
        GEMINI_MODEL="gpt-5",
    )
    assert status == 1
    assert "llm-server ended with status 2" in said
    assert "GEMINI_MODEL" in said


async def test_a_program_that_ends_is_named(place: Path) -> None:
    async with started(place) as playground:
        (bot,) = [pid for pid, command in playground.programs().items() if "game_bots.twentyq" in command]
        os.kill(bot, signal.SIGKILL)
        assert await playground.child.wait() == 1
        assert "twentyq ended with status -9" in playground.output


async def test_a_taken_port_is_named(place: Path) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", Ports.twentyq))
        except OSError:
            pass  # somebody else has it already, which serves as well
        else:
            other.listen()
        status, said = await run("playground", "--dir", str(place), cwd=place)
    assert status == 1
    assert "is taken by another program" in said
    assert "--free-ports" in said


async def test_chat_without_a_playground_says_how_to_start_one(place: Path) -> None:
    status, said = await run("playground.chat", "--dir", str(place), cwd=place)
    assert (status, "start one with: make run" in said) == (1, True)


async def _games(database: asyncpg.Connection, count: int) -> list[asyncpg.Record]:
    async def finished() -> list[asyncpg.Record]:
        games = await database.fetch("SELECT * FROM twentyq.game_sessions ORDER BY started_at")
        return games if len(games) == count else []

    return await until(finished)
