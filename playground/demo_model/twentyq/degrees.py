"""How true something is of a topic, and what follows for negations and combinations."""

from enum import IntEnum


class Degree(IntEnum):
    """From never to always; None stands beside it for "the knowledge base cannot tell"."""

    NO = 0
    RARELY = 1
    USUALLY = 2
    YES = 3


Answer = Degree | None


def opposite(answer: Answer) -> Answer:
    """What the negated question is answered with."""
    return None if answer is None else Degree(Degree.YES - answer)


def both(left: Answer, right: Answer) -> Answer:
    """The weaker of the two; a plain no decides alone."""
    if Degree.NO in (left, right):
        return Degree.NO
    return None if left is None or right is None else min(left, right)


def either(left: Answer, right: Answer) -> Answer:
    """The stronger of the two; a plain yes decides alone."""
    if Degree.YES in (left, right):
        return Degree.YES
    return None if left is None or right is None else max(left, right)
