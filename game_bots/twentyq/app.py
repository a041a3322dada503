"""How the 스무고개 bot is wired."""

import asyncio
from contextlib import AsyncExitStack

from botkit.errands import Errands
from botkit.service import Connections, Program, Service
from botkit.stream.announcements import Publisher
from game_bots.exchange import Exchange
from game_bots.operators import Operators
from game_bots.twentyq import messages
from game_bots.twentyq.admin import Admin
from game_bots.twentyq.api import GameApi
from game_bots.twentyq.archive import Archive
from game_bots.twentyq.commands import grammar
from game_bots.twentyq.endings import Endings
from game_bots.twentyq.guessing import Guessing
from game_bots.twentyq.hall import Hall
from game_bots.twentyq.handlers import Twentyq
from game_bots.twentyq.judge import Judge
from game_bots.twentyq.ledger import SCHEMA, Ledger
from game_bots.twentyq.oversight import Oversight
from game_bots.twentyq.repository import Records
from game_bots.twentyq.settings import TwentyqSettings
from game_bots.twentyq.store import LEDGER, Store
from game_bots.twentyq.synonyms import Synonyms

NAME = "twentyq"


async def run(settings: TwentyqSettings, stop: asyncio.Event, *, version: str) -> None:
    """Run the bot until `stop` is set."""
    async with AsyncExitStack() as stack:
        links = await Connections.open(stack, settings, name=NAME, schema=SCHEMA)
        store = Store(links.cache)
        words, say = grammar(settings.command_prefix), messages.load()
        judge = Judge(links.llm)
        exchange = Exchange(settings.exchange_rate_url)
        operators = Operators(settings.admin_user_ids, say=say, llm=links.llm, exchange=exchange)
        records, synonyms = Records(links.database), Synonyms(links.database)
        endings = Endings(say=say, judge=judge, records=records)
        oversight = Oversight(operators=operators, endings=endings, judge=judge, say=say, prefix=words.prefix)
        game = Twentyq(
            grammar=words,
            say=say,
            judge=judge,
            store=store,
            operators=operators,
            hall=Hall(records, say=say, store=store),
            endings=endings,
            guessing=Guessing(judge=judge, synonyms=synonyms, say=say, prefix=words.prefix),
            oversight=oversight,
            daily_salt=settings.daily_salt.get_secret_value(),
            rules=settings.rules(),
        )
        errands, archive = Errands(store, game.handlers), Archive(links.database)
        publisher = Publisher(
            links.mq,
            replies=settings.mq_reply_stream_key,
            bot=NAME,
            cut_notice=say.cut(),
            marks="20q:announced:",
            mark=settings.reply_mark,
        )
        ledger = Ledger(links.database)
        program = Program(
            grammar=words,
            texts=say,
            handlers=game.handlers,
            store=store,
            ledger_stream=LEDGER,
            prepare=ledger.prepare,
            write=ledger.write,
            summaries=say.summary_texts(),
            routers=(
                GameApi(errands=errands, grammar=words, archive=archive).router,
                Admin(
                    errands=errands, store=store, archive=archive, synonyms=synonyms, announce=publisher.say
                ).router,
            ),
        )
        await Service(settings, links, program, name=NAME, version=version).run(stop)
