"""The lease: one holder, an epoch that grows."""

from botkit.valkey.lease import Lease
from tests.support.servers import Client


def lease(mq: Client, holder: str, seconds: float = 10.0) -> Lease:
    return Lease(mq, stream="s", holder=holder, seconds=seconds)


async def test_one_holds_it_and_others_wait(mq: Client) -> None:
    first, second = lease(mq, "a"), lease(mq, "b")
    assert await first.acquire()
    assert not await second.acquire()
    assert second.epoch == ""
    assert await mq.hget("s:owner", "holder") == b"a"


async def test_given_up_it_is_free_at_once_and_the_epoch_has_grown(mq: Client) -> None:
    first, second = lease(mq, "a"), lease(mq, "b")
    await first.acquire()
    before = int(first.epoch)
    await first.release()
    assert await second.acquire()
    assert int(second.epoch) > before
    assert first.epoch == ""


async def test_run_out_it_is_taken_and_the_former_holder_learns_it(mq: Client) -> None:
    first, second = lease(mq, "a", seconds=0), lease(mq, "b")
    await first.acquire()
    assert await second.acquire()
    assert not await first.renew()
    assert await second.renew()


async def test_run_out_but_not_taken_it_is_renewed_under_its_epoch(mq: Client) -> None:
    first = lease(mq, "a", seconds=0)
    await first.acquire()
    epoch = first.epoch
    assert await first.renew()
    assert first.epoch == epoch


async def test_giving_up_late_takes_nothing_from_the_heir(mq: Client) -> None:
    first, second = lease(mq, "a", seconds=0), lease(mq, "b")
    await first.acquire()
    await second.acquire()
    await first.release()
    assert await second.renew()
    assert not await lease(mq, "c").acquire()


async def test_the_last_id_is_handed_on(mq: Client) -> None:
    """The read script writes it; here it is written by hand."""
    first, second = lease(mq, "a", seconds=0), lease(mq, "b", seconds=0)
    await first.acquire()
    assert first.last_id == ""
    await mq.hset("s:owner", "last_id", "17-0")
    await second.acquire()
    assert second.last_id == "17-0"


async def test_a_former_owner_does_not_set_the_last_id_back(mq: Client) -> None:
    first = lease(mq, "a")
    await first.acquire()
    first.last_id = "17-0"
    await mq.hset("s:owner", "last_id", "30-0")
    await first.renew()
    assert first.last_id == "30-0"


async def test_a_wiped_lease_gets_the_last_id_back(mq: Client) -> None:
    first, second = lease(mq, "a", seconds=0), lease(mq, "b")
    await first.acquire()
    first.last_id = "17-0"
    await mq.delete("s:owner")
    await first.renew()
    await second.acquire()
    assert second.last_id == "17-0"


async def test_a_lost_lease_record_does_not_lower_the_epoch(mq: Client) -> None:
    first = lease(mq, "a")
    await first.acquire()
    epoch = int(first.epoch)
    await mq.delete("s:owner")
    assert await first.renew()
    assert int(first.epoch) == epoch
    await mq.delete("s:owner")
    second = lease(mq, "b")
    await second.acquire()
    assert int(second.epoch) >= epoch
