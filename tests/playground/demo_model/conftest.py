"""The knowledge base and the engine, built once."""

import pytest

from playground.demo_model.twentyq.engine import TwentyqEngine
from playground.demo_model.twentyq.knowledge import Knowledge


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """All that the demo knows."""
    return Knowledge()


@pytest.fixture(scope="session")
def engine(knowledge: Knowledge) -> TwentyqEngine:
    """Answers requests."""
    return TwentyqEngine(knowledge)
