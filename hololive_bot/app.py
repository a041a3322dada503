"""How the hololive bot is wired."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import Random

import structlog
from fastapi import APIRouter

from botkit.chat.grammar import Grammar
from botkit.runtime.clock import wall
from botkit.runtime.health import Check
from botkit.service import Connections, Program, Service
from botkit.stream.announcements import Publisher
from botkit.stream.names import unique_consumer
from botkit.valkey.lease import Lease
from hololive_bot import announcements, messages, metrics, poller
from hololive_bot.access import Door
from hololive_bot.announcements import AlertTexts, Announcer
from hololive_bot.api.figures import FigureRoutes
from hololive_bot.api.members import MemberRoutes
from hololive_bot.api.operations import OperationRoutes
from hololive_bot.api.parts import PREFIX, Parts
from hololive_bot.api.rooms import RoomRoutes
from hololive_bot.asker import Asker, is_offered
from hololive_bot.broadcasts import Broadcasts
from hololive_bot.cards import Cards
from hololive_bot.commands import grammar
from hololive_bot.current import AlertSettings, Current
from hololive_bot.desk import Desk
from hololive_bot.directory import Directory
from hololive_bot.finding import Finder
from hololive_bot.handlers.alerts import Subscriptions
from hololive_bot.handlers.calendar import Almanac
from hololive_bot.handlers.history import Past
from hololive_bot.handlers.members import Profiles
from hololive_bot.handlers.statistics import Figures
from hololive_bot.handlers.streams import StreamsShown
from hololive_bot.holodex.client import Client, session
from hololive_bot.holodex.keys import Keys
from hololive_bot.holodex.pace import Pace
from hololive_bot.holodex.rows import Wanted
from hololive_bot.holodex.shelf import Shelf
from hololive_bot.jobs import Jobs
from hololive_bot.limits import RoomLimit
from hololive_bot.mentions import is_about
from hololive_bot.messages import Say
from hololive_bot.official import Official
from hololive_bot.outbox import Outbox
from hololive_bot.picture import Gallery
from hololive_bot.poller import Poller
from hololive_bot.repository.ended import Ended
from hololive_bot.repository.link import SCHEMA
from hololive_bot.repository.operations import Operations
from hololive_bot.repository.rooms import RoomRepository
from hololive_bot.repository.statistics import Statistics
from hololive_bot.repository.watch import WatchRepository
from hololive_bot.seed import load
from hololive_bot.sender import MARKS, Sender
from hololive_bot.settings import HololiveSettings
from hololive_bot.store import Room, Store
from hololive_bot.tellings import Tellings
from hololive_bot.youtube import YouTube

log = structlog.get_logger(__name__)

NAME = "hololive"


@dataclass(frozen=True)
class Sources:
    """Where streams and figures are read."""

    broadcasts: Broadcasts
    youtube: YouTube | None


@dataclass(frozen=True)
class Shared:
    """What most parts hold."""

    directory: Directory
    say: Say
    say_alerts: AlertTexts
    door: Door
    current: Current
    rooms: RoomRepository
    statistics: Statistics
    outbox: Outbox


async def run(settings: HololiveSettings, stop: asyncio.Event, *, version: str) -> None:
    """Run the bot until `stop` is set."""
    async with AsyncExitStack() as stack:
        links = await Connections.open(stack, settings, name=NAME, schema=SCHEMA)
        shared = share(settings, links)
        sources = await read_from(stack, settings, links, shared.directory, version)
        program = assemble(settings, links, shared, sources)
        await Service(settings, links, program, name=NAME, version=version).run(stop)


def share(settings: HololiveSettings, links: Connections) -> Shared:
    """Members, texts, access list, settings, tables."""
    seed = load(settings.data_dir)
    directory, say, say_alerts = Directory(seed), messages.load(), announcements.load()
    door = Door(
        settings.access_list(),
        passthrough=settings.access_passthrough,
        blocked_users=settings.blocked_user_ids,
        own_name=settings.own_name,
    )
    alerts = AlertSettings(settings.preferences(), settings.check_interval_seconds)
    current = Current(
        links.database, seed=seed, directory=directory, door=door, texts=(say, say_alerts), alerts=alerts
    )
    rooms = RoomRepository(links.database, defaults=lambda: current.alerts.preferences)
    return Shared(
        directory, say, say_alerts, door, current, rooms, Statistics(links.database), Outbox(links.database)
    )


async def read_from(
    stack: AsyncExitStack,
    settings: HololiveSettings,
    links: Connections,
    directory: Directory,
    version: str,
) -> Sources:
    """Holodex, the official schedule, and YouTube when there is a key for it."""
    http = await stack.enter_async_context(session(version))
    keys = Keys(settings.holodex_keys(), links.cache, clock=wall)
    client = Client(
        http,
        keys,
        Pace(links.cache),
        clock=wall,
        random=Random(),  # noqa: S311 - spreads retries
        base_url=settings.holodex_base_url,
    )
    stack.push_async_callback(client.close)
    shelf = Shelf(links.cache)

    def channel_called(name: str) -> str | None:
        found = directory.index.exactly(name)
        return found.channel_id if found else None

    def is_left_out(channel: str) -> bool:
        members = directory.index.on_channel(channel)
        return not settings.include_holostars and any(member.is_holostars for member in members)

    official = Official(
        http,
        shelf,
        talents=channel_called,
        clock=wall,
        base_url=settings.schedule_base_url,
        is_left_out=is_left_out,
    )
    wanted = Wanted(holostars=settings.include_holostars)
    broadcasts = Broadcasts(client, shelf, official, wanted=wanted, clock=wall)
    if not settings.counts_youtube():
        return Sources(broadcasts, None)
    key = settings.youtube_api_key.get_secret_value()
    youtube = YouTube(http, links.cache, key=key, clock=wall, base_url=settings.youtube_base_url)
    return Sources(broadcasts, youtube)


def assemble(
    settings: HololiveSettings, links: Connections, shared: Shared, sources: Sources
) -> Program[Room]:
    """The program: commands and handlers, alerts, timed jobs, HTTP routes."""
    say, directory, broadcasts = shared.say, shared.directory, sources.broadcasts
    asks = settings.questions and is_offered()
    if settings.questions and not asks:
        log.warning("questions_not_offered", reason="the contract of this release has no such call")
    words = grammar(settings.command_prefix, is_about=lambda text: asks and is_about(text, directory.index))

    def name_of(channel: str) -> str | None:
        return directory.index.channel_name(channel, "") or None

    announcer = Announcer(shared.say_alerts, spans=say, name_of=name_of)
    publisher = Publisher(
        links.mq,
        replies=settings.mq_reply_stream_key,
        bot=NAME,
        cut_notice=shared.say_alerts.cut(),
        marks=MARKS,
    )
    sender = Sender(
        shared.outbox,
        publisher,
        compose=announcer.compose,
        admits=shared.door.is_open_for,
        clock=wall,
    )
    watching = poller.Desk(
        links.database, shared.rooms, WatchRepository(links.database), shared.outbox, broadcasts
    )
    alerting = Poller(
        watching,
        Lease(links.mq, stream=poller.LEASE, holder=unique_consumer(NAME)),
        interval=lambda: float(shared.current.alerts.interval),
        written=sender.wake,
        clock=wall,
    )
    tellings = Tellings(
        links.database,
        outbox=shared.outbox,
        rooms=shared.rooms,
        statistics=shared.statistics,
        directory=directory,
        say=say,
    )
    jobs = Jobs(
        links.database,
        broadcasts=broadcasts,
        youtube=sources.youtube,
        directory=directory,
        statistics=shared.statistics,
        tellings=tellings,
        clock=wall,
    )
    asker = Asker(links.llm, directory) if asks else None
    return Program(
        grammar=words,
        texts=say,
        handlers=furnish(settings, links, shared, broadcasts, words=words, asker=asker).handlers,
        store=Store(shared.rooms),
        summaries=say.summary_texts(),
        access=shared.door,
        jobs=(shared.current.run, sender.run, alerting.run, jobs.run),
        checks=(
            Check("tables", shared.current.check, required=False),
            Check("holodex", broadcasts.check, required=False),
            Check("alerts", sender.check, required=False),
            Check("alert_reading", alerting.check, required=False),
        ),
        routers=(routes(settings, links, shared, broadcasts),),
        origins=settings.cors_origins,
    )


def furnish(
    settings: HololiveSettings,
    links: Connections,
    shared: Shared,
    broadcasts: Broadcasts,
    *,
    words: Grammar,
    asker: Asker | None,
) -> Desk:
    """The handlers."""
    say, directory, prefix = shared.say, shared.directory, settings.command_prefix
    holostars = settings.include_holostars
    cards = Cards(directory, say)

    def looked_up(found_by: str) -> None:
        metrics.names_looked_up.labels(found_by).inc()

    finder = Finder(directory, say, prefix=prefix, holostars=holostars, looked_up=looked_up)
    return Desk(
        grammar=words,
        say=say,
        streams=StreamsShown(say=say, finder=finder, cards=cards, broadcasts=broadcasts, prefix=prefix),
        subscriptions=Subscriptions(
            say=say,
            finder=finder,
            cards=cards,
            directory=directory,
            broadcasts=broadcasts,
            rooms=shared.rooms,
            prefix=prefix,
        ),
        profiles=Profiles(
            say=say,
            finder=finder,
            cards=cards,
            directory=directory,
            broadcasts=broadcasts,
            holostars=holostars,
        ),
        figures=Figures(
            say=say,
            finder=finder,
            directory=directory,
            broadcasts=broadcasts,
            statistics=shared.statistics,
            holostars=holostars,
        ),
        almanac=Almanac(
            say=say,
            directory=directory,
            gallery=Gallery(links.mq) if settings.pictures else None,
            holostars=holostars,
        ),
        past=Past(
            say=say,
            finder=finder,
            cards=cards,
            directory=directory,
            broadcasts=broadcasts,
            ended=Ended(links.database),
            operations=Operations(links.database),
        ),
        asker=asker,
        limit=RoomLimit(),
    )


def routes(
    settings: HololiveSettings, links: Connections, shared: Shared, broadcasts: Broadcasts
) -> APIRouter:
    """The operators' HTTP routes."""
    key = settings.http_api_key.get_secret_value()
    parts = Parts(links.database, shared.current, shared.directory, broadcasts, shared.outbox, wall, key)
    routes = APIRouter(prefix=PREFIX)
    for theme in (
        MemberRoutes(parts),
        RoomRoutes(parts, shared.rooms),
        FigureRoutes(parts, shared.rooms, shared.statistics),
        OperationRoutes(parts),
    ):
        routes.include_router(theme.router())
    return routes
