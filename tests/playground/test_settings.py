"""The ports of a playground."""

from dataclasses import astuple

import pytest

from playground import settings


def test_no_two_programs_get_the_same_free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(port for port in range(20_000, 20_100) for _ in range(3))
    monkeypatch.setattr(settings, "is_free", lambda _port: False)
    monkeypatch.setattr(settings, "a_free_port", lambda: next(drawn))
    chosen = astuple(settings.Ports.chosen(other=True))
    assert len(set(chosen)) == len(chosen)
