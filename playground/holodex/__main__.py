"""`python -m playground.holodex`: the fake Holodex on a port of its own."""

import argparse
import asyncio
import signal
import time
from pathlib import Path

from playground.holodex.members import MEMBERS, load
from playground.holodex.programme import Daily
from playground.holodex.server import HolodexServer


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m playground.holodex", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=30078)
    parser.add_argument(
        "--members", type=Path, default=MEMBERS, help="a file like hololive_bot/data/members.yml"
    )
    asyncio.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    channels = load(options.members)
    server = HolodexServer(channels, Daily(channels), clock=time.time)
    await server.start(options.host, options.port)
    print(f"the fake Holodex listens on {server.base_url}", flush=True)  # noqa: T201 - this is the program's output
    try:
        await stop.wait()
    finally:
        await server.stop()


if __name__ == "__main__":
    main()
