"""`python demo_files.py DIRECTORY`: what the demo model knows, as files for the LLM server.

With other secrets it would have to say "cannot tell" to every question. It is asked over HTTP, as soon as it
answers.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

MODEL = "http://127.0.0.1:30079/demo"
SECONDS = 60.0


def asked(name: str) -> Any:
    """What the model tells; waits until it runs.

    Raises:
        OSError: it does not answer in time.
    """
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{MODEL}/{name}", timeout=5) as answer:  # noqa: S310 - our own address
                return json.load(answer)
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def write(path: Path, content: Any) -> None:
    """One file; its folder is made."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")


def main(directory: Path) -> None:
    """`topics/<category>.json` for TWENTYQ_TOPICS_DIR, `puzzles/demo.json` for TURTLESOUP_PUZZLES_DIR."""
    for category, topics in asked("topics").items():
        write(directory / "topics" / f"{category}.json", {category: topics})
    write(directory / "puzzles" / "demo.json", asked("puzzles"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
