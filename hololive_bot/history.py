"""What of the past somebody wants to see: a member, a kind of broadcast, how far back, how many. Pure."""

import re
from dataclasses import dataclass

from hololive_bot.genres import Genre

DAYS, MOST_DAYS = 7, 365
SHOWN, MOST_SHOWN = 10, 30

GENRE_WORDS = {
    **dict.fromkeys(("게임", "겜", "game", "gaming"), Genre.GAME),
    **dict.fromkeys(("잡담", "토크", "수다", "talk", "chat"), Genre.TALK),
    **dict.fromkeys(("노래", "노래방", "우타와쿠", "singing", "sing", "karaoke"), Genre.SINGING),
    "asmr": Genre.ASMR,
    **dict.fromkeys(("멤버십", "멤버쉽", "멤십", "멤한", "membership", "members"), Genre.MEMBERSHIP),
    **dict.fromkeys(("이벤트", "기념", "event"), Genre.EVENT),
    **dict.fromkeys(("동시시청", "같이보기", "watchalong", "watch-along"), Genre.WATCHALONG),
    **dict.fromkeys(("뉴스", "공지", "news"), Genre.NEWS),
    **dict.fromkeys(("경마", "horse", "horse-racing"), Genre.HORSE_RACING),
    **dict.fromkeys(("기타", "other"), Genre.OTHER),
    **dict.fromkeys(("미분류", "unknown"), Genre.UNKNOWN),
}

_KEYS = {
    **dict.fromkeys(("type", "타입", "방송타입", "종류", "category", "카테고리", "분류"), "genre"),
    **dict.fromkeys(("topic", "topic_id", "토픽"), "topic"),
    **dict.fromkeys(("days", "day", "일", "기간"), "days"),
    **dict.fromkeys(("limit", "개수", "갯수"), "limit"),
    **dict.fromkeys(("member", "멤버"), "member"),
}
_KEYED = re.compile(r"(?P<key>[^\s:=]+)[:=](?P<value>.+)")
_DAYS = re.compile(r"(\d{1,6})\s*(?:일|d|days?)", re.IGNORECASE)
_COUNT = re.compile(r"(\d{1,6})\s*개")
_PASSED_OVER = ("최근", "last")


class BadQuery(ValueError):
    """A filter that cannot be read."""


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """A look at what has ended."""

    member: str = ""
    genre: Genre | None = None
    topic: str = ""
    days: int = DAYS
    limit: int = SHOWN


class _Reading:
    """What the words of a line have said so far."""

    def __init__(self) -> None:
        self.genre: Genre | None = None
        self.topic = ""
        self.days: int | None = None
        self.limit: int | None = None
        self.names: list[str] = []
        self.bare: list[int] = []

    def take(self, word: str) -> None:
        """Read one more word."""
        keyed = _KEYED.fullmatch(word)
        if keyed and (key := _KEYS.get(keyed["key"].lower())):
            self._take_keyed(key, keyed["value"])
        elif days := _DAYS.fullmatch(word):
            self.days = int(days[1])
        elif count := _COUNT.fullmatch(word):
            self.limit = int(count[1])
        elif re.fullmatch(r"\d{1,6}", word):
            self.bare.append(int(word))
        elif word.lower() in GENRE_WORDS and self.genre is None:
            self.genre = GENRE_WORDS[word.lower()]
        elif word.lower() not in _PASSED_OVER:
            self.names.append(word)

    def _take_keyed(self, key: str, value: str) -> None:
        if key == "genre":
            self.genre = _known(GENRE_WORDS.get(value.lower()))
        elif key == "topic":
            self.topic = value
        elif key == "days":
            self.days = _number(value, _DAYS)
        elif key == "limit":
            self.limit = _number(value, _COUNT)
        else:
            self.names.append(value)


def query_of(text: str) -> HistoryQuery:
    """The look that is asked for. A bare number means days, and a count when the days are said otherwise.

    Raises:
        BadQuery: a filter cannot be read.
    """
    said = _Reading()
    for word in text.split():
        said.take(word)
    for number in said.bare:
        if said.days is None:
            said.days = number
        elif said.limit is None:
            said.limit = number
        else:
            raise BadQuery
    return HistoryQuery(
        " ".join(said.names),
        said.genre,
        said.topic,
        max(1, min(DAYS if said.days is None else said.days, MOST_DAYS)),
        max(1, min(SHOWN if said.limit is None else said.limit, MOST_SHOWN)),
    )


def _known(genre: Genre | None) -> Genre:
    if genre is None:
        raise BadQuery
    return genre


def _number(text: str, counted: re.Pattern[str]) -> int:
    found = re.fullmatch(r"(\d{1,6})", text) or counted.fullmatch(text)
    if not found:
        raise BadQuery
    return int(found[1])
