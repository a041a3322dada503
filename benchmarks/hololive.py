"""`make bench`, second part: how the name index finds, and how long the hololive bot itself takes to answer.

The commands run in this process on a real Valkey and PostgreSQL. The fake Holodex behind them is asked once;
every further answer comes from the cache, so what is measured is our own time.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.__main__ import quantiles
from hololive_bot.index import Found, Index, Several
from hololive_bot.seed import load
from playground.embedded import Postgres, Valkey
from tests.hololive_bot.chat import MIKO, PEKORA, Chat, chatting
from tests.hololive_bot.sources import HOUR, MINUTE, stream
from tests.hololive_bot.spellings import spellings
from tests.support.servers import free_port, socket_directory

ROUNDS = 300
LINES = (
    "!일정 페코라 7",
    "!라이브",
    "!예정 전체",
    "!라이브 미코",
    "!정보 페코라",
    "!멤버",
    "!구독자 페코라",
    "!달력",
    "!도움말",
)


def names(show: Callable[[str], None]) -> None:
    """Every way to write every name."""
    seed = load()
    began = time.perf_counter()
    index = Index(seed.members.values(), seed.units)
    show(f"name index of {len(seed.members)} members made in {(time.perf_counter() - began) * 1000:.0f} ms")
    results: defaultdict[str, Counter[str]] = defaultdict(Counter)
    taken = []
    for one in spellings(seed.members.values()):
        began = time.perf_counter()
        answer = index.find(one.text)
        taken.append(time.perf_counter() - began)
        right = isinstance(answer, Found) and one.member in answer.members
        asked = isinstance(answer, Several) and one.member in answer.members
        results[one.kind]["right" if right else "asked back" if asked else "wrong"] += 1
    total = sum(results.values(), Counter[str]())
    for kind, counted in (*results.items(), ("all", total)):
        every = counted.total()
        show(
            f"  {kind:<20} {every:5} spellings   right {counted['right'] / every:7.2%}"
            f"   asked back {counted['asked back']:3}   wrong {counted['wrong']:3}"
        )
    show(f"  one lookup             {quantiles(taken)}\n")


async def answers(chat: Chat, show: Callable[[str], None]) -> None:
    """Each command again and again, its data in the cache."""
    now = chat.clock()
    live = [stream(f"live{n}", MIKO, planned=now - HOUR, begins=now - HOUR) for n in range(5)]
    coming = [stream(f"next{n}", PEKORA, planned=now + HOUR + n * MINUTE) for n in range(60)]
    chat.show(*live, *coming)
    for line in LINES:
        await chat.say(line)
        asked, taken = chat.server.requests, []
        for number in range(ROUNDS):
            chat.clock.now = now
            began = time.perf_counter()
            await chat.say(line, room=str(number))
            taken.append(time.perf_counter() - began)
        show(f"  {line:<18} {quantiles(taken)}   asked of Holodex: {chat.server.requests - asked}")


async def measure(show: Callable[[str], None]) -> None:
    """Run everything and show the figures."""
    names(show)
    async with AsyncExitStack() as stack:
        root = Path(stack.enter_context(TemporaryDirectory()))
        valkey = Valkey("valkey", root / "valkey", port=free_port())
        postgres = Postgres(socket_directory() / "data")
        await asyncio.gather(valkey.start(), postgres.start(user="twentyq_app", database="twentyq"))
        stack.push_async_callback(valkey.stop)
        stack.push_async_callback(postgres.stop)
        chat = await stack.enter_async_context(chatting(postgres, valkey))
        await chat.shared.current.prepare()
        show(f"own time of an answer, {ROUNDS} times each")
        await answers(chat, show)


if __name__ == "__main__":
    asyncio.run(measure(print))
