"""Killing a bot at a chosen step of a line's life, and what must be true of the answers afterwards."""

import asyncio
from collections.abc import Awaitable, Callable

from playground.processes import Child
from tests.e2e.system import GROUP, STREAM, System
from tests.support.polling import until
from tests.support.proxy import Trap, script_hash

MARK = "여기서죽는"

Arm = Callable[[System, Child], Awaitable[asyncio.Event]]


def trap_on(where: str, script: str, *, after: bool, in_answer: bool = False, mark: str = MARK) -> Arm:
    """Kill the bot at a script that carries the mark, or whose answer does."""

    async def arm(system: System, bot: Child) -> asyncio.Event:
        proxy = system.mq_proxy if where == "mq" else system.cache_proxy
        trap = Trap(
            script_hash(script),
            bot.kill,
            contains=b"" if in_answer else mark.encode(),
            answer_contains=mark.encode() if in_answer else b"",
            after=after,
        )
        proxy.traps.append(trap)
        return trap.sprung

    return arm


async def verify(
    system: System,
    lines: list[tuple[str, str]],
    entries: list[str],
    *,
    stream: str = STREAM,
    group: str = GROUP,
) -> None:
    """One final for each line, in the order of its room; nothing pending."""
    finals = [reply for reply in await system.finals() if reply["replyTo"] in entries]
    for room in {room for room, _ in lines}:
        wanted = [
            entry
            for entry, (where, text) in zip(entries, lines, strict=True)
            if where == room and "상태" not in text
        ]
        told = [reply["replyTo"] for reply in finals if reply["replyTo"] in wanted]
        assert told == wanted, f"{room}: {told} instead of {wanted}"
    assert len(finals) == len(entries)
    assert len({reply["dedupKey"] for reply in finals}) == len(finals)

    async def nothing_pending() -> bool:
        return await system.pending(stream, group) == 0

    await until(nothing_pending, what="nothing pending")
