"""`python -m benchmarks.bridge`: what the bridge adds to a line's way in and to a reply's way out.

A real bridge process and a real Valkey; the phone is in this process and sends and pushes at once. No gaps.
"""

import asyncio
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from benchmarks.__main__ import quantiles
from playground.embedded import Valkey
from playground.iris.phone import Outgoing
from playground.iris.server import FakeIris
from playground.processes import Child, clean_environment, python
from playground.settings import NO_HURRY
from tests.e2e.crowd import resident
from tests.support.bridge import DELIVERY, LINES, REPLIES
from tests.support.http import get
from tests.support.polling import until
from tests.support.servers import free_port

SINGLE, MANY, ROOMS = 1000, 3000, 50


class Scene:
    """A phone, a bridge, a Valkey."""

    def __init__(self, iris: FakeIris, port: int) -> None:
        self.iris = iris
        self.mq: Any = Redis(port=port, protocol=2)
        self.reader: Any = Redis(port=port, protocol=2, socket_timeout=None)
        self.rooms = [iris.world.add_room(f"{number}").id for number in range(ROOMS)]
        self.person = iris.world.add_person("p").id
        self.posted: asyncio.Queue[float] = asyncio.Queue()
        enqueue = iris.phone.enqueue

        def noted(message: Outgoing) -> None:
            self.posted.put_nowait(time.perf_counter())
            enqueue(message)

        iris.phone.enqueue = noted  # type: ignore[method-assign]

    async def reply(self, number: int) -> None:
        """A bot's reply."""
        room = self.rooms[number % ROOMS]
        fields = {"chatId": room, "text": f"{number}", "type": "final", "dedupKey": number}
        await self.mq.xadd(REPLIES, fields)

    async def inbound(self) -> list[float]:
        """Seconds from a row in the chat log to its entry as a waiting reader sees it."""
        taken, last = [], "0"
        for number in range(SINGLE):
            waiting = asyncio.create_task(self.reader.xread({LINES: last}, block=5000))
            await asyncio.sleep(0.001)  # the reader waits
            began = time.perf_counter()
            self.iris.world.say(self.rooms[0], self.person, f"/스자 {number}")
            found = await waiting
            taken.append(time.perf_counter() - began)
            last = found[0][1][-1][0]
        return taken

    async def outbound(self) -> list[float]:
        """Seconds from a reply's XADD to its post at Iris, one at a time."""
        taken = []
        for number in range(SINGLE):
            began = time.perf_counter()
            await self.reply(number)
            taken.append(await self.posted.get() - began)
            await self._confirmed(number + 1)
        return taken

    async def throughput(self, rooms: int) -> float:
        """Replies a second, posted and seen, in so many rooms."""
        before = int((await self.mq.xinfo_stream(DELIVERY))["entries-added"]) // 2
        pipeline = self.mq.pipeline(transaction=False)
        for number in range(MANY):
            room = self.rooms[number % rooms]
            key = f"{rooms}/{number}"
            pipeline.xadd(REPLIES, {"chatId": room, "text": key, "type": "final", "dedupKey": key})
        await pipeline.execute()
        began = time.perf_counter()
        await self._confirmed(before + MANY)
        return MANY / (time.perf_counter() - began)

    async def _confirmed(self, count: int) -> None:
        """Until so many replies have been told of twice: handed off, and confirmed."""

        async def told() -> bool:
            try:
                return int((await self.mq.xinfo_stream(DELIVERY))["entries-added"]) >= 2 * count
            except Exception:  # noqa: BLE001 - there is none yet
                return False

        await until(told, seconds=120)


async def main() -> None:
    """Start, measure, print."""
    print(f"{platform.python_version()}, {platform.machine()}")
    with tempfile.TemporaryDirectory() as name:
        server = Valkey("mq", Path(name), port=free_port())
        await server.start()
        async with FakeIris(send_rate_ms=0) as iris:
            port = free_port()
            env = {
                **clean_environment(),
                **NO_HURRY,
                "LOG_DIR": "",
                "LOG_LEVEL": "warning",
                "MQ_HOST": "127.0.0.1",
                "MQ_PORT": str(server.port),
                "IRIS_URL": iris.url,
                "SERVER_HOST": "127.0.0.1",
                "BRIDGE_SERVER_PORT": str(port),
            }
            bridge = Child("bridge", python("iris_bridge"), env=env, cwd=Path(name))
            await bridge.start()
            try:
                await measure(iris, server, bridge, port)
            finally:
                await bridge.stop()
        await server.stop()


async def measure(iris: FakeIris, server: Valkey, bridge: Child, port: int) -> None:
    """All figures."""

    async def ready() -> bool:
        bridge.check()
        try:
            return (await get(port, "/ready")).status == 200
        except OSError:
            return False

    await until(ready, seconds=30)
    scene = Scene(iris, server.port)
    print(f"bridge at rest           {resident(bridge):6.1f} MB")
    print(f"row → XADD               {quantiles(await scene.inbound())}")
    print(f"XADD → post              {quantiles(await scene.outbound())}")
    print(f"posted and seen, 1 room  {await scene.throughput(1):6.0f} a second")
    print(f"posted and seen, {ROOMS} rooms {await scene.throughput(ROOMS):6.0f} a second")
    print(f"bridge afterwards        {resident(bridge):6.1f} MB")
    await scene.mq.aclose()
    await scene.reader.aclose()


if __name__ == "__main__":
    asyncio.run(main())
