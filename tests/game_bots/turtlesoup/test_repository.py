"""What the finished games tell about people and rooms."""

from dataclasses import replace
from datetime import datetime

import pytest

from botkit.chat.message import Player
from botkit.postgres.pool import Database
from game_bots.records import SEOUL, RecordsUnavailable, beginning
from game_bots.spans import Span
from game_bots.turtlesoup.events import Finished, Result, dump
from game_bots.turtlesoup.game import Ruling, Soup, Verdict
from game_bots.turtlesoup.ledger import SCHEMA, Ledger
from game_bots.turtlesoup.repository import PersonRecord, Ranked, Records
from playground.embedded import Postgres
from tests.game_bots.turtlesoup.examples import JUN, MINJI, UMBRELLA
from tests.support.database import database_settings
from tests.support.servers import free_port

ROOM = "267947734"
NOON = datetime(2026, 11, 25, 12, tzinfo=SEOUL).timestamp()
"""A Wednesday."""

DAY = 86_400


def game(
    number: int,
    at: float,
    *,
    winner: str = "",
    asked: int = 2,
    people: tuple[Player, Player] = (MINJI, JUN),
    room: str = ROOM,
) -> Finished:
    """The first person asks everything and finds a fact with the first question."""
    soup = Soup(f"{number}-0", UMBRELLA, at, at, players=people)
    for place in range(asked):
        ruling = Ruling(Verdict.YES, facts=(0,)) if place == 0 else Ruling(Verdict.NO)
        soup = soup.answered(f"{place}번인가요?", ruling, by=people[0], now=at)
    return Finished(room, soup, Result.SOLVED if winner else Result.SURRENDERED, winner, at)


@pytest.fixture
async def records(ledger: Ledger, database: Database) -> Records:
    renamed = (replace(MINJI, name="새 민지"), replace(JUN, name="새 준"))
    await ledger.write(
        dump(
            game(1, NOON - 40 * DAY, winner="1", asked=4),
            game(2, NOON - 10 * DAY, winner="2"),
            game(3, NOON - 2 * DAY),
            game(4, NOON - DAY, winner="2", asked=6),
            game(5, NOON, winner="2", asked=7, people=renamed),
            game(6, NOON, winner="1", room="elsewhere"),
        )
    )
    return Records(database)


async def test_a_person(records: Records) -> None:
    assert await records.person(ROOM, "2") == PersonRecord(games=5, wins=3, facts=0, mvps=0, best=2)
    assert await records.person(ROOM, "1") == PersonRecord(games=5, wins=1, facts=5, mvps=5, best=4)
    assert await records.person(ROOM, "nobody") == PersonRecord(0, 0, 0, 0, None)


async def test_people_are_found_by_any_name_they_had(records: Records) -> None:
    assert await records.person_called(ROOM, "민지") == "1"
    assert await records.person_called(ROOM, "새 준") == "2"
    assert await records.person_called(ROOM, "하나") is None
    assert await records.person_called("another", "민지") is None


@pytest.mark.parametrize(
    ("span", "games", "percent", "questions"),
    [(Span.DAY, 1, 100, 7.0), (Span.WEEK, 3, 66, 5.0), (Span.MONTH, 4, 75, 4.25), (Span.ALL, 5, 80, 4.2)],
)
async def test_a_room_by_span(
    records: Records, span: Span, games: int, percent: int, questions: float
) -> None:
    found = await records.room(ROOM, beginning(span, NOON))
    assert (found.games, found.people, found.solved_percent, found.questions) == (
        games,
        2,
        percent,
        questions,
    )
    assert {one.name for one in found.active} == {"새 민지", "새 준"}


async def test_a_room_without_games(records: Records) -> None:
    found = await records.room("quiet", beginning(Span.ALL, NOON))
    assert (found.games, found.people, found.solved_percent, found.questions) == (0, 0, 0, 0.0)


async def test_who_solves_most_comes_first(records: Records) -> None:
    assert await records.winners(ROOM, beginning(Span.ALL, NOON)) == (
        Ranked("새 준", 5, 3, 0),
        Ranked("새 민지", 5, 1, 5),
    )


async def test_without_postgres_there_are_no_records(postgres_server: Postgres) -> None:
    settings = database_settings(postgres_server).model_copy(
        update={"db_socket_path": "", "db_host": "127.0.0.1", "db_port": free_port()}
    )
    away = Database(settings, schema=SCHEMA, application="test")
    with pytest.raises(RecordsUnavailable):
        await Records(away).person(ROOM, "1")
