"""The rules of 스무고개: tables for what is refused, and random games for what must always hold."""

import contextlib

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pydantic import TypeAdapter

from botkit.chat.errors import Refused
from botkit.chat.message import Player
from game_bots.refusals import NoGame
from game_bots.surrender import NoVote, Standing
from game_bots.twentyq.game import (
    CATEGORIES,
    GUESS_SECONDS,
    MAX_HINTS,
    TOPICS_KEPT,
    Riddle,
    Room,
    Topic,
    Verdict,
    category_of,
    display_category,
)
from game_bots.twentyq.refusals import (
    DuplicateQuestion,
    GuessRepeated,
    GuessTooSoon,
    HintLimitReached,
    QuestionsUsedUp,
)

CAT = Topic("고양이", "organism", {"habitat": "집"})
MINJI, JUN, SORA = Player("1", "민지"), Player("2", "준"), Player("3", "소라")


def riddle(*players: Player) -> Riddle:
    return Riddle("7-0", CAT, 1000.0, players=players)


def test_a_room_without_a_riddle_says_so() -> None:
    with pytest.raises(NoGame) as caught:
        Room().playing("/스자")
    assert caught.value.values == {"prefix": "/스자"}


def test_a_counted_game_ends_its_questions() -> None:
    game = Room().started(CAT, game="1-0", by=MINJI, now=1.0, limit=2).playing("")
    assert (game.questions_left, riddle().questions_left) == (2, None)
    game = game.answered("큰가요?", Verdict.NO, by=MINJI, now=2.0).answered(
        "새?", Verdict.NO, by=JUN, now=3.0
    )
    assert game.questions_left == 0
    with pytest.raises(QuestionsUsedUp) as caught:
        game.answered("개?", Verdict.NO, by=MINJI, now=4.0)
    assert caught.value.values == {"limit": 2}


def test_who_asks_most_is_named_when_there_are_several() -> None:
    alone = riddle(MINJI).answered("큰가요?", Verdict.NO, by=MINJI, now=1.0)
    assert alone.most_curious is None
    assert riddle(MINJI, JUN).most_curious is None
    assert alone.joined(JUN).most_curious == (MINJI, 1)
    both = alone.answered("새인가요?", Verdict.NO, by=JUN, now=2.0).answered(
        "개?", Verdict.NO, by=JUN, now=3.0
    )
    assert both.most_curious == (JUN, 2)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_chain_goes_on_after_a_yes(verdict: Verdict) -> None:
    assert verdict.is_positive is (verdict.value in ("예", "아마도 예"))


def test_a_new_riddle_has_nothing_of_the_old_one() -> None:
    room = Room().started(CAT, game="1-0", by=MINJI, now=1.0)
    old = room.playing("").answered("큰가요?", Verdict.NO, by=JUN, now=2.0).hinted("야옹", by=JUN, now=3.0)
    fresh = room.ended(old).started(Topic("사과", "food", {}), game="2-0", by=SORA, now=9.0).playing("")
    assert (fresh.questions, fresh.hints, fresh.misses, fresh.vote) == ((), (), (), None)
    assert fresh.players == (SORA,)
    assert fresh.id == "2-0"


def test_a_question_is_counted_with_who_asked_and_when() -> None:
    asked = riddle().answered("살아 있나요?", Verdict.YES, by=MINJI, now=1010.0)
    (question,) = asked.questions
    assert (question.number, question.text, question.verdict, question.by, question.at) == (
        1,
        "살아 있나요?",
        Verdict.YES,
        "1",
        1010.0,
    )
    assert asked.players == (MINJI,)


def test_a_repeated_question_is_refused_with_its_answer() -> None:
    asked = riddle().answered("살아 있나요?", Verdict.MOSTLY_YES, by=MINJI, now=1.0)
    with pytest.raises(DuplicateQuestion) as caught:
        asked.answered("살아있나요", Verdict.NO, by=JUN, now=2.0)
    assert caught.value.values == {"number": 1, "answer": "아마도 예"}


def test_questions_of_nothing_but_signs_are_never_duplicates() -> None:
    asked = riddle().answered("???", Verdict.NO, by=MINJI, now=1.0)
    assert len(asked.answered("!!!", Verdict.NO, by=MINJI, now=2.0).questions) == 2


def test_a_wrong_guess_is_not_tried_twice_and_costs_time() -> None:
    missed = riddle().missed("개", close=False, by=MINJI, now=1000.0)
    with pytest.raises(GuessRepeated):
        missed.check_guess(" 개!", by=JUN, now=1000.0)
    with pytest.raises(GuessTooSoon) as caught:
        missed.check_guess("소", by=MINJI, now=1000.4)
    assert caught.value.values == {"total": 30, "remaining": 30}
    with pytest.raises(GuessTooSoon) as caught:
        missed.check_guess("소", by=MINJI, now=1000.0 + GUESS_SECONDS - 0.5)
    assert caught.value.values["remaining"] == 1
    missed.check_guess("소", by=MINJI, now=1000.0 + GUESS_SECONDS)
    missed.check_guess("소", by=JUN, now=1000.0)


def test_guesses_of_nothing_but_signs_are_told_apart() -> None:
    missed = riddle().missed("🍎", close=False, by=MINJI, now=1000.0)
    missed.check_guess("🐱", by=JUN, now=1000.0)
    with pytest.raises(GuessRepeated):
        missed.check_guess("🍎", by=JUN, now=1000.0)


def test_the_secret_is_known_word_for_word() -> None:
    assert riddle().is_named_by("고양이야")
    assert not riddle().is_named_by("고양")


def test_one_hint_a_game() -> None:
    hinted = riddle().hinted("수염이 있어요", by=MINJI, now=1.0)
    assert hinted.hints_left == 0
    with pytest.raises(HintLimitReached) as caught:
        hinted.hinted("또", by=MINJI, now=2.0)
    assert caught.value.values == {"used": 1, "limit": MAX_HINTS}


def test_a_nickname_is_renewed_and_nobody_joins_twice() -> None:
    renamed = riddle(MINJI, JUN).joined(Player("1", "민지2"))
    assert renamed.players == (Player("1", "민지2"), JUN)
    assert renamed.player("2") == JUN
    assert renamed.player("9") is None
    assert renamed.joined(JUN) is renamed


def test_a_lone_player_gives_up_at_once_and_a_newcomer_cannot() -> None:
    alone = riddle(MINJI).giving_up(by=MINJI, now=1.0)
    assert alone.vote is not None
    assert alone.vote.standing is Standing.CARRIED
    newcomer = riddle(MINJI).giving_up(by=JUN, now=1.0)
    assert newcomer.vote is not None
    assert newcomer.vote.standing is Standing.OPEN


def test_a_second_wish_to_give_up_is_an_agreement_and_prolongs_nothing() -> None:
    opened = riddle(MINJI, JUN, SORA).giving_up(by=MINJI, now=10.0)
    second = opened.giving_up(by=JUN, now=100.0)
    assert second.vote is not None
    assert second.vote.opened_at == 10.0
    assert second.vote.missing == 1
    assert opened.giving_up(by=JUN, now=131.0).vote != second.vote  # a new vote: the old one had lapsed


def test_agreeing_and_rejecting_want_an_open_vote() -> None:
    game = riddle(MINJI, JUN, SORA)
    with pytest.raises(NoVote):
        game.agreeing(by=MINJI, now=1.0, prefix="/스자")
    with pytest.raises(NoVote):
        game.rejecting(by=MINJI, now=1.0, prefix="/스자")
    voting = Riddle("7-0", CAT, 0.0, players=(MINJI, JUN, SORA, Player("4", "하나"))).giving_up(
        by=MINJI, now=1.0
    )
    agreed = voting.agreeing(by=JUN, now=2.0, prefix="").vote
    assert agreed is not None
    assert agreed.agreed == ("1", "2")
    against = voting.rejecting(by=JUN, now=2.0, prefix="")
    assert against.vote is not None
    assert against.rejecting(by=SORA, now=3.0, prefix="").vote is None
    with pytest.raises(NoVote):
        voting.agreeing(by=JUN, now=500.0, prefix="")


def test_the_last_secrets_are_not_drawn_again() -> None:
    room = Room()
    for number in range(30):
        category = "food" if number % 3 == 0 else "organism"
        room = room.started(Topic(f"t{number}", category, {}), game=str(number), by=MINJI, now=0.0)
        room = room.ended(room.playing(""))
    assert set(room.banned("movie")) == {f"t{n}" for n in range(10, 30)}
    assert set(room.banned("food")) == {f"t{n}" for n in range(30) if n >= 10 or n % 3 == 0}
    assert set(room.banned("")) == {f"t{n}" for n in range(30)}
    assert len(room.banned("")) == len(set(room.banned("")))


def test_what_can_no_longer_be_banned_is_forgotten() -> None:
    room = Room()
    for number in range(100):
        room = room.started(Topic(f"t{number}", "food", {}), game=str(number), by=MINJI, now=0.0)
        room = room.ended(room.playing(""))
    assert len(room.played) == TOPICS_KEPT


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("생물", "organism"),
        (" FOOD ", "food"),
        ("속담", "idiom_proverb"),
        ("사자성어/속담", "idiom_proverb"),
        ("우주", None),
        ("", None),
    ],
)
def test_the_words_for_categories(word: str, category: str | None) -> None:
    assert category_of(word) == category


def test_categories_have_a_name() -> None:
    assert display_category("idiom_proverb") == "사자성어/속담"
    assert display_category("new_one") == "new_one"
    assert len(CATEGORIES) == 7


def test_a_room_comes_back_from_its_json() -> None:
    adapter = TypeAdapter(Room)
    room = Room().started(CAT, game="1-0", by=MINJI, now=1.5)
    full = (
        room.playing("")
        .answered("큰가요?", Verdict.NO, by=JUN, now=2.0)
        .missed("개", close=True, by=SORA, now=3.0)
        .hinted("힌트", by=MINJI, now=4.0)
        .giving_up(by=MINJI, now=5.0)
    )
    for value in (Room(), room, Room(full), room.ended(full)):
        assert adapter.validate_json(adapter.dump_json(value)) == value


class Games(RuleBasedStateMachine):
    """Random games: refused moves change nothing, allowed ones keep the books straight."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room()
        self.now = 0.0
        self.moves = 0
        self.games = 0

    people = st.sampled_from([MINJI, JUN, SORA, Player("4", "하나"), Player("1", "민지(새)")])
    words = st.text("가나다?! ", min_size=0, max_size=4)

    def played(self, riddle: Riddle) -> None:
        self.room = Room(riddle, self.room.played)
        self.moves += 1

    @rule(seconds=st.floats(0, 90))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.room.riddle is None)
    @rule(by=people, category=st.sampled_from(list(CATEGORIES)))
    def start(self, by: Player, category: str) -> None:
        self.games += 1
        self.moves = 0
        self.room = self.room.started(
            Topic(f"비밀{self.games}", category, {}), game=str(self.games), by=by, now=self.now
        )

    @precondition(lambda self: self.room.riddle)
    @rule(by=people, word=words, verdict=st.sampled_from(Verdict))
    def ask(self, by: Player, word: str, verdict: Verdict) -> None:
        before = self.room.playing("")
        try:
            self.played(before.answered(word, verdict, by=by, now=self.now))
        except Refused:
            assert self.room.riddle is before

    @precondition(lambda self: self.room.riddle)
    @rule(by=people, word=words, close=st.booleans())
    def miss(self, by: Player, word: str, close: bool) -> None:
        with contextlib.suppress(GuessRepeated, GuessTooSoon):
            self.played(self.room.playing("").missed(word, close=close, by=by, now=self.now))

    @precondition(lambda self: self.room.riddle)
    @rule(by=people)
    def hint(self, by: Player) -> None:
        try:
            self.played(self.room.playing("").hinted("힌트", by=by, now=self.now))
        except HintLimitReached:
            assert self.room.playing("").hints_left == 0

    @precondition(lambda self: self.room.riddle)
    @rule(by=people, what=st.sampled_from(["give up", "agree", "reject"]))
    def vote(self, by: Player, what: str) -> None:
        riddle = self.room.playing("")
        try:
            if what == "give up":
                riddle = riddle.giving_up(by=by, now=self.now)
            elif what == "agree":
                riddle = riddle.agreeing(by=by, now=self.now, prefix="")
            else:
                riddle = riddle.rejecting(by=by, now=self.now, prefix="")
        except Refused:
            return
        if riddle.vote and riddle.vote.standing is Standing.CARRIED:
            self.room = self.room.ended(riddle)
        else:
            self.room = Room(riddle, self.room.played)

    @precondition(lambda self: self.room.riddle)
    @rule()
    def end(self) -> None:
        self.room = self.room.ended(self.room.playing(""))

    @invariant()
    def the_books_are_straight(self) -> None:
        riddle = self.room.riddle
        if riddle is None:
            return
        assert [q.number for q in riddle.questions] == list(range(1, len(riddle.questions) + 1))
        assert len(riddle.questions) + len(riddle.hints) + len(riddle.misses) == self.moves
        assert 0 <= riddle.hints_left <= MAX_HINTS
        ids = [player.id for player in riddle.players]
        assert len(set(ids)) == len(ids)
        moved = (
            {q.by for q in riddle.questions} | {h.by for h in riddle.hints} | {m.by for m in riddle.misses}
        )
        assert moved <= set(ids)
        assert riddle.topic.name not in {topic.name for topic in self.room.played}

    @invariant()
    def a_wrong_guess_is_remembered_once(self) -> None:
        if self.room.riddle:
            texts = [miss.text for miss in self.room.riddle.misses]
            assert len(set(texts)) == len(texts)

    @invariant()
    def a_room_survives_its_json(self) -> None:
        adapter = TypeAdapter(Room)
        assert adapter.validate_json(adapter.dump_json(self.room)) == self.room


Games.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestGames = Games.TestCase
