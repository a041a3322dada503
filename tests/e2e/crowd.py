"""Many rooms full of people who type as fast as they are answered; what must hold is checked as they go.

Any game can be played: a `Game` says what is typed and how answers look.
"""

import asyncio
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from redis.asyncio import Redis

from botkit.runtime.tasks import cancel
from playground.processes import Child
from playground.room import REPLIES
from tests.e2e.system import System

SECONDS_A_LINE = 120.0
SPOILT = "탈난"
"""A question with this word meets a fault of the model."""


@dataclass(frozen=True)
class Game:
    """What a crowd types. Every question holds the names of its room and person, so that nothing can be mixed up.

    `number` finds the number of an answered question in its answer, which repeats the question if it `echoes`.
    """

    stream: str
    start: str
    question: str
    look: str
    wrong: str
    solve: str
    started: str
    solved: str
    number: re.Pattern[str]
    echoes: bool = True


TWENTYQ = Game(
    stream="kakao:20q",
    start="/스자 시작 생물",
    question="/스자 {text}인가요?",
    look="/스자 상태",
    wrong="/스자 정답 {text}",
    solve="/스자 정답 고양이",
    started="하나를 떠올렸어요",
    solved="맞혔어요",
    number=re.compile(r"^Q(\d+)\. "),
)

TURTLESOUP = Game(
    stream="kakao:turtle-soup",
    start="/스프 시작",
    question="/스프 {text}인가요?",
    look="/스프 정리",
    wrong="/스프 정답 {text}",
    solve="/스프 정답 진짜",
    started="🐢",
    solved="진상을 밝혔어요",
    number=re.compile(r"^Q(\d+)\. "),
    echoes=False,
)


@dataclass
class Tally:
    """What one room was told."""

    numbers: list[int] = field(default_factory=list)
    refused: int = 0
    asked_by: Counter[str] = field(default_factory=Counter)


class Crowd:
    """Rooms and people before a running system."""

    def __init__(
        self, system: System, game: Game, *, rooms: range, people: int, lines: int, faults: float
    ) -> None:
        """Each person types so many lines; `faults` is the share of questions that the model fails at."""
        self._system = system
        self._game = game
        self._rooms = [f"방{number}" for number in rooms]
        self._people = people
        self._lines = lines
        self._faults = faults
        self._waiting: dict[str, asyncio.Future[list[dict[str, str]]]] = {}
        self._parts: dict[str, list[dict[str, str]]] = defaultdict(list)
        self._order: dict[str, list[str]] = defaultdict(list)
        self.tallies: dict[str, Tally] = {room: Tally() for room in self._rooms}
        self.taken: list[float] = []

    async def play(self) -> float:
        """Start a game in every room, have everybody type, and solve it; seconds it took."""
        reader = Redis(port=self._system.mq_server.port, protocol=2, socket_timeout=None)
        listening = asyncio.create_task(self._listen(reader))
        began = time.perf_counter()
        try:
            await asyncio.gather(*(self._room(room) for room in self._rooms))
        finally:
            await cancel({listening})
            await reader.aclose()
        return time.perf_counter() - began

    def check(self) -> None:
        """Every line was answered once (each `type` looked), in order, and in its own room."""
        for room, tally in self.tallies.items():
            assert tally.numbers == list(range(1, len(tally.numbers) + 1)), room
            entries = [tuple(map(int, entry.split("-"))) for entry in self._order[room]]
            assert entries == sorted(entries), room

    async def _room(self, room: str) -> None:
        first = await self.type(room, self._person(room, 0), self._game.start)
        assert self._game.started in first, first
        await asyncio.gather(*(self._sit(room, number) for number in range(self._people)))
        last = await self.type(room, f"{room}의 해결사", self._game.solve)
        assert self._game.solved in last, last

    async def _sit(self, room: str, number: int) -> None:
        person = self._person(room, number)
        chance = Random(person)
        for line in range(self._lines):
            throw = chance.random()
            if throw < 0.9:
                await self._ask(room, person, line, spoilt=chance.random() < self._faults)
            elif throw < 0.96:
                assert _names_only(room, await self.type(room, person, self._game.look))
            else:
                guess = self._game.wrong.format(text=f"{room} {number} {line}")
                assert _names_only(room, await self.type(room, person, guess))

    async def _ask(self, room: str, person: str, line: int, *, spoilt: bool) -> None:
        text = f"{person}의 {SPOILT if spoilt else ''}{line}번째 질문"
        answer = await self.type(room, person, self._game.question.format(text=text))
        tally = self.tallies[room]
        found = self._game.number.search(answer)
        assert bool(found) is not spoilt, answer
        if not found:
            tally.refused += 1
            return
        assert not self._game.echoes or text in answer
        tally.numbers.append(int(found[1]))
        tally.asked_by[person] += 1

    async def type(self, room: str, person: str, text: str) -> str:
        """Type a line and wait for its whole answer."""
        began = time.perf_counter()
        entry = await self._system.say(room, text, user=person, stream=self._game.stream)
        answer = self._waiting[entry] = asyncio.get_running_loop().create_future()
        self._settle(entry)
        async with asyncio.timeout(SECONDS_A_LINE):
            bubbles = await answer
        self.taken.append(time.perf_counter() - began)
        assert {bubble["chatId"] for bubble in bubbles} == {room}
        return "\n".join(bubble["text"] for bubble in bubbles)

    async def _listen(self, reader: Any) -> None:
        last = "0"
        while True:
            found: Any = await reader.xread({REPLIES: last}, block=1000, count=500)
            for entry, raw in found[0][1] if found else ():
                last = entry
                bubble = {key.decode(): value.decode() for key, value in raw.items()}
                if "seq" in bubble:  # notices have none
                    self._take(bubble)

    def _take(self, bubble: dict[str, str]) -> None:
        parts = self._parts[bubble["replyTo"]]
        assert int(bubble["seq"]) == len(parts), f"twice or out of order: {bubble['replyTo']}"
        parts.append(bubble)
        if len(parts) == int(bubble["total"]):
            if self._game.number.search(parts[0]["text"]):
                self._order[bubble["chatId"]].append(bubble["replyTo"])
            self._settle(bubble["replyTo"])

    def _settle(self, entry: str) -> None:
        parts = self._parts.get(entry, [])
        waiting = self._waiting.get(entry)
        if waiting and not waiting.done() and parts and len(parts) == int(parts[0]["total"]):
            waiting.set_result(parts)

    @staticmethod
    def _person(room: str, number: int) -> str:
        return f"{room}의 사람{number}"


def _names_only(room: str, text: str) -> bool:
    """Whether a text names no other room."""
    return set(re.findall(r"방\d+", text)) <= {room}


def resident(child: Child) -> float:
    """Megabytes that a process has in memory."""
    for line in Path(f"/proc/{child.pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError("no VmRSS: /proc is needed")
