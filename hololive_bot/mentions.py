"""Whom a sentence names, and whether it speaks of hololive at all. Pure.

Only exact names count here, without the particle that Korean glues to them: a sentence is full of words that
come near some name.
"""

from collections.abc import Iterator

from hololive_bot.index import Found, Index
from hololive_bot.members import Member
from hololive_bot.spelling import key, without_ending

LONGEST_NAME = 4
"""Words of the longest name."""

PARTICLES = (
    *("이랑", "하고", "한테", "에게", "이야", "이는", "이가", "부터", "까지", "보다", "께서", "방송"),
    *("은", "는", "이", "가", "을", "를", "의", "도", "만", "랑", "와", "과", "아", "야", "네", "꺼"),
)
"""What is glued to a name, the longer ones first."""

TOPICS = (
    *("홀로라이브", "홀로", "hololive", "ホロライブ", "버튜버", "vtuber"),
    *("방송", "라이브", "생방", "스트림", "합방", "일정", "스케줄", "구독자", "생일", "기념일", "데뷔"),
)
"""Words of which one at least stands in a question that is meant for this bot."""


def mentioned(text: str, index: Index) -> tuple[Member, ...]:
    """The members whom a sentence names, in its order, each once."""
    words = text.split()
    found: dict[str, Member] = {}
    place = 0
    while place < len(words):
        for count in range(min(LONGEST_NAME, len(words) - place), 0, -1):
            if members := _named(" ".join(words[place : place + count]), index):
                found |= {member.id: member for member in members}
                place += count - 1
                break
        place += 1
    return tuple(found.values())


def is_about(text: str, index: Index) -> bool:
    """Whether the sentence names a member, or speaks of what this bot knows."""
    said = key(text)
    return any(topic in said for topic in _TOPICS) or bool(mentioned(text, index))


def _named(words: str, index: Index) -> tuple[Member, ...]:
    for form in _forms(key(words)):
        if len(form) > 1 and isinstance(found := index.named(form), Found):
            return found.members
    return ()


def _forms(spelled: str) -> Iterator[str]:
    """The word, and without what may be glued to it."""
    spelled = spelled.rstrip("?!.,~^")
    yield spelled
    for particle in PARTICLES:
        if spelled.endswith(particle) and len(spelled) > len(particle):
            rest = spelled.removesuffix(particle)
            yield rest
            if bare := without_ending(rest):
                yield bare
    if bare := without_ending(spelled):
        yield bare


_TOPICS = tuple(map(key, TOPICS))
