"""The stack that the tests with an engine share; they run in the order of their files."""

from collections.abc import Iterator

import pytest

from tests.deploy.stack import CONTAINERS, Stack, obstacle


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A copy of this checkout with `.env` made as the README says; gone without a trace afterwards."""
    if reason := obstacle():
        pytest.exit(f"make compose-test needs a Docker engine of its own: {reason}", returncode=3)
    made = Stack(tmp_path_factory.mktemp("stack") / "llm")
    yield made
    made.configure(DB_PASSWORD="gone")
    made.compose("--profile", "*", "down", "-v", "--remove-orphans")
    made.run("docker", "rm", "-f", *CONTAINERS, check=False)
    print("\n".join(f"{name}: {value}" for name, value in made.figures.items()))
