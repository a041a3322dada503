"""What happened once is written once: games with everything in them, ratings, proposals, reviews."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from botkit.chat.message import Player
from botkit.postgres.pool import Database, Unwritable
from game_bots.turtlesoup.events import Draft, Finished, Proposed, Rated, Result, Reviewed, Status, dump
from game_bots.turtlesoup.game import Nearness, Ruling, Soup, Verdict
from game_bots.turtlesoup.ledger import Ledger
from game_bots.turtlesoup.puzzles import Source
from tests.game_bots.turtlesoup.examples import JUN, MINJI, UMBRELLA

ROOM = "267947734"


def finished(game: str = "1700000000000-0", result: Result = Result.SOLVED) -> Finished:
    soup = (
        Soup(game, UMBRELLA, 1000.0, 1000.0, players=(MINJI,))
        .answered("날씨 때문인가요?", Ruling(Verdict.IRRELEVANT), by=MINJI, now=1001.0)
        .answered("배우인가요?", Ruling(Verdict.NO), by=JUN, now=1002.0)
        .reviewed(2, Ruling(Verdict.YES, important=True, facts=(0,)), by=MINJI, now=1003.0)
        .hinted("누군가 보고 있어요.", by=MINJI, now=1004.0)
        .attempted("비를 막으려고", Nearness.NO, (), by=MINJI, now=1005.0)
        .attempted("배우가 연습했다", Nearness.YES, (0, 2), by=JUN, now=1006.0)
        .spent(1234)
    )
    winner = "2" if result is Result.SOLVED else ""
    return Finished(ROOM, soup, result, winner, 1010.0)


async def test_a_game_stands_there_whole(ledger: Ledger, database: Database) -> None:
    await ledger.write(dump(finished()))
    pool = await database.pool()
    game = await pool.fetchrow("SELECT * FROM turtle_game_archives")
    assert game is not None
    assert game["game_id"] == "267947734:1700000000000-0"
    assert (game["puzzle_source"], game["puzzle_id"], game["title"]) == ("preset", 34, "우산")
    assert (game["result"], game["winner_id"], game["mvp_id"]) == ("solved", "2", "2")
    counted = ("player_count", "question_count", "attempt_count", "hints_used", "facts_total", "facts_found")
    assert [game[name] for name in counted] == [2, 2, 2, 1, 3, 2]
    assert (game["correction_count"], game["tokens"]) == (1, 1234)
    assert game["completed_at"] == datetime.fromtimestamp(1010, UTC)
    players = await pool.fetch("SELECT * FROM turtle_players ORDER BY user_id")
    assert [
        (p["sender"], p["question_count"], p["attempt_count"], p["facts_found"], p["solved"], p["mvp"])
        for p in players
    ] == [("민지", 1, 1, 0, False, False), ("준", 1, 1, 2, True, True)]
    facts = await pool.fetch("SELECT * FROM turtle_facts ORDER BY position")
    assert [(f["text"], f["found_by"], f["question_number"]) for f in facts] == [
        ("남자는 배우다.", "2", 2),
        ("우산은 소품이다.", None, None),
        ("비 오는 장면을 연습했다.", "2", None),
    ]
    transcript = await pool.fetch("SELECT * FROM turtle_transcript ORDER BY seq")
    assert [
        (m["kind"], m["number"], m["text"], m["answer"], m["former_answer"], m["important"], m["user_id"])
        for m in transcript
    ] == [
        ("question", 1, "날씨 때문인가요?", "관계없습니다", None, False, "1"),
        ("question", 2, "배우인가요?", "예", "아니오", True, "2"),
        ("hint", 1, "누군가 보고 있어요.", None, None, False, "1"),
        ("attempt", 1, "비를 막으려고", "NO", None, False, "1"),
        ("attempt", 2, "배우가 연습했다", "YES", None, False, "2"),
    ]


@pytest.mark.parametrize("result", Result)
async def test_every_ending_has_a_row(ledger: Ledger, database: Database, result: Result) -> None:
    await ledger.write(dump(finished(result=result)))
    row = await (await database.pool()).fetchrow("SELECT result, winner_id FROM turtle_game_archives")
    assert row is not None
    assert tuple(row) == (result.value, "2" if result is Result.SOLVED else None)


async def test_several_games_of_a_room_and_each_counted_once(ledger: Ledger, database: Database) -> None:
    both = dump(finished("1-0"), finished("2-0", Result.SURRENDERED))
    await asyncio.gather(*(ledger.write(both) for _ in range(3)))
    pool = await database.pool()
    for table, rows in (("game_archives", 2), ("players", 4), ("facts", 6), ("transcript", 10)):
        assert await pool.fetchval(f"SELECT count(*) FROM turtle_{table}") == rows, table
    counters = await pool.fetchrow("SELECT * FROM turtle_puzzle_counters")
    assert counters is not None
    assert tuple(counters) == ("preset:34", "우산", 2, 1, 4, 0, 0)


async def test_a_generated_puzzle_is_counted_nowhere(ledger: Ledger, database: Database) -> None:
    game = finished()
    made = replace(UMBRELLA, source=Source.GENERATED, number=0)
    await ledger.write(dump(replace(game, soup=replace(game.soup, puzzle=made))))
    await ledger.write(dump(Rated(game.game, "", "1", 1, 1020.0)))
    pool = await database.pool()
    assert await pool.fetchval("SELECT puzzle_id FROM turtle_game_archives") is None
    assert await pool.fetchval("SELECT count(*) FROM turtle_puzzle_counters") == 0
    assert await pool.fetchval("SELECT stars FROM turtle_ratings") == 1


async def test_a_rating_counts_once_and_a_bad_puzzle_is_reported(ledger: Ledger, database: Database) -> None:
    game = finished()
    await ledger.write(dump(game))
    with capture_logs() as logs:
        for user, stars in (("1", 2), ("1", 5), ("2", 3), ("3", 1)):
            for _ in range(2):
                await ledger.write(dump(Rated(game.game, "preset:34", user, stars, 1020.0)))
    pool = await database.pool()
    counters = await pool.fetchrow("SELECT rating_count, rating_total FROM turtle_puzzle_counters")
    assert counters is not None
    assert tuple(counters) == (3, 6)
    assert [(one["event"], one["ref"], one["average"]) for one in logs] == [
        ("puzzle_rated_low", "preset:34", 2.0)
    ]


async def test_a_proposal_waits_once(ledger: Ledger, database: Database) -> None:
    draft = Draft("제목", "상황이에요", "진상이에요", hints=("힌트",), facts=("사실",), warning="어두움")
    event = Proposed("r:5-0", "r", Player("9", "하나"), draft, 1000.0)
    for _ in range(2):
        await ledger.write(dump(event))
    [row] = await (await database.pool()).fetch("SELECT * FROM turtle_puzzles")
    assert (row["title"], row["scenario"], row["solution"]) == ("제목", "상황이에요", "진상이에요")
    assert (row["hints"], row["key_facts"], row["warning"]) == (["힌트"], ["사실"], "어두움")
    assert (row["status"], row["author_id"], row["author"], row["chat_id"]) == ("proposed", "9", "하나", "r")
    assert row["created_at"] == datetime.fromtimestamp(1000, UTC)


async def test_a_review_counts_once_even_when_it_comes_late(ledger: Ledger, database: Database) -> None:
    draft = Draft("제목", "상황이에요", "진상이에요")
    await ledger.write(dump(Proposed("r:5-0", "r", Player("9", "하나"), draft, 1000.0)))
    pool = await database.pool()
    number = await pool.fetchval("SELECT id FROM turtle_puzzles")
    published = Reviewed("r:6-0", number, Status.PUBLISHED, "op", 1001.0)
    await ledger.write(dump(published))
    await ledger.write(dump(Reviewed("r:7-0", number, Status.REJECTED, "op", 1002.0)))
    await ledger.write(dump(published))
    assert await pool.fetchval("SELECT status FROM turtle_puzzles") == "rejected"
    await ledger.write(dump(Reviewed("r:8-0", number + 1, Status.PUBLISHED, "op", 1003.0)))
    assert await pool.fetchval("SELECT count(*) FROM turtle_reviews") == 3


@pytest.mark.parametrize("data", [b"", b"{}", b'[{"kind": "finished"}]', b'[{"kind": "danced"}]'])
async def test_what_is_no_event_is_refused(ledger: Ledger, data: bytes) -> None:
    with pytest.raises(Unwritable, match="fields"):
        await ledger.write(data)


async def test_what_the_tables_refuse_is_refused_whole(ledger: Ledger, database: Database) -> None:
    nobody_won = replace(finished(), winner="")
    with pytest.raises(Unwritable, match=r"^CheckViolationError$"):  # nothing of the row
        await ledger.write(dump(nobody_won))
    with pytest.raises(Unwritable, match=r"^ForeignKeyViolationError$"):
        await ledger.write(dump(Rated("r:1-0", "preset:34", "1", 5, 1020.0)))
    pool = await database.pool()
    assert await pool.fetchval("SELECT count(*) FROM turtle_transcript") == 0
