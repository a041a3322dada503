"""`python nightly.py DIRECTORY KEEP HH:MM`: makes a copy of everything each night, and keeps the last ones.

The work is that of `python -m workspace backup`. Time is the container's (TZ). A copy that failed is tried
again every hour until it is made; what is wrong stands in the log of this container.
"""

import subprocess
import sys
import time
from datetime import datetime, timedelta

AGAIN_SECONDS = 3600.0


def pause(now: datetime, at: str) -> float:
    """Seconds from `now` to the next `HH:MM`."""
    hour, minute = map(int, at.split(":"))
    due = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if due <= now:
        due += timedelta(days=1)
    return (due - now).total_seconds()


def main(directory: str, keep: str, at: str) -> None:
    """Never returns."""
    while True:
        time.sleep(pause(datetime.now().astimezone(), at))
        while not is_made(directory, keep):
            time.sleep(AGAIN_SECONDS)


def is_made(directory: str, keep: str) -> bool:
    """Whether every part was copied."""
    command = [sys.executable, "-m", "workspace", "backup", "--dir", directory, "--keep", keep]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own program


if __name__ == "__main__":
    main(*sys.argv[1:])
