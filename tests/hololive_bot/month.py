"""A month as it might go: what is streamed, who listens, and everything that goes wrong; and a judge of it.

The script is drawn from a seed. The judge knows the script and what came out of the reply stream, and nothing
of how the loop works: it goes by the rules alone.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from hololive_bot.preferences import Preferences, Quiet
from playground.holodex.broadcast import Broadcast, Move
from playground.holodex.members import Channel
from tests.hololive_bot.sources import HOUR, MINUTE, NOON

DAY = 24 * HOUR
HOT = 20 * MINUTE
MEMBERS = 40

Span = tuple[float, float]


@dataclass(frozen=True)
class Listener:
    """A room."""

    id: str
    channels: frozenset[str]
    choice: Preferences


@dataclass(frozen=True)
class Outage:
    """Something is away from `begins` to `ends`."""

    what: str
    begins: float
    ends: float
    fault: str = ""


@dataclass(frozen=True)
class Script:
    """Everything that happens."""

    channels: Mapping[str, Channel]
    broadcasts: Sequence[Broadcast]
    listeners: Sequence[Listener]
    outages: Sequence[Outage]
    kills: Sequence[float]
    pauses: Sequence[float]
    ends: float


@dataclass(frozen=True)
class Told:
    """A stage of a stream that reached a room."""

    room: str
    video: str
    stage: str
    minute: str
    at: float
    text: str


# ---- the script -------------------------------------------------------------------------------------


def draw(seed: int, *, days: int, streams: int, rooms: int) -> Script:
    """A script of so many days from noon on."""
    dice = Random(seed)
    names = [f"c{n:02}" for n in range(MEMBERS)]
    channels = {name: Channel(name, f"{name} Ch.", name, name, suborg="ahololive JP") for name in names}
    channels |= {
        f"star{n}": Channel(f"star{n}", f"star{n}", f"star{n}", f"s{n}", suborg="mHOLOSTARS") for n in "12"
    }
    ends = NOON + days * DAY
    starts: list[float] = []
    for _ in range(streams):
        together = starts and dice.random() < 0.1
        slot = dice.choice((5, 15, 30, 30, 60)) * MINUTE
        drawn = NOON + HOUR + dice.uniform(0, days * DAY - 6 * HOUR)
        starts.append(dice.choice(starts[-5:]) if together else drawn // slot * slot)
    broadcasts = [_broadcast(dice, f"v{n:04}", start, names) for n, start in enumerate(starts)]
    broadcasts += _never_told(dice, names, days)
    return Script(
        channels,
        broadcasts,
        [_listener(dice, 1000 + n, names) for n in range(rooms)],
        list(_outages(dice, days)),
        sorted(dice.uniform(NOON, ends) for _ in range(5 * days)),
        sorted(dice.uniform(NOON + HOUR, ends) for _ in range(max(2, days // 2))),
        ends,
    )


def _broadcast(dice: Random, video: str, planned: float, names: Sequence[str]) -> Broadcast:
    host, *guests = dice.sample(names, 1 + (dice.choice((1, 1, 2, 4)) if dice.random() < 0.2 else 0))
    fate = dice.choices(
        ("plain", "drift", "move", "moves", "gone", "far", "short", "late"), (60, 8, 10, 3, 7, 2, 5, 5)
    )[0]
    shown = planned - dice.uniform(1, 72) * HOUR
    moves: list[Move] = []
    removed = None
    start = planned
    late = dice.uniform(-60, 240)
    match fate:
        case "drift":
            start += dice.choice((-4, -3, -2, -1, 1, 2, 3, 4)) * MINUTE
            moves = [Move(planned - dice.uniform(1, 30) * MINUTE, start)]
        case "move" | "moves":
            at = planned - dice.choice((dice.uniform(1, 60), dice.uniform(1, 300))) * MINUTE
            for _ in range(1 if fate == "move" else 2):
                start += dice.choice((-60, -30, -15, 10, 15, 30, 60, 90)) * MINUTE
                start = float(round(max(start, at + 5 * MINUTE)))  # the wire has milliseconds only
                moves.append(Move(at, start))
                at += dice.uniform(0.1, 0.9) * (start - at)
        case "gone":
            removed = (
                planned
                - dice.choice((dice.uniform(0.5, 5), dice.uniform(1, 60), -dice.uniform(2, 10))) * MINUTE
            )
        case "far":
            start += dice.choice((26, 30, 40, 60)) * HOUR
            moves = [Move(planned - dice.uniform(1, 50) * MINUTE, start)]
        case "short":
            shown = planned - dice.uniform(0.5, 12) * MINUTE
        case "late":
            late = dice.uniform(10, 40) * MINUTE
    premiere = dice.random() < 0.05
    members = dice.random() < 0.08
    begins = None if removed is not None else start + late
    length = dice.uniform(5, 10) * MINUTE if premiere else dice.uniform(30, 240) * MINUTE
    return Broadcast(
        id=video,
        channel=host,
        title=f"{video} {'【メン限】' if members else ''}",
        shown=min([shown, *(move.at - 600 for move in moves)]),
        planned=planned,
        begins=begins,
        ends=None if begins is None else begins + length,
        removed=removed,
        moves=tuple(moves),
        lag=dice.uniform(5, 240),
        guests=tuple(guests),
        duration=300 if premiere else 0,
    )


def _never_told(dice: Random, names: Sequence[str], days: int) -> Iterator[Broadcast]:
    """Frames to chat in, placeholders, and streams of others."""
    for n in range(6):
        far = NOON + dice.uniform(20, 300) * DAY
        yield Broadcast(f"chat{n}", names[n], "いつでもここで" if n % 2 else "free chat", 0.0, far)
    for n in range(2 * days):
        at = NOON + dice.uniform(0, days) * DAY
        yield Broadcast(f"near{n}", dice.choice(names), "【フリーチャット】", at - DAY, at)
        yield Broadcast(f"event{n}", dice.choice(names), "event", at - DAY, at, type="placeholder")
        yield Broadcast(f"star{n}", "star1", "stars", at - DAY, at, begins=at, ends=at + HOUR)


def _listener(dice: Random, number: int, names: Sequence[str]) -> Listener:
    stages = dice.choice(((5,), (5,), (30, 15, 5), (60, 10), (15, 1), (5, 1), ()))
    choice = Preferences(
        stages=stages,
        on_start=dice.random() < 0.9,
        on_change=dice.random() < 0.9,
        hide_members_only=dice.random() < 0.15,
        quiet=Quiet(60, 420) if number % 20 == 0 else None,
    )
    return Listener(str(number), frozenset(dice.sample(names, dice.randint(1, 6))), choice)


def _outages(dice: Random, days: int) -> Iterator[Outage]:
    for what, each_day, longest in (("holodex", 1.0, 90), ("postgres", 0.6, 40), ("mq", 0.6, 30)):
        for _ in range(max(1, int(days * each_day))):
            begins = NOON + dice.uniform(0.01, days) * DAY
            fault = dice.choice(("500", "503", "429", "disconnect", "html"))
            yield Outage(what, begins, begins + dice.uniform(1, longest) * MINUTE, fault)


# ---- the judge --------------------------------------------------------------------------------------

SETTLED = 200.0
"""Seconds of peace within which everything that is due must have come, outside the hot window."""

CONFIRMED = 600.0
"""And a cancellation, which takes two readings."""

OLD = 70 * MINUTE
"""How old a planned start may be that is still believed in an outage."""


@dataclass
class Judge:
    """Holds what was told against the script. `disturbed` is when something was away, or somebody dead."""

    script: Script
    told: Sequence[Told]
    disturbed: Sequence[Span]
    faults: list[str] = field(default_factory=list)
    hot: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    required: int = 0
    """Stages that had to come."""

    def __post_init__(self) -> None:
        self.by_video = {broadcast.id: broadcast for broadcast in self.script.broadcasts}
        self.by_room = {listener.id: listener for listener in self.script.listeners}
        self.of: dict[tuple[str, str], list[Told]] = defaultdict(list)
        for each in self.told:
            self.of[each.room, each.video].append(each)

    def judge(self) -> None:
        """Fill `faults`, and the delays in seconds."""
        self._no_doubles()
        for each in self.told:
            if not self._has_reason(each):
                self.faults.append(f"without reason: {each}")
            self._measure(each)
        for broadcast in self.script.broadcasts:
            for listener in self._audience(broadcast):
                self._nothing_missing(broadcast, listener)

    # ---- nothing that should not be -----------------------------------------------------------------

    def _no_doubles(self) -> None:
        seen: set[tuple[str, ...]] = set()
        for each in self.told:
            minute = "" if each.stage in ("LIVE", "CANCELLED") else each.minute
            key = (each.room, each.video, each.stage, minute)
            if key in seen:
                self.faults.append(f"twice: {each}")
            seen.add(key)

    def _has_reason(self, each: Told) -> bool:
        broadcast, listener = self.by_video[each.video], self.by_room[each.room]
        if listener not in self._audience(broadcast) or listener.choice.is_quiet(each.at):
            return False
        match each.stage:
            case "LIVE":
                return (
                    listener.choice.on_start
                    and broadcast.begins is not None
                    and broadcast.begins + broadcast.lag <= each.at <= broadcast.begins + 15 * MINUTE
                )
            case "MOVED":
                return listener.choice.on_change and any(
                    each.at < plan and int(plan // 60) == int(each.minute)
                    for plan in self._plans(broadcast, each.at)
                )
            case "CANCELLED":
                gone = self._gone(broadcast)
                heard = any(
                    other.stage.startswith("T-") and other.at < each.at
                    for other in self.of[each.room, each.video]
                )
                return listener.choice.on_change and heard and gone is not None and gone + 180 <= each.at + 1
        return any(
            self._is_shortest(listener, int(each.stage[2:]), plan, each)
            for plan in self._plans(broadcast, each.at)
        )

    def _is_shortest(self, listener: Listener, stage: int, plan: float, each: Told) -> bool:
        due = [n for n in listener.choice.stages if plan - n * MINUTE <= each.at < plan]
        if not due or min(due) != stage:
            return False
        said = re.search(r"⏰ (?:(\d+)시간 ?)?(?:(\d+)분)? ?뒤", each.text)
        left = 60 * int(said[1] or 0) + int(said[2] or 0) if said else 0
        return left == math.ceil((plan - each.at) / 60) if said else plan - each.at < 60

    def _plans(self, broadcast: Broadcast, at: float) -> set[float]:
        """The starts that could be believed at that time: shown at the last look, or before an outage."""
        since = at - (SETTLED if self._is_calm((at - OLD, at)) else OLD)
        moments = [since, at, *(move.at for move in broadcast.moves if since <= move.at <= at)]
        return {plan for moment in moments if (plan := broadcast.planned_at(moment)) is not None}

    # ---- nothing missing ----------------------------------------------------------------------------

    def _nothing_missing(self, broadcast: Broadcast, listener: Listener) -> None:
        told = self.of[listener.id, broadcast.id]
        for segment, plan in self._segments(broadcast):
            self._leads_missing(broadcast, listener, told, segment, plan)
        if listener.choice.on_start and broadcast.begins is not None and broadcast.ends is not None:
            seen = broadcast.begins + broadcast.lag
            window = (seen, min(broadcast.begins + 15 * MINUTE, broadcast.ends + broadcast.lag))
            if self._must(listener, window, SETTLED) and not _within(told, "LIVE", window):
                self.faults.append(f"no start: {listener.id} {broadcast.id} {window}")
        if listener.choice.on_change:
            self._changes_missing(broadcast, listener, told)

    def _leads_missing(
        self, broadcast: Broadcast, listener: Listener, told: Sequence[Told], segment: Span, plan: float
    ) -> None:
        stages = sorted(listener.choice.stages, reverse=True)
        for stage, shorter in pairwise([*stages, 0]):
            window = (max(segment[0], plan - stage * MINUTE), min(segment[1], plan - shorter * MINUTE))
            hot = window[0] >= plan - HOT and segment[0] <= window[0] - SETTLED
            if not self._must(listener, window, 60.0 if hot else SETTLED):
                continue
            before = [each for each in told if each.stage == f"T-{stage}" and each.at < window[1]]
            if not before and not self._told_by_move(broadcast, told, stage, plan, window[1]):
                self.faults.append(f"no T-{stage}: {listener.id} {broadcast.id} {window}")

    def _told_by_move(
        self, broadcast: Broadcast, told: Sequence[Told], stage: int, plan: float, ends: float
    ) -> bool:
        """Whether the news that the start had moved came when the stage was due, and gave the minutes."""
        for each in told:
            moved = broadcast.planned_at(each.at)
            if each.stage != "MOVED" or each.at >= ends or moved is None:
                continue
            if abs(moved - plan) < 5 * MINUTE and moved - stage * MINUTE <= each.at + 1:
                return True
        return False

    def _changes_missing(self, broadcast: Broadcast, listener: Listener, told: Sequence[Told]) -> None:
        turns = sorted([move.at for move in broadcast.moves] + [self._last(broadcast)])
        for at, anchor, plan in _moves(broadcast):
            alone = all(turn == at or not at - 2 * SETTLED < turn < at + CONFIRMED for turn in turns)
            heard = any(
                each.stage.startswith("T-") and each.minute == str(int(anchor // 60)) and each.at < at
                for each in told
            )
            far = abs(plan - anchor) > DAY
            near = abs(anchor - at) < HOUR - SETTLED and abs(anchor - at - SETTLED) < HOUR
            window = (at, at + (CONFIRMED if far else SETTLED))
            if not alone or plan <= window[1] or not self._must(listener, window, window[1] - at):
                continue
            stage = "CANCELLED" if far and heard else "MOVED" if heard or near else ""
            if stage and not _within(told, stage, window):
                self.faults.append(f"no {stage}: {listener.id} {broadcast.id} {window}")
        gone = broadcast.removed
        if gone is None or any(gone - 2 * SETTLED < move.at for move in broadcast.moves):
            return
        heard = any(each.stage.startswith("T-") and each.at < gone for each in told)
        window = (gone, gone + CONFIRMED)
        if heard and self._must(listener, window, CONFIRMED) and not _within(told, "CANCELLED", window):
            self.faults.append(f"no CANCELLED: {listener.id} {broadcast.id} {window}")

    def _must(self, listener: Listener, window: Span, peace: float) -> bool:
        """Whether the window has enough peace in it for the room."""
        if window[1] - window[0] < peace:
            return False
        begins = window[0]
        for a, b in [*self.disturbed, (math.inf, math.inf)]:
            if b <= begins:
                continue
            if min(a, window[1]) - begins >= peace and not self._quiet(listener, (begins, min(a, window[1]))):
                self.required += 1
                return True
            begins = max(begins, b)
            if begins >= window[1]:
                break
        return False

    def _quiet(self, listener: Listener, window: Span) -> bool:
        return any(listener.choice.is_quiet(at) for at in (window[0], window[1], sum(window) / 2))

    # ---- delays -------------------------------------------------------------------------------------

    def _measure(self, each: Told) -> None:
        """From the moment the source showed it to the moment it was told."""
        broadcast, listener = self.by_video[each.video], self.by_room[each.room]
        if listener.choice.quiet is not None:
            return
        shown, start = self._shown(broadcast, each)
        delay = max(0.0, each.at - shown)
        (self.hot if start - HOT <= shown <= start else self.cold).append(delay)

    def _shown(self, broadcast: Broadcast, each: Told) -> Span:
        """When the source showed it first, and the planned start then."""
        if each.stage == "LIVE":
            assert broadcast.begins is not None
            at = self._reachable(broadcast.begins + broadcast.lag)
            return at, broadcast.planned_at(at) or at
        if each.stage == "CANCELLED":
            gone = self._gone(broadcast)
            assert gone is not None
            at = self._reachable(gone)
            return max(at, self._reachable(at + 180)), broadcast.planned_at(gone - 1) or at
        changes = [broadcast.shown, *(move.at for move in broadcast.moves if move.at <= each.at)]
        if each.stage == "MOVED":
            made = [at for at in changes if int((broadcast.planned_at(at) or 0) // 60) == int(each.minute)]
            at = self._reachable(max(made, default=each.at))
            return at, broadcast.planned_at(at - 1) or at
        plan = max(
            self._plans(broadcast, each.at), key=lambda p: p - int(each.stage[2:]) * MINUTE <= each.at < p
        )
        seen = self._reachable(
            max(at for at in changes if broadcast.planned_at(at) == plan or at == changes[0])
        )
        return max(seen, plan - int(each.stage[2:]) * MINUTE), plan

    def _reachable(self, at: float) -> float:
        """The moment itself, or the end of Holodex' outage at it."""
        for outage in sorted(self.script.outages, key=lambda o: o.begins):
            if outage.what == "holodex" and outage.begins <= at < outage.ends:
                at = outage.ends
        return at

    # ---- what the script says -----------------------------------------------------------------------

    def _audience(self, broadcast: Broadcast) -> list[Listener]:
        if broadcast.type != "stream" or broadcast.id.startswith(("chat", "near", "star")):
            return []
        hidden = "メン限" in broadcast.title
        about = {broadcast.channel, *broadcast.guests}
        return [
            listener
            for listener in self.script.listeners
            if about & listener.channels and not (hidden and listener.choice.hide_members_only)
        ]

    def _last(self, broadcast: Broadcast) -> float:
        """When it stops being shown as coming."""
        begins = math.inf if broadcast.begins is None else broadcast.begins + broadcast.lag
        return min(begins, math.inf if broadcast.removed is None else broadcast.removed)

    def _segments(self, broadcast: Broadcast) -> Iterator[tuple[Span, float]]:
        """While it is shown as coming: spans, and the start planned in each."""
        turns = [broadcast.shown, *(move.at for move in broadcast.moves), self._last(broadcast)]
        for begins, ends in pairwise(turns):
            plan = broadcast.planned_at(begins)
            if plan is not None and ends > begins:
                yield (begins, ends), plan

    def _gone(self, broadcast: Broadcast) -> float | None:
        """When it was deleted or moved to another day."""
        far = [at for at, anchor, plan in _moves(broadcast) if abs(plan - anchor) > DAY]
        gone = [*far, *([] if broadcast.removed is None else [broadcast.removed])]
        return min(gone, default=None)

    def _is_calm(self, window: Span) -> bool:
        return not any(a < window[1] and window[0] < b for a, b in self.disturbed)


def _moves(broadcast: Broadcast) -> Iterator[tuple[float, float, float]]:
    """When the start moved by five minutes or more, from where, and where to."""
    anchor = broadcast.planned
    for move in broadcast.moves:
        if anchor is not None and move.planned is not None and abs(move.planned - anchor) >= 5 * MINUTE:
            yield move.at, anchor, move.planned
            anchor = move.planned


def _within(told: Iterable[Told], stage: str, window: Span) -> bool:
    return any(each.stage == stage and window[0] <= each.at <= window[1] + 1 for each in told)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so many of a hundred lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] if ordered else 0.0


def merged(spans: Iterable[Span]) -> list[Span]:
    """Overlapping spans as one."""
    found: list[Span] = []
    for a, b in sorted(spans):
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(b, found[-1][1]))
        else:
            found.append((a, b))
    return found
