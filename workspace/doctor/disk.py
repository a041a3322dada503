"""Can logs be written, is there room for them, and does unsaved usage wait there?"""

import shutil
from pathlib import Path

from botkit.runtime.settings import Settings, is_writable, load
from workspace.doctor.finding import Finding, fail, ok, warn
from workspace.links import Links

LITTLE, TOO_LITTLE = 1024, 100
"""Megabytes that are free."""

UNSAVED = "usage-unsaved.jsonl"


async def check_logs(_links: Links) -> list[Finding]:
    """The directory of the log files."""
    name = load(Settings).log_dir
    return _directory(Path(name)) if name else [ok("LOG_DIR", "blank: logs go to the screen only")]


def _directory(path: Path) -> list[Finding]:
    name = str(path)
    if not path.exists() or not is_writable(path):
        advice = "make it, or give it to the user of the programs; until then they log to the screen only"
        return [warn(name, "cannot be written by this user", advice)]
    free = shutil.disk_usage(path).free // 1024 // 1024
    findings = [ok(name, f"writable, {free} MB free")]
    if free < LITTLE:
        kind = fail if free < TOO_LITTLE else warn
        findings = [kind(name, f"{free} MB free", "make room, or lower LOG_FILE_MAX_BACKUPS")]
    unsaved = path / UNSAVED
    if unsaved.exists() and unsaved.stat().st_size:
        advice = "it is saved when the LLM server starts next and PostgreSQL is there"
        findings.append(warn(UNSAVED, f"{unsaved.stat().st_size} bytes of usage not in PostgreSQL", advice))
    return findings
