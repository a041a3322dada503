"""`make cov`: the pure modules are covered to the last branch by the tests of the pure modules.

What counts as pure stands in one place: the import rule in pyproject.toml.
"""

import subprocess
import sys
import tomllib
from pathlib import Path


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


def tests_of(module: str) -> str:
    """Where the tests of a module stand: the file or folder that mirrors it, else those of its package."""
    *packages, name = module.split(".")
    folder = Path("tests", *packages)
    return str(next(path for path in (folder / f"test_{name}.py", folder / name, folder) if path.exists()))


def main() -> int:
    """Run the tests under coverage and report; the status of the first that failed."""
    pure = pure_modules()
    tests = sorted({tests_of(module) for module in pure})
    include = ",".join(files_of(module) for module in pure)
    coverage = [sys.executable, "-m", "coverage"]
    steps = (
        [*coverage, "erase"],
        [
            *coverage,
            "run",
            f"--include={include}",
            "-m",
            "pytest",
            "-q",
            "-m",
            "not soak and not node and not browser",
            *tests,
        ],
        [*coverage, "combine", "--quiet"],
        [*coverage, "report", "--fail-under=100", f"--include={include}"],
    )
    return next((status for step in steps if (status := subprocess.run(step, check=False).returncode)), 0)


if __name__ == "__main__":
    sys.exit(main())
