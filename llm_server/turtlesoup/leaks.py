"""What a text that players read before the end must not do: tell the secret, or repeat what was said. Pure.

Two short texts of Korean rarely share eight characters in a row by chance; a longer run is a quotation
(`llm_server.names.quotes`). A title or a nudge is too short to be judged by that: there one word is enough.
"""

import re
from collections.abc import Iterable

from rapidfuzz import fuzz

from llm_server.names import normal, quotes, stems
from llm_server.turtlesoup.schemas import PuzzleReply

LONGEST_HINT, LONGEST_NUDGE = 120, 60
"""Characters."""

RETOLD = 45
"""Per cent of two scenarios, blanks and marks aside, that agree in order (`fuzz.ratio`). No two of our 150
puzzles reach 37; one of them, told anew, has 47 to 58.
"""

REPEATED = 85
"""The same of two hints."""

_ORDINARY = re.compile(
    "사람들?|남자|여자|그녀|누[가구]|무[엇슨]|어[떤디]|어떻게|언제|까닭|이유|때문|사실|진짜|생각|마음|이야기|상황|행동|관계|사이|물건|자리|장소"
    "|그[곳날때가는것런]|그런데|그래서|처음에?|다음|마지막|하나|모두|아직|조금|하필|[일것점][이을]|반은|있[어었]|있었는지|없어|아니|맞아|비어"
)
"""Words that stand in most stories, and give none away."""


def betrays(text: str, secret: str, *, known: str) -> bool:
    """Whether `text` quotes the secret, or has a word of it that is neither known nor ordinary."""
    hidden, told = normal(secret), normal(known)
    return quotes(text, secret, known=known) or any(
        word in hidden and word not in told and not _ORDINARY.fullmatch(word) for word in stems(text)
    )


def resembles(text: str, others: Iterable[str], limit: float) -> bool:
    """Whether `text` agrees with one of the others by `limit` per cent."""
    said = normal(text)
    return any(fuzz.ratio(said, normal(other)) >= limit for other in others)


def is_a_hint(text: str, solution: str, *, known: str, earlier: Iterable[str]) -> bool:
    """Whether it says something new, in one sentence, and not the solution itself."""
    return (
        0 < len(text) <= LONGEST_HINT
        and not quotes(text, solution, known=known)
        and not resembles(text, earlier, REPEATED)
    )


def nudge(text: str, secret: str, *, known: str) -> str:
    """`text` when it may be shown, else nothing."""
    return text if len(text) <= LONGEST_NUDGE and not betrays(text, secret, known=known) else ""


def is_a_puzzle(reply: PuzzleReply, *, difficulty: int, avoid: Iterable[str]) -> bool:
    """Whether it is complete, is none that is known, and nothing shown before the end tells its secret."""
    facts = "\n".join(reply.key_facts)
    return (
        reply.difficulty == difficulty
        and all(reply.texts)
        and len(reply.warning) <= LONGEST_NUDGE
        and not betrays(reply.title, f"{reply.solution}\n{facts}", known=reply.scenario)
        and not any(
            quotes(text, secret, known=reply.scenario)
            for text in (*reply.hints, reply.warning)
            for secret in (reply.solution, *reply.key_facts)
        )
        and normal(reply.solution) not in normal(reply.scenario)
        and not any(quotes(reply.scenario, fact) for fact in reply.key_facts)
        and not resembles(reply.scenario, avoid, RETOLD)
    )
