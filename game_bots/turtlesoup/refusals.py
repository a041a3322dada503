"""What the game says no to. Pure."""

from botkit.chat.errors import Failed, Refused


class QuestionLength(Refused):
    """A question of too few or too many characters."""

    code = "question_length"
    variables = ("least", "most")


class QuestionUnanswerable(Refused):
    """Not a question that can be answered with yes or no."""

    code = "question_unanswerable"


class AnswerEmpty(Refused):
    """`정답` without a solution."""

    code = "answer_empty"
    variables = ("prefix",)


class AnswerLength(Refused):
    """A solution of too many characters."""

    code = "answer_length"
    variables = ("least", "most")


class AttemptTooSoon(Refused):
    """The person's last attempt is too recent."""

    code = "attempt_too_soon"
    status = 429
    variables = ("total", "remaining")


class HintTooSoon(Refused):
    """Questions first, then the next hint."""

    code = "hint_too_soon"
    variables = ("needed",)


class NothingToTell(Refused):
    """There is no game that has just ended."""

    code = "nothing_to_tell"
    variables = ("prefix",)


class StoryMustWait(Refused):
    """The game that is open has the puzzle of the last one."""

    code = "story_must_wait"


class BadRating(Refused):
    """Not a number of stars."""

    code = "bad_rating"
    variables = ("prefix",)


class NotAPlayer(Refused):
    """Only who played the game may rate its puzzle."""

    code = "not_a_player"


class AlreadyRated(Refused):
    """One rating a person and game."""

    code = "already_rated"


class ProposalIncomplete(Refused):
    """A proposal needs a title, a situation and the truth."""

    code = "proposal_incomplete"
    variables = ("prefix",)


class ProposalLength(Refused):
    """A part of a proposal is too short or too long."""

    code = "proposal_length"
    variables = ("title", "scenario", "solution")


class ProposalGivesAway(Refused):
    """Title or situation of a proposal tell its solution."""

    code = "proposal_gives_away"


class ProposalLimitReached(Refused):
    """The person has proposed enough for a day."""

    code = "proposal_limit_reached"
    variables = ("limit",)


class NoSuchPuzzle(Refused):
    """No puzzle of our own has that number."""

    code = "no_such_puzzle"
    status = 404
    variables = ("number",)


class PuzzleInPlay(Refused):
    """The room is playing the puzzle that an operator wants to read there."""

    code = "puzzle_in_play"
    status = 409


class NoPuzzle(Failed):
    """Nobody had a puzzle to give."""

    code = "no_puzzle"
