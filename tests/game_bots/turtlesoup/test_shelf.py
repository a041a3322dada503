"""Puzzles of our own: which one a room gets, what waits for a review, what is disliked."""

from dataclasses import replace
from typing import Any

import pytest

from botkit.chat.message import Player
from botkit.postgres.pool import Database
from game_bots.turtlesoup.events import Draft, Finished, Proposed, Rated, Result, Reviewed, Status, dump
from game_bots.turtlesoup.game import Soup
from game_bots.turtlesoup.ledger import Ledger
from game_bots.turtlesoup.puzzles import ANYTHING, Category, Puzzle, Source, Wish
from game_bots.turtlesoup.shelf import LISTED, Shelf
from tests.game_bots.turtlesoup.examples import MINJI, UMBRELLA

HANA = Player("9", "하나")


async def proposed(ledger: Ledger, database: Database, title: str, room: str = "home", **more: Any) -> int:
    """The number of a new proposal."""
    draft = Draft(title, f"{title} 상황", f"{title} 진상", **more)
    await ledger.write(dump(Proposed(f"{room}:{title}", room, HANA, draft, 1000.0)))
    number = await (await database.pool()).fetchval("SELECT id FROM turtle_puzzles WHERE title = $1", title)
    return int(number)


async def published(ledger: Ledger, database: Database, title: str, **more: Any) -> int:
    """The number of a puzzle that may be played."""
    number = await proposed(ledger, database, title, **more)
    await ledger.write(dump(Reviewed(f"review:{title}", number, Status.PUBLISHED, "op", 1001.0)))
    return number


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database)


async def test_a_room_gets_what_is_published_and_it_has_not_read(
    ledger: Ledger, database: Database, shelf: Shelf
) -> None:
    assert await shelf.unplayed(ANYTHING, room="r", taken=[], mild=False) is None
    await proposed(ledger, database, "대기")
    first = await published(ledger, database, "하나")
    second = await published(ledger, database, "둘", hints=("힌트",), facts=("사실",))
    found = await shelf.unplayed(ANYTHING, room="r", taken=[first], mild=False)
    assert found == Puzzle(
        "둘",
        "둘 상황",
        "둘 진상",
        Category.MYSTERY,
        3,
        Source.CUSTOM,
        second,
        ("힌트",),
        ("사실",),
        author="하나",
    )
    assert await shelf.unplayed(ANYTHING, room="r", taken=[first, second], mild=False) is None
    assert await shelf.unplayed(ANYTHING, room="home", taken=[], mild=False) is None


async def test_a_wish_is_heeded(ledger: Ledger, database: Database, shelf: Shelf) -> None:
    number = await published(ledger, database, "밤", difficulty=4, category=Category.HORROR, warning="무서움")
    for wish, mild, wanted in (
        (ANYTHING, False, number),
        (ANYTHING, True, None),
        (Wish(4), False, number),
        (Wish(3), False, None),
        (Wish(4, Category.HORROR), False, number),
        (Wish(4, Category.LOGIC), False, None),
    ):
        found = await shelf.unplayed(wish, room="r", taken=[], mild=mild)
        assert (found.number if found else None) == wanted


async def test_what_was_played_least_comes_first(ledger: Ledger, database: Database, shelf: Shelf) -> None:
    first = await published(ledger, database, "하나")
    second = await published(ledger, database, "둘")
    played = replace(UMBRELLA, source=Source.CUSTOM, number=first, title="하나")
    soup = Soup("1-0", played, 1.0, 1.0, players=(MINJI,))
    await ledger.write(dump(Finished("r", soup, Result.SOLVED, "1", 2.0)))
    found = await shelf.unplayed(ANYTHING, room="x", taken=[], mild=False)
    assert found
    assert found.number == second
    kept = await shelf.get(first)
    assert kept
    assert (kept.plays, kept.solves, kept.questions, kept.ratings) == (1, 1, 0.0, 0)


async def test_proposals_wait_in_order(ledger: Ledger, database: Database, shelf: Shelf) -> None:
    assert await shelf.proposed() == ((), 0)
    titles = "가나다라마바사아자차카타"
    numbers = [await proposed(ledger, database, title) for title in titles]
    waiting, total = await shelf.proposed()
    assert [kept.number for kept in waiting] == numbers[:LISTED]
    assert total == len(titles) > LISTED
    assert (waiting[0].draft.title, waiting[0].author, waiting[0].status) == ("가", "하나", Status.PROPOSED)
    assert await shelf.get(numbers[-1] + 1) is None


async def test_disliked_puzzles_are_listed_the_worst_first(
    ledger: Ledger, database: Database, shelf: Shelf
) -> None:
    for number, stars in ((1, 2), (2, 1), (3, 5)):
        puzzle = replace(UMBRELLA, number=number, title=f"퍼즐 {number}")
        soup = Soup(f"{number}-0", puzzle, 1.0, 1.0, players=(MINJI,))
        game = Finished("r", soup, Result.SOLVED, "1", 2.0)
        ratings = [Rated(game.game, puzzle.ref, user, stars, 3.0) for user in "123"]
        await ledger.write(dump(game, *ratings))
    assert [(liked.ref, liked.title, liked.stars, liked.ratings) for liked in await shelf.disliked()] == [
        ("preset:2", "퍼즐 2", 1.0, 3),
        ("preset:1", "퍼즐 1", 2.0, 3),
    ]
