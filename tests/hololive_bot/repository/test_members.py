"""Members in PostgreSQL: seeded, changed by administrators, and what they changed survives."""

import pytest

from botkit.postgres.pool import Database
from hololive_bot.members import Member, Standing
from hololive_bot.repository import members as repository
from hololive_bot.repository.link import connection, transaction
from hololive_bot.repository.members import Members
from hololive_bot.repository.operations import Operations
from hololive_bot.seed import load

SEED = load().members
PEKORA = SEED["usada-pekora"]


@pytest.fixture
async def members(database: Database) -> Members:
    made = Members(database)
    await made.seed(SEED.values())
    return made


async def test_the_seed_is_loaded_once(members: Members, database: Database) -> None:
    assert await members.every() == list(SEED.values())
    before = await Operations(database).revisions()
    assert await members.seed(SEED.values()) == 0
    assert await Operations(database).revisions() == before == {"members": 1}
    pool = await database.pool()
    assert await pool.fetchval("SELECT count(*) FROM members WHERE is_graduated") == 27


async def test_what_an_administrator_changed_survives(members: Members, database: Database) -> None:
    changed = PEKORA.model_copy(update={"short_korean_name": "토끼", "birthday": "01-13"})
    async with transaction(database) as link:
        await repository.change(link, changed, ["short_korean_name", "birthday"])
    newer = PEKORA.model_copy(
        update={"short_korean_name": "페코", "korean_name": "우사다 페코", "birthday": "02-02"}
    )
    assert await members.seed([newer]) == 1
    [found] = [member for member in await members.every() if member.id == PEKORA.id]
    assert (found.short_korean_name, found.korean_name, found.birthday) == ("토끼", "우사다 페코", "01-13")
    assert await members.seed([newer]) == 0


async def test_rows_that_left_the_files_stay_and_new_ones_come(members: Members) -> None:
    new = Member(id="new-face", english_name="New Face", branch="JP")
    assert await members.seed([new]) == 1
    assert len(await members.every()) == 129


async def test_a_row_that_cannot_be_read_harms_no_other(members: Members, database: Database) -> None:
    """Another release may have written it; the seed mends what it may."""
    pool = await database.pool()
    await pool.execute("""UPDATE members SET facts = '{"height_cm": -1}' WHERE slug = $1""", PEKORA.id)
    assert len(await members.every()) == 127
    assert await members.seed(SEED.values()) == 1
    assert await members.every() == list(SEED.values())


async def test_an_id_is_taken_once(members: Members, database: Database) -> None:
    async with connection(database) as link:
        assert not await repository.insert(link, PEKORA)
        assert await repository.insert(link, PEKORA.model_copy(update={"id": "other"}))
        assert await repository.find(link, "other") == PEKORA.model_copy(update={"id": "other"})
        assert await repository.find(link, "nobody") is None


async def test_nothing_can_be_taken_away_by_accident(members: Members, database: Database) -> None:
    gone = PEKORA.model_copy(
        update={"channel_id": None, "debut_date": None, "birthday": None, "status": Standing.RETIRED}
    )
    async with transaction(database) as link:
        await repository.change(link, gone, ["channel_id", "debut_date", "birthday", "status"])
    async with connection(database) as link:
        assert await repository.find(link, PEKORA.id) == gone
    await members.seed(SEED.values())
    async with connection(database) as link:
        assert await repository.find(link, PEKORA.id) == gone


async def test_photos_come_from_the_channels(members: Members, database: Database) -> None:
    assert PEKORA.channel_id
    async with connection(database) as link:
        await repository.set_photos(link, [(PEKORA.channel_id, "https://yt3.ggpht.com/x=s1024")])
        found = await repository.find(link, PEKORA.id)
    assert found is not None
    assert found.photo == "https://yt3.ggpht.com/x=s1024"
    assert await members.seed(SEED.values()) == 0
