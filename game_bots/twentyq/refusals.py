"""What the game says no to. Pure."""

from botkit.chat.errors import Refused


class QuestionUnclear(Refused):
    """Not a question that can be answered with yes or no."""

    code = "question_unclear"


class QuestionForbidden(Refused):
    """An attempt to get around the game."""

    code = "question_forbidden"


class GuessEmpty(Refused):
    """`정답` without a word."""

    code = "guess_empty"
    variables = ("prefix",)


class GuessRepeated(Refused):
    """The room was wrong with that word before."""

    code = "guess_repeated"
    status = 409
    variables = ("guess",)


class GuessTooSoon(Refused):
    """The person's last wrong guess is too recent."""

    code = "guess_too_soon"
    status = 429
    variables = ("total", "remaining")


class QuestionsUsedUp(Refused):
    """The last question was asked; only guesses are left."""

    code = "questions_used_up"
    status = 409
    variables = ("limit",)


class ChainTooLong(Refused):
    """More questions in one line than are taken."""

    code = "chain_too_long"
    variables = ("limit",)


class NothingToRecall(Refused):
    """No game has ended in the room lately."""

    code = "nothing_to_recall"
    status = 404
