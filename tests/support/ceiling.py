"""`make lint`: no module of the product over 400 lines."""

import subprocess
import sys
from pathlib import Path

CEILING = 400


def main() -> int:
    """Print what is too long; 1 when anything is."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        check=True,
        capture_output=True,
        text=True,
    )
    names = (name for name in listed.stdout.split() if not name.startswith("tests/"))
    files = [Path(name) for name in names if "_pb2" not in name]
    long = {
        path: count
        for path in files
        if path.exists() and (count := len(path.read_text("utf-8").splitlines())) > CEILING
    }
    for path, count in long.items():
        print(f"{path}: {count} lines, {CEILING} at most")
    return 1 if long else 0


if __name__ == "__main__":
    sys.exit(main())
