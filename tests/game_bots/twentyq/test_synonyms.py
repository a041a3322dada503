"""Words that operators declared."""

from collections.abc import AsyncIterator

import pytest

from botkit.postgres.pool import Database
from game_bots.records import RecordsUnavailable
from game_bots.twentyq.ledger import SCHEMA, Ledger
from game_bots.twentyq.synonyms import FRESH_SECONDS, Synonyms
from playground.embedded import Postgres
from tests.support.database import database_settings
from tests.support.servers import free_port


class Now:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def database(postgres_server: Postgres) -> AsyncIterator[Database]:
    made = Database(database_settings(postgres_server), schema=SCHEMA, application="test")
    await (await made.pool()).execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    await Ledger(made).prepare()
    yield made
    await made.close()


async def test_an_alias_has_a_proper_word_however_it_is_spelt(database: Database) -> None:
    words = Synonyms(database)
    assert await words.canonical("냐옹이") == ""
    await words.put("고양이", ["냐옹이", "Cat"], by="op")
    assert [await words.canonical(said) for said in ("냐옹 이!", "CAT", "개")] == ["고양이", "고양이", ""]
    assert await words.all() == {"고양이": ["Cat", "냐옹이"]}


async def test_signs_without_letters_are_words_of_their_own(database: Database) -> None:
    words = Synonyms(database)
    await words.put("고양이", ["🐱"], by="op")
    assert [await words.canonical(said) for said in ("🐱", "🐶", "!")] == ["고양이", "", ""]
    assert await words.remove("🐱") == "고양이"


async def test_the_last_declaration_counts_and_can_be_taken_back(database: Database) -> None:
    words = Synonyms(database)
    await words.put("고양이", ["나비"], by="op")
    await words.put("곤충", ["나비"], by="op")
    assert await words.canonical("나비") == "곤충"
    assert await words.remove("나비") == "곤충"
    assert await words.remove("나비") == ""
    assert await words.canonical("나비") == ""


async def test_another_process_learns_of_it_within_a_minute(database: Database) -> None:
    now = Now()
    ours, theirs = Synonyms(database, clock=now), Synonyms(database)
    assert await ours.canonical("나비") == ""
    await theirs.put("고양이", ["나비"], by="op")
    assert await ours.canonical("나비") == ""
    now.seconds += FRESH_SECONDS
    assert await ours.canonical("나비") == "고양이"


async def test_without_postgres_what_is_known_goes_on_to_count(
    database: Database, postgres_server: Postgres
) -> None:
    now = Now()
    words = Synonyms(database, clock=now)
    await words.put("고양이", ["나비"], by="op")
    await database.close()
    now.seconds += FRESH_SECONDS
    assert await words.canonical("나비") == "고양이"
    nowhere = database_settings(postgres_server).model_copy(
        update={"db_socket_path": "", "db_host": "127.0.0.1", "db_port": free_port()}
    )
    away = Synonyms(Database(nowhere, schema=SCHEMA, application="test"))
    assert await away.canonical("나비") == ""
    with pytest.raises(RecordsUnavailable):
        await away.all()
