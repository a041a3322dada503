"""What is remembered about a room beyond the soup that is open: puzzles it had, the last game. Pure."""

from dataclasses import dataclass, replace

from botkit.chat.message import Player
from game_bots.refusals import NoGame
from game_bots.turtlesoup.events import Finished, Rated, Result
from game_bots.turtlesoup.game import IDLE_SECONDS, Soup
from game_bots.turtlesoup.puzzles import Played, Puzzle, Source, Wish
from game_bots.turtlesoup.refusals import (
    AlreadyRated,
    BadRating,
    NotAPlayer,
    NothingToTell,
    ProposalLimitReached,
    PuzzleInPlay,
    StoryMustWait,
)

STARS = range(1, 6)
"""What a puzzle can be rated."""

SCENARIOS_KEPT = 10
"""The room's last situations, which a new puzzle must not resemble."""

PROPOSALS_A_DAY = 3
"""Of one person in a room."""

DAY_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """The puzzle that was chosen ahead for a wish."""

    wish: Wish
    puzzle: Puzzle


@dataclass(frozen=True, slots=True)
class Ended:
    """The game that ended last, as far as somebody may still ask about it."""

    game: str
    puzzle: Puzzle
    wish: Wish
    players: tuple[str, ...]
    rated: tuple[str, ...] = ()
    story: str = ""
    """The truth as a story, once it was told."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """That a person has proposed a puzzle."""

    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Room:
    """Everything remembered about a room; outlives its games."""

    soup: Soup | None = None
    last: Ended | None = None
    presets: tuple[Played, ...] = ()
    """Presets that the room had, the oldest first."""
    customs: tuple[int, ...] = ()
    """Our own puzzles that the room had."""
    scenarios: tuple[str, ...] = ()
    prepared: Prepared | None = None
    mild: bool = False
    """Whether puzzles with a warning are left out."""
    proposals: tuple[Proposal, ...] = ()

    def playing(self, prefix: str, now: float) -> Soup:
        """The soup that is open.

        Raises:
            NoGame: none is, or nothing has happened in it for a day.
        """
        if self.soup is None or self.soup.overdue(now):
            raise NoGame(prefix=prefix)
        return self.soup

    # ---- puzzles ------------------------------------------------------------------------------------

    @property
    def presets_taken(self) -> tuple[int, ...]:
        """Presets that are not to be drawn: played, or prepared."""
        return (*(one.number for one in self.presets), *self._prepared_from(Source.PRESET))

    @property
    def customs_taken(self) -> tuple[int, ...]:
        """Our own puzzles that are not to be drawn: played, or prepared."""
        return (*self.customs, *self._prepared_from(Source.CUSTOM))

    def prepared_for(self, wish: Wish) -> Puzzle | None:
        """The puzzle that was chosen ahead for such a wish."""
        return self.prepared.puzzle if self.prepared and self.prepared.wish == wish else None

    def prepared_suiting(self, wish: Wish) -> Puzzle | None:
        """The puzzle that was chosen ahead, if it is of the kind, for whatever wish that was."""
        puzzle = self.prepared.puzzle if self.prepared else None
        return puzzle if puzzle and wish.suits(puzzle.difficulty, puzzle.category) else None

    def reading(self, number: int) -> "Room":
        """With a puzzle of our own that the room gets to read, solution included, so it is not to play it.

        Raises:
            PuzzleInPlay: it is playing it.
        """
        if self.soup and self.soup.puzzle.source is Source.CUSTOM and self.soup.puzzle.number == number:
            raise PuzzleInPlay
        prepared = None if self._prepared_from(Source.CUSTOM) == (number,) else self.prepared
        return replace(self, customs=tuple(dict.fromkeys((*self.customs, number))), prepared=prepared)

    def oldest(self, wish: Wish) -> Played | None:
        """The preset that the room played longest ago, of those that suit the wish."""
        return next((one for one in self.presets if one.suits(wish, mild=self.mild)), None)

    def preparing(self, wish: Wish, puzzle: Puzzle) -> "Room":
        """With a puzzle chosen ahead."""
        return replace(self, prepared=Prepared(wish, puzzle))

    def mildly(self, mild: bool) -> "Room":
        """With puzzles that carry a warning left out, or not any more."""
        prepared = self.prepared
        if mild and prepared and prepared.puzzle.warning:
            prepared = None
        return replace(self, mild=mild, prepared=prepared)

    def _prepared_from(self, source: Source) -> tuple[int, ...]:
        puzzle = self.prepared.puzzle if self.prepared else None
        return (puzzle.number,) if puzzle and puzzle.source is source else ()

    # ---- games --------------------------------------------------------------------------------------

    def started(
        self, puzzle: Puzzle, wish: Wish, *, game: str, by: Player, now: float, chat: str = ""
    ) -> "Room":
        """With a new soup, whose puzzle counts as played; nothing of an earlier one is left in it."""
        presets, customs = self.presets, self.customs
        if puzzle.source in (Source.PRESET, Source.REWRITTEN):
            played = Played(puzzle.number, puzzle.difficulty, puzzle.category, bool(puzzle.warning))
            presets = (*(one for one in presets if one.number != puzzle.number), played)
        elif puzzle.source is Source.CUSTOM:
            customs = tuple(dict.fromkeys((*customs, puzzle.number)))
        taken = self.prepared is not None and self.prepared.puzzle == puzzle
        return replace(
            self,
            soup=Soup(game, puzzle, now, now, wish=wish, chat=chat, players=(by,), seen={by.id: now}),
            presets=presets,
            customs=customs,
            scenarios=(*self.scenarios, puzzle.scenario)[-SCENARIOS_KEPT:],
            prepared=None if taken else self.prepared,
        )

    def ended(self, game: Finished) -> "Room":
        """Without a soup; the game can be told and rated until the next one ends."""
        soup = game.soup
        players = tuple(player.id for player in soup.players)
        return replace(self, soup=None, last=Ended(game.game, soup.puzzle, soup.wish, players))

    def expired(self, name: str, now: float) -> Finished | None:
        """The game of the room `name`, if nothing has happened in it for a day; it ended with that day."""
        soup = self.soup
        if soup is None or not soup.overdue(now):
            return None
        return Finished(name, soup, Result.TIMEOUT, "", soup.moved_at + IDLE_SECONDS)

    def spending(self, tokens: int) -> "Room":
        """With so many more tokens on the soup that is open, if there is one."""
        return replace(self, soup=self.soup.spent(tokens)) if self.soup else self

    # ---- after a game -------------------------------------------------------------------------------

    def telling(self, prefix: str) -> Ended:
        """The game whose truth may be told as a story.

        Raises:
            NothingToTell: no game has ended.
            StoryMustWait: the one that is open has the same puzzle.
        """
        last = self._last(prefix)
        if self.soup and last.puzzle.ref and self.soup.puzzle.ref == last.puzzle.ref:
            raise StoryMustWait
        return last

    def told(self, story: str, prefix: str) -> "Room":
        """With the story of the last game."""
        return replace(self, last=replace(self._last(prefix), story=story))

    def rating(self, stars: int | None, *, by: Player, now: float, prefix: str) -> tuple["Room", Rated]:
        """With a person's opinion of the last puzzle, and the event that says so.

        Raises:
            BadRating: not a number of stars.
            NothingToTell: no game has ended.
            NotAPlayer, AlreadyRated: not, or not again, from this person.
        """
        if stars is None or stars not in STARS:
            raise BadRating(prefix=prefix)
        last = self._last(prefix)
        if by.id not in last.players:
            raise NotAPlayer
        if by.id in last.rated:
            raise AlreadyRated
        rated = replace(last, rated=(*last.rated, by.id))
        return replace(self, last=rated), Rated(last.game, last.puzzle.ref, by.id, stars, now)

    def proposing(self, *, by: Player, now: float) -> "Room":
        """With one more proposal of a person.

        Raises:
            ProposalLimitReached: that is enough for a day.
        """
        recent = tuple(one for one in self.proposals if now - one.at < DAY_SECONDS)
        if sum(one.by == by.id for one in recent) >= PROPOSALS_A_DAY:
            raise ProposalLimitReached(limit=PROPOSALS_A_DAY)
        return replace(self, proposals=(*recent, Proposal(by.id, now)))

    def _last(self, prefix: str) -> Ended:
        if self.last is None:
            raise NothingToTell(prefix=prefix)
        return self.last
