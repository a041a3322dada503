"""`python nightly.py`: a copy of everything each night; `python nightly.py now`: one, now.

The work is that of `python -m workspace backup`. The time is BACKUP_AT of the container's clock (TZ), and the
last BACKUP_KEEP copies stay. A copy that failed is tried again every hour; what is wrong stands in the log of
this container.
"""

import os
import subprocess
import sys
import time
from datetime import datetime, timedelta

DIRECTORY = "/backups"
AGAIN_SECONDS = 3600.0


def pause(now: datetime, at: str) -> float:
    """Seconds from `now` to the next `HH:MM`."""
    hour, minute = map(int, at.split(":"))
    due = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if due <= now:
        due += timedelta(days=1)
    return (due - now).total_seconds()


def copy() -> int:
    """Make one copy; returns 0 when every part was copied."""
    keep = os.environ.get("BACKUP_KEEP") or "14"
    command = [sys.executable, "-m", "workspace", "backup", "--dir", DIRECTORY, "--keep", keep]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own program


def main() -> None:
    """Wait for the hour, copy, and so on for ever."""
    while True:
        time.sleep(pause(datetime.now().astimezone(), os.environ.get("BACKUP_AT") or "03:00"))
        while copy():
            time.sleep(AGAIN_SECONDS)


if __name__ == "__main__":
    if sys.argv[1:] == ["now"]:
        sys.exit(copy())
    main()
