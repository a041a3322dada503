"""Finding a member by name: exactly, by a part, by an everyday word, nearly; and asking back. Pure.

Steps are tried in order and the first with a hit decides. Nothing is guessed between different members:
whoever asks is given the candidates.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from hololive_bot.members import Kind, Member, Unit, joined
from hololive_bot.spelling import is_long_enough_within, key, letters, slips_allowed, without_ending

LONGEST = 60
"""Characters of a query that may still be a name."""

NEAREST = 3
ALIKE = 0.5
"""From which likeness on a name is worth suggesting."""


class Step(IntEnum):
    """How a query was understood."""

    NAME = 1
    TITLE = 2
    PREFIX = 3
    PART = 4
    NICKNAME = 5
    NEAR = 6


@dataclass(frozen=True, slots=True)
class Found:
    """One member, or all who share one channel."""

    members: tuple[Member, ...]
    step: Step

    @property
    def name(self) -> str:
        """What to call them."""
        return joined(self.members)

    @property
    def channel_id(self) -> str | None:
        """Where they stream."""
        return self.members[0].channel_id

    @property
    def is_assumed(self) -> bool:
        """Whether the query only came near: the answer says who was meant."""
        return self.step is Step.NEAR


@dataclass(frozen=True, slots=True)
class Group:
    """A unit and its members."""

    unit: Unit
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """Different members fit equally well."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Nobody:
    """No name fits; these come nearest."""

    nearest: tuple[Member, ...]


Answer = Found | Group | Several | Nobody


class Index:
    """Everybody's names, prepared for looking up."""

    def __init__(self, members: Iterable[Member], units: Mapping[str, Unit]) -> None:
        self.members = tuple(members)
        self.units = dict(units)
        self._by_channel: defaultdict[str, list[Member]] = defaultdict(list)
        self._by_id = {member.id: member for member in self.members}
        self._names = _Spellings()
        self._ids = _Spellings()
        self._titles = _Spellings()
        self._nicknames = _Spellings()
        for member in self.members:
            if member.channel_id:
                self._by_channel[member.channel_id].append(member)
            self._names.add(member, member.names())
            self._ids.add(member, [member.id, *([member.channel_id] if member.channel_id else [])])
            self._titles.add(member, member.channel_titles)
            self._nicknames.add(member, [*member.nicknames.ko, *member.nicknames.ja])
        self._units = {key(name): slug for slug, unit in self.units.items() for name in (*unit.names(), slug)}
        self._spelled = list(self._names.members)
        self._letters = [letters(spelled) for spelled in self._spelled]

    # ---- looking up ---------------------------------------------------------------------------------

    def find(self, query: str) -> Answer:
        """Who is meant."""
        spelled = key(query)
        if not spelled or len(spelled) > LONGEST:
            return Nobody(())
        bare = without_ending(spelled)
        forms = [spelled] if bare is None else [spelled, bare]
        for form in forms:
            if answer := self._find_exactly(form) or self._find_partly(form):
                return answer
        for form in forms:
            if answer := _answer(self._near(form), Step.NEAR):
                return answer
        return Nobody(self._nearest(spelled))

    def unit_called(self, query: str) -> Group | None:
        """The active members of the unit of that name, and their common channel if it is called so, too."""
        spelled = key(query)
        slug = self._units.get(spelled)
        if slug is None:
            return None
        named = [member for member in self._names.exact(spelled) if member.type is Kind.GROUP]
        members = _unique([*(m for m in self.members if slug in m.units and m.is_active), *named])
        return Group(self.units[slug], tuple(members)) if members else None

    def exactly(self, name: str) -> Found | None:
        """Who is called exactly that, if it is one channel's members: for names in other people's lists."""
        spelled = key(name)
        answer = self.named(spelled) or _answer(self._titles.exact(spelled), Step.TITLE)
        return answer if isinstance(answer, Found) else None

    def named(self, spelled: str) -> Found | Several | None:
        """Who has exactly that key as a name."""
        return _answer(self._names.exact(spelled), Step.NAME)

    def with_id(self, member_id: str) -> Member | None:
        """The member with that id."""
        return self._by_id.get(member_id)

    def on_channel(self, channel_id: str) -> tuple[Member, ...]:
        """Who streams there; active members only, when there are any."""
        return _preferred(self._by_channel.get(channel_id, ()))

    def channel_name(self, channel_id: str, otherwise: str) -> str:
        """What to call a channel; `otherwise` when nobody here streams there."""
        return joined(self.on_channel(channel_id)) or otherwise

    # ---- the steps ----------------------------------------------------------------------------------

    def _find_exactly(self, spelled: str) -> Answer | None:
        hits = _unique([*self._ids.exact(spelled), *self._names.exact(spelled)])
        if answer := _answer(hits, Step.NAME):
            return answer
        if len(spelled) == 1:
            return Nobody(())
        return _answer(self._titles.exact(spelled), Step.TITLE) or self.unit_called(spelled)

    def _find_partly(self, spelled: str) -> Answer | None:
        if answer := _answer(self._with(lambda name: name.startswith(spelled)), Step.PREFIX):
            return answer
        if is_long_enough_within(spelled) and (
            answer := _answer(self._with(lambda name: spelled in name), Step.PART)
        ):
            return answer
        return _answer(self._nicknames.exact(spelled), Step.NICKNAME)

    def _with(self, fits: Callable[[str], bool]) -> list[Member]:
        return _unique(m for name in self._spelled if fits(name) for m in self._names.exact(name))

    def _near(self, spelled: str) -> list[Member]:
        slips = slips_allowed(spelled)
        if slips == 0:
            return []
        hits = process.extract(
            letters(spelled), self._letters, scorer=Levenshtein.distance, score_cutoff=slips, limit=None
        )
        least = min((distance for _, distance, _ in hits), default=0)
        return _unique(
            member
            for _, distance, place in hits
            if distance == least
            for member in self._names.exact(self._spelled[place])
        )

    def _nearest(self, spelled: str) -> tuple[Member, ...]:
        hits = process.extract(
            letters(spelled),
            self._letters,
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=ALIKE,
            limit=4 * NEAREST,
        )
        found = _unique(m for _, _, place in hits for m in self._names.exact(self._spelled[place]))
        return tuple(member for member in found if member.is_active)[:NEAREST]


class _Spellings:
    """Keys of names → who is called so."""

    def __init__(self) -> None:
        self.members: defaultdict[str, list[Member]] = defaultdict(list)

    def add(self, member: Member, names: Iterable[str]) -> None:
        """The member is called each of these."""
        for spelled in {key(name) for name in names} - {""}:
            self.members[spelled].append(member)

    def exact(self, spelled: str) -> Sequence[Member]:
        """Everybody who is called exactly that."""
        return self.members.get(spelled, ())


def _answer(hits: Sequence[Member], step: Step) -> Found | Several | None:
    members = _preferred(hits)
    if not members:
        return None
    first = members[0].channel_id
    one_channel = first is not None and all(member.channel_id == first for member in members)
    return Found(members, step) if len(members) == 1 or one_channel else Several(members)


def _preferred(members: Iterable[Member]) -> tuple[Member, ...]:
    """The active ones; everybody when nobody is."""
    every = tuple(members)
    return tuple(member for member in every if member.is_active) or every


def _unique(members: Iterable[Member]) -> list[Member]:
    return list({member.id: member for member in members}.values())
