"""Recorded games, readable as a chat log, played again line by line.

    # a comment
    [방 1001]                      the room from here on
    민지> /스자 시작 생물          a person types
    < 떠올렸어요                   the next final reply of the room must contain this
    <~ → (예|아니오)               … or must match this pattern somewhere
    <!                             no reply may come (within a second)
    (LLM 서버가 멈춘다)            a stage direction: something happens to the system, if somebody can do it

Interim notices (`waiting`) are passed over. One reply is used up by each line that begins with `<`.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from botkit.runtime.tasks import cancel
from playground.room import Bubble, Rooms

REPLY_SECONDS = 20.0
SILENCE_SECONDS = 1.0

Directions = Mapping[str, Callable[[], Awaitable[object]]]
NOBODY: Directions = MappingProxyType({})


class BadScript(Exception):
    """A line that is no part of the language; says which."""


class Unexpected(Exception):
    """The room did not say what the script expects."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script."""

    number: int
    room: str
    person: str = ""
    text: str = ""
    expected: str | None = None
    pattern: bool = False
    silence: bool = False
    direction: str = ""


def parse(source: str) -> list[Step]:
    """The steps of a script.

    Raises:
        BadScript: with the number of the line.
    """
    steps: list[Step] = []
    room = "1"
    for number, raw in enumerate(source.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if match := re.fullmatch(r"\[방 (.+)\]", line):
            room = match[1]
        elif match := re.fullmatch(r"\((.+)\)", line):
            steps.append(Step(number, room, direction=match[1]))
        elif line == "<!":
            steps.append(Step(number, room, silence=True))
        elif line.startswith("<~ "):
            steps.append(Step(number, room, expected=line[3:], pattern=True))
        elif line.startswith("< "):
            steps.append(Step(number, room, expected=line[2:]))
        elif match := re.fullmatch(r"([^\s<>]+)> (.+)", line):
            steps.append(Step(number, room, person=match[1], text=match[2]))
        else:
            raise BadScript(f"line {number}: {line}")
    return steps


async def play(
    steps: Sequence[Step], rooms: Rooms, show: Callable[[str], None], *, directions: Directions = NOBODY
) -> None:
    """Play a script against a running system.

    Raises:
        BadScript: it has a direction that is not among `directions`; nothing was played.
        Unexpected: a reply was missing or another one than expected.
    """
    for step in steps:
        if step.direction and step.direction not in directions:
            raise BadScript(f"line {step.number}: nobody here can do this: {step.direction}")
    waiting: dict[str, asyncio.Queue[Bubble]] = {step.room: asyncio.Queue() for step in steps}

    async def listen() -> None:
        async for bubble in rooms.bubbles():
            if bubble.room in waiting and bubble.type != "waiting":
                waiting[bubble.room].put_nowait(bubble)

    listening = asyncio.create_task(listen())
    try:
        for step in steps:
            if step.text:
                show(f"[{step.room}] {step.person}: {step.text}")
                await rooms.say(step.room, step.person, step.text)
            elif step.direction:
                show(f"({step.direction})")
                await directions[step.direction]()
            else:
                await _expect(step, waiting[step.room], show)
    finally:
        await cancel({listening})


async def _expect(step: Step, replies: asyncio.Queue[Bubble], show: Callable[[str], None]) -> None:
    limit = SILENCE_SECONDS if step.silence else REPLY_SECONDS
    try:
        async with asyncio.timeout(limit):
            bubble = await replies.get()
    except TimeoutError:
        if step.silence:
            return
        raise Unexpected(
            f"line {step.number}: no reply within {limit:g} s, expected: {step.expected}"
        ) from None
    show(f"[{step.room}] ← {bubble.text}")
    if step.silence or not _fits(step, bubble.text):
        wanted = "silence" if step.silence else step.expected
        raise Unexpected(f"line {step.number}: expected {wanted}, got: {bubble.text}")


def _fits(step: Step, text: str) -> bool:
    expected = step.expected or ""
    return re.search(expected, text) is not None if step.pattern else expected in text
