"""One coloured log stream out of the JSON lines of many programs."""

import json
import sys

COLOURS = (36, 35, 33, 32, 34, 96, 95, 93, 92, 94)
LEVELS = {"warning": "\033[33m", "error": "\033[31m", "critical": "\033[31;1m"}
RESET = "\033[0m"
HIDDEN = {"event", "level", "timestamp", "logger", "service", "exception"}
QUIET = {"process_started"}


class Console:
    """Prints what the programs write."""

    def __init__(self, *, verbose: bool, colour: bool | None = None) -> None:
        """`verbose` shows what the servers say, too; `colour` None means: when it is a terminal."""
        self._verbose = verbose
        self._colour = sys.stdout.isatty() if colour is None else colour
        self._known: dict[str, int] = {}

    def say(self, text: str) -> None:
        """A line of our own."""
        print(text, flush=True)  # noqa: T201 - this is the program's output

    def line(self, name: str, raw: str) -> None:
        """A line of a program."""
        shown = self._shown(raw)
        if shown is None:
            return
        level, text = shown
        colour = self._known.setdefault(name, COLOURS[len(self._known) % len(COLOURS)])
        if self._colour:
            self.say(f"\033[{colour}m{name:>12}{RESET} │ {LEVELS.get(level, '')}{text}{RESET}")
        else:
            self.say(f"{name:>12} │ {text}")

    def _shown(self, raw: str) -> tuple[str, str] | None:
        try:
            record = json.loads(raw)
            event, level = record["event"], record.get("level", "info")
        except (ValueError, TypeError, KeyError):
            return ("", raw) if self._verbose else None
        if event in QUIET and not self._verbose:
            return None
        details = " ".join(f"{key}={value}" for key, value in record.items() if key not in HIDDEN)
        trace = f"\n{record['exception']}" if "exception" in record else ""
        return level, f"{event} {details}".rstrip() + trace
