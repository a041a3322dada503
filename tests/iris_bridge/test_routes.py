"""Prefixes and shards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iris_bridge.routes import BadRoutes, Route, parse, route_of, trimmed
from iris_bridge.settings import DEFAULT_ROUTES


@pytest.mark.parametrize(
    ("line", "stream"),
    [
        ("//스자 주석", ""),
        ("/스프 시작", "kakao:turtle-soup"),
        ("!멤버", "kakao:hololive"),
        ("/스자", "kakao:20q"),
        ("/스자야", "kakao:20q"),
    ],
)
def test_the_first_prefix_that_fits_wins(line: str, stream: str) -> None:
    route = route_of(line, parse(DEFAULT_ROUTES))
    assert route is not None
    assert route.stream("1") == stream


@pytest.mark.parametrize("around", ["", " ", "\u200b", " \u200b\ufeff \n\u2060 "])
def test_what_cannot_be_seen_is_no_part_of_a_line(around: str) -> None:
    assert trimmed(f"{around}/스자 하나\u200b둘{around}") == "/스자 하나\u200b둘"
    assert trimmed(around) == ""


def test_other_lines_have_no_route() -> None:
    assert route_of("안녕", parse(DEFAULT_ROUTES)) is None
    assert parse("") == ()


@pytest.mark.parametrize("text", ["/스자", "=kakao:20q", "/스자=", "/스자=a||b", "/스자=a;/스자=b"])
def test_what_is_no_list_of_routes_is_refused(text: str) -> None:
    with pytest.raises(BadRoutes):
        parse(text)


@given(st.integers(-(2**63), 2**63 - 1).map(str), st.integers(1, 8))
def test_a_room_has_one_shard(room: str, count: int) -> None:
    route = Route("/", tuple(f"s{number}" for number in range(count)))
    assert route.stream(room) == route.stream(room)
    assert route.stream(room) in route.streams


def test_rooms_are_spread_over_the_shards_as_they_were_yesterday() -> None:
    route = Route("/", ("a", "b", "c"))
    found = [route.stream(str(number)) for number in range(300)]
    assert min(found.count(name) for name in "abc") > 80
    assert [route.stream(room) for room in ("1", "2", "943515454419517402")] == ["c", "b", "b"]
