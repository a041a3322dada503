"""`python -m playground` (or `make run`): start everything and say where it is."""

import argparse
import asyncio
import signal
import sys
import time
from pathlib import Path

from playground.console import Console
from playground.embedded import NotReady
from playground.processes import Failed
from playground.settings import Paths, Ports, PortTaken
from playground.stack import AlreadyRunning, Stack

DEFAULT_ROOT = Path(".run")


def main() -> int:
    """Run until Ctrl-C; status 1 when a program could not start or ended."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--free-ports", action="store_true", help="choose other ports where one is taken")
    parser.add_argument("--verbose", action="store_true", help="show what the servers say, too")
    parser.add_argument(
        "--topic",
        action="append",
        metavar="NAME",
        help="choose only this secret in its category (repeatable; for recorded games)",
    )
    parser.add_argument("--dir", type=Path, default=DEFAULT_ROOT, help="for data and logs (default: .run)")
    options = parser.parse_args()
    console = Console(verbose=options.verbose)
    try:
        asyncio.run(_run(options, console))
    except (Failed, NotReady, PortTaken, AlreadyRunning) as error:
        console.say(f"\n✗ {error}")
        return 1
    return 0


async def _run(options: argparse.Namespace, console: Console) -> None:
    began = time.monotonic()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    ports = Ports.chosen(other=options.free_ports)
    paths = Paths(options.dir.resolve())
    console.say("starting (the first time takes a little longer) …")
    stack = Stack(ports, paths, console, topics=options.topic or ())
    starting = asyncio.create_task(stack.start())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return
    starting.result()
    try:
        console.say(_welcome(stack, time.monotonic() - began))
        watching = asyncio.create_task(stack.watch())
        await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
        watching.cancel()
        console.say("\nstopping …")
    finally:
        await stack.stop()
        console.say("stopped; finished games and logs stay in " + str(options.dir))


def _welcome(stack: Stack, seconds: float) -> str:
    ports = stack.ports
    model = (
        "the demo model (a lookup table; put GOOGLE_API_KEY into .env for Gemini)" if stack.demo else "Gemini"
    )
    holodex = (
        "a fake Holodex (put HOLODEX_API_KEY_1 into .env for the real one)"
        if stack.fake_holodex
        else "Holodex"
    )
    return "\n".join(
        [
            f"\nready in {seconds:.1f} s, answering with {model}",
            f"  chat page   http://localhost:{ports.page}   ← start here",
            "  terminal    make chat            (in another terminal; try: /스자 시작, !라이브)",
            f"  LLM server  http://127.0.0.1:{ports.llm_http}/health/ready   gRPC 127.0.0.1:{ports.llm_grpc}",
            f"  스무고개    http://127.0.0.1:{ports.twentyq}/health/ready",
            f"  바다거북수프  http://127.0.0.1:{ports.turtlesoup}/health/ready",
            f"  홀로라이브  http://127.0.0.1:{ports.hololive}/health/ready   streams of {holodex}",
            f"  bridge      http://127.0.0.1:{ports.bridge}/health/ready",
            f"  settings    {stack.paths.env}   logs  {stack.paths.logs}",
            "Ctrl-C stops everything.\n",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
