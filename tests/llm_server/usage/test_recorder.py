"""Usage on its way into PostgreSQL: never in the way of a request, nothing lost, nothing twice."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from botkit.postgres.pool import Database
from botkit.runtime.health import Degraded
from botkit.runtime.tasks import cancel
from llm_server.model import Task, Usage
from llm_server.usage import metrics
from llm_server.usage.batches import Sum, seoul_today, together
from llm_server.usage.prices import Price, Prices
from llm_server.usage.recorder import Recorder
from llm_server.usage.repository import Repository
from llm_server.usage.spill import FileSpill
from tests.llm_server.usage.conftest import TODAY
from tests.llm_server.usage.road import Road
from tests.support.polling import until

MODEL = "gemini-x"
PRICES = Prices("v1", {MODEL: (Price("2026-01-01", 2_000_000, 1_000_000, 10_000_000, 5_000_000),)})
ONE = Usage(input=100, output=20, reasoning=15, cached=40)
ONE_SUM = Sum(
    input_tokens=100,
    cached_tokens=40,
    output_tokens=20,
    reasoning_tokens=15,
    request_count=1,
    cost_micro_usd=60 * 2 + 40 * 1 + 20 * 10,
)


def recorder(store: Any, file: Path | None = None, **settings: Any) -> Recorder:
    chosen = {"today": lambda: TODAY, "flush_interval": 0.01, "max_backoff": 0.02, **settings}
    return Recorder(store, FileSpill(file), chosen.pop("prices", PRICES), **chosen)


@asynccontextmanager
async def running(made: Recorder) -> AsyncIterator[Recorder]:
    task = asyncio.create_task(made.run())
    yield made
    await cancel({task})
    await made.close(5)


async def saved(made: Recorder) -> None:
    async def is_saved() -> bool:
        return made.unsaved == 0

    await until(is_saved, what="everything is saved")


def times(count: int, found: Sum = ONE_SUM) -> Sum:
    return together([found] * count)


def impatient() -> Callable[[], float]:
    """A clock on which the rest after a failed attempt is over at once."""
    moments = itertools.count(0, 10)
    return lambda: float(next(moments))


async def failed(made: Recorder, count: int = 1) -> None:
    async def has_failed() -> bool:
        return made._failures.count >= count

    await until(has_failed, what=f"{count} failures")


def counted(counter: Any, *labels: str) -> float:
    value: float = (counter.labels(*labels) if labels else counter)._value.get()
    return value


async def test_a_request_is_saved_beside_it(repository: Repository) -> None:
    cost, ok = counted(metrics.llm_cost, MODEL), counted(metrics.usage_flush, "ok")
    async with running(recorder(repository)) as made:
        made.record(Task.ANSWER, MODEL, ONE)
        assert made.unsaved == 1
        assert counted(metrics.usage_pending) == 1
        await saved(made)
        assert counted(metrics.usage_pending) == 0
    assert await repository.by_task(1) == [("answer", ONE_SUM)]
    assert await repository.by_model(1) == [(MODEL, ONE_SUM)]
    assert counted(metrics.llm_cost, MODEL) - cost == ONE_SUM.cost_micro_usd
    assert counted(metrics.usage_flush, "ok") - ok == 1


async def test_the_same_is_gathered_in_one_row(repository: Repository, database: Database) -> None:
    async with running(recorder(repository)) as made:
        for _ in range(1000):
            made.record("answer", "models/gemini-x", ONE)
        made.record("hints", MODEL, replace(ONE, searches=2))
        await saved(made)
    assert dict(await repository.by_task(1)) == {
        "answer": times(1000),
        "hints": ONE_SUM.plus(Sum(search_queries=2, cost_micro_usd=10_000)),
    }
    assert await (await database.pool()).fetchval("SELECT count(*) FROM usage_batches") == 1


async def test_enough_requests_do_not_wait_for_the_interval(repository: Repository) -> None:
    async with running(recorder(repository, flush_interval=3600.0, max_pending=3)) as made:
        made.record("answer", MODEL, ONE)
        made.record("answer", MODEL, ONE)
        made.record("answer", MODEL, ONE)
        await saved(made)
        assert await repository.total(1) == times(3)
        made.record("answer", MODEL, ONE)
    assert await repository.total(1) == times(4)  # the end does not wait for it either


async def test_without_batches_each_request_is_saved_at_once(
    repository: Repository, database: Database
) -> None:
    async with running(recorder(repository, flush_interval=3600.0, max_pending=1)) as made:
        for n in range(3):
            made.record("answer", MODEL, ONE)
            await saved(made)
            assert await (await database.pool()).fetchval("SELECT count(*) FROM usage_batches") == n + 1
    assert await repository.total(1) == times(3)


@pytest.mark.parametrize("usage", [Usage(), Usage(-1, -5), Usage(0, 0, 7, 7)])
async def test_no_tokens_are_no_request(repository: Repository, usage: Usage) -> None:
    made = recorder(repository)
    made.record("answer", MODEL, usage)
    assert made.unsaved == 0


async def test_nonsense_from_outside_is_mended_before_it_is_counted(repository: Repository) -> None:
    async with running(recorder(repository)) as made:
        made.record("answer", "nul\0 and \ud800" + "x" * 1000, Usage(10, -3, reasoning=99, cached=50))
        made.record("answer", "", Usage(10**30, 1))
        await saved(made)
    found = dict(await repository.by_model(1))
    assert found["unknown"].input_tokens == 10**9
    del found["unknown"]
    ((name, mended),) = found.items()
    assert name.startswith("nul? and ?xxx")
    assert len(name) == 100
    assert (mended.cached_tokens, mended.output_tokens, mended.reasoning_tokens) == (10, 0, 0)


async def test_recording_never_raises(repository: Repository) -> None:
    def broken() -> date:
        raise OverflowError

    before = counted(metrics.usage_dropped)
    made = recorder(repository, today=broken)
    with capture_logs() as records:
        made.record("answer", MODEL, ONE)
    assert [record["event"] for record in records] == ["usage_dropped"]
    assert counted(metrics.usage_dropped) - before == 1


async def test_a_model_without_a_price_is_told_once_and_counted(repository: Repository) -> None:
    before = counted(metrics.usage_unpriced, "gemini-new")
    with capture_logs() as records:
        async with running(recorder(repository)) as made:
            made.record("answer", "gemini-new", ONE)
            made.record("answer", "gemini-new", ONE)
            made.record("answer", "demo-kb-1", ONE)
            await saved(made)
    assert [r["model"] for r in records if r["event"] == "usage_model_unpriced"] == ["gemini-new"]
    assert counted(metrics.usage_unpriced, "gemini-new") - before == 2
    found = dict(await repository.by_model(1))
    assert (found["gemini-new"].cost_micro_usd, found["gemini-new"].request_count) == (0, 2)
    assert (found["demo-kb-1"].cost_micro_usd, found["demo-kb-1"].request_count) == (0, 1)


async def test_the_day_changes_at_midnight_in_seoul(database: Database) -> None:
    now = datetime.fromisoformat("2026-11-24T14:59:59+00:00").timestamp()
    today = seoul_today(lambda: now)
    repository = Repository(database, today)
    made = recorder(repository, today=today)
    made.record("answer", MODEL, ONE)
    now += 1
    made.record("answer", MODEL, ONE)
    made.record("answer", MODEL, ONE)
    await made.close(5)
    assert [(day.usage_date, day.request_count) for day in await repository.recent(2)] == [
        (date(2026, 11, 25), 2),
        (date(2026, 11, 24), 1),
    ]
    assert (await repository.daily()).request_count == 2


async def test_a_price_is_that_of_its_day(repository: Repository, database: Database) -> None:
    dearer = Prices("v2", {MODEL: (*PRICES.models[MODEL], Price("2026-11-25", 4_000_000, 0, 0, 0))})
    day = TODAY
    old, new = recorder(repository), recorder(repository, prices=dearer, today=lambda: day)
    old.record("answer", MODEL, Usage(input=10, output=0))
    new.record("answer", MODEL, Usage(input=10, output=0))
    day += timedelta(days=1)
    new.record("answer", MODEL, Usage(input=10, output=0))
    await old.close(5)
    await new.close(5)
    rows = await (await database.pool()).fetch(
        "SELECT usage_date, price_version, cost_micro_usd FROM token_usage ORDER BY 1, 2"
    )
    assert [tuple(row) for row in rows] == [(TODAY, "v1", 20), (TODAY, "v2", 20), (day, "v2", 40)]


@pytest.mark.parametrize("was_there", [True, False])
async def test_nothing_is_lost_while_postgresql_is_away_for_weeks(
    database: Database, far_database: Database, road: Road, was_there: bool
) -> None:
    day = TODAY
    repository = Repository(far_database, lambda: day, clock=impatient())
    tasks = [task.value for task in Task]
    expected: dict[tuple[date, str], int] = {}
    async with running(recorder(repository, today=lambda: day, max_pending=5)) as made:
        if was_there:
            made.record("answer", MODEL, ONE)
            expected[day, "answer"] = 1
            await saved(made)
        road.close()
        for days in range(30):
            day = TODAY + timedelta(days=days)
            for n in range(700):
                task = tasks[n % len(tasks)]
                made.record(task, MODEL, ONE)
                expected[day, task] = expected.get((day, task), 0) + 1
            await asyncio.sleep(0)
        await failed(made, 3)
        with pytest.raises(Degraded, match="requests are not saved"):
            await made.check()
        assert made.unsaved == 30 * 700
        assert len(made._frozen) == 1
        assert len(made._pending) <= 30 * len(tasks)
        with capture_logs() as records:
            road.reopen()
            await saved(made)
        assert "usage_db_batch_flush_recovered" in [record["event"] for record in records]
        await made.check()
    rows = await (await database.pool()).fetch(
        "SELECT usage_date, task, request_count, input_tokens, cost_micro_usd FROM token_usage"
    )
    assert {(row["usage_date"], row["task"]): row["request_count"] for row in rows} == expected
    requests = sum(expected.values())
    assert sum(row["input_tokens"] for row in rows) == requests * ONE.input
    assert sum(row["cost_micro_usd"] for row in rows) == requests * ONE_SUM.cost_micro_usd


async def test_a_commit_whose_answer_was_lost_is_not_counted_twice(
    database: Database, far_database: Database, road: Road
) -> None:
    repository = Repository(far_database, lambda: TODAY, clock=impatient())
    with capture_logs() as records:
        async with running(recorder(repository)) as made:
            made.record("warm", MODEL, ONE)  # the statement is prepared from now on
            await saved(made)
            road.rob(b"robbed-task")
            made.record("robbed-task", MODEL, ONE)
            await saved(made)
            assert road.robbed
    events = [record["event"] for record in records]
    assert events.count("usage_batch_recognised") == 1
    assert dict(await Repository(database, lambda: TODAY).by_task(1)) == {
        "warm": ONE_SUM,
        "robbed-task": ONE_SUM,
    }


async def test_a_commit_that_is_not_answered_in_time_is_not_counted_twice(
    database: Database, far_database: Database, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llm_server.usage.repository.ACQUIRE_SECONDS", 0.2)
    repository = Repository(far_database, lambda: TODAY, clock=impatient())
    async with running(recorder(repository, flush_timeout=0.2)) as made:
        made.record("warm", MODEL, ONE)
        await saved(made)
        road.silence()
        made.record("late", MODEL, ONE)
        await failed(made)
        made.record("late", MODEL, ONE)
        road.speak()
        await saved(made)
    assert dict(await Repository(database, lambda: TODAY).by_task(1)) == {"warm": ONE_SUM, "late": times(2)}


async def test_recording_is_not_slowed_by_a_database_that_does_not_answer(
    far_database: Database, road: Road
) -> None:
    road.silence()
    repository = Repository(far_database, lambda: TODAY)
    async with running(recorder(repository, max_pending=1)) as made:
        clock = asyncio.get_running_loop().time
        began = clock()
        for _ in range(1000):
            made.record("answer", MODEL, ONE)
            await asyncio.sleep(0)
        assert clock() - began < 0.5
        road.speak()
        await saved(made)
    assert await repository.total(1) == times(1000)
    await repository.close()


async def test_what_the_end_cannot_save_the_next_process_saves_once(
    repository: Repository, far_database: Database, road: Road, file: Path
) -> None:
    road.close()
    far = Repository(far_database, lambda: TODAY)
    with capture_logs() as records:
        async with running(recorder(far, file)) as first:
            first.record("answer", MODEL, ONE)
            await failed(first)
            first.record("hints", MODEL, ONE)
    (record,) = [record for record in records if record["event"] == "usage_spilled"]
    assert (record["batches"], record["request_count"]) == (2, 2)
    copy = file.with_suffix(".copy")
    shutil.copy(file, copy)
    async with running(recorder(repository, file)):
        await until(lambda: gone(file), what="the file is gone")
    copy.rename(file)  # as if the second had died between the commit and the removal
    async with running(recorder(repository, file)):
        await until(lambda: gone(file), what="the file is gone")
    assert await repository.by_task(1) == [("answer", ONE_SUM), ("hints", ONE_SUM)]


async def gone(file: Path) -> bool:
    return file.name not in {path.name for path in left_in(file.parent)}


def left_in(directory: Path) -> list[Path]:
    return list(directory.iterdir())


async def test_what_is_left_waits_in_its_file_for_a_process_that_finds_postgresql(
    repository: Repository, far_database: Database, road: Road, file: Path
) -> None:
    road.close()
    far = Repository(far_database, lambda: TODAY, clock=impatient())
    for _ in range(3):
        async with running(recorder(far, file)) as made:
            made.record("answer", MODEL, ONE)
            await failed(made, 2)
    assert len(await FileSpill(file).take()) == 3
    road.reopen()
    async with running(recorder(far, file)) as made:
        made.record("answer", MODEL, ONE)
        await saved(made)
    assert await gone(file)
    assert await repository.total(1) == times(4)


async def test_a_write_that_the_end_interrupted_is_counted_once(
    repository: Repository, far_database: Database, road: Road, file: Path
) -> None:
    far = Repository(far_database, lambda: TODAY, clock=impatient())
    made = recorder(far, file, flush_timeout=60.0)
    task = asyncio.create_task(made.run())
    made.record("answer", MODEL, ONE)
    await saved(made)
    road.silence()
    made.record("answer", MODEL, ONE)

    async def on_its_way() -> bool:
        return bool(made._frozen)

    await until(on_its_way, what="a batch is on its way")
    await cancel({task})
    await made.close(0.1)
    assert len(await FileSpill(file).take()) == 1
    road.speak()
    async with running(recorder(repository, file)):
        await until(lambda: gone(file), what="the file is gone")
    assert await repository.total(1) == times(2)


async def test_the_end_waits_no_longer_than_it_may(
    repository: Repository, far_database: Database, road: Road, file: Path
) -> None:
    far = Repository(far_database, lambda: TODAY)
    assert await far.total(1) == Sum()  # an open connection is there
    made = recorder(far, file, flush_timeout=60.0)
    road.silence()
    made.record("answer", MODEL, ONE)
    clock = asyncio.get_running_loop().time
    began = clock()
    await made.close(0.2)
    assert clock() - began < 2
    assert len(await FileSpill(file).take()) == 1


async def test_an_end_that_is_cut_short_spills_too(far_database: Database, road: Road, file: Path) -> None:
    far = Repository(far_database, lambda: TODAY)
    assert await far.total(1) == Sum()
    made = recorder(far, file, flush_timeout=60.0)
    road.silence()
    made.record("answer", MODEL, ONE)
    closing = asyncio.create_task(made.close(60))

    async def on_its_way() -> bool:
        return bool(made._frozen)

    await until(on_its_way, what="a batch is on its way")
    closing.cancel()
    await asyncio.wait({closing})
    assert closing.cancelled()
    assert len(await FileSpill(file).take()) == 1


async def test_without_a_file_the_end_says_what_is_lost(far_database: Database, road: Road) -> None:
    road.close()
    before = counted(metrics.usage_dropped)
    made = recorder(Repository(far_database, lambda: TODAY))
    for _ in range(5):
        made.record("answer", MODEL, ONE)
    with capture_logs() as records:
        await made.close(5)
        made.record("answer", MODEL, ONE)
    lost = [record for record in records if record["event"] == "usage_dropped"]
    assert [(record["request_count"], record["cost_micro_usd"]) for record in lost] == [(5, 1800), (1, 360)]
    assert counted(metrics.usage_dropped) - before == 6


async def test_two_processes_add_up(
    repository: Repository, other_database: Database, database: Database
) -> None:
    other = Repository(other_database, lambda: TODAY)
    async with (
        running(recorder(repository, max_pending=7)) as one,
        running(recorder(other, max_pending=3)) as two,
    ):
        for n in range(600):
            one.record(f"task-{n % 5}", MODEL, ONE)
            two.record(f"task-{-n % 5}", MODEL, ONE)
            if n % 10 == 0:
                await asyncio.sleep(0)
        await saved(one)
        await saved(two)
    assert dict(await repository.by_task(1)) == {f"task-{n}": times(240) for n in range(5)}
    assert await (await database.pool()).fetchval("SELECT count(*) FROM usage_batches") > 2


async def test_thousands_of_failures_neither_flood_the_log_nor_stretch_the_pause(
    database: Database, far_database: Database, road: Road
) -> None:
    road.close()
    before = counted(metrics.usage_flush, "failed")
    repository = Repository(far_database, lambda: TODAY, clock=impatient_after(3000))
    made = recorder(repository, flush_interval=1e-6, max_backoff=1e-5, error_log_interval=3600.0)
    with capture_logs() as records:
        async with running(made):
            made.record("answer", MODEL, ONE)
            await failed(made, 2100)
            assert made._failures.pause == 1e-5
            road.reopen()
            await saved(made)
    told = [r["failures"] for r in records if r["event"] == "usage_db_batch_flush_failed"]
    assert told[:12] == [2**n for n in range(12)]
    assert len(told) < 20
    assert counted(metrics.usage_flush, "failed") - before >= 2100
    assert await Repository(database, lambda: TODAY).total(1) == ONE_SUM


def impatient_after(calls: int) -> Callable[[], float]:
    """A clock that stands still for so many looks at it, and then runs."""
    looks = itertools.count()
    return lambda: max(0.0, next(looks) - calls) * 10


async def test_what_postgresql_will_never_take_is_set_aside(
    repository: Repository, database: Database, file: Path
) -> None:
    assert await repository.total(1) == Sum()
    pool = await database.pool()
    await pool.execute("ALTER TABLE token_usage ADD CONSTRAINT picky CHECK (task <> 'poison')")
    refused = counted(metrics.usage_flush, "refused")
    with capture_logs() as records:
        async with running(recorder(repository, file)) as made:
            made.record("poison", MODEL, ONE)
            await saved(made)
            made.record("answer", MODEL, ONE)
            await saved(made)
        async with running(recorder(repository, file)) as made:
            made.record("answer", MODEL, ONE)
            await saved(made)
    assert [r["event"] for r in records if r["log_level"] == "error"] == ["usage_db_save_failed"] * 2
    assert counted(metrics.usage_flush, "refused") - refused == 2
    assert dict(await repository.by_task(1)) == {"answer": times(2)}
    await pool.execute("ALTER TABLE token_usage DROP CONSTRAINT picky")  # a later release is less picky
    async with running(recorder(repository, file)):
        await until(lambda: gone(file), what="the file is gone")
    assert dict(await repository.by_task(1)) == {"answer": times(2), "poison": ONE_SUM}
