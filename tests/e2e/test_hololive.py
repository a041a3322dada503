"""The hololive bot as a process: every command, a kill in the middle, and what is away."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from playground.demo_model.engines import DemoEngine
from playground.embedded import Postgres
from playground.holodex.broadcast import Broadcast
from playground.holodex.faults import Rule
from playground.holodex.members import load
from playground.holodex.programme import Daily
from playground.holodex.server import HolodexServer
from playground.iris.server import FakeIris
from playground.processes import Child
from tests.e2e.phone import replay, rooms_of, scripts
from tests.e2e.system import System
from tests.support.http import get, request
from tests.support.polling import until
from tests.support.proxy import Trap, script_hash
from tests.support.servers import free_port

STREAM, GROUP = "kakao:hololive", "hololive-bot-group"
MIKO, PEKORA = "UC-hM6YJuNYVAmUWxeIr9FeA", "UC1DCedRgGHBdm81E1llLhOQ"


@pytest.fixture
async def holodex() -> AsyncIterator[HolodexServer]:
    """A fake Holodex on the real clock."""
    channels = load()
    async with HolodexServer(channels, Daily(channels), clock=time.time) as server:
        yield server


class Hololive:
    """The system with a hololive bot in it."""

    def __init__(self, system: System, holodex: HolodexServer) -> None:
        self.system = system
        self.holodex = holodex

    async def start(self, *, wait: bool = True, **changes: str) -> Child:
        """A bot; several stand by for each other."""
        found = {
            "HOLODEX_API_KEY_1": "test",
            "HOLODEX_BASE_URL": self.holodex.base_url,
            "HOLOLIVE_SCHEDULE_URL": self.holodex.url,
            **changes,
        }
        return await self.system.start_bot(module="hololive_bot", prefix="HOLOLIVE", wait=wait, **found)

    async def answer(self, room: str, text: str, *, seconds: float = 30.0) -> str:
        """Type a line and wait for its answer."""
        return await self.system.answer(room, text, stream=STREAM, seconds=seconds)

    async def ready(self, bot: Child) -> tuple[int, dict[str, str]]:
        """What readiness says: status, and that of each part."""
        found = await get(bot.port, "/health/ready")  # type: ignore[attr-defined]
        return found.status, {name: part["status"] for name, part in found.json["components"].items()}

    async def prepared(self, bot: Child) -> None:
        """Until members and tables are there."""

        async def well() -> bool:
            return (await self.ready(bot))[1]["tables"] == "ok"

        await until(well, what="the tables")


@pytest.fixture
async def system(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[System]:
    """With the demo model behind the LLM server."""
    async with System(tmp_path, postgres_server, engine=DemoEngine()) as made:
        yield made


@pytest.fixture
async def hololive(system: System, holodex: HolodexServer) -> AsyncIterator[Hololive]:
    link = await asyncpg.connect(
        host=str(system.postgres.socket_directory), user="twentyq_app", database="twentyq"
    )
    await link.execute("DROP SCHEMA IF EXISTS hololive CASCADE")
    yield Hololive(system, holodex)
    await link.close()


async def test_every_command_as_a_script(hololive: Hololive) -> None:
    bot = await hololive.start()
    await hololive.prepared(bot)
    async with FakeIris(send_rate_ms=0) as iris, rooms_of(hololive.system, iris) as rooms:
        said = await replay(rooms, scripts("hololive")["hololive"])
    typed = [line.partition(": ")[2] for line in said if "←" not in line]
    log = "\n".join(hololive.system.logs["bot1"])
    assert len(typed) > 20
    assert not any(line.lstrip("!") in log for line in typed if len(line) > 6), "no chat text in the log"
    assert "민지" not in log
    assert await hololive.system.pending(STREAM, GROUP) == 0


async def test_questions_in_words_of_ones_own(hololive: Hololive) -> None:
    bot = await hololive.start()
    await hololive.prepared(bot)
    silent = await hololive.system.say("780", "!미코 내일 방송 있어?", stream=STREAM)
    assert "📘" in await hololive.answer("780", "!멤버")
    assert silent not in {reply["replyTo"] for reply in await hololive.system.finals() if "replyTo" in reply}
    await hololive.system.start_llm()
    async with FakeIris(send_rate_ms=0) as iris, rooms_of(hololive.system, iris) as rooms:
        await replay(rooms, scripts("hololive")["questions"])


async def test_an_alert_reaches_the_room_once(hololive: Hololive) -> None:
    bot = await hololive.start(HOLOLIVE_CHECK_INTERVAL_SECONDS="15")
    await hololive.prepared(bot)
    await hololive.answer("5", "!알람 추가 미코")
    now = time.time()
    soon = Broadcast("soonMiko001", MIKO, "곧 시작해요", shown=now - 60, planned=now + 240, begins=now + 3600)
    hololive.holodex.extra.broadcasts[soon.id] = soon

    async def told() -> list[str]:
        replies = await hololive.system.finals()
        return [one["text"] for one in replies if "soonMiko001" in one["text"] and "replyTo" not in one]

    [text] = await until(told, seconds=90, what="the alert")
    assert "🔔 미코" in text
    assert "\n🔗 https://youtube.com/watch?v=soonMiko001" in text


@pytest.mark.parametrize("after", [False, True], ids=["before-the-commit", "after-the-commit"])
async def test_a_bot_that_dies_in_the_middle_of_a_command_applies_it_once(
    hololive: Hololive, after: bool
) -> None:
    bot = await hololive.start()
    await hololive.prepared(bot)
    await hololive.answer("5", "!알람 추가 페코라")
    mark = "미코 방송을 이 방에".encode()
    trap = Trap(script_hash("commit"), bot.kill, contains=mark, after=after)
    hololive.system.mq_proxy.traps.append(trap)
    entry = await hololive.system.say("5", "!알람 추가 미코", stream=STREAM)
    async with asyncio.timeout(20):
        await trap.sprung.wait()
    await hololive.start(wait=False)
    answers = await hololive.system.answered([entry], seconds=40)
    mine = [one["text"] for one in answers if one["replyTo"] == entry]
    assert len(mine) == 1
    assert "✅ 미코 방송을" in mine[0]
    listed = await hololive.answer("5", "!알람")
    assert "알림 받는 채널 2개" in listed
    assert await hololive.system.pending(STREAM, GROUP) == 0


async def test_without_postgres_what_needs_it_says_so_and_the_rest_works(hololive: Hololive) -> None:
    bot = await hololive.start(DB_SOCKET_PATH="", DB_HOST="127.0.0.1", DB_PORT=str(free_port()))
    assert "📘 홀로라이브 멤버" in await hololive.answer("5", "!멤버")
    assert "구독자" in await hololive.answer("5", "!구독자 페코라")
    assert "📅" in await hololive.answer("5", "!예정")
    assert "🎂" in await hololive.answer("5", "!달력 3")
    assert "기록장을 잠깐 열 수 없어요" in await hololive.answer("5", "!순위")
    assert "기록장을 잠깐 열 수 없어요" in await hololive.answer("5", "!알람 추가 미코")
    status, parts = await hololive.ready(bot)
    assert status == 200
    assert (parts["postgres"], parts["tables"]) == ("down", "degraded")
    assert (await get(bot.port, "/health")).status == 200  # type: ignore[attr-defined]
    await bot.kill()
    bot = await hololive.start()
    await hololive.prepared(bot)
    assert "아직 알림 받는 멤버가 없어요" in await hololive.answer("5", "!알람"), "nothing was half stored"


async def test_without_holodex_there_is_an_old_answer_and_then_an_apology(hololive: Hololive) -> None:
    bot = await hololive.start()
    await hololive.prepared(bot)
    fresh = await hololive.answer("5", "!예정 24시간")
    hololive.holodex.script(Rule(kind="status", status=503, times=None))
    again = await hololive.answer("5", "!예정 24시간", seconds=40)
    assert again.split("\n\n")[1:] == fresh.split("\n\n")[1:]
    apology = await hololive.answer("5", "!구독자 마린", seconds=40)
    assert apology == "❌ 방송 정보를 지금 가져올 수 없어요. 조금 뒤에 다시 물어봐 주세요."
    status, parts = await hololive.ready(bot)
    assert (status, parts["holodex"]) == (200, "degraded")


async def test_a_lost_cache_means_not_ready_and_alive(hololive: Hololive) -> None:
    bot = await hololive.start()
    await hololive.prepared(bot)
    await hololive.system.cache_server.child.kill()

    async def not_ready() -> bool:
        return (await hololive.ready(bot))[0] == 503

    await until(not_ready, seconds=30)
    assert (await get(bot.port, "/health")).status == 200  # type: ignore[attr-defined]
    assert "📘" in await hololive.answer("5", "!멤버"), "what stands in memory is shown"
    await hololive.system.cache_server.start()


async def test_an_operator_shuts_a_room_out(hololive: Hololive) -> None:
    bot = await hololive.start()
    await hololive.prepared(bot)
    port, key = bot.port, {"X-API-Key": "e2e-key"}  # type: ignore[attr-defined]
    assert (await request("GET", port, "/api/holo/rooms")).status == 401
    listed = await request("POST", port, "/api/holo/rooms", key, json={"room_id": "5"})
    assert listed.json["rooms"] == ["5"]
    await request("POST", port, "/api/holo/rooms/acl", key, json={"enabled": True})
    silent = await hololive.system.say("6", "!멤버", stream=STREAM)
    assert "📘" in await hololive.answer("5", "!멤버")

    async def finished() -> bool:
        return await hololive.system.pending(STREAM, GROUP) == 0

    await until(finished)
    assert silent not in {reply["replyTo"] for reply in await hololive.system.finals() if "replyTo" in reply}
    commands = (await request("GET", port, "/commands")).json
    assert {"usage": "!라이브 [멤버]", "summary": "지금 방송 중인 멤버를 보여 드려요."} in commands[
        "commands"
    ]
    assert json.dumps(commands)
