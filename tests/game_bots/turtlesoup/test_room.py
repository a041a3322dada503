"""What a room remembers: puzzles it had, one prepared, the last game."""

from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from game_bots.refusals import NoGame
from game_bots.turtlesoup.events import EVENTS, Finished, Rated, Result, dump, joined
from game_bots.turtlesoup.game import IDLE_SECONDS, Ruling, Verdict
from game_bots.turtlesoup.puzzles import ANYTHING, Category, Puzzle, Source, Wish
from game_bots.turtlesoup.refusals import (
    AlreadyRated,
    BadRating,
    NotAPlayer,
    NothingToTell,
    ProposalLimitReached,
    PuzzleInPlay,
    StoryMustWait,
)
from game_bots.turtlesoup.room import SCENARIOS_KEPT, Room
from tests.game_bots.turtlesoup.examples import JUN, MINJI, UMBRELLA


def preset(number: int, **changes: object) -> Puzzle:
    return replace(UMBRELLA, number=number, scenario=f"상황 {number}", **changes)  # type: ignore[arg-type]


def started(room: Room, puzzle: Puzzle, *, now: float = 1.0) -> Room:
    return room.started(puzzle, ANYTHING, game=f"{now}-0", by=MINJI, now=now)


def ended(room: Room, *, result: Result = Result.SURRENDERED, now: float = 2.0) -> Room:
    return room.ended(Finished("r", room.playing("", now), result, "", now))


def test_a_room_without_a_soup_says_so() -> None:
    with pytest.raises(NoGame) as caught:
        Room().playing("/스프", 1.0)
    assert caught.value.values == {"prefix": "/스프"}


def test_a_new_soup_has_nothing_of_the_old_one() -> None:
    room = started(Room(), preset(1))
    asked = room.playing("", 2.0).answered("혼자인가요?", Ruling(Verdict.NO), by=JUN, now=2.0)
    old = asked.hinted("힌트", by=JUN, now=3.0).giving_up(by=JUN, now=4.0)
    room = room.ended(Finished("r", old, Result.SURRENDERED, "", 5.0))
    fresh = started(room, preset(2), now=9.0).playing("", 9.0)
    assert (fresh.questions, fresh.hints, fresh.attempts, fresh.finds, fresh.vote) == ((), (), (), (), None)
    assert (fresh.players, fresh.id, fresh.tokens) == ((MINJI,), "9.0-0", 0)


def test_a_puzzle_counts_as_played_from_its_start() -> None:
    room = started(Room(), preset(3))
    assert room.presets_taken == (3,)
    room = started(ended(room), preset(4))
    room = started(ended(room), replace(preset(3), source=Source.REWRITTEN))
    assert room.presets_taken == (4, 3)
    room = started(ended(room), replace(UMBRELLA, source=Source.CUSTOM, number=9))
    room = started(ended(room), replace(UMBRELLA, source=Source.CUSTOM, number=9))
    room = started(ended(room), replace(UMBRELLA, source=Source.GENERATED, number=0))
    assert (room.presets_taken, room.customs_taken) == ((4, 3), (9,))


def test_the_last_situations_are_remembered() -> None:
    room = Room()
    for number in range(SCENARIOS_KEPT + 5):
        room = ended(started(room, preset(number)))
    assert room.scenarios == tuple(f"상황 {number}" for number in range(5, SCENARIOS_KEPT + 5))


def test_the_oldest_that_suits_comes_again() -> None:
    room = Room()
    for puzzle in (
        preset(1, difficulty=1),
        preset(2, warning="재난"),
        preset(3, category=Category.LOGIC),
        preset(4),
    ):
        room = ended(started(room, puzzle))

    def oldest(wish: Wish, room: Room = room) -> int | None:
        found = room.oldest(wish)
        return found.number if found else None

    assert oldest(ANYTHING) == 1
    assert oldest(Wish(2)) == 2
    assert oldest(Wish(2), room.mildly(True)) == 3
    assert oldest(Wish(2, Category.MYSTERY), room.mildly(True)) == 4
    assert oldest(Wish(5)) is None


def test_a_prepared_puzzle_is_for_its_wish_and_used_once() -> None:
    room = Room().preparing(Wish(2), preset(7))
    assert room.prepared_for(Wish(2)) == preset(7)
    assert room.prepared_for(ANYTHING) is None
    assert (room.presets_taken, room.customs_taken) == ((7,), ())
    other = started(room, preset(8))
    assert other.prepared_for(Wish(2)) == preset(7)
    used = started(room, preset(7))
    assert used.prepared is None
    assert used.presets_taken == (7,)
    own = Room().preparing(ANYTHING, replace(UMBRELLA, source=Source.CUSTOM, number=5))
    assert (own.presets_taken, own.customs_taken) == ((), (5,))


def test_a_prepared_puzzle_is_had_before_one_comes_again() -> None:
    room = Room().preparing(ANYTHING, preset(7, difficulty=1))
    assert room.prepared_suiting(Wish(1)) == preset(7, difficulty=1)
    assert room.prepared_suiting(Wish(1, Category.MYSTERY, "바다")) == preset(7, difficulty=1)
    assert room.prepared_suiting(Wish(2)) is None
    assert room.prepared_suiting(Wish(1, Category.LOGIC)) is None
    assert Room().prepared_suiting(ANYTHING) is None


def test_a_room_that_has_read_a_puzzle_does_not_get_it() -> None:
    own = replace(UMBRELLA, source=Source.CUSTOM, number=5)
    room = Room().preparing(ANYTHING, own).reading(5)
    assert (room.customs_taken, room.prepared) == ((5,), None)
    assert room.reading(5) == room
    with_other = Room().preparing(ANYTHING, preset(5)).reading(5)
    assert with_other.prepared
    with pytest.raises(PuzzleInPlay):
        started(Room(), own).reading(5)
    assert started(Room(), own).reading(6).customs == (5, 6)


def test_a_mild_room_throws_a_dark_prepared_puzzle_away() -> None:
    room = Room().preparing(ANYTHING, preset(7, warning="재난을 다룹니다"))
    assert room.mildly(False).prepared
    mild = room.mildly(True)
    assert (mild.mild, mild.prepared) == (True, None)
    assert Room().preparing(ANYTHING, preset(8)).mildly(True).prepared


def test_a_game_left_for_a_day_is_over_when_the_day_is() -> None:
    room = started(Room(), preset(1), now=1000.0)
    assert room.expired("r", 1000.0 + IDLE_SECONDS - 1) is None
    assert Room().expired("r", 1e9) is None
    with pytest.raises(NoGame):
        room.playing("", 1000.0 + IDLE_SECONDS)
    game = room.expired("r", 5e9)
    assert game
    assert (game.result, game.winner, game.completed_at) == (Result.TIMEOUT, "", 1000.0 + IDLE_SECONDS)
    assert game.game == "r:1000.0-0"
    assert room.ended(game).soup is None


def test_the_truth_is_told_unless_it_is_asked_for_again() -> None:
    for fresh in (Room(), started(Room(), preset(1))):
        with pytest.raises(NothingToTell):
            fresh.telling("/스프")
    room = ended(started(Room(), preset(1)))
    with pytest.raises(StoryMustWait):
        started(room, replace(preset(1), source=Source.REWRITTEN)).telling("/스프")
    made = replace(UMBRELLA, source=Source.GENERATED, number=0)
    again = started(ended(started(room, made)), replace(made, title="다른 것"))
    for other in (started(room, preset(2)), again):
        assert other.telling("/스프") == other.last
    assert room.telling("/스프").puzzle == preset(1)
    assert room.told("옛날에", "/스프").telling("/스프").story == "옛날에"
    assert ended(started(room, preset(2))).telling("/스프").story == ""


def test_a_puzzle_is_rated_once_by_each_player() -> None:
    room = ended(started(Room(), preset(1)))
    for stars in (None, 0, 6):
        with pytest.raises(BadRating):
            room.rating(stars, by=MINJI, now=5.0, prefix="/스프")
    with pytest.raises(NothingToTell):
        Room().rating(5, by=MINJI, now=5.0, prefix="/스프")
    with pytest.raises(NotAPlayer):
        room.rating(5, by=JUN, now=5.0, prefix="/스프")
    rated, event = room.rating(5, by=MINJI, now=5.0, prefix="/스프")
    assert event == Rated("r:1.0-0", "preset:1", "1", 5, 5.0)
    with pytest.raises(AlreadyRated):
        rated.rating(1, by=MINJI, now=6.0, prefix="/스프")
    later = started(rated, preset(2))
    with pytest.raises(AlreadyRated):
        later.rating(1, by=MINJI, now=6.0, prefix="/스프")


def test_somebody_proposes_three_puzzles_a_day() -> None:
    room = Room()
    for at in (0.0, 1.0, 2.0):
        room = room.proposing(by=MINJI, now=at)
    with pytest.raises(ProposalLimitReached):
        room.proposing(by=MINJI, now=3.0)
    assert len(room.proposing(by=JUN, now=3.0).proposals) == 4
    assert len(room.proposing(by=MINJI, now=24 * 3600.0).proposals) == 3


def test_what_is_saved_in_one_step_is_one_entry() -> None:
    room = started(Room(), preset(1))
    finished = Finished("r", room.playing("", 1.0), Result.FORCED, "", 2.0)
    rated = Rated("r:1-0", "", "1", 4, 3.0)
    assert EVENTS.validate_json(joined(dump(finished), None, dump(rated))) == (finished, rated)
    assert EVENTS.validate_json(dump()) == ()


def test_an_old_record_still_loads() -> None:
    assert TypeAdapter(Room).validate_json(b"{}") == Room()


def test_tokens_are_spent_on_the_game_that_is_open() -> None:
    room = started(Room(), preset(1)).spending(7).spending(5)
    assert room.playing("", 1.0).tokens == 12
    assert Room().spending(7) == Room()


def test_a_game_may_count_for_another_room() -> None:
    here = started(Room(), preset(1)).playing("", 1.0)
    there = Room().started(preset(1), ANYTHING, game="1-0", by=MINJI, now=1.0, chat="c").playing("", 1.0)
    assert Finished("r", here, Result.FORCED, "", 2.0).chat == "r"
    assert Finished("r", there, Result.FORCED, "", 2.0).chat == "c"
