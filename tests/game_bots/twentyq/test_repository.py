"""What the finished games tell about people and rooms."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest

from botkit.chat.message import Player
from botkit.postgres.pool import Database
from game_bots.records import SEOUL, RecordsUnavailable, beginning
from game_bots.spans import Span
from game_bots.twentyq.endings import FINISHED
from game_bots.twentyq.game import Riddle, Verdict
from game_bots.twentyq.ledger import SCHEMA, Ledger
from game_bots.twentyq.repository import Ranked, Records
from game_bots.twentyq.room import Finished, Result
from game_bots.twentyq.topics import Topic
from playground.embedded import Postgres
from tests.support.database import database_settings
from tests.support.servers import free_port

MINJI, JUN = Player("1", "민지"), Player("2", "준")
ROOM = "267947734"
NOON = datetime(2026, 11, 25, 12, tzinfo=SEOUL).timestamp()
"""A Wednesday."""

DAY = 86_400


def game(
    number: int,
    at: float,
    *,
    winner: str = "",
    category: str = "organism",
    asked: int = 2,
    room: str = ROOM,
    daily: str = "",
) -> Finished:
    topic = Topic(f"비밀{number}", category, {})
    riddle = Riddle(f"{number}-0", topic, at, players=(MINJI, JUN), daily=daily)
    for place in range(asked):
        riddle = riddle.answered(f"{place}번?", Verdict.YES, by=MINJI, now=at)
    result = Result.CORRECT if winner else Result.SURRENDER
    return Finished(room, riddle, result, winner, at)


@pytest.fixture
async def database(postgres_server: Postgres) -> AsyncIterator[Database]:
    made = Database(database_settings(postgres_server), schema=SCHEMA, application="test")
    await (await made.pool()).execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    yield made
    await made.close()


@pytest.fixture
async def records(database: Database) -> Records:
    ledger = Ledger(database)
    await ledger.prepare()
    renamed = game(5, NOON, winner="2", category="food", asked=7)
    people = tuple(replace(player, name=f"새 {player.name}") for player in renamed.riddle.players)
    for one in (
        game(1, NOON - 40 * DAY, winner="1", asked=4),
        game(2, NOON - 10 * DAY, winner="2"),
        game(3, NOON - 2 * DAY),
        game(4, NOON - DAY, winner="2", asked=6),
        replace(renamed, riddle=replace(renamed.riddle, players=people)),
        game(6, NOON, winner="1", room="elsewhere"),
    ):
        await ledger.write(FINISHED.dump_json(one))
    return Records(database)


async def test_a_person_by_category(records: Records) -> None:
    found = await records.person(ROOM, "2")

    assert (found.games, found.wins, found.best) == (5, 3, 2)
    organism, food = found.categories
    assert (organism.category, organism.games, organism.solved, organism.surrendered) == ("organism", 4, 3, 1)
    assert organism.solved_percent == 75
    assert (food.category, food.games, food.questions) == ("food", 1, 0.0)
    assert (await records.person(ROOM, "1")).best == 4
    assert (await records.person(ROOM, "nobody")).games == 0


async def test_people_are_found_by_any_name_they_had(records: Records) -> None:
    assert await records.person_called(ROOM, "민지") == "1"
    assert await records.person_called(ROOM, "새 준") == "2"
    assert await records.person_called(ROOM, "하나") is None
    assert await records.person_called("another", "민지") is None


@pytest.mark.parametrize(
    ("span", "games", "percent"),
    [(Span.DAY, 1, 100), (Span.WEEK, 3, 66), (Span.MONTH, 4, 75), (Span.ALL, 5, 80)],
)
async def test_a_room_by_span(records: Records, span: Span, games: int, percent: int) -> None:
    found = await records.room(ROOM, beginning(span, NOON))

    assert (found.games, found.people, found.solved_percent) == (games, 2, percent)
    assert {one.name for one in found.active} == {"새 민지", "새 준"}


async def test_who_solves_most_comes_first(records: Records) -> None:
    assert await records.winners(ROOM, beginning(Span.ALL, NOON)) == (
        Ranked("새 준", 5, 3, 3 * 120 - 4 * (2 + 6 + 7), 0),
        Ranked("새 민지", 5, 1, 120 - 4 * 4, 21),
    )


@pytest.mark.parametrize(
    ("span", "begin"),
    [
        (Span.DAY, datetime(2026, 11, 25, tzinfo=SEOUL)),
        (Span.WEEK, datetime(2026, 11, 23, tzinfo=SEOUL)),
        (Span.MONTH, datetime(2026, 11, 1, tzinfo=SEOUL)),
    ],
)
def test_days_are_those_of_seoul(span: Span, begin: datetime) -> None:
    assert beginning(span, NOON) == begin
    assert beginning(span, datetime(2026, 11, 25, 0, 30, tzinfo=SEOUL).timestamp()) == begin


async def test_without_postgres_there_are_no_records(postgres_server: Postgres) -> None:
    settings = database_settings(postgres_server).model_copy(
        update={"db_socket_path": "", "db_host": "127.0.0.1", "db_port": free_port()}
    )
    away = Database(settings, schema=SCHEMA, application="test")
    with pytest.raises(RecordsUnavailable):
        await Records(away).person(ROOM, "1")


async def test_days_in_a_row_end_where_one_is_missing(records: Records, database: Database) -> None:
    ledger = Ledger(database)
    for number, (day, winner, room) in enumerate(
        [
            ("2026-11-20", "1", ROOM),
            ("2026-11-22", "1", ROOM),
            ("2026-11-23", "2", ROOM),
            ("2026-11-24", "", ROOM),
            ("2026-11-24", "2", "elsewhere"),
        ],
        100,
    ):
        done = game(number, NOON, winner=winner, room=room, daily=day)
        await ledger.write(FINISHED.dump_json(done))
    assert await records.streaks(ROOM, "1", before="2026-11-24") == (2, 2)
    assert await records.streaks(ROOM, "1", before="2026-11-25") == (0, 3)
    assert await records.streaks(ROOM, "9", before="2026-11-25") == (0, 0)


async def test_refunded_games_do_not_count(records: Records, database: Database) -> None:
    before = await records.person(ROOM, "1")
    await (await database.pool()).execute("UPDATE game_logs SET refunded = true WHERE user_id = '1'")
    assert before.games == 5
    assert (await records.person(ROOM, "1")).games == 0
    assert [one.name for one in await records.winners(ROOM, beginning(Span.ALL, NOON))] == ["새 준"]
