"""The command line beside a running system, as an operator uses it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from playground.embedded import Postgres
from playground.room import REPLIES
from tests.e2e.system import SECRET, STREAM, System
from tests.support.polling import until
from tests.workspace.conftest import Said, cli


@pytest.fixture
async def system(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[System]:
    async with System(tmp_path, postgres_server, proxied=False) as made:
        await made.start_llm()
        await made.start_bot()
        yield made


class Operator:
    """Types commands."""

    def __init__(self, system: System) -> None:
        self._system = system
        port = str(system.bots[0].port)  # type: ignore[attr-defined]
        self.env = system.env(TWENTYQ_SERVER_PORT=port)

    async def types(self, *args: str, **changes: str) -> Said:
        return await cli(*args, env=self.env | changes, cwd=self._system.tmp_path)

    async def lists(self, *args: str) -> list[dict[str, Any]]:
        said = await self.types(*args, "--json")
        assert said.status == 0, said.err
        rows: list[dict[str, Any]] = json.loads(said.out)
        return rows


async def test_an_operators_day(system: System) -> None:
    operator = Operator(system)
    await system.answer("267947734", "/스자 시작 생물")
    await system.answer("267947734", "/스자 살아 있나요?", user="준")
    await system.mq.xgroup_create(REPLIES, "some-bridge", "0")
    await system.mq.xreadgroup("some-bridge", "bridge-1", {REPLIES: ">"})

    said = await operator.types("doctor")
    assert said.status == 0, said.out + said.err
    assert "fail" not in said.out
    assert "\x1b" not in said.out
    assert "model gemini-3-flash-preview" in said.out
    assert "스무고개: ok" in said.out
    wrong = await operator.types("doctor", "--json", LLM_API_KEY="wrong")
    assert wrong.status == 1
    doors = [row for row in json.loads(wrong.out) if row["part"] == "llm"]
    assert {row["status"] for row in doors} == {"fail"}
    assert all("UNAUTHENTICATED" in row["seen"] and "HTTP_API_KEY" in row["advice"] for row in doors)

    (room,) = await operator.lists("rooms")
    assert (room["game"], room["room"], room["players"]) == ("twentyq", "267947734", ["민지", "준"])
    streams = {row["stream"]: row for row in json.loads((await operator.types("lag", "--json")).out)}
    assert streams[STREAM]["state"] == "ok"
    assert streams[STREAM]["owner"].startswith("twentyq-")

    *_, total = await operator.lists("usage", "--days", "1")
    assert total["requests"] >= 1
    assert total["total"] > 0

    await system.answer("267947734", f"/스자 정답 {SECRET}")

    async def archived() -> list[dict[str, Any]]:
        return [row for row in await operator.lists("games") if row["room"] == "267947734"]

    (game,) = await until(archived)
    assert (game["result"], game["players"], game["questions"]) == ("CORRECT", 2, 1)
    assert SECRET not in str(game)
    assert (await operator.lists("rooms")) == []


async def test_a_dead_letter_is_answered_after_all(system: System) -> None:
    operator = Operator(system)
    letter: Any = {"room": "5", "text": "/스자 도움말", "userId": "민지", "reason": "too many deliveries"}
    entry = (await system.mq.xadd(f"{STREAM}:dead", letter)).decode()
    (row,) = await operator.lists("dead", "list")
    assert (row["stream"], row["letters"]) == (f"{STREAM}:dead", 1)
    shown = await operator.types("dead", "show", STREAM)
    assert entry in shown.out
    assert "도움말" not in shown.out
    assert (await operator.types("dead", "replay", STREAM)).status == 2
    (done,) = await operator.lists("dead", "replay", STREAM, entry)

    async def answered() -> bool:
        return any(reply["replyTo"] == done["replayed_as"] for reply in await system.replies())

    assert await until(answered)
    await system.mq.xadd(f"{STREAM}:dead", letter)
    assert (await operator.types("dead", "purge", STREAM, "--all")).status == 1
    assert await system.mq.xlen(f"{STREAM}:dead") == 1
    purged = await operator.types("dead", "purge", STREAM, "--all", "--yes")
    assert (purged.status, purged.out) == (0, "1 letters forgotten\n")


async def test_the_restore_drill(system: System) -> None:
    """Everything is lost in the middle of a game; the copy brings it back, and the game goes on."""
    operator = Operator(system)
    await system.answer("7", "/스자 시작 생물")
    await system.answer("7", "/스자 살아 있나요?")
    rows = await operator.lists("backup")
    assert {row["state"] for row in rows} == {"ok"}
    folder = str(Path(rows[0]["file"]).parent)

    running = await operator.types("restore", folder, "--replace", "--yes")
    assert (running.status, "stop the bots" in running.err) == (1, True)
    await system.bots[0].stop()
    assert system.llm
    await system.llm.stop()
    for client in (system.mq, system.cache):
        await client.flushall()
    assert (await operator.types("restore", folder, "--replace")).status == 1
    restored = await operator.types("restore", folder, "--replace", "--yes", "--json")
    assert restored.status == 0, restored.err
    assert {row["state"] for row in json.loads(restored.out)} == {"ok"}

    await system.start_llm()
    await system.start_bot()
    board = await system.answer("7", "/스자 상태")
    assert "살아 있나요?" in board
    assert "맞혔어요" in await system.answer("7", f"/스자 정답 {SECRET}")


async def test_servers_that_are_away_are_told_by_the_status(system: System) -> None:
    operator = Operator(system)
    away = await operator.types("lag", MQ_PORT="1")
    assert (away.status, "workspace doctor" in away.err, away.out) == (3, True, "")
    away = await operator.types("games", DB_SOCKET_PATH="", DB_HOST="127.0.0.1", DB_PORT="1")
    assert (away.status, "PostgreSQL" in away.err) == (3, True)
    away = await operator.types("usage", LLM_BASE_URL="grpc://127.0.0.1:1", LLM_CONNECT_TIMEOUT_SECONDS="0.1")
    assert (away.status, "GetRecentUsage: UNAVAILABLE" in away.err) == (3, True)
    assert (await operator.types("usage", LLM_BASE_URL="http://x")).status == 2
    assert (await operator.types("lag", MQ_PORT="many")).status == 2
    assert (await operator.types("migrate", "nobody")).status == 2


async def test_settings_of_the_playground_are_read_from_its_file(system: System) -> None:
    operator = Operator(system)
    kept = system.tmp_path / "env"
    kept.write_text(f"MQ_PORT={operator.env['MQ_PORT']}\nCACHE_PORT={operator.env['CACHE_PORT']}\n", "utf-8")
    operator.env = {
        name: value for name, value in operator.env.items() if name not in ("MQ_PORT", "CACHE_PORT")
    }
    said = await operator.types("--env-file", str(kept), "dead", "list")
    assert (said.status, said.out) == (0, "no dead letters\n")
