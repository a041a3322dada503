"""What operators set: kept with a trace, noticed by every process."""

import pytest

from botkit.postgres.pool import Database
from hololive_bot.access import AccessList, Mode
from hololive_bot.repository import operations
from hololive_bot.repository.link import connection, transaction
from hololive_bot.repository.operations import Operations

ROOM, OTHER = "18293847561928374", "5"


@pytest.fixture
def reads(database: Database) -> Operations:
    return Operations(database)


async def test_every_change_counts_a_revision_up(reads: Operations, database: Database) -> None:
    assert await reads.revisions() == {}
    async with connection(database) as link:
        await operations.bump(link, "members")
        await operations.bump(link, "members")
        await operations.put_alert_settings(link, {"stages": [30]})
        await operations.put_text(link, "live.none", "조용해요")
    assert await reads.revisions() == {"members": 2, "settings": 1, "texts": 1}


async def test_alert_settings_are_kept_whole(reads: Operations, database: Database) -> None:
    assert await reads.alert_settings() == {}
    async with connection(database) as link:
        await operations.put_alert_settings(link, {"stages": [30], "on_start": False})
        await operations.put_alert_settings(link, {"stages": [10]})
    assert await reads.alert_settings() == {"stages": [10]}


async def test_the_seed_counts_only_once(reads: Operations, database: Database) -> None:
    assert await reads.access() == AccessList()
    seed = AccessList(True, Mode.WHITELIST, frozenset({ROOM}))
    await reads.seed_access(seed)
    assert await reads.access() == seed
    async with transaction(database) as link:
        await operations.write_access(link, seed.without_room(ROOM).with_room(OTHER))
    await reads.seed_access(seed)
    assert (await reads.access()).rooms == {OTHER}


async def test_each_mode_has_its_list(reads: Operations, database: Database) -> None:
    async with transaction(database) as link:
        await operations.write_access(link, AccessList(True, Mode.WHITELIST, frozenset({ROOM, OTHER})))
        await operations.set_access(link, enabled=False, mode=Mode.BLACKLIST)
    assert await reads.access() == AccessList(False, Mode.BLACKLIST)
    async with transaction(database) as link:
        await operations.write_access(link, AccessList(True, Mode.BLACKLIST, frozenset({OTHER})))
    assert await reads.access() == AccessList(True, Mode.BLACKLIST, frozenset({OTHER}))
    async with transaction(database) as link:
        await operations.set_access(link, enabled=True, mode=Mode.WHITELIST)
    assert await reads.access() == AccessList(True, Mode.WHITELIST, frozenset({ROOM}))


async def test_texts_can_be_changed_and_taken_back(reads: Operations, database: Database) -> None:
    async with connection(database) as link:
        for value in ("하나", "둘", None):
            await operations.put_text(link, "live.none", value)
        await operations.put_text(link, "live.next", "다음")
        kept = await link.fetch("SELECT value FROM message_revisions WHERE key = 'live.none' ORDER BY id")
    assert await reads.texts() == {"live.next": "다음"}
    assert [row["value"] for row in kept] == ["하나", "둘", None]


async def test_changes_leave_a_trace(reads: Operations, database: Database) -> None:
    async with connection(database) as link:
        for number in range(3):
            await operations.trace(
                link,
                key_label="key-1",
                action="add",
                subject=f"member {number}",
                difference={"이름": [None, "새"]},
            )
    last, before = await reads.traces(2)
    assert (last.subject, before.subject) == ("member 2", "member 1")
    assert last.difference == {"이름": [None, "새"]}
    assert (last.key_label, last.action) == ("key-1", "add")


async def test_a_job_is_due_until_it_has_run(reads: Operations) -> None:
    assert await reads.is_due("figures", since=1000.0)
    await reads.note_run("figures", 2000.0)
    assert not await reads.is_due("figures", since=2000.0)
    assert await reads.is_due("figures", since=2000.1)
    await reads.note_run("figures", 3000.0)
    assert not await reads.is_due("figures", since=2500.0)
    assert await reads.is_due("other", since=0.0)


async def test_what_differs_at_the_agency_is_kept(reads: Operations, database: Database) -> None:
    assert await reads.differences() == {}
    async with connection(database) as link:
        await operations.put_differences(link, {"unknown": ["UCnew"], "inactive": []})
    assert await reads.differences() == {"unknown": ["UCnew"], "inactive": []}
