"""`make bench`: how long a question takes, how many go through, what the processes weigh at rest.

Everything runs on this machine as in production, the model answering at once: two Valkeys, PostgreSQL, the
Gemini-protocol server (in this process), the LLM server and one bot.
"""

import asyncio
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from llm.v1 import llm_service_pb2 as pb
from redis.asyncio import Redis

from botkit.llm.client import LlmClient
from botkit.runtime.settings import LlmSettings
from playground.embedded import Postgres
from playground.room import REPLIES
from tests.e2e import trips
from tests.e2e.crowd import resident
from tests.e2e.system import SECRET, System
from tests.support.servers import socket_directory

QUESTIONS = 600
PER_GAME = 20
ROOMS, LINES = 50, 40
CALLS = 2000


def quantiles(seconds: list[float]) -> str:
    """p50 and p99 in milliseconds."""
    ordered = sorted(seconds)
    p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    return f"p50 {p50 * 1000:6.2f} ms   p99 {p99 * 1000:6.2f} ms"


async def latency(system: System) -> list[float]:
    """Seconds from a line's XADD to its final reply's XADD as a reader sees it, one line at a time."""
    reader = Redis(port=system.mq_server.port, protocol=2, socket_timeout=None)
    last = "$"
    taken: list[float] = []

    async def ask(room: str, text: str) -> float:
        nonlocal last
        if last == "$":
            found: Any = await system.mq.xrevrange(REPLIES, count=1)
            last = found[0][0] if found else "0"
        began = time.perf_counter()
        await system.say(room, text)
        answer: Any = await reader.xread({REPLIES: last}, block=10_000)
        seconds = time.perf_counter() - began
        last = answer[0][1][-1][0]
        return seconds

    for number in range(QUESTIONS):
        room = f"latency{number // PER_GAME}"
        if number % PER_GAME == 0:
            await ask(room, "/스자 시작 생물")
        taken.append(await ask(room, f"/스자 {number}번째 질문인가요?"))
    await reader.aclose()
    return taken[PER_GAME:]


async def throughput(system: System) -> float:
    """Questions answered in a second, all typed at once in many rooms."""
    rooms = [f"load{number}" for number in range(ROOMS)]
    await system.answered(await system.say_all([(room, "/스자 시작 생물") for room in rooms]))
    lines = [(room, f"/스자 {number}번째 질문인가요?") for number in range(LINES) for room in rooms]
    before = int(await system.mq.xlen(REPLIES))
    began = time.perf_counter()
    await system.say_all(lines)
    while int(await system.mq.xlen(REPLIES)) < before + len(lines):
        await asyncio.sleep(0.01)
    return len(lines) / (time.perf_counter() - began)


async def grpc_calls(system: System, callers: int) -> tuple[float, list[float]]:
    """AnswerQuestion over the Unix socket in a closed loop: calls a second, and seconds of each."""
    settings = LlmSettings.model_validate(
        {"LLM_BASE_URL": f"unix://{system.sockets / 'llm.sock'}", "LLM_API_KEY": "e2e-key"}
    )
    client = LlmClient(settings)
    taken: list[float] = []
    numbers = iter(range(CALLS))

    async def caller() -> None:
        for number in numbers:
            request = pb.TwentyQAnswerQuestionRequest(
                target=SECRET, category="organism", question=f"{number}번째 질문인가요?"
            )
            began = time.perf_counter()
            await client.call(client.rpc.TwentyQAnswerQuestion, request)
            taken.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    seconds = time.perf_counter() - began
    await client.close()
    return len(taken) / seconds, taken


LINES_OF_20Q = (
    "도움말", "시작 생물", "큰가요?", "큰가요", "작은가요?, 새인가요?", "힌트", "정답 곰", "상태",
    "이의 1", "전적", "순위", "포기", "복기", "오늘", f"정답 {SECRET}",
)  # fmt: skip


async def round_trips(directory: Path, postgres: Postgres, show: Callable[[str], None]) -> None:
    """What each command costs the bot, the LLM server keeping to itself."""
    async with System(directory, postgres, proxied=False) as system, trips.SqlRelay(postgres) as sql:
        await system.start_llm(**trips.ALONE)
        await system.start_bot(DB_SOCKET_PATH=str(sql.directory))
        for line in ("시작 생물", "큰가요?"):
            await system.answer("warm", f"/스자 {line}")
        show(f"\n{'command':<24} cache          mq        rpc                        SQL")
        for number, line in enumerate(LINES_OF_20Q):
            cost = await trips.trips(system, sql, "trips", f"/스자 {line}", user=f"사람{number}")
            rpcs = ", ".join(f"{count} {name}" for name, count in cost.rpcs.items())
            show(f"{line:<24} {' '.join(cost.cache):<14} {' '.join(cost.writes):<9} {rpcs:<26} {cost.sql}")


async def measure(directory: Path, show: Callable[[str], None]) -> None:
    """Start the system, measure, print."""
    postgres = Postgres(socket_directory() / "data")
    await postgres.start(user="twentyq_app", database="twentyq")
    try:
        async with System(directory, postgres, proxied=False) as system:
            llm = await system.start_llm()
            bot = await system.start_bot()
            await asyncio.sleep(1)
            resting = {
                "LLM server": llm,
                "스무고개 bot": bot,
                "valkey-mq": system.mq_server.child,
                "valkey-cache": system.cache_server.child,
            }
            weights = {name: resident(child) for name, child in resting.items()}
            show(f"python {platform.python_version()}, {platform.machine()}, model answering at once\n")
            show(f"question, inbound XADD to reply    {quantiles(await latency(system))}")
            show(f"questions a second ({ROOMS} rooms)      {await throughput(system):6.0f}")
            for callers in (1, 16):
                rate, taken = await grpc_calls(system, callers)
                show(f"gRPC AnswerQuestion, UDS, {callers:2} callers {rate:6.0f}/s   {quantiles(taken)}")
            show("")
            for name, before in weights.items():
                show(
                    f"{name:<14} at rest {before:5.0f} MB   after the load {resident(resting[name]):5.0f} MB"
                )
        await round_trips(directory / "trips", postgres, show)
    finally:
        await postgres.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(measure(Path(made), print))
