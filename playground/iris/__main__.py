"""`python -m playground.iris`: a phone without a phone."""

import argparse
import asyncio
import signal

from playground.iris.server import FakeIris


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m playground.iris", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=30078)
    parser.add_argument("--send-rate-ms", type=int, default=50, help="Iris' pause after each message")
    parser.add_argument("--endpoint", default="", help="push rows to this address, too")
    options = parser.parse_args()
    asyncio.run(_serve(options))


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    iris = FakeIris(send_rate_ms=options.send_rate_ms, endpoint=options.endpoint, port=options.port)
    await iris.start(options.host)
    print(f"the fake Iris listens on {iris.url}", flush=True)  # noqa: T201 - this is the program's output
    try:
        await stop.wait()
    finally:
        await iris.stop()


if __name__ == "__main__":
    main()
