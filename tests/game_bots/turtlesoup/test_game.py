"""The rules of 바다거북수프: tables for what is refused, and random games for what must always hold."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pydantic import TypeAdapter

from botkit.chat.errors import Refused
from botkit.chat.message import Player
from game_bots.refusals import (
    AppealLimitReached,
    AppealRepeated,
    DuplicateQuestion,
    HintLimitReached,
    NoSuchQuestion,
)
from game_bots.surrender import AWAY_SECONDS, NotAVoter, NoVote, Standing
from game_bots.turtlesoup.events import Finished, Result
from game_bots.turtlesoup.game import (
    ATTEMPT_SECONDS,
    IDLE_SECONDS,
    MAX_APPEALS,
    MAX_HINTS,
    Nearness,
    Ruling,
    Soup,
    Verdict,
)
from game_bots.turtlesoup.puzzles import ANYTHING, Source
from game_bots.turtlesoup.refusals import AnswerLength, AttemptTooSoon, HintTooSoon, QuestionLength
from game_bots.turtlesoup.room import Room
from tests.game_bots.turtlesoup.examples import JUN, MINJI, SORA, UMBRELLA

ROOM = TypeAdapter(Room)
NO, YES = Ruling(Verdict.NO), Ruling(Verdict.YES, important=True, facts=(0,))


def soup(*players: Player) -> Soup:
    return Soup("7-0", UMBRELLA, 1000.0, 1000.0, players=players)


# ---- questions ------------------------------------------------------------------------------------------


def test_a_question_is_counted_with_who_asked_and_when() -> None:
    asked = soup().answered("그는 배우인가요?", YES, by=MINJI, now=1010.0)
    (question,) = asked.questions
    assert (question.number, question.text, question.verdict, question.important, question.by) == (
        1,
        "그는 배우인가요?",
        Verdict.YES,
        True,
        "1",
    )
    assert (asked.players, asked.moved_at) == ((MINJI,), 1010.0)
    assert [(find.fact, find.by, find.question) for find in asked.finds] == [(0, "1", 1)]


@pytest.mark.parametrize("text", ["", "가", "가" * 201])
def test_a_question_has_two_to_two_hundred_characters(text: str) -> None:
    with pytest.raises(QuestionLength) as caught:
        soup().check_question(text)
    assert caught.value.values == {"least": 2, "most": 200}


@pytest.mark.parametrize("text", ["가나", "가" * 200, "😀😀"])
def test_characters_are_counted_not_bytes(text: str) -> None:
    soup().check_question(text)


def test_a_repeated_question_is_answered_from_the_board() -> None:
    asked = soup().answered("혼자 있었나요?", NO, by=MINJI, now=1.0)
    with pytest.raises(DuplicateQuestion) as caught:
        asked.answered("혼자있었니", YES, by=JUN, now=2.0)
    assert caught.value.values == {"number": 1, "answer": "아니오"}


def test_a_question_that_refers_back_may_come_again() -> None:
    asked = soup().answered("그게 중요한가요?", NO, by=MINJI, now=1.0)
    assert len(asked.answered("그게 중요한가요?", YES, by=MINJI, now=2.0).questions) == 2


def test_questions_of_nothing_but_signs_are_never_duplicates() -> None:
    asked = soup().answered("???", NO, by=MINJI, now=1.0)
    assert len(asked.answered("!!!", NO, by=MINJI, now=2.0).questions) == 2


def test_a_fact_is_found_once_and_only_if_it_is_one() -> None:
    asked = soup().answered("배우?", Ruling(Verdict.YES, facts=(0, 0, 7, -1)), by=MINJI, now=1.0)
    again = asked.answered("연기를 하나요?", Ruling(Verdict.YES, facts=(0, 2)), by=JUN, now=2.0)
    assert [(find.fact, find.by) for find in again.finds] == [(0, "1"), (2, "2")]
    assert (again.finds_of("1"), again.finds_of("2"), again.finds_of("3")) == (1, 1, 0)
    found = again.found(2)
    assert found
    assert found.question == 2
    assert again.found(1) is None
    assert not again.complete
    assert again.answered("소품인가요?", Ruling(Verdict.YES, facts=(1,)), by=JUN, now=3.0).complete
    assert not replace(soup(), puzzle=replace(UMBRELLA, facts=())).complete


def test_the_history_is_never_cut() -> None:
    long = soup()
    for number in range(120):
        long = long.answered(f"{number}번째인가요?", NO, by=MINJI, now=float(number))
    assert [question.number for question in long.questions] == list(range(1, 121))


# ---- hints ----------------------------------------------------------------------------------------------


def test_the_puzzles_own_hints_come_first_and_in_order() -> None:
    hinted = soup()
    for number, text in enumerate(UMBRELLA.hints, 1):
        assert hinted.own_hint == text
        hinted = hinted.hinted(hinted.own_hint, by=MINJI, now=float(number))
    assert hinted.own_hint == ""
    with pytest.raises(HintLimitReached) as caught:
        hinted.check_hint(cooldown=0)
    assert caught.value.values == {"used": 3, "limit": MAX_HINTS}


def test_a_hint_that_tells_the_solution_is_not_given() -> None:
    loud = replace(soup(), puzzle=replace(UMBRELLA, hints=(UMBRELLA.solution, "직업이요.")))
    assert loud.own_hint == "직업이요."


def test_questions_come_between_two_hints() -> None:
    hinted = soup().hinted("하나", by=MINJI, now=10.0)
    hinted.check_hint(cooldown=0)
    with pytest.raises(HintTooSoon) as caught:
        hinted.check_hint(cooldown=3)
    assert caught.value.values == {"needed": 3}
    for number in range(3):
        with pytest.raises(HintTooSoon):
            hinted.check_hint(cooldown=3)
        hinted = hinted.answered(f"{number}번?", NO, by=MINJI, now=11.0 + number)
    hinted.check_hint(cooldown=3)


def test_an_operators_hint_is_not_counted() -> None:
    told = soup().told("관리자 말씀", now=5.0)
    assert (told.hints_taken, told.players, told.moved_at) == (0, (), 5.0)
    told.check_hint(cooldown=3)
    assert told.hinted("하나", by=MINJI, now=6.0).hints[-1].number == 2


# ---- attempts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "가" * 501])
def test_an_attempt_has_one_to_five_hundred_characters(text: str) -> None:
    with pytest.raises(AnswerLength) as caught:
        soup().check_attempt(text, by=MINJI, now=1.0)
    assert caught.value.values == {"least": 1, "most": 500}


def test_an_attempt_costs_time() -> None:
    soup().check_attempt("가" * 500, by=MINJI, now=1.0)
    tried = soup().attempted("가", Nearness.CLOSE, (1,), by=MINJI, now=1000.0)
    with pytest.raises(AttemptTooSoon) as caught:
        tried.check_attempt("나", by=MINJI, now=1000.4)
    assert caught.value.values == {"total": 15, "remaining": 15}
    tried.check_attempt("나", by=JUN, now=1000.4)
    tried.check_attempt("나", by=MINJI, now=1000.0 + ATTEMPT_SECONDS)
    (attempt,) = tried.attempts
    assert (attempt.number, attempt.nearness, attempt.by) == (1, Nearness.CLOSE, "1")
    assert [(find.fact, find.question) for find in tried.finds] == [(1, 0)]


# ---- appeals --------------------------------------------------------------------------------------------


def test_a_wrong_answer_is_corrected_and_worth_a_hint() -> None:
    asked = soup().answered("배우인가요?", NO, by=MINJI, now=1.0)
    seen = asked.reviewed(1, YES, by=JUN, now=2.0)
    (question,) = seen.questions
    assert (question.verdict, question.important, question.former, question.appealed) == (
        Verdict.YES,
        True,
        Verdict.NO,
        True,
    )
    assert (seen.corrections, seen.hint_limit) == (1, MAX_HINTS + 1)
    assert [(find.fact, find.by, find.question) for find in seen.finds] == [(0, "1", 1)]
    assert JUN in seen.players


@pytest.mark.parametrize("ruling", [None, Ruling(Verdict.NO, important=True, facts=(0,))])
def test_what_a_second_judge_does_not_change_stays(ruling: Ruling | None) -> None:
    asked = soup().answered("배우인가요?", NO, by=MINJI, now=1.0)
    seen = asked.reviewed(1, ruling, by=MINJI, now=2.0)
    (question,) = seen.questions
    assert (question.verdict, question.former, question.appealed) == (Verdict.NO, None, True)
    assert (seen.corrections, seen.finds) == (0, ())


def test_a_fact_that_only_a_wrong_answer_brought_to_light_is_hidden_again() -> None:
    asked = soup().answered("무대인가요?", Ruling(Verdict.YES, facts=(0, 1)), by=MINJI, now=1.0)
    asked = asked.answered("연습인가요?", Ruling(Verdict.YES, facts=(2,)), by=JUN, now=2.0)
    seen = asked.reviewed(1, Ruling(Verdict.NO, facts=(1,)), by=JUN, now=3.0)
    assert [(find.fact, find.by, find.question) for find in seen.finds] == [(2, "2", 2), (1, "1", 1)]
    upheld = asked.reviewed(1, Ruling(Verdict.YES), by=JUN, now=3.0)
    assert upheld.finds == asked.finds


def test_an_appeal_needs_a_question_that_was_not_looked_at() -> None:
    asked = soup().answered("배우인가요?", NO, by=MINJI, now=1.0)
    with pytest.raises(NoSuchQuestion):
        asked.check_appeal(2)
    with pytest.raises(AppealRepeated) as caught:
        asked.reviewed(1, YES, by=MINJI, now=2.0).check_appeal(1)
    assert caught.value.values == {"number": 1, "answer": "예"}


def test_appeals_end_somewhen() -> None:
    asked = soup()
    for number in range(1, MAX_APPEALS + 2):
        asked = asked.answered(f"{number}번?", NO, by=MINJI, now=1.0)
    for number in range(1, MAX_APPEALS + 1):
        asked = asked.reviewed(number, None, by=MINJI, now=2.0)
    with pytest.raises(AppealLimitReached):
        asked.check_appeal(MAX_APPEALS + 1)


def test_a_find_by_correction_belongs_to_whoever_is_there() -> None:
    stranger = replace(soup().answered("배우?", NO, by=MINJI, now=1.0), players=())
    assert [find.by for find in stranger.reviewed(1, YES, by=JUN, now=2.0).finds] == ["2"]


# ---- people and votes -----------------------------------------------------------------------------------


def test_a_nickname_is_renewed_and_nobody_joins_twice() -> None:
    asked = soup(MINJI, JUN).answered("가나", NO, by=Player("1", "민지2"), now=1.0)
    assert asked.players == (Player("1", "민지2"), JUN)
    assert asked.player("2") == JUN
    assert asked.player("9") is None


def test_who_found_most_is_named_when_there_are_several() -> None:
    alone = soup(MINJI).answered("배우?", YES, by=MINJI, now=1.0)
    assert alone.mvp is None
    assert soup().mvp is None
    assert soup(MINJI, JUN).mvp is None
    both = alone.answered("소품?", Ruling(Verdict.YES, facts=(1, 2)), by=JUN, now=2.0)
    assert both.mvp == JUN
    tied = soup(MINJI, JUN).answered("가나", Ruling(Verdict.NO, important=True), by=JUN, now=2.0)
    assert tied.mvp == JUN


def test_giving_up() -> None:
    alone = soup(MINJI).giving_up(by=MINJI, now=1.0)
    assert alone.vote
    assert alone.vote.standing is Standing.CARRIED
    voting = soup(MINJI, JUN, SORA, Player("4", "하나")).giving_up(by=MINJI, now=10.0)
    second = voting.giving_up(by=JUN, now=100.0)
    assert second.vote
    assert (second.vote.opened_at, second.vote.missing) == (10.0, 1)
    assert voting.agreeing(by=SORA, now=11.0, prefix="").moved_at == 11.0
    against = voting.rejecting(by=JUN, now=12.0, prefix="")
    assert against.vote
    assert against.rejecting(by=SORA, now=13.0, prefix="").vote is None
    with pytest.raises(NoVote):
        soup(MINJI).agreeing(by=MINJI, now=1.0, prefix="/스프")
    with pytest.raises(NoVote):
        voting.rejecting(by=JUN, now=500.0, prefix="/스프")


def test_who_has_been_away_for_half_an_hour_is_not_waited_for() -> None:
    late = 1000.0 + AWAY_SECONDS
    three = soup(MINJI).answered("하나인가요?", NO, by=JUN, now=1000.0)
    three = three.answered("둘인가요?", NO, by=SORA, now=1001.0)
    voted = three.giving_up(by=MINJI, now=late)
    assert voted.vote
    assert (voted.vote.voters, voted.vote.needed) == (("1", "3"), 2)
    with pytest.raises(NotAVoter):
        voted.agreeing(by=JUN, now=late + 1, prefix="")
    agreed = voted.agreeing(by=SORA, now=late + 1, prefix="").vote
    assert agreed
    assert agreed.standing is Standing.CARRIED
    # Whoever votes is there, as whoever asks is.
    rejected = voted.rejecting(by=SORA, now=late + 1, prefix="")
    again = rejected.giving_up(by=MINJI, now=late + AWAY_SECONDS - 1).vote
    assert again
    assert again.voters == ("1", "3")


def test_nobody_gives_up_alone_what_others_played() -> None:
    late = 1000.0 + 3 * AWAY_SECONDS
    three = soup(MINJI).answered("하나인가요?", NO, by=JUN, now=1000.0)
    three = three.answered("둘인가요?", NO, by=SORA, now=1001.0).answered(
        "셋인가요?", NO, by=MINJI, now=1002.0
    )
    vote = three.giving_up(by=MINJI, now=late).vote
    assert vote
    assert (vote.voters, vote.standing) == (("1", "3"), Standing.OPEN)


def test_in_a_game_saved_by_an_earlier_release_everybody_is_there() -> None:
    old = replace(soup(MINJI, JUN), seen={})
    vote = old.giving_up(by=MINJI, now=1000.0 + AWAY_SECONDS).vote
    assert vote
    assert vote.voters == ("1", "2")


def test_a_game_is_overdue_after_a_day_without_a_move() -> None:
    assert not soup().overdue(1000.0 + IDLE_SECONDS - 1)
    assert soup().overdue(1000.0 + IDLE_SECONDS)
    assert not soup().answered("가나", NO, by=MINJI, now=2000.0).overdue(1000.0 + IDLE_SECONDS)


def test_what_the_model_used_is_added_up() -> None:
    assert soup().spent(3).spent(4).tokens == 7


class Games(RuleBasedStateMachine):
    """Random games: refused moves change nothing, allowed ones keep the books straight."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room()
        self.now = 0.0
        self.moves = 0
        self.games = 0

    people = st.sampled_from([MINJI, JUN, SORA, Player("4", "하나"), Player("1", "민지(새)")])
    words = st.text("가나다?! ", min_size=0, max_size=5)
    facts = st.lists(st.integers(-1, 4), max_size=3).map(tuple)
    rulings = st.builds(Ruling, st.sampled_from(Verdict), st.booleans(), facts)

    @property
    def soup(self) -> Soup:
        return self.room.playing("", self.now)

    def played(self, soup: Soup) -> None:
        assert soup.moved_at == self.now
        self.room = replace(self.room, soup=soup)
        self.moves += 1

    def playing(self) -> bool:
        return self.room.soup is not None and not self.room.soup.overdue(self.now)

    @rule(seconds=st.integers(0, 90))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def a_day_passes(self) -> None:
        self.now += IDLE_SECONDS
        if expired := self.room.expired("r", self.now):
            assert expired.result is Result.TIMEOUT
            assert expired.completed_at <= self.now
            self.room = self.room.ended(expired)
        assert self.room.soup is None

    @precondition(lambda self: self.room.soup is None)
    @rule(by=people, number=st.integers(1, 5), source=st.sampled_from(Source))
    def start(self, by: Player, number: int, source: Source) -> None:
        self.games += 1
        self.moves = 0
        number = 0 if source is Source.GENERATED else number
        puzzle = replace(UMBRELLA, source=source, number=number)
        self.room = self.room.started(puzzle, ANYTHING, game=f"{self.games}", by=by, now=self.now)
        assert self.soup.players == (by,)

    @precondition(playing)
    @rule(by=people, word=words, ruling=rulings)
    def ask(self, by: Player, word: str, ruling: Ruling) -> None:
        before = self.soup
        try:
            self.played(before.answered(word, ruling, by=by, now=self.now))
        except Refused:
            assert self.room.soup is before

    @precondition(playing)
    @rule(by=people, word=words, nearness=st.sampled_from(Nearness), facts=facts)
    def attempt(self, by: Player, word: str, nearness: Nearness, facts: tuple[int, ...]) -> None:
        try:
            tried = self.soup.attempted(word, nearness, facts, by=by, now=self.now)
        except Refused:
            return
        self.played(tried)
        if nearness is Nearness.YES:
            self.room = self.room.ended(Finished("r", tried, Result.SOLVED, by.id, self.now))

    @precondition(playing)
    @rule(by=people, cooldown=st.integers(0, 3))
    def hint(self, by: Player, cooldown: int) -> None:
        try:
            self.soup.check_hint(cooldown=cooldown)
        except Refused:
            return
        self.played(self.soup.hinted(self.soup.own_hint or f"힌트 {self.moves}", by=by, now=self.now))

    @precondition(playing)
    @rule(by=people, number=st.integers(0, 6), ruling=rulings)
    def appeal(self, by: Player, number: int, ruling: Ruling) -> None:
        before = self.soup
        try:
            seen = before.reviewed(number, ruling, by=by, now=self.now)
        except Refused:
            return
        self.room = replace(self.room, soup=seen)
        assert seen.corrections - before.corrections in (0, 1)

    @precondition(playing)
    @rule(by=people, what=st.sampled_from(["give up", "agree", "reject"]))
    def vote(self, by: Player, what: str) -> None:
        try:
            if what == "give up":
                soup = self.soup.giving_up(by=by, now=self.now)
            elif what == "agree":
                soup = self.soup.agreeing(by=by, now=self.now, prefix="")
            else:
                soup = self.soup.rejecting(by=by, now=self.now, prefix="")
        except Refused:
            return
        self.room = replace(self.room, soup=soup)
        if soup.vote and soup.vote.standing is Standing.CARRIED:
            self.room = self.room.ended(Finished("r", soup, Result.SURRENDERED, "", self.now))

    @rule(by=people, stars=st.integers(0, 6))
    def rate(self, by: Player, stars: int) -> None:
        try:
            self.room, event = self.room.rating(stars, by=by, now=self.now, prefix="")
        except Refused:
            return
        assert event.stars in range(1, 6)
        assert self.room.last
        assert self.room.last.rated.count(by.id) == 1

    @invariant()
    def the_books_are_straight(self) -> None:
        soup = self.room.soup
        if soup is None:
            return
        assert [q.number for q in soup.questions] == list(range(1, len(soup.questions) + 1))
        assert len(soup.questions) + len(soup.hints) + len(soup.attempts) == self.moves
        assert soup.hints_taken <= soup.hint_limit == MAX_HINTS + soup.corrections
        assert sum(q.appealed for q in soup.questions) <= MAX_APPEALS
        found = [find.fact for find in soup.finds]
        assert len(set(found)) == len(found)
        assert set(found) <= set(range(len(soup.puzzle.facts)))
        ids = [player.id for player in soup.players]
        assert len(set(ids)) == len(ids)
        moved = {question.by for question in soup.questions} | {find.by for find in soup.finds}
        moved |= {hint.by for hint in soup.hints} | {attempt.by for attempt in soup.attempts}
        assert moved <= set(ids)
        assert all(attempt.nearness is not Nearness.YES for attempt in soup.attempts)

    @invariant()
    def a_puzzle_is_remembered_once(self) -> None:
        numbers = [played.number for played in self.room.presets]
        assert len(set(numbers)) == len(numbers)
        assert len(set(self.room.customs)) == len(self.room.customs)

    @invariant()
    def a_room_survives_its_json(self) -> None:
        assert ROOM.validate_json(ROOM.dump_json(self.room)) == self.room


class ManyGames(Games):
    """The same, at length."""


Games.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestGames = Games.TestCase
ManyGames.TestCase.settings = settings(max_examples=10_000, stateful_step_count=40, deadline=None)
TestManyGames = pytest.mark.soak(ManyGames.TestCase)
