"""Does anything wait that nobody reads, and was anything given up?"""

from typing import Any

from workspace import dead, lag
from workspace.doctor.finding import Finding, fail, ok, warn
from workspace.links import Links
from workspace.output import duration

LATE_SECONDS = 30.0
"""A line that waits longer although somebody reads the stream: the reader hangs."""


async def check_streams(links: Links) -> list[Finding]:
    """Every stream, then the dead letters."""
    findings = [_stream(row) for row in await lag.survey(links)]
    letters = await dead.overview(links)
    for row in letters:
        seen = f"{row['letters']} letters: {', '.join(row['reasons'])}"
        advice = f"python -m workspace dead show {row['stream']}; then replay or purge them"
        findings.append(warn(row["stream"], seen, advice))
    return findings if letters else [*findings, ok("dead letters", "none")]


def _stream(row: dict[str, Any]) -> Finding:
    name, oldest = row["stream"], row["oldest_seconds"]
    if row["state"] == "stuck":
        return fail(name, f"waits for {duration(oldest)}, and nobody reads", "start its reader")
    if row["state"] == "quiet":
        return warn(name, "nobody reads", "start its reader; nothing waits yet")
    if oldest is not None and oldest > LATE_SECONDS:
        waiting = (row["unread"] or 0) + row["pending"]
        return warn(name, f"{waiting} wait, the oldest for {duration(oldest)}", "look at its reader's log")
    return ok(name, f"read by {row['owner']}" if row["owner"] else "nothing waits")
