"""Words that operators declared to mean the same; they decide before the model is asked."""

import structlog

from botkit.postgres.pool import Database
from botkit.runtime.clock import Clock, wall
from game_bots.records import RecordsUnavailable, query
from game_bots.wording import folded

log = structlog.get_logger(__name__)

FRESH_SECONDS = 60.0
"""How long the words are used before PostgreSQL is asked again."""


class Synonyms:
    """Alias → canonical word. While PostgreSQL is away, the words read last go on to count."""

    def __init__(self, database: Database, *, clock: Clock = wall) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[str, str] = {}
        self._stale_at = 0.0

    async def canonical(self, word: str) -> str:
        """What a word is called properly; empty when nobody declared it."""
        if self._clock() >= self._stale_at:
            self._stale_at = self._clock() + FRESH_SECONDS
            try:
                await self._read()
            except RecordsUnavailable:
                log.warning("synonyms_not_read")
        return self._known.get(_key(word), "")

    async def all(self) -> dict[str, list[str]]:
        """Canonical word → its aliases.

        Raises:
            RecordsUnavailable: PostgreSQL is away.
        """
        rows = await query(self._database, lambda pool: pool.fetch(_ALL))
        found: dict[str, list[str]] = {}
        for alias, canonical in rows:
            found.setdefault(canonical, []).append(alias)
        return found

    async def put(self, canonical: str, aliases: list[str], *, by: str) -> None:
        """Declare aliases of a word; what they meant before is forgotten.

        Raises:
            RecordsUnavailable: PostgreSQL is away.
        """
        rows = [(_key(alias), alias, canonical, by) for alias in aliases]
        await query(self._database, lambda pool: pool.executemany(_PUT, rows))
        await self._read()

    async def remove(self, alias: str) -> str:
        """Forget an alias; returns what it meant, empty when nobody had declared it.

        Raises:
            RecordsUnavailable: PostgreSQL is away.
        """
        canonical = await query(self._database, lambda pool: pool.fetchval(_REMOVE, _key(alias)))
        await self._read()
        return canonical or ""

    async def _read(self) -> None:
        rows = await query(self._database, lambda pool: pool.fetch(_ALL))
        self._known = {_key(alias): canonical for alias, canonical in rows}


def _key(word: str) -> str:
    """Equal for spellings of one word; a word without letters, such as an emoji, is its own."""
    return folded(word) or word


_ALL = "SELECT alias, canonical FROM synonyms ORDER BY canonical, alias"
_PUT = """
INSERT INTO synonyms (key, alias, canonical, declared_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (key) DO UPDATE SET alias = excluded.alias, canonical = excluded.canonical,
                                declared_by = excluded.declared_by, declared_at = now()
"""
_REMOVE = "DELETE FROM synonyms WHERE key = $1 RETURNING canonical"
