"""What kind of broadcast a stream was. Computed when asked and stored nowhere: the rules change. Pure."""

import re
from collections.abc import Mapping
from enum import StrEnum

from hololive_bot.members import Record, Texts


class Genre(StrEnum):
    """A kind of broadcast."""

    GAME = "game"
    TALK = "talk"
    SINGING = "singing"
    ASMR = "asmr"
    MEMBERSHIP = "membership"
    EVENT = "event"
    WATCHALONG = "watchalong"
    NEWS = "news"
    HORSE_RACING = "horse_racing"
    OTHER = "other"
    UNKNOWN = "unknown"


class Rule(Record):
    """Which topics, and which words of a title, make a genre."""

    topics: Texts = ()
    titles: Texts = ()

    def extended(self, more: "Rule") -> "Rule":
        """With what another file adds."""
        return Rule(topics=(*self.topics, *more.topics), titles=(*self.titles, *more.titles))


class Genres:
    """The rules, prepared. Of two genres whose words a title holds, the one that stands first wins."""

    def __init__(self, rules: Mapping[Genre, Rule]) -> None:
        self._topics = {_squeezed(topic): genre for genre, rule in rules.items() for topic in rule.topics}
        self._titles = [(genre, word.casefold()) for genre, rule in rules.items() for word in rule.titles]

    def of(self, topic: str, title: str) -> Genre:
        """By the topic; only a stream without one is judged by its title."""
        if topic.strip():
            return self._topics.get(_squeezed(topic), Genre.GAME)
        said = title.casefold()
        return next((genre for genre, word in self._titles if word in said), Genre.UNKNOWN)


def _squeezed(topic: str) -> str:
    return re.sub(r"[\W_]", "", topic).casefold()
