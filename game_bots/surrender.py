"""The surrender vote that both games share. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from botkit.chat.errors import Refused

VOTE_SECONDS = 120.0
"""A vote lapses so long after it was opened; nothing prolongs it."""

AWAY_SECONDS = 1800.0
"""Who has not moved for so long is not waited for."""

QUORUM = 3
"""More agreements than this are never needed."""


class NoVote(Refused):
    """There is no open vote to agree to or to reject."""

    code = "no_vote"
    variables = ("prefix",)


class NotAVoter(Refused):
    """Only who played before the vote was opened may vote."""

    code = "not_a_voter"


class AlreadyVoted(Refused):
    """One voice a person."""

    code = "already_voted"


class Standing(StrEnum):
    """Where a vote stands."""

    OPEN = "open"
    CARRIED = "carried"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote on giving up. Who opens it agrees by that."""

    voters: tuple[str, ...]
    agreed: tuple[str, ...]
    rejected: tuple[str, ...]
    opened_at: float

    @classmethod
    def opened(cls, *, players: Iterable[str], by: str, now: float) -> "Vote":
        """A new vote among the players of the game and the person who opens it."""
        voters = tuple(dict.fromkeys((*players, by)))
        return cls(voters=voters, agreed=(by,), rejected=(), opened_at=now)

    @property
    def needed(self) -> int:
        """Agreements it takes: everybody up to two people, three from then on."""
        return min(len(self.voters), QUORUM)

    @property
    def missing(self) -> int:
        """Agreements still to come."""
        return max(0, self.needed - len(self.agreed))

    @property
    def standing(self) -> Standing:
        """Carried, rejected once too few are left who could agree, else open."""
        if self.missing == 0:
            return Standing.CARRIED
        if len(self.voters) - len(self.rejected) < self.needed:
            return Standing.REJECTED
        return Standing.OPEN

    def lapsed(self, now: float) -> bool:
        """Whether its time is over."""
        return now - self.opened_at >= VOTE_SECONDS

    def agreed_by(self, voter: str) -> "Vote":
        """One more agreement; a rejection of the same person is taken back.

        Raises:
            NotAVoter: came into the game after the vote was opened.
            AlreadyVoted: has agreed before.
        """
        self._check(voter, self.agreed)
        rest = tuple(other for other in self.rejected if other != voter)
        return replace(self, agreed=(*self.agreed, voter), rejected=rest)

    def rejected_by(self, voter: str) -> "Vote":
        """One more rejection; an agreement of the same person is taken back.

        Raises:
            NotAVoter: came into the game after the vote was opened.
            AlreadyVoted: has rejected before.
        """
        self._check(voter, self.rejected)
        rest = tuple(other for other in self.agreed if other != voter)
        return replace(self, rejected=(*self.rejected, voter), agreed=rest)

    def _check(self, voter: str, side: tuple[str, ...]) -> None:
        if voter not in self.voters:
            raise NotAVoter
        if voter in side:
            raise AlreadyVoted


def there(seen: Mapping[str, float], *, now: float) -> list[str]:
    """Who of the players decides, by when each last moved: who is not away, and of several at least two."""
    latest = sorted(seen, key=lambda one: seen[one], reverse=True)[:2]
    return [one for one in seen if now - seen[one] < AWAY_SECONDS or one in latest]


def running(vote: Vote | None, now: float) -> Vote | None:
    """The vote, unless there is none or its time is over."""
    return None if vote is None or vote.lapsed(now) else vote


def proposed(vote: Vote | None, *, players: Iterable[str], by: str, now: float) -> Vote:
    """With a person's wish to give up: a new vote, or one more agreement to the one that runs.

    Raises:
        NotAVoter, AlreadyVoted: see `Vote.agreed_by`.
    """
    open_vote = running(vote, now)
    return open_vote.agreed_by(by) if open_vote else Vote.opened(players=players, by=by, now=now)


def agreed(vote: Vote | None, *, by: str, now: float, prefix: str) -> Vote:
    """With one more agreement to the vote that runs.

    Raises:
        NoVote: nobody proposed it.
        NotAVoter, AlreadyVoted: see `Vote.agreed_by`.
    """
    return _open(vote, now, prefix).agreed_by(by)


def rejected(vote: Vote | None, *, by: str, now: float, prefix: str) -> Vote | None:
    """With one more voice against; None when it cannot be carried any more.

    Raises:
        NoVote: nobody proposed it.
        NotAVoter, AlreadyVoted: see `Vote.rejected_by`.
    """
    after = _open(vote, now, prefix).rejected_by(by)
    return None if after.standing is Standing.REJECTED else after


def _open(vote: Vote | None, now: float, prefix: str) -> Vote:
    open_vote = running(vote, now)
    if open_vote is None:
        raise NoVote(prefix=prefix)
    return open_vote
