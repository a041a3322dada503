"""Which ids of callers are taken over."""

import pytest

from llm_server.request_id import accepted


@pytest.mark.parametrize("given", ["1732-0", "a" * 128, "with space"])
def test_a_plain_id_is_kept(given: str) -> None:
    assert accepted(given) == given


@pytest.mark.parametrize("given", [None, "", "a" * 129, "line\nbreak", "tab\t", "한글", "\x7f"])
def test_anything_else_is_replaced(given: str | None) -> None:
    made = accepted(given)

    assert made != given
    assert len(made) == 32
    assert set(made) <= set("0123456789abcdef")
    assert made != accepted(given)
