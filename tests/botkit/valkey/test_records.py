"""The versioned record: compare-and-set, fences, and the memory of what was applied."""

from dataclasses import dataclass

import pytest

from botkit.valkey.records import APPLIED_KEPT, Conflict, Fenced, Records, Stored, Unreadable
from tests.support.servers import Client


@dataclass(frozen=True)
class Count:
    value: int = 0


@pytest.fixture
def records(cache: Client) -> Records[Count]:
    return Records(cache, prefix="t:", state=Count, initial=Count(), seconds=60, ledger="t:ledger")


async def test_a_record_that_is_not_there_has_the_initial_state(records: Records[Count]) -> None:
    assert await records.peek("r") == Count()
    stored, state = await records.load("r", entry="1-0", epoch="5")
    assert (stored, state) == (Stored(""), Count())


async def test_a_record_that_does_not_fit_is_an_error_that_tells_no_secret(
    records: Records[Count], cache: Client
) -> None:
    await cache.hset(records.key("r"), "data", '{"value": "secret"}')
    with pytest.raises(Unreadable) as caught:
        await records.peek("r")
    with pytest.raises(Unreadable):
        await records.load("r", entry="1-0", epoch="5")
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_an_entry_is_applied_with_its_replies(records: Records[Count]) -> None:
    stored, _ = await records.load("r", entry="1-0", epoch="5")
    await records.save("r", stored, Count(1), entry="1-0", replies=b"[]", epoch="5")
    again, state = await records.load("r", entry="1-0", epoch="5")
    assert (again.replies, state) == (b"[]", Count(1))
    other, _ = await records.load("r", entry="2-0", epoch="5")
    assert other.replies is None


async def test_only_the_loaded_version_is_overwritten(records: Records[Count]) -> None:
    first, _ = await records.load("r", entry="1-0", epoch="5")
    await records.save("r", first, Count(1), entry="1-0", epoch="5")
    with pytest.raises(Conflict):
        await records.save("r", first, Count(2), entry="2-0", epoch="5")
    assert await records.peek("r") == Count(1)


async def test_versions_grow_and_never_restart(records: Records[Count], cache: Client) -> None:
    stored, _ = await records.load("r", entry="1-0", epoch="5")
    await records.save("r", stored, Count(1), entry="1-0", epoch="5")
    one, _ = await records.load("r", entry="2-0", epoch="5")
    await records.save("r", one, Count(2), entry="2-0", epoch="5")
    two, _ = await records.load("r", entry="3-0", epoch="5")
    assert int(two.version) == int(one.version) + 1
    await cache.delete(records.key("r"))
    with pytest.raises(Conflict):
        await records.save("r", two, Count(3), entry="3-0", epoch="5")
    fresh, _ = await records.load("r", entry="4-0", epoch="5")
    await records.save("r", fresh, Count(4), entry="4-0", epoch="5")
    last, _ = await records.load("r", entry="5-0", epoch="5")
    assert int(last.version) > int(two.version)


async def test_loading_shuts_earlier_owners_out(records: Records[Count]) -> None:
    stored, _ = await records.load("r", entry="1-0", epoch="5")
    await records.load("r", entry="1-0", epoch="6")
    with pytest.raises(Fenced):
        await records.save("r", stored, Count(1), entry="1-0", epoch="5")
    with pytest.raises(Fenced):
        await records.load("r", entry="2-0", epoch="5")


async def test_the_last_entries_are_remembered(records: Records[Count], cache: Client) -> None:
    for number in range(APPLIED_KEPT + 6):
        stored, state = await records.load("r", entry=f"{number}-0", epoch="5")
        await records.save("r", stored, Count(state.value + 1), entry=f"{number}-0", replies=b"[]", epoch="5")
    kept = [field for field in await cache.hkeys(records.key("r")) if field.startswith(b"@")]
    assert sorted(kept) == sorted(f"@{n}-0".encode() for n in range(6, APPLIED_KEPT + 6))


async def test_an_administrator_keeps_epoch_and_entries(records: Records[Count]) -> None:
    stored, _ = await records.load("r", entry="1-0", epoch="5")
    await records.save("r", stored, Count(1), entry="1-0", replies=b"[1]", epoch="5")
    mine, _ = await records.load("r", entry="", epoch="5")
    await records.save("r", mine, Count(7))
    found, state = await records.load("r", entry="1-0", epoch="5")
    assert (found.replies, state) == (b"[1]", Count(7))
    with pytest.raises(Fenced):
        await records.load("r", entry="1-0", epoch="4")


async def test_a_finished_game_is_appended_with_the_save_or_not_at_all(
    records: Records[Count], cache: Client
) -> None:
    stored, _ = await records.load("r", entry="1-0", epoch="5")
    await records.save("r", stored, Count(1), entry="1-0", epoch="5", finished=b"game 1")
    with pytest.raises(Conflict):
        await records.save("r", stored, Count(2), entry="2-0", epoch="5", finished=b"game 2")
    assert [fields for _, fields in await cache.xrange("t:ledger")] == [{b"game": b"game 1"}]


async def test_saving_renews_the_time_to_live(records: Records[Count], cache: Client) -> None:
    stored, _ = await records.load("r", entry="1-0", epoch="5")
    assert 0 < await cache.ttl(records.key("r")) <= 60
    await cache.expire(records.key("r"), 5)
    await records.save("r", stored, Count(1), entry="1-0", epoch="5")
    assert await cache.ttl(records.key("r")) > 50


async def test_all_records_are_listed_but_those_that_cannot_be_read(
    records: Records[Count], cache: Client
) -> None:
    for name, value in (("a:b", 1), ("*", 2)):
        stored, _ = await records.look(name)
        await records.save(name, stored, Count(value))
    await cache.hset(records.key("broken"), "data", "{")
    await cache.expire(records.key("broken"), 9)
    await cache.set("u:other", "1", ex=9)
    found = {one.name: one async for one in records.all()}
    assert {name: one.state.value for name, one in found.items()} == {"a:b": 1, "*": 2}


async def test_only_the_prefix_as_it_is_written_is_listed(cache: Client) -> None:
    await cache.hset("xy:1", "data", "{}")
    await cache.expire("xy:1", 9)
    odd = Records(cache, prefix="x?:", state=Count, initial=Count(), seconds=60)
    assert [one async for one in odd.all()] == []
