"""Are the settings readable and safe, and are the Unix sockets there, open to us and answered?"""

import asyncio
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from botkit.runtime.settings import (
    ENV_FILE,
    CacheSettings,
    DatabaseSettings,
    Group,
    HttpSettings,
    LlmSettings,
    MqSettings,
    Settings,
    canonical_name,
)
from workspace.doctor.finding import Finding, fail, ok, warn
from workspace.links import Links
from workspace.programs import BOTS, MISPLACED

GROUPS: tuple[type[Group], ...] = (
    Settings,
    CacheSettings,
    MqSettings,
    DatabaseSettings,
    LlmSettings,
    HttpSettings,
)

SOCKET_SECONDS = 2.0


async def check_settings(links: Links) -> list[Finding]:
    """Values that cannot be read, are missing, or stand under a name that nobody reads."""
    env = links.env
    findings = [problem for group in GROUPS for problem in _unreadable(group)]
    findings += _misplaced(env) + _keys(env) + _file(Path(ENV_FILE))
    return findings or [ok("environment", "every value can be read")]


async def check_sockets(links: Links) -> list[Finding]:
    """Each Unix socket that is set: there, a socket, open to this user, answered."""
    env = links.env
    places = {
        "CACHE_SOCKET_PATH": env.get("CACHE_SOCKET_PATH") or env.get("REDIS_SOCKET_PATH") or "",
        "DB_SOCKET_PATH": _in_directory(env.get("DB_SOCKET_PATH") or "", env.get("DB_PORT") or "5432"),
        "GRPC_SOCKET_PATH": env.get("GRPC_SOCKET_PATH") or "",
        "LLM_BASE_URL": (env.get("LLM_BASE_URL") or "").partition("unix://")[2],
    }
    found = await asyncio.gather(*(_socket(name, Path(path)) for name, path in places.items() if path))
    return list(found) or [ok("none", "no Unix socket is set; everything goes over TCP")]


def _unreadable(group: type[Group]) -> list[Finding]:
    try:
        group()
    except ValidationError as error:
        return [
            fail(
                canonical_name(group, str(problem["loc"][0])) if problem["loc"] else group.__name__,
                "required, but not set" if problem["type"] == "missing" else problem["msg"],
                "set it in .env; .env.example has every variable with its default",
            )
            for problem in error.errors()
        ]
    return []


def _misplaced(env: Mapping[str, str]) -> list[Finding]:
    """Names without a prefix that would hit every bot; all bots ignore them."""
    prefixes = ", ".join(f"{bot.prefix}_…" for bot in BOTS)
    return [
        warn(name, "is set, but no program reads it", f"give it the prefix of its bot: {prefixes}")
        for name in MISPLACED
        if env.get(name)
    ]


def _keys(env: Mapping[str, str]) -> list[Finding]:
    findings = []
    if not _set(env, "HTTP_API_KEY", "API_SECRET_KEY"):
        advice = "set it: without it the LLM server is open to all, and the bots' own routes stay shut"
        findings.append(warn("HTTP_API_KEY", "not set", advice))
    if not _set(env, "GOOGLE_API_KEY", "GOOGLE_API_KEYS"):
        advice = "set it; until then every question is answered with an apology"
        findings.append(warn("GOOGLE_API_KEY", "not set", advice))
    return findings


def _set(env: Mapping[str, str], *names: str) -> bool:
    return any(env.get(name) or env.get(f"{name}_FILE") for name in names)


def _file(path: Path) -> list[Finding]:
    if not path.exists():
        return []
    mode = path.stat().st_mode
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        return [warn(str(path), f"others may read it ({stat.filemode(mode)})", f"chmod 600 {path}")]
    return [ok(str(path), "only its owner may read it")]


def _in_directory(directory: str, port: str) -> str:
    return f"{directory}/.s.PGSQL.{port}" if directory else ""


async def _socket(name: str, path: Path) -> Finding:
    what = f"{name} {path}"
    if barrier := _barrier(what, path):
        return barrier
    try:
        async with asyncio.timeout(SOCKET_SECONDS):
            _, writer = await asyncio.open_unix_connection(path)
    except (OSError, TimeoutError) as error:
        return fail(
            what, f"nobody listens ({type(error).__name__})", "start its server; the file is left over"
        )
    writer.close()
    return ok(what, "answered")


def _barrier(what: str, path: Path) -> Finding | None:
    """What keeps this user from connecting at all."""
    try:
        mode = path.stat().st_mode
    except PermissionError:
        return fail(what, "this user may not look into its folder", "run as the user of the programs")
    except OSError:
        return fail(what, "not there", "start its server, or share its folder (a volume) with this machine")
    if not stat.S_ISSOCK(mode):
        return fail(what, "is no socket", "remove it; its server makes the socket itself")
    if not os.access(path, os.W_OK):
        advice = "run as the user of the programs, or widen the rights where the server makes it"
        return fail(what, f"this user may not connect ({stat.filemode(mode)})", advice)
    return None
