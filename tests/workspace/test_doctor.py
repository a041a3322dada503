"""The doctor sees what is wrong and says what to do."""

import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.support.servers import Client, free_port, socket_directory
from tests.workspace.conftest import DROP_ALL
from workspace.doctor.configuration import check_settings, check_sockets
from workspace.doctor.disk import check_logs
from workspace.doctor.examination import examine
from workspace.doctor.faces import check_bridge, check_programs
from workspace.doctor.finding import Finding
from workspace.doctor.postgres import check_database
from workspace.doctor.streams import check_streams
from workspace.doctor.valkeys import check_cache, check_mq
from workspace.links import Links
from workspace.migrations import bring_up


def seen(findings: list[Finding]) -> dict[str, str]:
    """What was looked at → how it is."""
    return {finding.what: finding.status for finding in findings}


def advised(findings: list[Finding]) -> bool:
    """Whether everything that is not well comes with advice, and nothing else does."""
    return all(bool(finding.advice) is (finding.status != "ok") for finding in findings)


# ---- settings and sockets -------------------------------------------------------------------------------


async def test_good_settings(links: Links) -> None:
    assert seen(await check_settings(links)) == {"environment": "ok"}


async def test_settings_that_are_missing_unreadable_unsafe_or_misplaced(
    links: Links, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MQ_STREAM_KEY=kakao:20q\n", "utf-8")
    (tmp_path / ".env").chmod(0o644)
    for name in ("DB_PASSWORD", "HTTP_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("MQ_PORT", "many")
    findings = await check_settings(type(links)(links._stack))
    assert seen(findings) == {
        "MQ_PORT": "fail",
        "DB_PASSWORD": "fail",
        "MQ_STREAM_KEY": "warn",
        "HTTP_API_KEY": "warn",
        "GOOGLE_API_KEY": "warn",
        ".env": "warn",
    }
    assert advised(findings)
    (tmp_path / ".env").chmod(0o600)
    assert seen(await check_settings(links))[".env"] == "ok"


async def test_sockets_there_dead_missing_and_no_sockets(links: Links, tmp_path: Path) -> None:
    assert set(seen(await check_sockets(links)).values()) == {"ok"}
    place = socket_directory()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place / "llm.sock"))
    (place / "cache.sock").write_text("", "utf-8")
    links.env |= {
        "GRPC_SOCKET_PATH": str(place / "llm.sock"),
        "CACHE_SOCKET_PATH": str(place / "cache.sock"),
        "DB_SOCKET_PATH": str(place),
        "LLM_BASE_URL": "grpc://localhost",
    }
    findings = await check_sockets(links)
    assert [(finding.status, finding.seen.split(" (")[0]) for finding in findings] == [
        ("fail", "is no socket"),
        ("fail", "not there"),
        ("fail", "nobody listens"),
    ]
    assert advised(findings)
    for name in ("GRPC_SOCKET_PATH", "CACHE_SOCKET_PATH", "DB_SOCKET_PATH"):
        links.env.pop(name)
    assert seen(await check_sockets(links)) == {"none": "ok"}


async def test_a_socket_that_this_user_may_not_use(links: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may everything
    findings = await check_sockets(links)
    assert {finding.status for finding in findings} == {"fail"}
    assert all("may not connect" in finding.seen for finding in findings)


# ---- the stores -----------------------------------------------------------------------------------------


@pytest.fixture
async def changed(mq: Client) -> AsyncIterator[Client]:
    """valkey-mq, whose settings are put right again afterwards."""
    yield mq
    await mq.config_set("maxmemory-policy", "noeviction")
    await mq.config_set("maxmemory", "192mb")
    await mq.config_set("appendonly", "yes")


async def test_a_good_valkey(links: Links, mq: Client, cache: Client) -> None:
    for check in (check_mq, check_cache):
        findings = await check(links)
        assert seen(findings) == dict.fromkeys(("answers", "persistence", "eviction", "memory"), "ok")


async def test_a_valkey_that_forgets_evicts_and_is_full(links: Links, changed: Client) -> None:
    await changed.config_set("maxmemory-policy", "allkeys-lfu")
    await changed.config_set("appendonly", "no")
    await changed.config_set("maxmemory", "0")
    findings = await check_mq(links)
    assert seen(findings) == {"answers": "ok", "persistence": "fail", "eviction": "fail", "memory": "warn"}
    assert advised(findings)
    used: Any = await changed.info("memory")
    await changed.config_set("maxmemory", str(int(used["used_memory"] * 1.1)))
    assert seen(await check_mq(links))["memory"] in ("warn", "fail")


async def test_the_schemas_and_the_tools(links: Links) -> None:
    pool = await (await links.database("public")).pool()
    await pool.execute(DROP_ALL)
    findings = await check_database(links)
    assert seen(findings) == {
        "answers": "ok",
        "schema llm": "warn",
        "schema twentyq": "warn",
        "schema turtlesoup": "warn",
        "schema hololive": "warn",
        "copies": "ok",
    }
    assert advised(findings)
    await bring_up(links, [], dry=False)
    await pool.execute("UPDATE twentyq.schema_migrations SET checksum = 'x'")
    found = seen(await check_database(links))
    assert (found["schema llm"], found["schema twentyq"]) == ("ok", "fail")
    await pool.execute("DROP SCHEMA twentyq CASCADE")


async def test_streams_nobody_reads_and_dead_letters(links: Links, mq: Client, cache: Client) -> None:
    found = await check_streams(links)
    inbound = dict.fromkeys(("kakao:20q", "kakao:turtle-soup", "kakao:hololive", "kakao:bot:reply"), "warn")
    ledgers = dict.fromkeys(("20q:finished", "turtle:events"), "ok")
    assert seen(found) == inbound | ledgers | {"dead letters": "ok"}
    await mq.xadd("kakao:20q", {"room": "1", "text": "x"})
    await mq.xadd("kakao:20q:dead", {"room": "1", "text": "x", "reason": "too many deliveries"})
    found = await check_streams(links)
    assert (seen(found)["kakao:20q"], seen(found)["kakao:20q:dead"]) == ("fail", "warn")
    assert advised(found)


async def test_the_directory_of_the_logs(
    links: Links, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / "logs"
    assert seen(await check_logs(links)) == {str(place): "warn"}
    place.mkdir()
    assert seen(await check_logs(links)) == {str(place): "ok"}
    (place / "usage-unsaved.jsonl").write_text("{}\n", "utf-8")
    assert seen(await check_logs(links)) == {str(place): "ok", "usage-unsaved.jsonl": "warn"}
    monkeypatch.setattr("workspace.doctor.disk.TOO_LITTLE", 10**12)
    monkeypatch.setattr("workspace.doctor.disk.LITTLE", 10**12)
    findings = await check_logs(links)
    assert seen(findings)[str(place)] == "fail"
    assert advised(findings)
    monkeypatch.setenv("LOG_DIR", "")
    assert seen(await check_logs(links)) == {"LOG_DIR": "ok"}


# ---- the programs ---------------------------------------------------------------------------------------


@pytest.fixture
async def face() -> AsyncIterator[dict[str, Any]]:
    """A server that says what a test tells it to say, at every path."""
    said: dict[str, Any] = {"status": 200, "body": {}, "port": free_port()}

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(said["body"], status=said["status"])

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", said["port"]).start()
    yield said
    await runner.cleanup()


def readiness(**components: dict[str, Any]) -> dict[str, Any]:
    return {"status": "ok", "uptime": "1s", "version": "0", "components": components}


async def test_programs_that_do_not_run_are_named(links: Links) -> None:
    findings = await check_programs(links)
    assert set(seen(findings).values()) == {"warn"}
    assert {"LLM server", "스무고개", "바다거북수프", "hololive"} == set(seen(findings))
    assert advised(findings)


async def test_a_program_tells_which_part_is_away(links: Links, face: dict[str, Any]) -> None:
    links.env["TWENTYQ_SERVER_PORT"] = str(face["port"])
    face["body"] = readiness(
        valkey_mq={"status": "down", "required": True, "error": "gone"},
        postgres={"status": "degraded", "required": False},
        valkey_cache={"status": "ok", "required": True},
    )
    face["status"] = 503
    findings = await check_programs(links)
    assert {what: status for what, status in seen(findings).items() if what.startswith("스무고개")} == {
        "스무고개": "fail",
        "스무고개: valkey_mq": "fail",
        "스무고개: postgres": "warn",
    }
    assert advised(findings)
    face["body"] = {"hello": "world"}
    assert seen(await check_programs(links))["스무고개"] == "fail"


async def test_iris(links: Links, face: dict[str, Any]) -> None:
    assert seen(await check_bridge(links)) == {"bridge": "warn", "Iris": "warn"}
    links.env["IRIS_URL"] = f"http://me:secret@127.0.0.1:{free_port()}/"
    findings = await check_bridge(links)
    assert seen(findings)["Iris"] == "fail"
    assert "secret" not in str(findings)
    links.env["IRIS_URL"] = f"http://127.0.0.1:{face['port']}"
    face["body"] = {"isObserving": True}
    assert seen(await check_bridge(links))["Iris"] == "ok"
    face["body"] = {"isObserving": False, "statusMessage": "stopped"}
    findings = await check_bridge(links)
    assert seen(findings)["Iris"] == "fail"
    assert advised(findings)


async def test_a_check_that_breaks_is_a_finding(
    links: Links, mq: Client, cache: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MQ_PORT", str(free_port()))
    rows = await examine(links)
    found = {row["part"]: row for row in rows if row["part"] in ("valkey-mq", "streams")}
    assert {row["status"] for row in found.values()} == {"fail"}
    assert "ConnectionError" in found["valkey-mq"]["seen"]
    monkeypatch.delenv("DB_PASSWORD")
    rows = await examine(links)
    (row,) = [row for row in rows if row["part"] == "postgres"]
    assert (row["status"], row["seen"]) == ("fail", "its settings cannot be read")
