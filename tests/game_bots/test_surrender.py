"""The vote on giving up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game_bots.surrender import VOTE_SECONDS, AlreadyVoted, NotAVoter, Standing, Vote


def opened(*players: str, by: str = "a") -> Vote:
    return Vote.opened(players=players, by=by, now=100.0)


@pytest.mark.parametrize(("players", "needed"), [(1, 1), (2, 2), (3, 3), (4, 3), (30, 3)])
def test_the_quorum(players: int, needed: int) -> None:
    vote = opened(*(str(number) for number in range(players)), by="0")
    assert vote.needed == needed
    assert (vote.standing is Standing.CARRIED) == (players == 1)


def test_who_opens_it_is_a_voter_and_agrees() -> None:
    vote = opened("b", "c")
    assert vote.voters == ("b", "c", "a")
    assert vote.agreed == ("a",)
    assert vote.missing == 2


def test_agreements_carry_it() -> None:
    vote = opened("a", "b").agreed_by("b")
    assert vote.standing is Standing.CARRIED
    assert vote.missing == 0


def test_a_voice_counts_once_and_may_change_its_mind() -> None:
    vote = opened("a", "b", "c")
    with pytest.raises(AlreadyVoted):
        vote.agreed_by("a")
    changed = vote.rejected_by("a")
    assert (changed.agreed, changed.rejected) == ((), ("a",))
    with pytest.raises(AlreadyVoted):
        changed.rejected_by("a")
    assert changed.agreed_by("a").agreed == ("a",)


def test_only_voters_vote() -> None:
    with pytest.raises(NotAVoter):
        opened("a", "b").agreed_by("newcomer")
    with pytest.raises(NotAVoter):
        opened("a", "b").rejected_by("newcomer")


def test_a_vote_that_cannot_be_carried_is_rejected() -> None:
    assert opened("a", "b", "c").rejected_by("b").standing is Standing.REJECTED
    four = opened("a", "b", "c", "d").rejected_by("b")
    assert four.standing is Standing.OPEN
    assert four.rejected_by("c").standing is Standing.REJECTED


def test_it_lapses_after_two_minutes() -> None:
    vote = opened("a", "b")
    assert not vote.lapsed(100.0 + VOTE_SECONDS - 0.1)
    assert vote.lapsed(100.0 + VOTE_SECONDS)


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=20),
    st.sets(st.sampled_from("abcd")),
)
def test_nobody_is_on_both_sides_and_nobody_from_outside(
    voices: list[tuple[str, bool]], players: set[str]
) -> None:
    vote = opened(*sorted(players))
    for voter, agrees in voices:
        try:
            vote = vote.agreed_by(voter) if agrees else vote.rejected_by(voter)
        except (NotAVoter, AlreadyVoted):
            continue
    assert not set(vote.agreed) & set(vote.rejected)
    assert set(vote.agreed) | set(vote.rejected) <= set(vote.voters)
    assert len(set(vote.agreed)) == len(vote.agreed)
    assert 1 <= vote.needed <= 3
