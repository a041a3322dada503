"""One thing that was looked at."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from workspace.links import Links

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen; `advice` says what to do unless it is `ok`."""

    status: Status
    what: str
    seen: str
    advice: str = ""


Check = Callable[[Links], Awaitable[list[Finding]]]
"""Looks at one part of the system. What it raises becomes a finding."""


def ok(what: str, seen: str) -> Finding:
    """As it should be."""
    return Finding("ok", what, seen)


def warn(what: str, seen: str, advice: str) -> Finding:
    """It works, but not as it should."""
    return Finding("warn", what, seen, advice)


def fail(what: str, seen: str, advice: str) -> Finding:
    """It does not work."""
    return Finding("fail", what, seen, advice)
