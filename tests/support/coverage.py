"""`make cov`: the pure modules are covered to the last branch by the tests of the pure modules.

What counts as pure stands in one place: the import rule in pyproject.toml.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

TESTS = {
    "botkit.chat": "tests/botkit/chat",
    "game_bots.surrender": "tests/game_bots/test_surrender.py",
    "game_bots.twentyq": "tests/game_bots/twentyq",
    "llm_server": "tests/llm_server",
}
"""Where the tests of a pure module stand, by the beginning of its name."""


def pure_modules() -> list[str]:
    """The source modules of the import rule for pure modules."""
    config = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))
    for contract in config["tool"]["importlinter"]["contracts"]:
        if contract["name"].startswith("Pure modules"):
            modules: list[str] = contract["source_modules"]
            return modules
    raise LookupError("pyproject.toml has no import rule for pure modules")


def files_of(module: str) -> str:
    """The files of a module or package, as coverage names them."""
    path = Path(*module.split("."))
    return f"{path}/*" if path.is_dir() else f"{path}.py"


def main() -> int:
    """Run the tests under coverage and report; the status of the first that failed."""
    pure = pure_modules()
    tests = sorted({where for module in pure for start, where in TESTS.items() if module.startswith(start)})
    include = ",".join(files_of(module) for module in pure)
    coverage = [sys.executable, "-m", "coverage"]
    steps = (
        [*coverage, "erase"],
        [*coverage, "run", f"--include={include}", "-m", "pytest", "-q", "-m", "not soak", *tests],
        [*coverage, "combine", "--quiet"],
        [*coverage, "report", "--fail-under=100", f"--include={include}"],
    )
    return next((status for step in steps if (status := subprocess.run(step, check=False).returncode)), 0)


if __name__ == "__main__":
    sys.exit(main())
