"""The rules of 스무고개: tables for what is refused, and random games for what must always hold."""

import contextlib
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
    NoGame,
    NoSuchQuestion,
)
from game_bots.surrender import AWAY_SECONDS, NoVote, Standing
from game_bots.twentyq.game import MAX_APPEALS, MAX_HINTS, RULES, Riddle, Rules, Verdict
from game_bots.twentyq.refusals import GuessRepeated, GuessTooSoon, QuestionsUsedUp
from game_bots.twentyq.room import TOPICS_KEPT, Finished, Result, Room
from game_bots.twentyq.topics import (
    CATEGORIES,
    Level,
    Topic,
    category_of,
    display_category,
    display_level,
    level_of,
)

CAT = Topic("고양이", "organism", {"habitat": "집"})
ROOM = TypeAdapter(Room)
MINJI, JUN, SORA = Player("1", "민지"), Player("2", "준"), Player("3", "소라")


def riddle(*players: Player) -> Riddle:
    return Riddle("7-0", CAT, 1000.0, players=players)


def ended(room: Room, riddle: Riddle | None = None, result: Result = Result.SURRENDER) -> Room:
    game = riddle or room.playing("")
    winner = game.players[0].id if result is Result.CORRECT else ""
    return room.ended(Finished("r", game, result, winner, 99.0))


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


def test_whose_questions_helped_most_is_named_when_there_are_several() -> None:
    alone = riddle(MINJI).answered("큰가요?", Verdict.NO, by=MINJI, now=1.0)
    assert alone.mvp is None
    assert riddle(MINJI, JUN).mvp is None
    assert alone.joined(JUN).mvp == (MINJI, 1)
    both = alone.answered("새인가요?", Verdict.NO, by=MINJI, now=2.0)
    both = both.answered("개?", Verdict.YES, by=JUN, now=3.0).answered("곰?", Verdict.NO, by=JUN, now=4.0)
    assert both.mvp == (JUN, 2)
    assert replace(both, players=(MINJI, SORA)).mvp is None


@pytest.mark.parametrize(("level", "points"), [(Level.EASY, 80), (Level.NORMAL, 120), (Level.HARD, 180)])
def test_a_rare_secret_is_worth_more_and_help_costs(level: Level, points: int) -> None:
    game = replace(riddle(), topic=replace(CAT, level=level))
    assert game.points == points
    game = game.answered("큰가요?", Verdict.NO, by=JUN, now=1.0)
    game = game.hinted("야옹", by=JUN, now=2.0).told("털", now=2.5).missed("개", close=False, by=JUN, now=3.0)
    assert game.points == points - 4 - 15 - 5
    for number in range(60):
        game = game.answered(f"{number}?", Verdict.NO, by=JUN, now=4.0)
    assert game.points == 10


def test_an_operators_hint_is_free() -> None:
    game = riddle().told("털이 있어요", now=2.0)
    assert (game.hints_left, game.hints_taken, len(game.hints)) == (MAX_HINTS, 0, 1)
    assert game.players == ()
    with pytest.raises(HintLimitReached) as caught:
        game.hinted("야옹", by=JUN, now=3.0).check_hint()
    assert caught.value.values == {"used": 1, "limit": 1}


def test_a_game_knows_when_somebody_last_moved() -> None:
    game = riddle()
    assert game.last_moved_at == 1000.0
    game = game.hinted("야옹", by=JUN, now=1005.0).answered("큰가요?", Verdict.NO, by=JUN, now=1003.0)
    assert game.last_moved_at == 1005.0
    assert game.missed("개", close=False, by=JUN, now=1009.0).last_moved_at == 1009.0


def test_a_game_to_which_nobody_comes_back_is_over() -> None:
    room = Room().started(CAT, game="1-0", by=MINJI, now=1000.0)
    moved = Room(room.playing("").answered("큰가요?", Verdict.NO, by=MINJI, now=2000.0), played=room.played)
    assert moved.awake(2000.0 + 3600 * RULES.idle_hours - 0.001) is moved
    assert moved.awake(2000.0 + 3600 * RULES.idle_hours) == replace(moved, riddle=None)
    assert Room().awake(9e9) == Room()


def test_a_second_judge_puts_an_answer_right_and_gives_the_question_back() -> None:
    game = replace(riddle(), limit=20).answered("큰가요?", Verdict.NO, by=MINJI, now=1.0)
    game = game.answered("사나요?", Verdict.YES, by=MINJI, now=2.0)
    right = game.reviewed(1, Verdict.MOSTLY_YES, by=JUN)
    assert [(q.verdict, q.former, q.appealed) for q in right.questions] == [
        (Verdict.MOSTLY_YES, Verdict.NO, True),
        (Verdict.YES, None, False),
    ]
    assert (right.limit, right.questions_left) == (21, 19)
    assert right.players == (MINJI, JUN)
    kept = game.reviewed(2, Verdict.YES, by=JUN)
    assert (kept.questions[1].former, kept.questions[1].appealed, kept.limit) == (None, True, 20)
    assert riddle().answered("a?", Verdict.NO, by=JUN, now=1.0).reviewed(1, Verdict.YES, by=JUN).limit == 0


def test_appeals_are_few_and_one_a_question() -> None:
    game = riddle()
    for number in range(MAX_APPEALS + 1):
        game = game.answered(f"{number}?", Verdict.NO, by=MINJI, now=1.0)
    with pytest.raises(NoSuchQuestion) as missing:
        game.check_appeal(99)
    assert missing.value.values == {"number": 99}
    for number in range(MAX_APPEALS):
        game = game.reviewed(number + 1, Verdict.NO, by=MINJI)
    with pytest.raises(AppealRepeated) as repeated:
        game.check_appeal(2)
    assert repeated.value.values == {"number": 2, "answer": "아니오"}
    with pytest.raises(AppealLimitReached) as limit:
        game.check_appeal(MAX_APPEALS + 1)
    assert limit.value.values == {"limit": MAX_APPEALS}


def test_a_secret_is_named_by_what_else_it_is_called() -> None:
    game = replace(riddle(), topic=replace(CAT, aliases=("냥이", "cat")))
    assert all(map(game.is_named_by, ("고양이", "냥이", "CAT", "냥이예요")))
    assert not game.is_named_by("개")


def test_a_day_s_riddle_is_remembered_without_its_secret() -> None:
    room = Room().started(CAT, game="1-0", by=MINJI, now=1.0, daily="2026-11-25")
    game = (
        room.playing("").answered("큰가요?", Verdict.NO, by=MINJI, now=2.0).hinted("야옹", by=MINJI, now=3.0)
    )
    after = ended(room, game, Result.CORRECT)
    assert after.daily is not None
    assert (after.daily.day, after.daily.solved, after.daily.answers, after.daily.hints) == (
        "2026-11-25", True, (Verdict.NO,), 1
    )  # fmt: skip
    later = ended(after.started(CAT, game="2-0", by=MINJI, now=9.0))
    assert later.daily == after.daily
    lost = ended(room, game, Result.SURRENDER).daily
    assert lost is not None
    assert not lost.solved


def test_tokens_are_counted_on_the_open_riddle() -> None:
    room = Room().started(CAT, game="1-0", by=MINJI, now=1.0)
    assert room.spending(5).spending(7).playing("").tokens == 12
    assert Room().spending(5) == Room()


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("쉬움", Level.EASY),
        ("어렵게", Level.HARD),
        ("HARD", Level.HARD),
        ("보통", Level.NORMAL),
        ("생물", None),
    ],
)
def test_the_words_for_levels(word: str, level: Level | None) -> None:
    assert level_of(word) is level


def test_levels_have_a_name() -> None:
    assert [display_level(level) for level in Level] == ["쉬움", "보통", "어려움"]


@pytest.mark.parametrize("verdict", Verdict)
def test_a_chain_goes_on_after_a_yes(verdict: Verdict) -> None:
    assert verdict.is_positive is (verdict.value in ("예", "아마도 예"))


def test_a_new_riddle_has_nothing_of_the_old_one() -> None:
    room = Room().started(CAT, game="1-0", by=MINJI, now=1.0)
    old = room.playing("").answered("큰가요?", Verdict.NO, by=JUN, now=2.0).hinted("야옹", by=JUN, now=3.0)
    fresh = ended(room, old).started(Topic("사과", "food", {}), game="2-0", by=SORA, now=9.0).playing("")
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


def test_a_question_that_refers_to_another_answer_is_no_repetition() -> None:
    asked = riddle().answered("그럼 더 커요?", Verdict.NO, by=MINJI, now=1.0)
    assert len(asked.answered("그럼 더 커요?", Verdict.YES, by=JUN, now=2.0).questions) == 2


def test_a_hint_is_remembered_every_five_questions() -> None:
    game = riddle()
    assert game.answered("0?", Verdict.NO, by=JUN, now=1.0).hint_after(game) is None
    game = game.answered("0?", Verdict.NO, by=JUN, now=1.0).hinted("야옹", by=JUN, now=2.0)
    assert game.hint_after(riddle()) is None
    for number in range(1, 5):
        before, game = game, game.answered(f"{number}?", Verdict.NO, by=JUN, now=2.0 + number)
        assert game.hint_after(before) is None
    fifth = game.answered("5?", Verdict.NO, by=JUN, now=7.0)
    assert fifth.hint_after(game) == game.hints[0]
    chained = fifth.answered("6?", Verdict.NO, by=JUN, now=7.0)
    assert (chained.hint_after(game), chained.hint_after(fifth)) == (game.hints[0], None)
    told = chained.told("털", now=8.0)
    assert told.answered("7?", Verdict.NO, by=JUN, now=9.0).hint_after(told) is None


def test_among_equals_the_one_who_asked_first_helped_most() -> None:
    game = riddle(MINJI, JUN).answered("a?", Verdict.NO, by=JUN, now=1.0)
    assert game.answered("b?", Verdict.NO, by=MINJI, now=2.0).mvp == (JUN, 1)


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
        missed.check_guess("소", by=MINJI, now=1000.0 + RULES.guess_seconds - 0.5)
    assert caught.value.values["remaining"] == 1
    missed.check_guess("소", by=MINJI, now=1000.0 + RULES.guess_seconds)
    missed.check_guess("소", by=JUN, now=1000.0)


def test_a_game_keeps_the_rules_with_which_it_began() -> None:
    rules = Rules(hint_interval=2, guess_seconds=0, idle_hours=1)
    room = Room().started(CAT, game="1-0", by=MINJI, now=1000.0, rules=rules)
    hinted = room.playing("").hinted("야옹", by=JUN, now=1000.0)
    missed = hinted.missed("개", close=False, by=JUN, now=1001.0)
    missed.check_guess("소", by=JUN, now=1001.0)
    first = missed.answered("0?", Verdict.NO, by=JUN, now=1002.0)
    second = first.answered("1?", Verdict.NO, by=JUN, now=1003.0)
    assert (first.hint_after(missed), second.hint_after(first)) == (None, hinted.hints[0])
    assert second.over_at == 1003.0 + 3600


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


def test_who_has_been_away_for_half_an_hour_is_not_waited_for() -> None:
    late = 1000.0 + AWAY_SECONDS
    game = riddle(MINJI, JUN).answered("a?", Verdict.NO, by=JUN, now=1000.0)
    game = game.answered("b?", Verdict.NO, by=SORA, now=1001.0)
    voted = game.giving_up(by=MINJI, now=late)
    assert voted.vote is not None
    assert (voted.vote.voters, voted.vote.needed) == (("1", "3"), 2)
    # Nobody gives up alone what others played.
    much_later = game.giving_up(by=MINJI, now=late + 3 * AWAY_SECONDS).vote
    assert much_later is not None
    assert (much_later.voters, much_later.standing) == (("1", "3"), Standing.OPEN)


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
        room = ended(room)
    assert set(room.banned("movie")) == {f"t{n}" for n in range(10, 30)}
    assert set(room.banned("food")) == {f"t{n}" for n in range(30) if n >= 10 or n % 3 == 0}
    assert set(room.banned("")) == {f"t{n}" for n in range(30)}
    assert len(room.banned("")) == len(set(room.banned("")))


def test_what_can_no_longer_be_banned_is_forgotten() -> None:
    room = Room()
    for number in range(100):
        room = room.started(Topic(f"t{number}", "food", {}), game=str(number), by=MINJI, now=0.0)
        room = ended(room)
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
    for value in (Room(), room, Room(full), ended(room, full, Result.CORRECT)):
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
        self.room = replace(self.room, riddle=riddle)
        self.moves += 1

    @rule(seconds=st.floats(0, 90))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.room.riddle is None)
    @rule(by=people, category=st.sampled_from(list(CATEGORIES)), limit=st.sampled_from([0, 3]))
    def start(self, by: Player, category: str, limit: int) -> None:
        self.games += 1
        self.moves = 0
        self.room = self.room.started(
            Topic(f"비밀{self.games}", category, {}), game=str(self.games), by=by, now=self.now, limit=limit
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
    @rule(by=people, number=st.integers(1, 6), verdict=st.sampled_from(Verdict))
    def appeal(self, by: Player, number: int, verdict: Verdict) -> None:
        before = self.room.playing("")
        try:
            self.room = replace(self.room, riddle=before.reviewed(number, verdict, by=by))
        except Refused:
            return
        (question,) = [q for q in self.room.playing("").questions if q.number == number]
        assert question.appealed
        assert question.former is not question.verdict

    @precondition(lambda self: self.room.riddle)
    @rule()
    def operator_hints(self) -> None:
        self.played(self.room.playing("").told("도움", now=self.now))

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
            self.room = ended(self.room, riddle)
        else:
            self.room = replace(self.room, riddle=riddle)

    @precondition(lambda self: self.room.riddle)
    @rule()
    def end(self) -> None:
        self.room = ended(self.room)

    @invariant()
    def the_books_are_straight(self) -> None:
        riddle = self.room.riddle
        if riddle is None:
            return
        assert [q.number for q in riddle.questions] == list(range(1, len(riddle.questions) + 1))
        assert len(riddle.questions) + len(riddle.hints) + len(riddle.misses) == self.moves
        assert 0 <= riddle.hints_left <= MAX_HINTS
        assert sum(q.appealed for q in riddle.questions) <= MAX_APPEALS
        assert 10 <= riddle.points <= 120
        assert riddle.questions_left is None or riddle.questions_left >= 0
        ids = [player.id for player in riddle.players]
        assert len(set(ids)) == len(ids)
        moved = (
            {q.by for q in riddle.questions}
            | {h.by for h in riddle.hints if h.by}
            | {m.by for m in riddle.misses}
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
        assert ROOM.validate_json(ROOM.dump_json(self.room)) == self.room


class ManyGames(Games):
    """The same, at length."""


Games.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestGames = Games.TestCase
ManyGames.TestCase.settings = settings(max_examples=10_000, stateful_step_count=40, deadline=None)
TestManyGames = pytest.mark.soak(ManyGames.TestCase)
