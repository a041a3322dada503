"""What operators have set, as it holds now: read again whenever somebody has changed it, in every process."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from botkit.chat.catalog import Catalog, CatalogError, Texts
from botkit.postgres.migrate import MigrationRefused
from botkit.postgres.pool import AWAY, Database
from botkit.runtime.clock import pauses
from botkit.runtime.health import Degraded
from hololive_bot import metrics
from hololive_bot.access import Door
from hololive_bot.directory import Directory
from hololive_bot.preferences import BadPreference, Preferences
from hololive_bot.repository import members as members_repository
from hololive_bot.repository import operations
from hololive_bot.repository.link import DatabaseAway, prepare
from hololive_bot.repository.members import Members
from hololive_bot.repository.operations import Operations
from hololive_bot.seed import Seed
from hololive_bot.settings import LEAST_INTERVAL, MOST_INTERVAL

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
"""How often it is asked whether something has changed."""

INTERVAL = "check_interval_seconds"


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """What holds for rooms that have not chosen otherwise, and how often the alert loop looks (seconds)."""

    preferences: Preferences
    interval: int


def alert_settings(values: Mapping[str, Any], defaults: AlertSettings) -> AlertSettings:
    """What holds with these values, as they are stored, over the defaults.

    Raises:
        BadPreference: one of them cannot be taken.
    """
    interval = values.get(INTERVAL, defaults.interval)
    if type(interval) is not int or not LEAST_INTERVAL <= interval <= MOST_INTERVAL:
        raise BadPreference(f"{INTERVAL} is a number between {LEAST_INTERVAL} and {MOST_INTERVAL}")
    chosen = {name: value for name, value in values.items() if name != INTERVAL}
    return AlertSettings(defaults.preferences.changed(chosen), interval)


class Current:
    """Keeps directory, texts, access list and alert settings as PostgreSQL has them.

    While it cannot be asked, what was last read holds; at first that is what the settings and files say.
    """

    def __init__(
        self,
        database: Database,
        *,
        seed: Seed,
        directory: Directory,
        door: Door,
        texts: Sequence[Texts],
        alerts: AlertSettings,
    ) -> None:
        """`texts` are all that can be said differently, as the files have them now."""
        self._database = database
        self._operations = Operations(database)
        self._members = Members(database)
        self._seed = seed
        self._directory = directory
        self._door = door
        self._texts = [(each, each.catalog) for each in texts]
        self._defaults = alerts
        self.alerts = alerts
        self._known: dict[str, int] = {}
        self._trouble = "nothing was read from PostgreSQL yet"

    async def run(self) -> None:
        """Prepare the tables, then look for changes until cancelled."""
        prepared = False
        waits = pauses(1.0, 30.0)
        while True:
            try:
                if not prepared:
                    await self.prepare()
                    prepared = True
                await self.look()
                self._trouble = ""
                waits = pauses(1.0, 30.0)
                await asyncio.sleep(LOOK_SECONDS)
            except (*AWAY, DatabaseAway, MigrationRefused) as error:
                self._trouble = f"{type(error).__name__}: {error}"[:200]
                log.warning("settings_not_read", error=type(error).__name__)
                await asyncio.sleep(next(waits))
            except Exception as error:
                self._trouble = f"{type(error).__name__}: {error}"[:200]
                log.exception("settings_unreadable")
                await asyncio.sleep(next(waits))

    async def prepare(self) -> None:
        """Migrations, members, and the access list if there is none yet.

        Raises:
            DatabaseAway, MigrationRefused, or one of AWAY: it has to be tried again.
        """
        await prepare(self._database)
        changed = await self._members.seed(self._seed.members.values())
        await self._operations.seed_access(self._door.access)
        log.info("members_seeded", changed=changed)

    async def look(self) -> None:
        """Read what has changed since the last look.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        found = await self._operations.revisions()
        for name, read in (
            (members_repository.REVISION, self._read_members),
            (operations.ACCESS, self._read_access),
            (operations.SETTINGS, self._read_settings),
            (operations.TEXTS, self._read_texts),
        ):
            if found.get(name, 0) != self._known.get(name, 0):
                await read()
                log.info("change_taken_over", kind=name)
        self._known = found

    async def check(self) -> None:
        """For the readiness check.

        Raises:
            Degraded: what operators set is not known to be up to date.
        """
        if self._trouble:
            raise Degraded(self._trouble)

    def overlaid(self, changes: Mapping[str, str]) -> list[Catalog]:
        """The texts with some of them said differently, one catalogue for each of `texts`.

        Raises:
            CatalogError: a key or a placeholder is unknown, or a template cannot be read.
        """
        if unknown := [key for key in changes if not any(key in catalog for _, catalog in self._texts)]:
            raise CatalogError(f"there is no text {unknown[0]}")
        made = []
        for texts, catalog in self._texts:
            own = {key: text for key, text in changes.items() if key in catalog}
            made.append(type(texts)(catalog.overlaid(own)).catalog)
        return made

    async def _read_members(self) -> None:
        self._directory.replace(await self._members.every())
        metrics.members_indexed.set(len(self._directory.index.members))

    async def _read_access(self) -> None:
        self._door.access = await self._operations.access()

    async def _read_settings(self) -> None:
        try:
            self.alerts = alert_settings(await self._operations.alert_settings(), self._defaults)
        except BadPreference as error:  # written by another release
            log.error("alert_settings_unusable", reason=str(error))

    async def _read_texts(self) -> None:
        try:
            catalogs = self.overlaid(await self._operations.texts())
        except CatalogError as error:
            log.error("texts_unusable", reason=str(error))
            return
        for (texts, _), catalog in zip(self._texts, catalogs, strict=True):
            texts.catalog = catalog
