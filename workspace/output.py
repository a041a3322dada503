"""What a command prints: a table for people, JSON for scripts; colour on a terminal only."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 1000
"""Columns where nobody looks at a screen: nothing is cut for a pipe."""

STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}
"""How a cell that holds nothing but such a word is coloured."""

CONTROL = (*range(9), *range(11, 32), *range(127, 160))
"""Code points that a terminal may take for commands; who writes them into a chat must not command it."""

MASKED = dict.fromkeys(CONTROL, "\N{REPLACEMENT CHARACTER}")
ESCAPED = {point: f"\\u{point:04x}" for point in CONTROL}

Row = Mapping[str, Any]
"""A line of a listing. A name that ends in `_seconds` or `_at` (seconds since the epoch) is shown as such."""


def show(rows: Sequence[Row], *, as_json: bool, empty: str) -> None:
    """Print a listing; `empty` is what people read when there is nothing."""
    if as_json:
        say(json.dumps(rows, ensure_ascii=False, indent=2).translate(ESCAPED))
        return
    if not rows:
        say(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, value in rows[0].items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        table.add_column(heading(name), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(name, value) for name, value in row.items()))
    _console().print(table)


def report(findings: Sequence[Row]) -> None:
    """Print findings, each with what to do about it below."""
    console = _console()
    for finding in findings:
        status = finding["status"]
        line = Text.assemble(
            (f"{status:<5}", STYLES[status]),
            f"{finding['part']:<13}",
            f"{finding['what']}: {finding['seen']}".translate(MASKED),
        )
        console.print(line, soft_wrap=True)
        for advice in finding["advice"].splitlines():
            console.print(Text(f"{'':18}→ {advice.strip()}"), soft_wrap=True)


def say(text: str) -> None:
    """A line as it is, for people or programs."""
    sys.stdout.write(text + "\n")


def complain(text: str) -> None:
    """A line about what went wrong, on stderr: stdout is for results."""
    sys.stderr.write(text + "\n")


def heading(name: str) -> str:
    """The title of a column."""
    return name.removesuffix("_seconds").removesuffix("_at").replace("_", " ")


def shown(name: str, value: Any) -> str:
    """A value as people read it."""
    if value is None or value in ("", []):
        return "-"
    if name.endswith("_seconds"):
        return duration(float(value))
    if name.endswith("_at"):
        return datetime.fromtimestamp(float(value), UTC).astimezone().strftime("%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text.translate(MASKED)


def duration(seconds: float) -> str:
    """`850 ms`, `12 s`, `3m 20s`, `2h 5m`, `3d 4h`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes}m" if hours < 48 else f"{hours // 24}d {hours % 24}h"


def _cell(name: str, value: Any) -> Text:
    text = shown(name, value)
    return Text(text, style=STYLES.get(text, ""))


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
