"""Where PostgreSQL's data stands."""

import os
from pathlib import Path

import pytest

from playground.embedded import SOCKET_PATH, reachable_directory, short_directory


@pytest.mark.parametrize(("user", "moved"), [(0, True), (1000, False)])
def test_data_that_only_root_could_reach_stands_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, moved: bool
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    place = reachable_directory(closed / "data")
    assert (place != closed / "data") is moved
    assert place == reachable_directory(closed / "data")


def test_a_socket_gets_a_path_that_is_short_enough(tmp_path: Path) -> None:
    assert short_directory(Path("/run/here")) == Path("/run/here")
    long = short_directory(tmp_path / ("long" * 30))
    assert len(str(long / ".s.PGSQL.5432.lock")) <= SOCKET_PATH
    long.rmdir()
