"""The production stack on a real engine, from the first command to the last. Run by `make compose-test`."""

import asyncio
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from llm.v1 import llm_service_pb2_grpc

from tests.deploy.chat import Chat
from tests.deploy.stack import CORE, OURS, Stack
from tests.support.polling import until

pytestmark = pytest.mark.compose

RESTING = "쉬고 있어요"
"""The bots' apology while the LLM server is away."""

VICTIMS = {
    "mcp-llm-server": "mcp-llm-server",
    "twentyq-bot": "twentyq-bot",
    "turtle-soup-bot": "turtle-soup-bot",
    "hololive-bot": "hololive-kakao-bot-go",
    "valkey-cache": "valkey-cache",
    "valkey-mq": "valkey-mq",
    "postgres": "llm-postgres",
    "deunhealth": "deunhealth",
}


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    """A player."""
    async with Chat() as made:
        yield made


def get(url: str) -> tuple[int, str]:
    """Status and body."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


# ---- starting ---------------------------------------------------------------------------------------


def test_without_a_password_compose_stops_and_names_it(stack: Stack) -> None:
    stack.configure()
    said = stack.compose("config", "-q", check=False)
    assert said.returncode != 0
    assert "DB_PASSWORD" in said.stderr


def test_with_the_password_alone_the_configuration_is_clean(stack: Stack) -> None:
    stack.configure(DB_PASSWORD="a-test-word")
    said = stack.compose("--profile", "*", "config", "-q")
    assert said.stdout + said.stderr == ""


def test_everything_is_built_and_starts_without_a_google_key(stack: Stack) -> None:
    began = time.monotonic()
    stack.compose("build")
    stack.figures["build seconds"] = round(time.monotonic() - began)
    stack.compose("build", "twentyq-bot", "turtle-soup-bot")
    size = stack.run("docker", "image", "inspect", "llm-workspace:prod", "--format", "{{.Size}}").stdout
    stack.figures["image MB"] = round(int(size) / 1e6)
    began = time.monotonic()
    stack.compose("up", "-d", "--wait")
    stack.figures["first start seconds, all healthy"] = round(time.monotonic() - began)
    states = stack.states()
    assert {name: states[name] for name in CORE} == dict.fromkeys(CORE, "running healthy")
    assert states["llm-folders"].startswith("exited")


def test_it_says_what_is_missing(stack: Stack) -> None:
    assert "env_missing_google_api_key" in stack.compose("logs", "mcp-llm-server").stdout
    status, body = get("http://localhost:40527/health/ready")
    assert "GOOGLE_API_KEY is not set" in body
    assert json.loads(body)["status"] == "degraded"
    assert status == 503 or not json.loads(body)["components"]["gemini"]["required"]


@pytest.mark.parametrize(
    "url",
    [
        *("http://localhost:40527/health", "http://localhost:40527/health/models"),
        *("http://localhost:30081/health", "http://localhost:30082/health", "http://localhost:30001/health"),
    ],
)
def test_the_routes_of_the_readme_answer(stack: Stack, url: str) -> None:
    assert get(url)[0] == 200


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("docker compose -f docker-compose.prod.yml ps", "mcp-llm-server"),
        ("docker compose -f docker-compose.prod.yml logs mcp-llm-server", "grpc_server_started"),
        ("docker exec valkey-cache valkey-cli ping", "PONG"),
        ("docker exec valkey-mq valkey-cli -p 1833 ping", "PONG"),
        ("docker exec valkey-cache valkey-cli -s /var/run/valkey/valkey-cache.sock ping", "PONG"),
        ("docker exec valkey-cache ls -la /var/run/valkey/", "valkey-cache.sock"),
        ("docker exec valkey-cache valkey-cli BGSAVE", "Background saving started"),
        (
            "docker exec llm-postgres pg_dumpall -U twentyq_app > backups/all.sql; head -c 500 backups/all.sql",
            "dump",
        ),
        ("docker inspect mcp-llm-server --format='{{json .State.Health}}'", "healthy"),
        ("tail -n 1 logs/server.log", '"service": "mcp-llm-server"'),
        ("tail -n 1 logs/twentyq.log", '"service": "twentyq"'),
        ("docker compose -f docker-compose.prod.yml up -d --force-recreate mcp-llm-server", ""),
    ],
)
def test_the_operating_commands_do_what_they_say(stack: Stack, line: str, wanted: str) -> None:
    assert wanted in stack.shell(line)


@pytest.mark.parametrize("container", OURS)
def test_a_program_runs_without_rights(stack: Stack, container: str) -> None:
    inside = "import os; print(os.getuid(), open('/proc/self/status').read()); open('/app/x', 'w')"
    said = stack.run("docker", "exec", container, "python", "-c", inside, check=False)
    assert said.stdout.startswith("1000 ")
    assert re.search(r"CapBnd:\s+0+\n", said.stdout)
    assert re.search(r"NoNewPrivs:\s+1\n", said.stdout)
    assert "Read-only file system" in said.stderr
    compilers = "import shutil; print([p for p in ('cc', 'gcc', 'make') if shutil.which(p)])"
    assert stack.run("docker", "exec", container, "python", "-c", compilers).stdout == "[]\n"


def test_nothing_listens_beyond_this_machine(stack: Stack) -> None:
    listed = stack.run("docker", "ps", "--format", "{{.Ports}}").stdout
    published = re.findall(r"(\S+):\d+(?:-\d+)?->", listed)
    assert set(published) == {"127.0.0.1"}


async def test_grpc_answers_over_tcp(stack: Stack) -> None:
    async with grpc.aio.insecure_channel("127.0.0.1:40528") as channel:
        config = await llm_service_pb2_grpc.LLMServiceStub(channel).GetModelConfig(
            Empty(), wait_for_ready=True, timeout=60
        )
        assert config.model_default.startswith("gemini-")
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        stream = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([asked]))
        names = [one.name async for answer in stream for one in answer.list_services_response.service]
        assert "llm.v1.LLMService" in names


# ---- playing ----------------------------------------------------------------------------------------


async def test_a_game_over_the_streams(stack: Stack, chat: Chat) -> None:
    stack.played("up", "-d", "--wait")
    assert "하나를 떠올렸어요" in await chat.ask("room-1", "/스자 시작 생물")
    answer = await chat.ask("room-1", "/스자 사람보다 큰가요?")
    assert re.search("Q1. 사람보다 큰가요\\?\n.*(예|아니오)", answer), answer
    address = stack.run(
        "docker", "exec", "twentyq-bot", "sh", "-c", "echo $LLM_BASE_URL; ls -l /var/run/grpc"
    )
    assert "unix:///var/run/grpc/llm.sock" in address.stdout
    assert "llm.sock" in address.stdout
    await chat.ask("room-1", "/스자 포기")

    async def archived() -> bool:
        return stack.sql("SELECT count(*) FROM twentyq.game_sessions") == "1"

    await until(archived, seconds=30, what="the game in PostgreSQL")


@pytest.mark.parametrize("service", VICTIMS)
async def test_a_service_is_killed_during_play_and_nothing_is_lost(
    stack: Stack, chat: Chat, service: str
) -> None:
    rooms = [f"kill-{service}-{number}" for number in range(3)]
    for room in rooms:
        await chat.ask(room, "/스자 시작 생물")
    stop = asyncio.Event()
    playing = asyncio.create_task(chat.play(rooms, stop))
    await asyncio.to_thread(stack.run, "docker", "kill", VICTIMS[service])
    began = time.monotonic()
    await asyncio.to_thread(stack.played, "up", "-d", "--wait")
    stop.set()
    await playing
    lines, _ = await chat.reckon()
    stack.figures[f"{service} killed"] = (
        f"{lines} lines, all answered once after {time.monotonic() - began:.0f} s"
    )
    states = stack.states()
    assert {name: states[name] for name in CORE} == dict.fromkeys(CORE, "running healthy")


KILL = """
import os, pathlib, signal
for entry in pathlib.Path("/proc").glob("[0-9]*"):
    words = (entry / "cmdline").read_bytes().split(b"\\0")
    if words[:2] == [b"python", b"-m"]:
        os.kill(int(entry.name), signal.%s)
"""


@pytest.mark.parametrize("container", OURS)
async def test_a_program_that_crashes_is_started_again_by_the_engine(stack: Stack, container: str) -> None:
    before = int(stack.inspect(container, "{{.RestartCount}}"))
    stack.run("docker", "exec", container, "python", "-c", KILL % "SIGKILL", check=False)

    async def back() -> bool:
        count = int(stack.inspect(container, "{{.RestartCount}}"))
        return count > before and stack.inspect(container, "{{.State.Health.Status}}") == "healthy"

    began = time.monotonic()
    await until(back, seconds=100, what=f"{container} is healthy again")
    stack.figures[f"{container} crashed"] = f"healthy after {time.monotonic() - began:.0f} s"


async def test_an_llm_server_that_hangs_is_restarted_by_its_label(stack: Stack, chat: Chat) -> None:
    started = stack.inspect("mcp-llm-server", "{{.State.StartedAt}}")
    stack.run("docker", "exec", "mcp-llm-server", "python", "-c", KILL % "SIGSTOP")
    began = time.monotonic()

    async def restarted() -> bool:
        return (
            stack.inspect("mcp-llm-server", "{{.State.StartedAt}} {{.State.Health.Status}}")
            not in (*(f"{started} {status}" for status in ("healthy", "unhealthy", "starting")),)
            and stack.inspect("mcp-llm-server", "{{.State.Health.Status}}") == "healthy"
        )

    await until(restarted, seconds=200, what="deunhealth restarts the LLM server")
    stack.figures["LLM server hung"] = f"restarted and healthy after {time.monotonic() - began:.0f} s"
    assert "mcp-llm-server" in stack.compose("logs", "deunhealth").stdout
    await chat.ask("room-after", "/스자 시작 생물")
    assert "Q1" in await chat.ask("room-after", "/스자 집에서 키우나요?")


# ---- keeping ----------------------------------------------------------------------------------------


async def test_down_and_up_keep_everything(stack: Stack, chat: Chat) -> None:
    await chat.ask("room-kept", "/스자 시작 생물")
    await chat.ask("room-kept", "/스자 물에 사나요?")
    games = stack.sql("SELECT count(*) FROM twentyq.game_sessions")
    stack.played("down", "--remove-orphans")
    assert (
        stack.run("docker", "ps", "-q", "--filter", "label=com.docker.compose.project=llm-test").stdout == ""
    )
    began = time.monotonic()
    stack.played("up", "-d", "--wait")
    stack.figures["second start seconds, all healthy"] = round(time.monotonic() - began)
    assert "물에 사나요?" in await chat.ask("room-kept", "/스자 상태")
    assert stack.sql("SELECT count(*) FROM twentyq.game_sessions") == games


async def test_an_upgrade_loses_no_line_and_no_answer(stack: Stack, chat: Chat) -> None:
    rooms = ["upgrade-1", "upgrade-2"]
    for room in rooms:
        await chat.ask(room, "/스자 시작 생물")
    released = stack.folder / "llm_server" / "__init__.py"
    released.write_text(released.read_text("utf-8") + "\n# another release\n", "utf-8")
    before = stack.inspect("twentyq-bot", "{{.Image}}")
    stop = asyncio.Event()
    playing = asyncio.create_task(chat.play(rooms, stop))
    began = time.monotonic()
    await asyncio.to_thread(stack.make, "upgrade")
    stop.set()
    await playing
    lines, said = await chat.reckon()
    stack.figures["upgrade"] = (
        f"{time.monotonic() - began:.0f} s, build included; {lines} lines answered once"
    )
    assert stack.inspect("twentyq-bot", "{{.Image}}") != before
    assert not [text for text in said if RESTING in text]


async def test_a_copy_can_be_put_back(stack: Stack, chat: Chat) -> None:
    await chat.ask("room-copied", "/스자 시작 생물")
    await chat.ask("room-copied", "/스자 날 수 있나요?")
    games = stack.sql("SELECT count(*) FROM twentyq.game_sessions")
    stack.make("backup")
    [copy] = [path for path in (stack.folder / "backups").iterdir() if path.is_dir()]
    held = json.loads((copy / "manifest.json").read_text("utf-8"))["parts"]
    assert set(held) == {"postgres", "valkey-cache", "valkey-mq"}
    stack.played("down", "-v", "--remove-orphans")
    stack.played("up", "-d", "--wait", "postgres", "valkey-cache", "valkey-mq")
    began = time.monotonic()
    stack.make("restore", f"FROM=backups/{copy.name}", stdin="yes\n")
    stack.figures["restore seconds, until all is healthy"] = round(time.monotonic() - began)
    assert "날 수 있나요?" in await chat.ask("room-copied", "/스자 상태")
    assert stack.sql("SELECT count(*) FROM twentyq.game_sessions") == games


def test_a_restore_without_a_copy_or_a_yes_does_nothing(stack: Stack) -> None:
    assert stack.make("restore", "FROM=backups/none", check=False).returncode != 0
    [copy] = [path for path in (stack.folder / "backups").iterdir() if path.is_dir()]
    assert stack.make("restore", f"FROM=backups/{copy.name}", stdin="no\n", check=False).returncode != 0
    assert stack.states()["twentyq-bot"] == "running healthy"


def test_memory_stays_below_its_limit(stack: Stack) -> None:
    used = stack.memory()
    stack.figures["memory, MiB of MiB"] = {name: f"{u:.0f}/{most:.0f}" for name, (u, most) in used.items()}
    limits = {"mcp-llm-server": 1024, "llm-postgres": 512, "valkey-mq": 256, "deunhealth": 32}
    assert {name: used[name][1] for name in limits} == limits
    for name in CORE:
        assert used[name][0] < 0.8 * used[name][1]


def test_logs_that_cannot_be_written_go_to_the_screen(stack: Stack) -> None:
    said = stack.run(
        *("docker", "run", "--rm", "--read-only", "-e", "DB_PASSWORD=x", "-e", "MQ_HOST=127.0.0.1"),
        *("--entrypoint", "timeout", "llm-workspace:prod", "4", "python", "-m", "game_bots.twentyq"),
        check=False,
    )
    assert "log_directory_refused" in said.stdout
    assert Path(stack.folder / "logs" / "twentyq.log").exists()
