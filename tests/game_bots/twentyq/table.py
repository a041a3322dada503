"""The whole game in this process, around a clock that stands until it is moved: who types a line reads the answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr
from redis.asyncio import Redis

from botkit.chat.errors import UserError
from botkit.chat.message import Player
from botkit.errands import Errands
from botkit.llm.client import LlmClient
from botkit.postgres.pool import Database
from botkit.runtime.settings import LlmSettings
from game_bots.exchange import Exchange
from game_bots.operators import Operators
from game_bots.twentyq import messages
from game_bots.twentyq.archive import Archive
from game_bots.twentyq.commands import grammar
from game_bots.twentyq.endings import Endings
from game_bots.twentyq.game import RULES
from game_bots.twentyq.guessing import Guessing
from game_bots.twentyq.hall import Hall
from game_bots.twentyq.handlers import Twentyq
from game_bots.twentyq.judge import Judge
from game_bots.twentyq.ledger import SCHEMA, Ledger
from game_bots.twentyq.oversight import Oversight
from game_bots.twentyq.repository import Records
from game_bots.twentyq.room import Room
from game_bots.twentyq.store import Store
from game_bots.twentyq.synonyms import Synonyms
from tests.e2e.system import System
from tests.support.database import database_settings

BOSS = "운영자"
NOON = 1_764_039_600.0
"""25 November 2025, 12:00 in Seoul."""


class Table:
    """Rooms in which people type."""

    def __init__(self, cache: Redis, llm: LlmClient, database: Database) -> None:
        self.now, self.database = NOON, database
        self.words, self.texts = grammar("/스자"), messages.load()
        self.store, self.records, self.ledger = Store(cache), Records(database), Ledger(database)
        self.synonyms, self.archive = Synonyms(database), Archive(database)
        judge = Judge(llm)
        operators = Operators(
            [BOSS], say=self.texts, llm=llm, exchange=Exchange("http://127.0.0.1:1/", clock=self.clock)
        )
        endings = Endings(say=self.texts, judge=judge, records=self.records)
        self.game = Twentyq(
            grammar=self.words,
            say=self.texts,
            judge=judge,
            store=self.store,
            operators=operators,
            hall=Hall(self.records, say=self.texts, store=self.store),
            endings=endings,
            guessing=Guessing(judge=judge, synonyms=self.synonyms, say=self.texts, prefix=self.words.prefix),
            oversight=Oversight(
                operators=operators, endings=endings, judge=judge, say=self.texts, prefix=self.words.prefix
            ),
            daily_salt="test",
            rules=RULES,
        )
        self.errands = Errands[Room](self.store, self.game.handlers, clock=self.clock)

    def clock(self) -> float:
        """The time at the table."""
        return self.now

    async def says(self, who: str, line: str, *, room: str = "r") -> str:
        """Type a line after the prefix; the answer, or the refusal."""
        parsed = self.words.parse(f"/스자 {line}")
        assert parsed
        try:
            outcome = await self.errands.run(parsed.command, room=room, player=Player(who, who))
        except UserError as error:
            return self.texts.catalog.error(error)
        return "\n".join(reply.text for reply in outcome.replies)

    async def room(self, room: str = "r") -> Room:
        """What is remembered."""
        return await self.store.peek(room)


@asynccontextmanager
async def laid(cache: Redis, referee: System) -> AsyncIterator[Table]:
    """A table with an empty ledger."""
    settings = LlmSettings.model_construct(
        llm_base_url=f"unix://{referee.sockets / 'llm.sock'}",
        llm_api_key=SecretStr("e2e-key"),
        llm_timeout_seconds=20.0,
        llm_connect_timeout_seconds=2.0,
    )
    database = Database(database_settings(referee.postgres), schema=SCHEMA, application="test")
    await (await database.pool()).execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    llm = LlmClient(settings)
    table = Table(cache, llm, database)
    await table.ledger.prepare()
    try:
        yield table
    finally:
        await llm.close()
        await database.close()
