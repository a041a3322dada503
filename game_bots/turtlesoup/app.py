"""How the 바다거북수프 bot is wired."""

import asyncio
from contextlib import AsyncExitStack

from botkit.errands import Errands
from botkit.service import Connections, Program, Service
from botkit.stream.announcements import Publisher
from game_bots.exchange import Exchange
from game_bots.operators import Operators
from game_bots.turtlesoup import messages
from game_bots.turtlesoup.admin import Admin
from game_bots.turtlesoup.api import GameApi
from game_bots.turtlesoup.archive import Archive
from game_bots.turtlesoup.chores import Chores
from game_bots.turtlesoup.commands import grammar
from game_bots.turtlesoup.editors import Editors
from game_bots.turtlesoup.endings import Endings
from game_bots.turtlesoup.hall import Hall
from game_bots.turtlesoup.handlers import Turtlesoup
from game_bots.turtlesoup.judge import Judge
from game_bots.turtlesoup.ledger import SCHEMA, Ledger
from game_bots.turtlesoup.oversight import Oversight
from game_bots.turtlesoup.pantry import Pantry
from game_bots.turtlesoup.repository import Records
from game_bots.turtlesoup.settings import TurtlesoupSettings
from game_bots.turtlesoup.shelf import Shelf
from game_bots.turtlesoup.store import LEDGER, Store
from game_bots.turtlesoup.sweeper import Sweeper

NAME = "turtlesoup"


async def run(settings: TurtlesoupSettings, stop: asyncio.Event, *, version: str) -> None:
    """Run the bot until `stop` is set."""
    async with AsyncExitStack() as stack:
        links = await Connections.open(stack, settings, name=NAME, schema=SCHEMA)
        store, shelf, chores = Store(links.cache), Shelf(links.database), Chores()
        stack.push_async_callback(chores.close)
        words, say = grammar(settings.command_prefix), messages.load()
        exchange = Exchange(settings.exchange_rate_url)
        operators = Operators(settings.admin_user_ids, say=say, llm=links.llm, exchange=exchange)
        pantry = Pantry(llm=links.llm, shelf=shelf, store=store, rewrites=settings.puzzle_rewrite_enabled)
        endings = Endings(say=say, prefix=words.prefix, pantry=pantry, chores=chores)

        publisher = Publisher(
            links.mq,
            replies=settings.mq_reply_stream_key,
            bot=NAME,
            cut_notice=say.cut(),
            marks="turtle:announced:",
            mark=settings.reply_mark,
        )
        game = Turtlesoup(
            grammar=words,
            say=say,
            judge=Judge(links.llm),
            store=store,
            pantry=pantry,
            endings=endings,
            operators=operators,
            oversight=Oversight(operators=operators, endings=endings, say=say, prefix=words.prefix),
            editors=Editors(say=say, prefix=words.prefix, shelf=shelf, operators=operators),
            hall=Hall(Records(links.database), say=say, store=store),
            chores=chores,
            announce=publisher.say,
            hint_cooldown=settings.hint_cooldown_questions,
        )
        errands, ledger = Errands(store, game.handlers), Ledger(links.database)
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
                GameApi(
                    errands=errands,
                    store=store,
                    shelf=shelf,
                    llm=links.llm,
                    catalog=say.catalog,
                    timeouts=(settings.llm_timeout_seconds, settings.llm_connect_timeout_seconds),
                ).router,
                Admin(
                    errands=errands,
                    store=store,
                    shelf=shelf,
                    archive=Archive(links.database),
                    catalog=say.catalog,
                    announce=publisher.say,
                ).router,
            ),
            jobs=(Sweeper(store).run,),
        )
        await Service(settings, links, program, name=NAME, version=version).run(stop)
