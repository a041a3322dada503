"""What of the past somebody wants to see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hololive_bot.genres import Genre
from hololive_bot.history import BadQuery, HistoryQuery, query_of


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", HistoryQuery()),
        ("페코라", HistoryQuery("페코라")),
        ("사쿠라 미코 노래 30일 5", HistoryQuery("사쿠라 미코", Genre.SINGING, days=30, limit=5)),
        ("미코 30", HistoryQuery("미코", days=30)),
        ("미코 30 5", HistoryQuery("미코", days=30, limit=5)),
        ("5 미코 14d", HistoryQuery("미코", days=14, limit=5)),
        ("미코 5개", HistoryQuery("미코", limit=5)),
        ("최근 미코 asmr", HistoryQuery("미코", Genre.ASMR)),
        ("종류:경마 days=60 limit:3", HistoryQuery(genre=Genre.HORSE_RACING, days=60, limit=3)),
        ("토픽=Minecraft 멤버:미코", HistoryQuery("미코", topic="Minecraft")),
        ("기간:7일 개수=20개", HistoryQuery(days=7, limit=20)),
        ("게임 노래", HistoryQuery("노래", Genre.GAME)),
        ("9999일 99개", HistoryQuery(days=365, limit=30)),
        ("0일 0개", HistoryQuery(days=1, limit=1)),
        ("Re:Zero", HistoryQuery("Re:Zero")),
    ],
)
def test_filters_are_read(text: str, query: HistoryQuery) -> None:
    assert query_of(text) == query


@pytest.mark.parametrize("text", ["종류:없는것", "days:많이", "개수=다", "1 2 3"])
def test_filters_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(BadQuery):
        query_of(text)


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    try:
        query = query_of(text)
    except BadQuery:
        return
    assert 1 <= query.days <= 365
    assert 1 <= query.limit <= 30
