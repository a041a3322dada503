"""Nothing that our scripts call is younger than the Valkey in the compose file; tests run on a younger one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.deploy.reference import PACKAGES, ROOT, services
from tests.deploy.valkey import documented, version

SCRIPTS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.lua"))
OURS = version(re.findall(r":(\d+\.\d+\.\d+)", services()["valkey-mq"]["image"])[0])


def calls(script: Path) -> Iterator[tuple[str, set[str]]]:
    """Each command of a script, and the words in capitals that stand in its call."""
    for text in re.findall(r"\.p?call\(([^\n]*)", script.read_text("utf-8")):
        words = re.findall(r"""['"]([A-Za-z]+)['"]""", text)
        yield words[0].upper(), {word for word in words[1:] if word.isupper()}


def test_both_valkeys_are_of_one_version() -> None:
    assert services()["valkey-mq"]["image"] == services()["valkey-cache"]["image"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
async def test_a_script_calls_nothing_that_is_too_young(valkey: Redis, script: Path) -> None:
    found = list(calls(script))
    assert found
    for command, options in found:
        since = await documented(valkey, command)
        assert since[command] <= OURS
        for option in options & set(since):
            assert since[option] <= OURS, f"{command} {option}"


async def test_what_is_too_young_would_be_seen(valkey: Redis) -> None:
    since: dict[str, Any] = await documented(valkey, "SET")
    assert since["IFEQ"] > version("8.0.0") > since["SET"]
