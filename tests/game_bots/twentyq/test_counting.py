"""What SQL counts is what one counts by hand: random games, corrections and deletions against plain Python."""

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botkit.chat.message import Player
from botkit.postgres.pool import Database
from game_bots.api import Page
from game_bots.records import SEOUL, beginning, day_of
from game_bots.spans import Span
from game_bots.twentyq.archive import Archive
from game_bots.twentyq.endings import FINISHED
from game_bots.twentyq.game import Riddle, Verdict
from game_bots.twentyq.ledger import SCHEMA, Ledger, session_id
from game_bots.twentyq.repository import Ranked, Records
from game_bots.twentyq.room import Finished, Result
from game_bots.twentyq.topics import Level, Topic
from playground.embedded import Postgres
from tests.support.database import database_settings

NOW = datetime(2026, 11, 25, 0, 10, tzinfo=SEOUL).timestamp()
"""A Wednesday, ten minutes after midnight in Seoul: the day before in UTC."""

ROOMS = ("방", "'; DROP TABLE game_logs; --")
USERS = ("1", "2" * 40, "' OR '1'='1", "%", "")
EVERYTHING = Page(100, 0)


@dataclass
class Share:
    """A player's part in a finished game, as it is counted now."""

    game: Finished
    user: str
    name: str
    refunded: bool = False

    @property
    def wins(self) -> bool:
        return self.game.winner == self.user

    @property
    def questions(self) -> int:
        return sum(question.by == self.user for question in self.game.riddle.questions)


@st.composite
def games(draw: st.DrawFn) -> list[Finished]:
    made = []
    for number in range(draw(st.integers(0, 8))):
        people = draw(st.lists(st.sampled_from(USERS[:4]), min_size=1, max_size=4, unique=True))
        names = st.sampled_from(["민지", "minji", "MINJI", "{x}\\", "'"])
        players = tuple(Player(user, draw(names)) for user in people)
        ago = draw(st.sampled_from([0, 5, 11, 60, 24 * 60, 3 * 24 * 60, 30 * 24 * 60, 400 * 24 * 60]))
        at = NOW - ago * 60 - number / 1000
        topic = Topic(
            f"비밀{number}", draw(st.sampled_from(["food", "movie"])), {}, level=draw(st.sampled_from(Level))
        )
        day = day_of(at) if draw(st.booleans()) else ""
        riddle = Riddle(f"{number}-0", topic, at - 60, players=players, daily=day)
        for place, by in enumerate(draw(st.lists(st.sampled_from(players), max_size=4))):
            riddle = riddle.answered(
                f"{place}번 질문?", draw(st.sampled_from(Verdict)), by=by, now=at - 50 + place
            )
        if draw(st.booleans()):
            riddle = riddle.hinted("힌트", by=players[0], now=at - 20)
        if draw(st.booleans()):
            riddle = riddle.missed("개", close=True, by=players[-1], now=at - 10)
        result = draw(st.sampled_from(Result))
        winner = draw(st.sampled_from(people)) if result is Result.CORRECT else ""
        made.append(Finished(draw(st.sampled_from(ROOMS)), riddle, result, winner, at))
    return made


people_and_rooms = st.tuples(st.sampled_from(USERS[:4]), st.sampled_from(("", *ROOMS)))


@pytest.fixture
async def database(postgres_server: Postgres) -> AsyncIterator[Database]:
    made = Database(database_settings(postgres_server), schema=SCHEMA, application="test")
    await (await made.pool()).execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    await Ledger(made).prepare()
    yield made
    await made.close()


def short_and_long(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


@given(
    played=games(),
    refunds=st.lists(st.integers(0, 30), max_size=3),
    gone=st.lists(people_and_rooms, max_size=1),
)
@short_and_long(60)
async def test_what_is_counted_is_what_was_played(
    database: Database, played: list[Finished], refunds: list[int], gone: list[tuple[str, str]]
) -> None:
    await count_and_compare(database, played, refunds, gone)


@pytest.mark.soak
@given(
    played=games(),
    refunds=st.lists(st.integers(0, 30), max_size=3),
    gone=st.lists(people_and_rooms, max_size=1),
)
@short_and_long(3000)
async def test_what_is_counted_is_what_was_played_at_length(
    database: Database, played: list[Finished], refunds: list[int], gone: list[tuple[str, str]]
) -> None:
    await count_and_compare(database, played, refunds, gone)


async def count_and_compare(
    database: Database, played: list[Finished], refunds: list[int], gone: list[tuple[str, str]]
) -> None:
    await (await database.pool()).execute(
        "TRUNCATE game_sessions, game_logs, game_transcript, refund_logs, audit_logs"
    )
    ledger, archive = Ledger(database), Archive(database)
    for game in played:
        await ledger.write(FINISHED.dump_json(game))
    shares = [Share(game, player.id, player.name) for game in played for player in game.riddle.players]
    for number in refunds:
        if number < len(shares):
            share = shares[number]
            noted = await archive.refund(
                session_id(share.game), share.user, restore=True, reason="", by="boss"
            )
            assert (noted is None) is share.refunded
            share.refunded = True
    for user, room in gone:
        left = [share for share in shares if not (share.user == user and room in ("", share.game.room))]
        assert await archive.forget(user, room, by="boss") == len(shares) - len(left)
        shares = left
    await compare_people(Records(database), shares)
    await compare_rooms(Records(database), played, shares)
    await compare_archive(archive, played, shares)


async def compare_people(records: Records, shares: Sequence[Share]) -> None:
    for room, user in itertools.product(ROOMS, USERS):
        own = [s for s in shares if s.game.room == room and s.user == user and not s.refunded]
        found = await records.person(room, user)
        wins = [len(share.game.riddle.questions) for share in own if share.wins]
        assert (found.games, found.wins, found.best) == (len(own), len(wins), min(wins, default=None))
        by_category = grouped(own, lambda share: share.game.riddle.topic.category)
        ordered = sorted(by_category.items(), key=lambda item: (-len(item[1]), item[0]))
        assert [one.category for one in found.categories] == [category for category, _ in ordered]
        for one, (_, of_it) in zip(found.categories, ordered, strict=True):
            results = [share.game.result for share in of_it]
            assert one.games == len(of_it)
            assert one.solved == results.count(Result.CORRECT)
            assert one.surrendered == results.count(Result.SURRENDER)
            assert one.questions == pytest.approx(sum(share.questions for share in of_it) / len(of_it))
            assert one.hints == pytest.approx(sum(s.game.riddle.hints_taken for s in of_it) / len(of_it))
            assert 0 <= one.solved_percent <= 100
    for name in ("민지", "minji", "Minji", "{x}\\", "nobody"):
        for room in ROOMS:
            here = [s for s in shares if s.game.room == room and s.name.lower() == name.lower()]
            exact = [s for s in here if s.name == name] or here
            latest = max((s.game.completed_at for s in exact), default=None)
            possible = {s.user for s in exact if s.game.completed_at == latest}
            found_user = await records.person_called(room, name)
            assert found_user in possible if possible else found_user is None


async def compare_rooms(records: Records, played: Sequence[Finished], shares: Sequence[Share]) -> None:
    for room, span in itertools.product(ROOMS, Span):
        since = beginning(span, NOW)
        here = [game for game in played if game.room == room and after(game, since)]
        solved = sum(game.result is Result.CORRECT for game in here)
        found = await records.room(room, since)
        in_it = [share for share in shares if share.game.room == room and after(share.game, since)]
        assert (found.games, found.people) == (len(here), len({share.user for share in in_it}))
        assert found.solved_percent == (solved * 100 // len(here) if here else 0)
        counted = [share for share in in_it if not share.refunded]
        winners = await records.winners(room, since)
        expected = ranked(counted)
        assert set(winners) == set(expected)
        assert [order(one) for one in winners] == sorted(map(order, expected))
        assert {one.name for one in found.active} == {one.name for one in expected}
        assert [one.games for one in found.active] == sorted((one.games for one in expected), reverse=True)
    for room, user, before in itertools.product(ROOMS, USERS, ("2026-11-25", "2026-11-26")):
        solved_here = {g.riddle.daily for g in played if g.room == room and g.result is Result.CORRECT}
        solved_by = {
            s.game.riddle.daily for s in shares if s.user == user and s.game.result is Result.CORRECT
        }
        streaks = await records.streaks(room, user, before=before)
        assert streaks == (in_a_row(solved_here, before), in_a_row(solved_by, before))


async def compare_archive(archive: Archive, played: Sequence[Finished], shares: Sequence[Share]) -> None:
    stats = await archive.stats()
    results = [game.result for game in played]
    assert stats["total_games_played"] == len(played)
    assert stats["total_games_completed"] == results.count(Result.CORRECT)
    assert stats["total_surrenders"] == results.count(Result.SURRENDER)
    assert stats["total_participants"] == len({share.user for share in shares})
    counted = [share for share in shares if not share.refunded]
    for room in ("", *ROOMS):
        own = [share for share in counted if room in ("", share.game.room)]
        board = await archive.leaderboard(room, 100)
        assert {row["user_id"]: (row["total_points"], row["total_wins"]) for row in board} == {
            user: (sum(s.game.riddle.points for s in of if s.wins), sum(s.wins for s in of))
            for user, of in grouped(own, lambda share: share.user).items()
        }
        rows, total = await archive.people(EVERYTHING, room=room)
        pairs = grouped(own, lambda share: (share.user, share.game.room))
        assert total == len(rows) == len(pairs)
        for row in rows:
            of = pairs[(row["user_id"], row["chat_id"])]
            wins = [len(share.game.riddle.questions) for share in of if share.wins]
            assert row["total_games_started"] == len(of)
            assert row["total_games_completed"] == sum(s.game.result is Result.CORRECT for s in of)
            assert row["total_questions_asked"] == sum(share.questions for share in of)
            best = row["best_score"]
            assert (best["questionCount"] if best else None) == min(wins, default=None)
        names = {row["user_id"] for row in await archive.nicknames(room, 100)}
        assert names == {share.user for share in shares if room in ("", share.game.room)}
    listed, total = await archive.games(Page(3, 1), category="food", result="CORRECT")
    fitting = [g for g in played if g.riddle.topic.category == "food" and g.result is Result.CORRECT]
    assert (total, len(listed)) == (len(fitting), max(0, min(3, len(fitting) - 1)))


def grouped(shares: Iterable[Share], key: object) -> dict[object, list[Share]]:
    found: dict[object, list[Share]] = defaultdict(list)
    for share in shares:
        found[key(share)].append(share)  # type: ignore[operator]
    return found


def ranked(shares: Sequence[Share]) -> list[Ranked]:
    return [
        Ranked(
            max(own, key=lambda share: share.game.completed_at).name,
            len(own),
            sum(share.wins for share in own),
            sum(share.game.riddle.points for share in own if share.wins),
            sum(share.questions for share in own),
        )
        for own in grouped(shares, lambda share: share.user).values()
    ]


def order(one: Ranked) -> tuple[int, ...]:
    return -one.points, -one.wins, one.games


def after(game: Finished, since: datetime) -> bool:
    return game.completed_at >= since.timestamp()


def in_a_row(days: set[str], before: str) -> int:
    day, number = datetime.fromisoformat(before).date() - timedelta(days=1), 0
    while day.isoformat() in days:
        number, day = number + 1, day - timedelta(days=1)
    return number
