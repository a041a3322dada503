"""Token usage in a real PostgreSQL."""

import asyncio
import itertools
from datetime import date, timedelta

import pytest
from structlog.testing import capture_logs

from botkit.postgres.pool import Database, Unwritable
from llm_server.usage.batches import Batch, Day, Key, Sum, together
from llm_server.usage.repository import Repository, UsageUnreadable
from tests.llm_server.usage.conftest import TODAY
from tests.llm_server.usage.road import Road
from tests.support.polling import until

FIRST = Sum(
    input_tokens=100,
    cached_tokens=40,
    output_tokens=20,
    reasoning_tokens=15,
    request_count=2,
    search_queries=1,
    cost_micro_usd=999,
)
SECOND = Sum(input_tokens=7, output_tokens=3, request_count=1, cost_micro_usd=5)


def key(day: date = TODAY, model: str = "gemini-a", task: str = "answer", version: str = "v1") -> Key:
    return Key(day, model, task, version)


def batch(found: Sum = FIRST, at: Key | None = None) -> Batch:
    return Batch.frozen({at or key(): found})


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


async def test_a_day_without_usage_is_all_zeros(repository: Repository) -> None:
    assert await repository.daily() == Day(usage_date=TODAY)
    assert await repository.recent(7) == []
    assert await repository.total(30) == Sum()
    assert await repository.by_model(30) == []


async def test_what_was_written_is_read(repository: Repository) -> None:
    assert await repository.write(batch())
    day = await repository.daily()
    assert day == Day(
        usage_date=TODAY,
        input_tokens=100,
        cached_tokens=40,
        output_tokens=20,
        reasoning_tokens=15,
        request_count=2,
        search_queries=1,
        cost_micro_usd=999,
    )
    assert day.total_tokens == 120  # reasoning is part of the output and not added again


async def test_batches_add_up_in_one_row(repository: Repository, database: Database) -> None:
    await repository.write(batch(FIRST))
    await repository.write(batch(SECOND))
    assert await repository.total(1) == FIRST.plus(SECOND)
    rows = await (await database.pool()).fetch("SELECT * FROM token_usage")
    assert [(row["model"], row["task"], row["price_version"], row["version"]) for row in rows] == [
        ("gemini-a", "answer", "v1", 1)
    ]


async def test_a_batch_is_added_once(repository: Repository, other_database: Database) -> None:
    sent = batch()
    other = Repository(other_database, lambda: TODAY)
    fresh = await asyncio.gather(*(store.write(sent) for store in (repository, other) * 5))
    assert sorted(fresh) == [False] * 9 + [True]
    assert await repository.total(1) == FIRST


async def test_a_batch_is_added_whole_or_not_at_all(repository: Repository) -> None:
    poison = Batch.frozen({key(): FIRST, key(model="nul\0"): SECOND})
    with pytest.raises(Unwritable, match="CharacterNotInRepertoireError"):
        await repository.write(poison)
    negative = Batch.frozen({key(): FIRST, key(task="hints"): Sum(input_tokens=-1)})
    with pytest.raises(Unwritable, match="CheckViolationError"):
        await repository.write(negative)
    too_large = Batch.frozen({key(): FIRST, key(task="hints"): Sum(input_tokens=2**63)})
    with pytest.raises(Unwritable, match="DataError"):
        await repository.write(too_large)
    assert await repository.total(1) == Sum()
    assert await repository.write(Batch(negative.id, ((key(), FIRST),)))  # its id was not remembered


async def test_processes_that_add_to_the_same_rows_do_not_hinder_each_other(
    repository: Repository, other_database: Database
) -> None:
    keys = [key(model=f"gemini-{n}") for n in range(20)]
    other = Repository(other_database, lambda: TODAY)
    forwards = [Batch.frozen(dict.fromkeys(keys, FIRST)) for _ in range(30)]
    backwards = [Batch.frozen(dict.fromkeys(reversed(keys), SECOND)) for _ in range(30)]
    await asyncio.gather(*map(repository.write, forwards), *map(other.write, backwards))
    by_model = dict(await repository.by_model(1))
    assert len(by_model) == 20
    assert set(by_model.values()) == {together([FIRST, SECOND] * 30)}


async def test_days_count_from_today_and_include_it(repository: Repository) -> None:
    for ago in (-1, 0, 2, 6, 7, 29, 30):
        await repository.write(batch(Sum(request_count=1), key(days_ago(ago))))
    assert [day.usage_date for day in await repository.recent(7)] == [days_ago(0), days_ago(2), days_ago(6)]
    assert [day.usage_date for day in await repository.recent(1)] == [TODAY]
    assert (await repository.total(7)).request_count == 3
    assert (await repository.total(8)).request_count == 4
    assert (await repository.total(30)).request_count == 5
    assert (await repository.total(31)).request_count == 6
    assert (await repository.daily()).request_count == 1


async def test_the_database_is_not_asked_which_day_it_is(database: Database) -> None:
    long_ago = date(2001, 2, 3)
    repository = Repository(database, lambda: long_ago)
    await repository.write(batch(FIRST, key(long_ago)))
    assert (await repository.daily()).input_tokens == 100
    assert await repository.total(30) == FIRST


async def test_models_and_tasks_stand_apart_the_dearest_first(repository: Repository) -> None:
    dear, cheap = Sum(request_count=1, cost_micro_usd=10), Sum(request_count=1, cost_micro_usd=1)
    await repository.write(
        Batch.frozen(
            {
                key(model="gemini-cheap", task="hints"): cheap,
                key(model="gemini-dear", task="answer"): dear,
                key(model="gemini-dear", task="hints", day=days_ago(1)): dear,
                key(model="gemini-cheap", task="verify", day=days_ago(40)): dear,
            }
        )
    )
    assert await repository.by_model(30) == [("gemini-dear", dear.plus(dear)), ("gemini-cheap", cheap)]
    assert await repository.by_task(30) == [("hints", dear.plus(cheap)), ("answer", dear)]


async def test_price_tables_of_one_day_have_rows_of_their_own(
    repository: Repository, database: Database
) -> None:
    await repository.write(batch(FIRST, key(version="2026-10-15")))
    await repository.write(batch(SECOND, key(version="2026-12-01")))
    assert (await repository.daily()).cost_micro_usd == 1004
    rows = await (await database.pool()).fetch(
        "SELECT price_version, cost_micro_usd FROM token_usage ORDER BY price_version"
    )
    assert [tuple(row) for row in rows] == [("2026-10-15", 999), ("2026-12-01", 5)]


async def test_batches_are_forgotten_after_a_week(repository: Repository, database: Database) -> None:
    pool = await database.pool()
    await repository.write(batch())
    await pool.execute("INSERT INTO usage_batches VALUES (gen_random_uuid(), now() - interval '8 days')")
    await pool.execute("INSERT INTO usage_batches VALUES (gen_random_uuid(), now() - interval '6 days')")
    hours = itertools.count(0, 3601)
    await Repository(database, lambda: TODAY, clock=lambda: float(next(hours))).write(batch())
    assert await pool.fetchval("SELECT count(*) FROM usage_batches") == 3


async def test_processes_that_start_together_make_the_tables_once(
    repository: Repository, other_database: Database
) -> None:
    other = Repository(other_database, lambda: TODAY)
    with capture_logs() as records:
        await asyncio.gather(*(store.write(batch()) for store in (repository, other) * 3))
    assert (await repository.total(1)).request_count == 12
    connected = [record for record in records if record["event"] == "usage_db_connected"]
    assert len(connected) == 2  # once a process


async def test_a_dead_database_is_tried_once_in_a_while(far_database: Database, road: Road) -> None:
    road.close()
    now = 0.0
    repository = Repository(far_database, lambda: TODAY, clock=lambda: now)
    readings = await asyncio.gather(*(repository.daily() for _ in range(10)), return_exceptions=True)
    assert {type(reading) for reading in readings} == {UsageUnreadable}
    tried = road.arrivals
    assert tried > 0
    road.reopen()
    now = 4.9
    with pytest.raises(UsageUnreadable):
        await repository.daily()
    with pytest.raises(UsageUnreadable):
        await repository.write(batch())
    assert road.arrivals == tried
    now = 5.1
    assert await repository.write(batch())
    assert (await repository.daily()).input_tokens == 100


async def test_who_hangs_up_does_not_stop_the_preparation_for_others(
    far_database: Database, road: Road
) -> None:
    repository = Repository(far_database, lambda: TODAY)
    road.silence()
    impatient = asyncio.create_task(repository.daily())

    async def knocked() -> bool:
        return road.arrivals > 0

    await until(knocked, what="an attempt has begun")
    patient = asyncio.create_task(repository.daily())
    impatient.cancel()
    await asyncio.wait({impatient})
    road.speak()
    assert await patient == Day(usage_date=TODAY)


async def test_an_attempt_ends_with_its_owner(far_database: Database, road: Road) -> None:
    repository = Repository(far_database, lambda: TODAY)
    await repository.close()
    road.silence()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await repository.write(batch())
    await repository.close()
    assert not [task for task in asyncio.all_tasks() if "_prepare" in repr(task)]


async def test_a_read_of_a_database_that_went_away_says_so(far_database: Database, road: Road) -> None:
    repository = Repository(far_database, lambda: TODAY)
    await repository.write(batch())
    road.close()
    with capture_logs() as records, pytest.raises(UsageUnreadable):
        await repository.total(30)
    assert [record["event"] for record in records] == ["usage_db_read_failed"]
    road.reopen()
    assert await repository.total(30) == FIRST
