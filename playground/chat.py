"""`make chat`: rooms and people in a terminal, in front of a running playground.

Type a line as the person who is shown. `:사람 민지` and `:방 2` change person and room, `:추천` shows
questions that the demo model knows, `:끝` leaves. `--script FILE` plays a recorded game, and fails when a
reply is missing.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.patch_stdout import patch_stdout

from botkit.runtime.tasks import cancel
from botkit.valkey.clients import UNREACHABLE
from playground import script
from playground.room import Rooms
from playground.settings import BRIDGE_PORT, Paths, read_env

NOT_RUNNING = "no playground is running here; start one with: make run"


def main() -> int:
    """Chat until the input ends."""
    parser = argparse.ArgumentParser(prog="make chat", description=__doc__)
    parser.add_argument("--script", type=Path, action="append", help="play this file instead (repeatable)")
    parser.add_argument("--dir", type=Path, default=Path(".run"), help="where the playground runs")
    options = parser.parse_args()
    env = read_env(Paths(options.dir.resolve()).env)
    try:
        scripts = {file.name: script.parse(file.read_text("utf-8")) for file in options.script or ()}
    except (script.BadScript, OSError, UnicodeDecodeError) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    try:
        if not env:
            raise ConnectionError("no settings there")
        if scripts:
            return asyncio.run(_play(scripts, env))
        asyncio.run(_chat(env))
    except (*UNREACHABLE, aiohttp.ClientError) as error:
        print(f"{NOT_RUNNING} ({error})", file=sys.stderr)
        return 1
    return 0


async def _play(scripts: Mapping[str, list[script.Step]], env: Mapping[str, str]) -> int:
    try:
        async with Rooms(env) as rooms:
            for name, steps in scripts.items():
                print(f"── {name}")
                await script.play(steps, rooms, print)
    except script.Unexpected as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    print("✓ every expected reply came")
    return 0


class Chat:
    """What the person at the keyboard sees."""

    def __init__(self, rooms: Rooms, env: Mapping[str, str], prefixes: Collection[str]) -> None:
        """`prefixes` begin the lines that a bot answers to."""
        self._rooms = rooms
        self._env = env
        self._prefixes = tuple(prefixes)
        self.room = "1"
        self.person = "나"

    async def listen(self) -> None:
        """Print replies as they come."""
        async for bubble in self._rooms.bubbles():
            place = "" if bubble.room == self.room else f" (방 {bubble.room})"
            mark = "…" if bubble.type == "waiting" else "🤖"
            print(f"{mark}{place} " + bubble.text.replace("\n", "\n   "))

    async def type(self, line: str) -> bool:
        """Handle what was typed; False ends the chat."""
        if line.startswith(":"):
            return await self._own(*line[1:].partition(" ")[::2])
        if line:
            try:
                await self._rooms.say(self.room, self.person, line)
            except aiohttp.ClientResponseError as error:  # too long a line or name
                print(f"(보내지 못했어요: {error.status})")
                return True
            if not line.startswith(self._prefixes):
                print(f"(이 말에는 어떤 봇도 답하지 않아요. {self._prefixes[0]} 로 시작해 보세요)")
        return True

    async def _own(self, word: str, rest: str) -> bool:
        if word in ("끝", "q", "quit"):
            return False
        if word in ("방", "room") and rest:
            self.room = rest.strip()
        elif word in ("사람", "me") and rest:
            self.person = rest.strip()
        elif word in ("추천", "tips"):
            print(await self._suggestions())
        else:
            print(":사람 이름 · :방 번호 · :추천 · :끝")
        return True

    async def _suggestions(self) -> str:
        """Questions that the demo model surely knows."""
        url = f"{self._env.get('GEMINI_BASE_URL', '')}/demo/suggestions"
        try:
            found: dict[str, list[str]] = await _json(url)
        except (aiohttp.ClientError, ValueError):
            return "(추천 질문은 데모 모델에서만 나와요)"
        return "\n".join(f"  {category}: {' / '.join(asked[:4])}" for category, asked in found.items())


async def _chat(env: Mapping[str, str]) -> None:
    async with Rooms(env) as rooms:
        bots = await _bots(env)
        chat = Chat(rooms, env, [bot["prefix"] for bot in bots])
        listening = asyncio.create_task(chat.listen())
        session: PromptSession[str] = PromptSession(completer=_completer(bots))
        print("방 1에 들어왔어요. /스자 시작 이라고 해 보세요. (:사람 민지, :방 2, :추천, :끝)")
        try:
            with patch_stdout():
                while await chat.type((await session.prompt_async(_prompt(chat))).strip()):
                    pass
        except (EOFError, KeyboardInterrupt):
            print("안녕!")
        finally:
            await cancel({listening})


def _prompt(chat: Chat) -> Callable[[], str]:
    return lambda: f"[방 {chat.room}] {chat.person}> "


async def _bots(env: Mapping[str, str]) -> list[Any]:
    """What the bots say that can be typed; the bridge has a port, too, but answers to nobody."""
    ports = [port for name, port in env.items() if name.endswith("_SERVER_PORT") and name != BRIDGE_PORT]
    return [await _json(f"http://127.0.0.1:{port}/commands") for port in ports]


def _completer(bots: Sequence[Any]) -> WordCompleter:
    """Hints out of the bots' own command lists."""
    usages = {command["usage"]: command["summary"] for bot in bots for command in bot["commands"]}
    return WordCompleter(list(usages), meta_dict=usages, sentence=True)


async def _json(url: str) -> Any:
    timeout = aiohttp.ClientTimeout(5)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
        return await response.json()


if __name__ == "__main__":
    sys.exit(main())
