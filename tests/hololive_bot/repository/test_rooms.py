"""Subscriptions: changed once by each line, read by the alerts, never half stored."""

import pytest

from botkit.postgres.pool import Database
from botkit.valkey.records import Conflict, Fenced
from hololive_bot.preferences import Preferences, Quiet
from hololive_bot.repository.link import DatabaseAway, connection, transaction
from hololive_bot.repository.rooms import (
    Following,
    RoomRepository,
    change_settings,
    name_room,
    remove_alarm,
)
from playground.embedded import Postgres
from tests.support.database import database_settings
from tests.support.servers import free_port

ROOM, OTHER = "18293847561928374", "18293847561928375"
PEKORA, MIKO, SUISEI = "UC-pekora", "UC-miko", "UC-suisei"
DEFAULTS = Preferences(stages=(30, 5))


@pytest.fixture
def rooms(database: Database) -> RoomRepository:
    return RoomRepository(database, defaults=lambda: DEFAULTS)


async def follow(
    rooms: RoomRepository, room: str, *channels: str, entry: str = "1-0", epoch: str = "1"
) -> None:
    stored, _ = await rooms.load(room, entry=entry, epoch=epoch)
    await rooms.save(room, stored, channels, entry=entry, replies=b"[]", epoch=epoch)


async def test_a_line_that_comes_again_finds_what_was_answered(rooms: RoomRepository) -> None:
    stored, channels = await rooms.load(ROOM, entry="1-0", epoch="1")
    assert (stored.replies, channels) == (None, ())
    await rooms.save(ROOM, stored, [PEKORA, MIKO], entry="1-0", replies=b"said", epoch="1")

    again, channels = await rooms.load(ROOM, entry="1-0", epoch="1")
    assert (again.replies, channels) == (b"said", (PEKORA, MIKO))
    fresh, _ = await rooms.load(ROOM, entry="2-0", epoch="1")
    assert fresh.replies is None


async def test_subscriptions_keep_their_order_and_can_go(rooms: RoomRepository) -> None:
    await follow(rooms, ROOM, PEKORA)
    await follow(rooms, ROOM, PEKORA, SUISEI, MIKO, entry="2-0")
    await follow(rooms, ROOM, PEKORA, MIKO, entry="3-0")
    _, channels = await rooms.load(ROOM, entry="4-0", epoch="1")
    assert channels == (PEKORA, MIKO)
    await follow(rooms, ROOM, entry="4-0")
    assert await rooms.followed() == frozenset()


async def test_a_room_that_changed_meanwhile_is_not_overwritten(rooms: RoomRepository) -> None:
    stored, _ = await rooms.load(ROOM, entry="1-0", epoch="1")
    await follow(rooms, ROOM, MIKO, entry="2-0")
    with pytest.raises(Conflict):
        await rooms.save(ROOM, stored, [PEKORA], entry="1-0", replies=b"", epoch="1")
    assert await rooms.followed() == {MIKO}
    assert (await rooms.load(ROOM, entry="1-0", epoch="1"))[0].replies is None
    with pytest.raises(Conflict):
        await rooms.save("unseen", stored, [PEKORA], entry="1-0", replies=b"", epoch="1")


async def test_an_owner_that_was_replaced_cannot_write(rooms: RoomRepository) -> None:
    stored, _ = await rooms.load(ROOM, entry="1-0", epoch="1")
    await rooms.load(ROOM, entry="1-0", epoch="2")
    with pytest.raises(Fenced) as fenced:
        await rooms.save(ROOM, stored, [PEKORA], entry="1-0", replies=b"", epoch="1")
    assert fenced.value.epoch == 2
    with pytest.raises(Fenced):
        await rooms.load(ROOM, entry="2-0", epoch="1")
    assert await rooms.followed() == frozenset()


async def test_an_operator_counts_the_version_up(rooms: RoomRepository, database: Database) -> None:
    await follow(rooms, ROOM, PEKORA, MIKO)
    stored, _ = await rooms.load(ROOM, entry="2-0", epoch="1")
    async with transaction(database) as link:
        assert await remove_alarm(link, ROOM, PEKORA)
        assert not await remove_alarm(link, ROOM, PEKORA)
    with pytest.raises(Conflict):
        await rooms.save(ROOM, stored, [PEKORA, MIKO, SUISEI], entry="2-0", replies=b"", epoch="1")


async def test_only_the_last_entries_are_remembered(rooms: RoomRepository, database: Database) -> None:
    for number in range(70):
        await follow(rooms, ROOM, *([PEKORA] if number % 2 else []), entry=f"{number}-0")
    pool = await database.pool()
    assert await pool.fetchval("SELECT count(*) FROM applied_entries") == 64
    assert (await rooms.load(ROOM, entry="69-0", epoch="1"))[0].replies == b"[]"
    assert (await rooms.load(ROOM, entry="5-0", epoch="1"))[0].replies is None


async def test_who_follows_and_what_they_want_to_hear(rooms: RoomRepository, database: Database) -> None:
    await follow(rooms, ROOM, PEKORA, MIKO)
    await follow(rooms, OTHER, PEKORA)
    async with connection(database) as link:
        await change_settings(link, OTHER, {"stages": [10], "quiet": "23:00-07:00", "celebrations": False})

    found = await rooms.rooms_following([PEKORA, SUISEI])

    quiet = Quiet(23 * 60, 7 * 60)
    chosen = Preferences(stages=(10,), quiet=quiet, celebrations=False)
    assert found == (Following(ROOM, PEKORA, DEFAULTS), Following(OTHER, PEKORA, chosen))
    assert await rooms.followed() == {PEKORA, MIKO}


async def test_a_choice_can_be_taken_back(rooms: RoomRepository, database: Database) -> None:
    async with connection(database) as link:
        await change_settings(link, ROOM, {"stages": [10], "on_start": False})
        await change_settings(link, ROOM, {"stages": None, "milestones": False})
    chosen, holds = await rooms.settings_of(ROOM)
    assert chosen == {"on_start": False, "milestones": False}
    assert holds == Preferences(stages=(30, 5), on_start=False, milestones=False)
    assert await rooms.settings_of("unseen") == ({}, DEFAULTS)


@pytest.mark.parametrize(
    ("access", "listed", "heard"),
    [
        (("false", "whitelist"), [OTHER], {ROOM, OTHER}),
        (("true", "whitelist"), [], {ROOM, OTHER}),
        (("true", "whitelist"), [OTHER], {OTHER}),
        (("true", "blacklist"), [OTHER], {ROOM}),
        (("true", "blacklist"), [], {ROOM, OTHER}),
    ],
)
async def test_rooms_without_access_hear_nothing(
    rooms: RoomRepository, database: Database, access: tuple[str, str], listed: list[str], heard: set[str]
) -> None:
    pool = await database.pool()
    await pool.execute("INSERT INTO acl_settings VALUES ('enabled', $1), ('mode', $2)", *access)
    for room in listed:
        await pool.execute("INSERT INTO acl_rooms VALUES ($1, $2)", room, access[1])
    await follow(rooms, ROOM, PEKORA)
    await follow(rooms, OTHER, PEKORA)

    assert {one.room for one in await rooms.rooms_following([PEKORA])} == heard


async def test_operators_see_rooms_by_name(rooms: RoomRepository, database: Database) -> None:
    async with connection(database) as link:
        await name_room(link, ROOM, "토끼 방")
    await follow(rooms, ROOM, PEKORA, MIKO)
    async with connection(database) as link:
        await name_room(link, ROOM, "당근 방")
    listed = await rooms.alarms()
    assert [(one.room, one.room_name, one.channel) for one in listed] == [
        (ROOM, "당근 방", PEKORA),
        (ROOM, "당근 방", MIKO),
    ]
    assert listed[0].types == ("LIVE",)


async def test_without_postgres_everything_says_so(postgres_server: Postgres) -> None:
    settings = database_settings(postgres_server).model_copy(
        update={"db_socket_path": "", "db_host": "127.0.0.1", "db_port": free_port()}
    )
    away = RoomRepository(
        Database(settings, schema="hololive", application="test"), defaults=lambda: DEFAULTS
    )
    with pytest.raises(DatabaseAway):
        await away.rooms_following([PEKORA])
    with pytest.raises(DatabaseAway):
        await away.load(ROOM, entry="1-0", epoch="1")


async def test_before_the_migrations_ran_it_is_away_too(postgres_server: Postgres) -> None:
    empty = Database(database_settings(postgres_server), schema="nothing_there", application="test")
    with pytest.raises(DatabaseAway):
        await RoomRepository(empty, defaults=lambda: DEFAULTS).followed()
    await empty.close()
