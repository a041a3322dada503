"""`python -m playground.web`: the fake Iris and the chat page on it, in one process and on one port.

So the page needs no second origin, and the bridge's `IRIS_URL` is the page's address.
"""

import argparse
import asyncio
import os
import signal

from playground.iris.server import FakeIris
from playground.web.neighbours import Neighbours
from playground.web.site import Site
from playground.web.town import settle
from playground.web.trail import Trail

BOT = "놀이봇"
"""The account in whose name all bots speak."""

SEND_RATE_MS = 10
"""Pause of the fake Iris after each message. A real phone needs more, a visitor has no patience for it."""


def main() -> None:
    """Serve until SIGINT or SIGTERM; settings come from the environment that the playground gives."""
    parser = argparse.ArgumentParser(prog="python -m playground.web", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=30080)
    parser.add_argument(
        "--by-name", action="store_true", help="the programs are other hosts, called as in compose"
    )
    options = parser.parse_args()
    asyncio.run(_serve(options.host, options.port, by_name=options.by_name))


async def _serve(host: str, port: int, *, by_name: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    env = dict(os.environ)
    async with Neighbours(env, by_name=by_name) as neighbours, Trail(env) as trail:
        site = Site(neighbours, trail)
        iris = FakeIris(bot_name=BOT, send_rate_ms=SEND_RATE_MS, port=port, more=site.routes())
        settle(iris.world)
        await iris.start(host)
        print(f"the chat page is on {iris.url}", flush=True)  # noqa: T201 - this is the program's output
        try:
            await stop.wait()
        finally:
            await iris.stop()


if __name__ == "__main__":
    main()
