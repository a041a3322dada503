"""`python -m playground.demo_model`: the demo model on a port of its own."""

import argparse
import asyncio
import signal

from playground.demo_model.engines import DemoEngine
from playground.demo_model.server import GeminiServer


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m playground.demo_model", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=30079)
    parser.add_argument("--delay-ms", type=float, default=0, help="answer that much later")
    options = parser.parse_args()
    asyncio.run(_serve(options))


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = GeminiServer(DemoEngine(), delay_ms=options.delay_ms)
    await server.start(options.host, options.port)
    print(f"the demo model listens on {server.base_url}", flush=True)  # noqa: T201 - this is the program's output
    try:
        await stop.wait()
    finally:
        await server.stop()


if __name__ == "__main__":
    main()
