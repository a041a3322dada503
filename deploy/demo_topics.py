"""`python demo_topics.py DIRECTORY`: the secrets that the demo model knows, as files for TWENTYQ_TOPICS_DIR.

With other secrets it would have to say "cannot tell" to every question.
"""

import json
import sys
from pathlib import Path

from playground.demo_model.twentyq.engine import TwentyqEngine


def main(directory: Path) -> None:
    """Write a file for each category."""
    for category, topics in TwentyqEngine().topics().items():
        text = json.dumps({category: topics}, ensure_ascii=False, indent=1)
        (directory / f"{category}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
