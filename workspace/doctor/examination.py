"""All checks at once, told in a fixed order."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from workspace.doctor.configuration import check_settings, check_sockets
from workspace.doctor.disk import check_logs
from workspace.doctor.faces import check_bridge, check_programs
from workspace.doctor.finding import Check, Finding, fail
from workspace.doctor.model import check_doors
from workspace.doctor.postgres import check_database
from workspace.doctor.streams import check_streams
from workspace.doctor.valkeys import check_cache, check_mq
from workspace.links import Links

SECONDS = 20.0
"""For one check."""

CHECKS: Mapping[str, Check] = {
    "settings": check_settings,
    "sockets": check_sockets,
    "valkey-mq": check_mq,
    "valkey-cache": check_cache,
    "postgres": check_database,
    "llm": check_doors,
    "programs": check_programs,
    "iris": check_bridge,
    "streams": check_streams,
    "logs": check_logs,
}


async def examine(links: Links) -> list[dict[str, Any]]:
    """Every finding, part by part."""
    found = await asyncio.gather(*(_run(name, check, links) for name, check in CHECKS.items()))
    return [
        {"status": finding.status, "part": name} | {k: v for k, v in asdict(finding).items() if k != "status"}
        for name, findings in zip(CHECKS, found, strict=True)
        for finding in findings
    ]


async def _run(name: str, check: Check, links: Links) -> list[Finding]:
    try:
        async with asyncio.timeout(SECONDS):
            return await check(links)
    except TimeoutError:
        return [fail(name, f"no answer within {SECONDS:g} s", "see whether it hangs or is overloaded")]
    except SystemExit:  # the settings cannot be read; the check of the settings tells which
        return [fail(name, "its settings cannot be read", "see the settings above")]
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what the operator wants to know
        return [fail(name, f"{type(error).__name__}: {error}"[:300], "is it running, and where .env says?")]
