"""Finished games on their way into PostgreSQL: once, whole, and not before PostgreSQL is there."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from botkit.chat.message import Player
from botkit.postgres.migrate import MigrationRefused
from botkit.postgres.pool import Database, Unwritable
from botkit.runtime.health import Degraded
from botkit.runtime.tasks import cancel
from botkit.stream import archive
from botkit.stream.archive import Archiver
from game_bots.twentyq.endings import FINISHED
from game_bots.twentyq.game import Riddle, Verdict
from game_bots.twentyq.ledger import SCHEMA, Ledger
from game_bots.twentyq.room import Finished, Result
from game_bots.twentyq.store import LEDGER
from game_bots.twentyq.topics import Topic
from playground.embedded import Postgres, Valkey
from tests.support.database import database_settings
from tests.support.polling import until
from tests.support.servers import Client

MINJI, JUN = Player("1", "민지"), Player("2", "준")


def finished(game: str = "1700000000000-0", result: Result = Result.CORRECT) -> Finished:
    riddle = (
        Riddle(game, Topic("고양이", "organism", {}), 1000.0)
        .answered("살아 있나요?", Verdict.YES, by=MINJI, now=1001.0)
        .missed("개", close=True, by=JUN, now=1002.0)
        .hinted("야옹", by=MINJI, now=1003.0)
        .answered("집에 사나요?", Verdict.MOSTLY_YES, by=JUN, now=1004.0)
        .missed("곰", close=False, by=MINJI, now=1005.0)
    )
    winner = "2" if result is Result.CORRECT else ""
    return Finished("267947734", riddle, result, winner, 1010.0)


@pytest.fixture
async def database(postgres_server: Postgres) -> AsyncIterator[Database]:
    made = Database(database_settings(postgres_server), schema=SCHEMA, application="test")
    await (await made.pool()).execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    yield made
    await made.close()


async def test_a_game_stands_there_with_players_and_transcript(database: Database) -> None:
    ledger = Ledger(database)
    await ledger.prepare()
    await ledger.write(FINISHED.dump_json(finished()))
    pool = await database.pool()
    game = await pool.fetchrow("SELECT * FROM game_sessions")
    assert game is not None
    assert game["session_id"] == "267947734:1700000000000-0"
    assert (game["target"], game["category"], game["result"], game["winner_id"]) == (
        "고양이",
        "organism",
        "CORRECT",
        "2",
    )
    assert (
        game["participant_count"],
        game["question_count"],
        game["hint_count"],
        game["wrong_guess_count"],
    ) == (2, 2, 1, 2)
    assert game["completed_at"] == datetime.fromtimestamp(1010, UTC)
    players = await pool.fetch("SELECT * FROM game_logs ORDER BY user_id")
    assert [(p["sender"], p["question_count"], p["wrong_guess_count"], p["target"]) for p in players] == [
        ("민지", 1, 1, None),
        ("준", 1, 1, "고양이"),
    ]
    transcript = await pool.fetch("SELECT * FROM game_transcript ORDER BY seq")
    assert [
        (row["kind"], row["number"], row["text"], row["answer"], row["user_id"]) for row in transcript
    ] == [
        ("question", 1, "살아 있나요?", "예", "1"),
        ("guess", 1, "개", "CLOSE", "2"),
        ("hint", 1, "야옹", None, "1"),
        ("question", 2, "집에 사나요?", "아마도 예", "2"),
        ("guess", 2, "곰", "REJECT", "1"),
    ]


async def test_a_game_is_counted_once(database: Database) -> None:
    ledger = Ledger(database)
    await ledger.prepare()
    await asyncio.gather(*(ledger.write(FINISHED.dump_json(finished())) for _ in range(3)))
    pool = await database.pool()
    assert await pool.fetchval("SELECT count(*) FROM game_sessions") == 1
    assert await pool.fetchval("SELECT count(*) FROM game_logs") == 2
    assert await pool.fetchval("SELECT count(*) FROM game_transcript") == 5


@pytest.mark.parametrize("data", [b"", b"{}", b'{"room": 1'])
async def test_what_is_no_game_is_refused(database: Database, data: bytes) -> None:
    with pytest.raises(Unwritable, match="fields"):
        await Ledger(database).write(data)


async def test_what_the_tables_refuse_is_refused_whole(database: Database) -> None:
    ledger = Ledger(database)
    await ledger.prepare()
    nobody_won = Finished("r", finished().riddle, Result.CORRECT, "", 1.0)
    with pytest.raises(Unwritable, match=r"^CheckViolationError$"):  # nothing of the row
        await ledger.write(FINISHED.dump_json(nobody_won))
    assert await (await database.pool()).fetchval("SELECT count(*) FROM game_transcript") == 0


@pytest.mark.parametrize(
    "trouble", [asyncpg.CannotConnectNowError("starting up"), MigrationRefused("0001.sql was edited")]
)
async def test_games_wait_in_the_stream_until_they_can_be_written(
    database: Database,
    cache: Client,
    valkey_server: Valkey,
    trouble: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "pauses", lambda *_: itertools.repeat(0.01))
    ledger = Ledger(database)
    away = True

    async def prepare() -> None:
        if away:
            raise trouble
        await ledger.prepare()

    async def troubled() -> bool:
        with contextlib.suppress(Degraded):
            await archiver.check()
            return False
        return True

    blocking = type(cache)(port=valkey_server.port, protocol=2, socket_timeout=None)
    archiver = Archiver(cache, blocking, stream=LEDGER, prepare=prepare, write=ledger.write)
    task = asyncio.create_task(archiver.run())
    await cache.xadd(LEDGER, {"game": FINISHED.dump_json(finished("1-0"))})
    await cache.xadd(LEDGER, {"game": b"broken"})
    await cache.xadd(LEDGER, {"other": b"field"})
    await until(troubled, what="readiness says so")
    away = False
    await cache.xadd(LEDGER, {"game": FINISHED.dump_json(finished("2-0", Result.SURRENDER))})

    async def empty() -> bool:
        return bool(await cache.xlen(LEDGER) == 0)

    await until(empty, what="an empty ledger stream")
    await archiver.check()
    await cancel({task})
    await blocking.aclose()
    games = await (await database.pool()).fetch("SELECT session_id, result FROM game_sessions ORDER BY id")
    assert [tuple(game) for game in games] == [("267947734:1-0", "CORRECT"), ("267947734:2-0", "SURRENDER")]
    dead = [fields for _, fields in await cache.xrange(f"{LEDGER}:dead")]
    assert [set(fields) for fields in dead] == [{b"game", b"reason"}, {b"other", b"reason"}]
