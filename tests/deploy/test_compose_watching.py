"""Figures and alarms, standbys, and what the Valkeys were asked for, on the stack that the tests before have used."""

import asyncio
import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.deploy.chat import Chat
from tests.deploy.stack import Stack
from tests.deploy.test_reference import EXPRESSIONS, MERGED_LATER, OTHERS, RULES, names
from tests.deploy.test_valkey_version import OURS
from tests.deploy.valkey import documented
from tests.support.polling import until

pytestmark = pytest.mark.compose

WATCHERS = ("prometheus", "valkey-exporter", "postgres-exporter", "node-exporter")
SCALED = ("-f", "deploy/compose.playground.yml", "-f", "compose.player.yml", "-f", "deploy/compose.scale.yml")


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    """A player."""
    async with Chat() as made:
        yield made


def prometheus(path: str, **query: str) -> Any:
    """What Prometheus answers."""
    url = f"http://localhost:9090/api/v1/{path}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        body = json.loads(answer.read())
    assert body["status"] == "success"
    return body["data"]


async def test_prometheus_finds_everything_that_runs(stack: Stack) -> None:
    stack.played("--profile", "observability", "up", "-d", *WATCHERS)
    said = stack.run(
        "docker", "exec", "llm-prometheus", "promtool", "check", "config", "/etc/prometheus/prometheus.yml"
    )
    assert f"{len(RULES)} rules found" in said.stdout + said.stderr

    async def all_up() -> bool:
        try:
            found = prometheus("query", query="up == 1")["result"]
        except OSError:
            return False
        seen = {one["metric"].get("service", one["metric"]["job"]) for one in found}
        return seen >= {
            *("mcp-llm-server", "twentyq-bot", "turtle-soup-bot", "hololive-bot"),
            *("valkey-mq", "valkey-cache", "postgres", "host", "prometheus"),
        }

    await until(all_up, seconds=90, what="every target")


async def test_every_expression_runs_on_what_is_told(stack: Stack, chat: Chat) -> None:
    await chat.ask("room-watched", "/스자 시작 생물")
    for line in ("/스자 알을 낳나요?", "/스자 꼬리가 있나요?", "/스자 힌트"):  # no verdict given before
        await chat.ask("room-watched", line)
    told = {"bot_llm_seconds_bucket", "llm_requests_total", "redis_stream_group_lag", "pg_up"}

    async def scraped() -> bool:
        return told <= set(prometheus("label/__name__/values"))

    await until(scraped, seconds=60, what="figures of a line")
    known = set(prometheus("label/__name__/values"))
    for expression in EXPRESSIONS:
        prometheus("query", query=expression)
        for name in names(expression):
            if name.partition("_")[0] in OTHERS - {"process"}:
                assert name in known, f"nobody tells {name}"
    stack.figures["series that are not told by this stack"] = sorted(
        {name for expression in EXPRESSIONS for name in names(expression)} - known
    )
    assert MERGED_LATER


async def test_an_alarm_rings_when_a_program_is_gone(stack: Stack) -> None:
    stack.run("docker", "stop", "hololive-kakao-bot-go")

    async def rings() -> bool:
        found = prometheus("alerts")["alerts"]
        return any(one["labels"]["alertname"] in ("ProgramDown", "ServiceMissing") for one in found)

    await until(rings, seconds=120, what="an alarm for the bot that was stopped")
    stack.run("docker", "start", "hololive-kakao-bot-go")


async def test_a_standby_takes_over_within_seconds(stack: Stack, chat: Chat) -> None:
    stack.compose(*SCALED, "up", "-d", "--wait")
    listed = stack.compose(*SCALED, "ps", "-q", "twentyq-bot").stdout.split()
    assert len(listed) == 2
    await chat.ask("room-scaled", "/스자 시작 생물")
    async with Redis(port=1833, protocol=2, decode_responses=True) as mq:
        holder = await mq.hget("kakao:20q:owner", "holder")
    owner = next(one for one in listed if one[:12] in str(holder))
    stop = asyncio.Event()
    playing = asyncio.create_task(chat.play(["room-scaled"], stop))
    await asyncio.to_thread(stack.run, "docker", "kill", owner)
    began = time.monotonic()
    answer = await chat.answer(await chat.say("room-scaled", "/스자 상태"))
    stack.figures["standby took over"] = f"answered {time.monotonic() - began:.0f} s after the kill"
    assert answer
    stop.set()
    await playing
    await chat.reckon()
    stack.played("up", "-d", "--wait", "--remove-orphans")


@pytest.mark.parametrize("port", [1833, 6379])
async def test_the_valkeys_were_asked_for_nothing_that_is_too_young(stack: Stack, port: int) -> None:
    async with Redis(port=port, protocol=2) as client:
        used = [name.removeprefix("cmdstat_") for name in await client.info("commandstats")]
        assert len(used) > 5
        for name in used:
            command, _, _ = name.partition("|")
            since = await documented(client, command)
            assert since[name.upper().replace("|", " ")] <= OURS, name


def test_the_valkeys_keep_what_they_are_told(stack: Stack) -> None:
    for container, port in (("valkey-mq", "1833"), ("valkey-cache", "6379")):
        said = stack.run(
            "docker",
            "exec",
            container,
            "valkey-cli",
            "-p",
            port,
            "config",
            "get",
            "appendonly",
            "maxmemory-policy",
        )
        assert re.findall(r"\S+", said.stdout) == ["appendonly", "yes", "maxmemory-policy", "noeviction"]
