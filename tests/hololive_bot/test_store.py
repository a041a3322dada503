"""A room as the kit's turn sees it."""

import pytest

from botkit.postgres.pool import Database
from botkit.valkey.clients import UNREACHABLE
from botkit.valkey.records import Conflict
from hololive_bot.preferences import Preferences
from hololive_bot.repository.link import DatabaseAway
from hololive_bot.repository.rooms import RoomRepository
from hololive_bot.store import MOST_FOLLOWED, Room, Store


@pytest.fixture
def store(database: Database) -> Store:
    return Store(RoomRepository(database, defaults=Preferences))


def test_a_room_follows_each_channel_once() -> None:
    room = Room().following("a").following("b").following("a")
    assert room == Room(("a", "b"))
    assert room.without("a").without("c") == Room(("b",))
    assert not room.is_full
    assert Room(tuple(map(str, range(MOST_FOLLOWED)))).is_full


async def test_what_is_saved_is_loaded(store: Store) -> None:
    stored, room = await store.load("r", entry="1-0", epoch="1")
    assert room == Room()
    await store.save("r", stored, Room(("a",)), entry="1-0", replies=b"x", epoch="1", finished=None)
    stored, room = await store.load("r", entry="2-0", epoch="1")
    assert (stored.replies, room) == (None, Room(("a",)))
    old, _ = await store.load("r", entry="1-0", epoch="1")
    assert old.replies == b"x"
    await store.save("r", stored, Room(), entry="2-0", replies=b"", epoch="1", finished=None)
    with pytest.raises(Conflict):
        await store.save("r", stored, Room(("a",)), entry="3-0", replies=b"", epoch="1", finished=None)


def test_an_outage_is_what_the_turn_tries_again() -> None:
    assert issubclass(DatabaseAway, UNREACHABLE)
