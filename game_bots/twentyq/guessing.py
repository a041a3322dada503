"""What comes of a guess, alone or in a chain: the secret's names and operators' words go before the model."""

from dataclasses import dataclass

from botkit.chat.message import Scene
from game_bots.twentyq.commands import Guess
from game_bots.twentyq.game import Riddle
from game_bots.twentyq.judge import GuessResult, Judge
from game_bots.twentyq.messages import Say
from game_bots.twentyq.refusals import GuessEmpty
from game_bots.twentyq.room import Result
from game_bots.twentyq.synonyms import Synonyms


@dataclass(frozen=True, slots=True)
class Guessed:
    """The game after a guess, how it ended by it, if it did, and the text about a wrong one."""

    riddle: Riddle
    ended: Result | None = None
    text: str = ""


class Guessing:
    """Has guesses judged."""

    def __init__(self, *, judge: Judge, synonyms: Synonyms, say: Say, prefix: str) -> None:
        self._judge = judge
        self._synonyms = synonyms
        self._say = say
        self._prefix = prefix

    async def guessed(self, guess: Guess, riddle: Riddle, scene: Scene) -> Guessed:
        """Judge a guess.

        Raises:
            GuessEmpty, GuessRepeated, GuessTooSoon: it is not looked at.
            AiConfused: the server's answer is none of the results.
        """
        noun = guess.noun
        if not noun:
            raise GuessEmpty(prefix=self._prefix)
        riddle.check_guess(noun, by=scene.player, now=scene.now)
        result = await self._result(guess, riddle, scene)
        if result is GuessResult.ACCEPT:
            return Guessed(riddle.joined(scene.player), Result.CORRECT)
        close = result is GuessResult.CLOSE
        missed = riddle.missed(noun, close=close, by=scene.player, now=scene.now)
        text = (self._say.close if close else self._say.wrong)(name=scene.player.name, guess=noun)
        return Guessed(missed, Result.FAILED if missed.questions_left == 0 and not close else None, text)

    async def _result(self, guess: Guess, riddle: Riddle, scene: Scene) -> GuessResult:
        if riddle.is_named_by(guess.said) or riddle.is_named_by(guess.glued):
            return GuessResult.ACCEPT
        canonical = await self._synonyms.canonical(guess.noun)
        if canonical and riddle.is_named_by(canonical):
            return GuessResult.ACCEPT
        return await self._judge.guess(riddle, guess.noun, entry=scene.entry)
