"""How the bridge is wired: one process owns the reply stream, and with it the connection to Iris."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from botkit.runtime import http
from botkit.runtime.clock import wall
from botkit.runtime.health import Check, Health
from botkit.runtime.tasks import cancel
from botkit.stream.consumer import Consumer, Hand
from botkit.stream.names import Names, unique_consumer
from botkit.stream.owner import Owner
from botkit.valkey.clients import Address, Redis, blocking_client, command_client
from botkit.valkey.lease import Lease
from iris_bridge import face, routes, texts
from iris_bridge.cursor import Cursor
from iris_bridge.echo import Echoes
from iris_bridge.inbound import Inbound
from iris_bridge.iris import Iris, Link
from iris_bridge.lane import Lane
from iris_bridge.limits import Buckets, Limits
from iris_bridge.marks import Marks
from iris_bridge.outbound import Outbound
from iris_bridge.pacing import Breaker, RoomPace
from iris_bridge.post import Post
from iris_bridge.settings import BridgeSettings
from iris_bridge.sieve import Rules
from iris_bridge.stream import ReplyInbox, Watch
from iris_bridge.upstream import Upstream
from iris_bridge.webhook import UpstreamWebhook

NAME = "iris-bridge"
DIALECTS: Mapping[str, type[Upstream]] = {"upstream_ws": Upstream, "upstream_webhook": UpstreamWebhook}


class NotReady(Exception):
    """A readiness check failed; the text says why."""


async def run(settings: BridgeSettings, stop: asyncio.Event, *, version: str) -> None:
    """Run the bridge until `stop` is set."""
    async with AsyncExitStack() as stack:
        mq = Address.of_mq(settings)
        client = command_client(mq, timeout=settings.mq_timeout_ms / 1000)
        blocking = blocking_client(mq)
        iris = DIALECTS[settings.iris_dialect](settings.iris_url, allow_public=settings.iris_allow_public)
        for close in (client.aclose, blocking.aclose, iris.close):
            stack.push_async_callback(close)
        await Bridge(settings, client, blocking, iris, version=version).run(stop)


class Bridge:
    """One running bridge."""

    def __init__(
        self, settings: BridgeSettings, client: Redis, blocking: Redis, iris: Iris, *, version: str
    ) -> None:
        self._settings = settings
        self._client = client
        self._iris = iris
        self.link = Link()
        self._breaker = Breaker()
        self._health = Health(NAME, version, self._checks())
        stream = settings.mq_reply_stream_key
        self.names = names = Names(stream, settings.consumer_group, "", NAME, unique_consumer(NAME))
        self._lease = lease = Lease(client, stream=stream, holder=names.consumer)
        self.marks = Marks(
            client,
            names,
            lease,
            instance=settings.instance,
            delivery=settings.delivery_stream,
            cap=settings.daily_cap,
        )
        self._owner, hand, echoes = Owner(lease, stream=stream), Hand(), Echoes()
        self._consumer = Consumer(
            ReplyInbox(client, blocking, names, lease),
            self._owner,
            hand,
            health=self._health,
            batch=settings.mq_batch_size,
        )
        say = texts.load()
        self._inbound = self._make_inbound(Cursor(client, lease, instance=settings.instance), echoes, say)
        self._outbound = self._make_outbound(hand, echoes, warning=say.error_mark())
        self._watch = Watch(client, names, self.marks, cap=settings.daily_cap)
        self.app = face.face(
            self._health,
            self.marks,
            api_key=settings.http_api_key.get_secret_value(),
            hook=iris if isinstance(iris, UpstreamWebhook) else None,
            secret=settings.iris_webhook_secret.get_secret_value(),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set: see what was posted through, then close."""
        settings, health = self._settings, self._health
        async with asyncio.TaskGroup() as tasks:
            watching = [tasks.create_task(health.watch_loop()), tasks.create_task(self._watch.run())]
            drained = asyncio.Event()
            serving = tasks.create_task(
                http.serve(self.app, host=settings.server_host, port=settings.server_port, stop=drained)
            )
            owning = tasks.create_task(self._own(stop))
            await stop.wait()
            health.draining = True
            await owning
            drained.set()
            await serving
            await cancel(watching)

    async def _own(self, stop: asyncio.Event) -> None:
        if not self._settings.iris_url:
            await stop.wait()  # replies wait in their stream
            return
        seconds = self._settings.drain_seconds
        await self._consumer.run(self._outbound, stop, drain_seconds=seconds, beside=self._inbound.run)

    def _make_inbound(self, cursor: Cursor, echoes: Echoes, say: texts.Say) -> Inbound:
        settings, link = self._settings, self.link

        def rules(bot: str) -> Rules:
            return Rules(
                max_age=settings.max_age_seconds,
                bot=bot,
                allowed_rooms=frozenset(settings.room_allow),
                denied_rooms=frozenset(settings.room_deny),
                denied_users=frozenset(settings.user_deny),
            )

        return Inbound(
            self._iris,
            cursor,
            echoes,
            link,
            rules=rules,
            routes=routes.parse(settings.routes),
            limits=Limits(
                Buckets(settings.user_rate, settings.user_burst),
                Buckets(settings.room_rate, settings.room_burst),
            ),
            notice=say.over,
            replies=settings.mq_reply_stream_key,
            source=settings.instance,
            heard=self._heard,
        )

    def _make_outbound(self, hand: Hand, echoes: Echoes, *, warning: str) -> Outbound:
        settings, link = self._settings, self.link
        lane = Lane(
            link,
            self._breaker,
            RoomPace(settings.room_gap_ms / 1000, settings.room_sends),
            gap=settings.send_gap_ms / 1000,
            image_gap=settings.image_gap_ms / 1000,
        )
        self._post = Post(
            self._iris,
            self.marks,
            echoes,
            lane,
            self._breaker,
            is_own=lambda event: event.is_by(link.bot_id),
            echo_seconds=settings.echo_timeout_ms / 1000,
            reply_seconds=settings.reply_seconds,
        )
        return Outbound(
            self._post,
            self.marks,
            lane,
            self._breaker,
            consumer=self._consumer,
            owner=self._owner,
            hand=hand,
            warning=warning,
        )

    def _heard(self, own: bool) -> None:
        if own:
            self._post.shown()
        else:
            self._breaker.life(asyncio.get_running_loop().time())

    async def _is_standby(self) -> bool:
        """Whether another process holds the lease."""
        found: Any = await self._client.hmget(self._lease.key, ["holder", "until"])
        holder, until = found
        return bool(until) and holder != self.names.consumer.encode() and int(until) > wall() * 1000

    def _checks(self) -> tuple[Check, ...]:
        async def valkey() -> None:
            await self._client.ping()

        async def kakaotalk() -> None:
            if self._breaker.open:
                raise NotReady("nothing that is sent appears in its room")

        return (
            Check("valkey_mq", valkey),
            Check("iris", self._check_iris),
            Check("kakaotalk", kakaotalk),
            Check("sending", self._check_sending),
        )

    async def _check_iris(self) -> dict[str, str]:
        if not self._settings.iris_url:
            raise NotReady("IRIS_URL is not set: the bridge is idle")
        await self._iris.config()
        if self.link.up:
            return {"role": "owner"}
        if await self._is_standby():
            return {"role": "standby"}
        raise NotReady("not connected, or still catching up")

    async def _check_sending(self) -> None:
        if await self.marks.is_held():
            raise NotReady("held by an operator")
        if await self.marks.is_capped(wall()):
            raise NotReady("the day's messages are used up")
