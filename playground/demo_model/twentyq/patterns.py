"""The little language in which the knowledge base says how something is asked.

    다리~ {있|달리|-없}       a verb group: any conjugation of a stem; `-` marks its opposite
    [육식동물|육식성]         a noun group: what is ascribed to the target; `[]` where it was said before
    물(속)?에(서)? {@live}    `( | )`, `?`, `*` as in regular expressions; `@live` is a named group of stems
    꼬리~                     `~` is a particle that may be there or not
    <thing>보다 {크|-작}      a named part, whose regular expression the caller gives

Spaces mean nothing. The group stands at the end; what follows it is the business of `endings`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from playground.demo_model.korean.endings import State
from playground.demo_model.korean.hangul import conjugated, decompose
from playground.demo_model.twentyq.heads import Head, Make
from playground.demo_model.twentyq.pieces import ANYTHING, Piece

_TOKEN = re.compile(
    r"\{(?P<verbs>[^}]*)\}|\[(?P<nouns>[^]]*)\]|<(?P<part>\w+)>|(?P<sign>[()|?*~])|(?P<char>.)"
)
_NEGATION = Piece.any_of(map(decompose, ("안", "못"))).marked()
_OBJECT = Piece.any_of(map(decompose, "을를은는도이가")).maybe()


class PatternError(ValueError):
    """A pattern of the knowledge base cannot be compiled."""


class Compiler:
    """Turns patterns into heads, given the named groups of stems, the particles and the adverbs."""

    def __init__(self, *, stems: Mapping[str, str], particles: Sequence[str], adverbs: Sequence[str]) -> None:
        self._stems = stems
        self._particle = Piece.any_of(_longest_first(particles)).maybe()
        self._adverb = Piece.any_of(_longest_first(adverbs)).repeated()

    def heads(self, patterns: Sequence[str], make: Make, **parts: str) -> list[Head]:
        """Heads for the patterns; those without `parts` are joined, one head for verbs and one for nouns.

        Raises:
            PatternError: a pattern has no group at its end, or is no pattern at all.
        """
        found: dict[tuple[State, int], list[Piece]] = {}
        for index, pattern in enumerate(patterns):
            key = (_closing(pattern), index if parts else 0)
            found.setdefault(key, []).append(self.piece(pattern, parts))
        return [_head(Piece.one_of(pieces), state, make) for (state, _), pieces in found.items()]

    def piece(self, pattern: str, parts: Mapping[str, str]) -> Piece:
        """The compiled pattern."""
        tokens = list(_TOKEN.finditer("".join(pattern.split())))
        found, rest = self._alternatives(tokens, 0, parts)
        if rest != len(tokens):
            raise PatternError(f"{pattern!r} closes a bracket that is not open")
        return found

    def _alternatives(
        self, tokens: Sequence[re.Match[str]], at: int, parts: Mapping[str, str]
    ) -> tuple[Piece, int]:
        """What stands between two brackets, and where it ends."""
        rows: list[list[Piece]] = [[]]
        while at < len(tokens) and tokens[at]["sign"] != ")":
            match tokens[at]["sign"]:
                case "|":
                    rows.append([])
                case "(":
                    inner, at = self._alternatives(tokens, at + 1, parts)
                    if at == len(tokens):
                        raise PatternError("a bracket is never closed")
                    rows[-1].append(inner)
                case "?" | "*" as sign:
                    if not rows[-1]:
                        raise PatternError(f"nothing stands before {sign!r}")
                    last = rows[-1].pop()
                    rows[-1].append(last.maybe() if sign == "?" else last.repeated())
                case _:
                    rows[-1].append(self._single(tokens[at], parts))
            at += 1
        return Piece.one_of(map(Piece.row, rows)), at

    def _single(self, token: re.Match[str], parts: Mapping[str, str]) -> Piece:
        if token["verbs"] is not None:
            return self._verbs(token["verbs"])
        if token["nouns"] is not None:
            return _nouns(token["nouns"])
        if token["part"] is not None:
            name = token["part"]
            return Piece(f"(?P<{name}>{parts[name]})", frozenset({ANYTHING}))
        return self._particle if token["sign"] == "~" else Piece.word(decompose(token["char"]))

    def _verbs(self, group: str) -> Piece:
        plain, opposite = _sides(list(self._named(group.split("|"))))
        shapes = _either(
            [shape for stem in plain for shape in _shapes(stem)],
            [shape for stem in opposite for shape in _shapes(stem)],
        )
        return Piece.row([self._adverb, _NEGATION.maybe(), self._adverb, shapes])

    def _named(self, items: Sequence[str]) -> Iterator[str]:
        for item in items:
            if not item.startswith("@"):
                yield item
            elif item[1:] in self._stems:
                yield from self._named("".join(self._stems[item[1:]].split()).split("|"))
            else:
                raise PatternError(f"no stems are called {item}")


def _nouns(group: str) -> Piece:
    if not group:
        return Piece.row([])
    plain, opposite = _sides(group.split("|"))
    return _either(
        [Piece.word(decompose(noun)) for noun in plain], [Piece.word(decompose(n)) for n in opposite]
    )


def _shapes(stem: str) -> Iterator[Piece]:
    yield from (Piece.word(decompose(shape)) for shape in conjugated(stem))
    if len(stem) > 1 and stem[-1] in "하되":  # 사용을 안 하
        done = Piece.any_of(map(decompose, conjugated(stem[-1])))
        yield Piece.row([Piece.word(decompose(stem[:-1])), _OBJECT, _NEGATION.maybe(), done])


def _closing(pattern: str) -> State:
    last = pattern.rstrip()[-1:]
    if last not in ("}", "]"):
        raise PatternError(f"{pattern!r} does not end in a group")
    return State.STEM if last == "}" else State.NOUN


def _sides(items: Sequence[str]) -> tuple[list[str], list[str]]:
    if not all(item.removeprefix("-") for item in items):
        raise PatternError(f"an empty alternative in {items}")
    return [i for i in items if i[0] != "-"], [i[1:] for i in items if i[0] == "-"]


def _either(plain: Sequence[Piece], opposite: Sequence[Piece]) -> Piece:
    sides = [Piece.one_of(plain)] if plain else []
    sides += [Piece.one_of(opposite).marked()] if opposite else []
    return Piece.one_of(sides)


def _longest_first(words: Sequence[str]) -> list[str]:
    return sorted(map(decompose, words), key=len, reverse=True)


def _head(piece: Piece, state: State, make: Make) -> Head:
    return Head(re.compile(piece.expression), piece.openings, state, make)
