"""What operators change holds in every process, soon."""

import asyncio

import pytest

from botkit.chat.catalog import CatalogError
from botkit.postgres.pool import Database
from botkit.runtime.health import Degraded
from botkit.runtime.tasks import cancel
from hololive_bot.access import AccessList, Door, Mode
from hololive_bot.announcements import load as load_alerts
from hololive_bot.current import AlertSettings, Current, alert_settings
from hololive_bot.directory import Directory
from hololive_bot.index import Found
from hololive_bot.messages import load as load_texts
from hololive_bot.preferences import BadPreference, Preferences
from hololive_bot.repository import members, operations
from hololive_bot.repository.link import SCHEMA, connection, transaction
from hololive_bot.seed import load
from playground.embedded import Postgres
from tests.support.database import database_settings
from tests.support.polling import until
from tests.support.servers import free_port

SEED = load()
DEFAULTS = AlertSettings(Preferences(stages=(30,)), 60)


class Process:
    """One replica."""

    def __init__(self, database: Database) -> None:
        self.say, self.say_alerts = load_texts(), load_alerts()
        self.directory = Directory(SEED)
        self.door = Door(
            AccessList(True, Mode.WHITELIST, frozenset({"1"})),
            passthrough=False,
            blocked_users=(),
            own_name="",
        )
        self.current = Current(
            database,
            seed=SEED,
            directory=self.directory,
            door=self.door,
            texts=(self.say, self.say_alerts),
            alerts=DEFAULTS,
        )


@pytest.fixture
async def process(database: Database) -> Process:
    made = Process(database)
    await made.current.prepare()
    await made.current.look()
    return made


async def test_everything_is_taken_over(process: Process, database: Database) -> None:
    pekora = SEED.members["usada-pekora"].model_copy(update={"short_korean_name": "토끼"})
    async with transaction(database) as link:
        await members.change(link, pekora, ["short_korean_name"])
        await operations.write_access(link, AccessList(True, Mode.WHITELIST, frozenset({"2"})))
        await operations.put_alert_settings(link, {"stages": [15, 5], "check_interval_seconds": 30})
        await operations.put_text(link, "live.none", "조용해요")
        await operations.put_text(link, "alert.time_begun", "시작!")
    assert process.say.live_none() != "조용해요"

    await process.current.look()

    found = process.directory.index.find("토끼")
    assert isinstance(found, Found)
    assert found.name == "토끼"
    assert process.door.is_open_for("2")
    assert not process.door.is_open_for("1")
    assert process.current.alerts == AlertSettings(Preferences(stages=(15, 5)), 30)
    assert process.say.live_none() == "조용해요"
    assert process.say_alerts.time_begun() == "시작!"

    async with transaction(database) as link:
        await operations.put_text(link, "live.none", None)
        await operations.put_alert_settings(link, {})
    await process.current.look()
    assert process.say.live_none() == load_texts().live_none()
    assert process.current.alerts == DEFAULTS


async def test_what_cannot_be_used_changes_nothing(process: Process, database: Database) -> None:
    async with transaction(database) as link:
        await operations.put_alert_settings(link, {"stages": [999]})
        await operations.put_text(link, "live.none", "{nobody}")
    await process.current.look()
    assert process.current.alerts == DEFAULTS
    assert "없어요" in process.say.live_none()


async def test_another_process_notices_by_itself(process: Process, database: Database) -> None:
    other = Process(database)
    with pytest.raises(Degraded):
        await other.current.check()
    running = asyncio.create_task(other.current.run())
    async with transaction(database) as link:
        await operations.put_text(link, "live.none", "조용해요")

    async def said() -> bool:
        return other.say.live_none() == "조용해요"

    await until(said, what="the changed text in the other process")
    await other.current.check()
    await cancel({running})


async def test_without_postgres_the_files_hold_and_readiness_says_so(postgres_server: Postgres) -> None:
    settings = database_settings(postgres_server).model_copy(
        update={"db_socket_path": "", "db_host": "127.0.0.1", "db_port": free_port()}
    )
    process = Process(Database(settings, schema=SCHEMA, application="test"))
    running = asyncio.create_task(process.current.run())

    async def tried() -> bool:
        with pytest.raises(Degraded) as degraded:
            await process.current.check()
        return "Error" in str(degraded.value)

    await until(tried, what="the first attempt")
    assert isinstance(process.directory.index.find("미코"), Found)
    assert process.door.is_open_for("1")
    await cancel({running})


@pytest.mark.parametrize(
    "values",
    [
        {"check_interval_seconds": 5},
        {"check_interval_seconds": "60"},
        {"check_interval_seconds": True},
        {"volume": 1},
    ],
)
def test_wrong_alert_settings_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(BadPreference):
        alert_settings(values, DEFAULTS)


async def test_texts_are_checked_before_they_are_said(process: Process) -> None:
    assert [catalog._templates.get("live.none") for catalog in process.current.overlaid({"live.none": "조용"})] == [
        "조용", None,
    ]  # fmt: skip
    for wrong in ({"live.nothing": "x"}, {"live.none": "{x}"}, {"live.none": "{"}):
        with pytest.raises(CatalogError):
            process.current.overlaid(wrong)


async def test_the_tables_are_there(process: Process, database: Database) -> None:
    async with connection(database) as link:
        assert await link.fetchval("SELECT count(*) FROM members") == 128
