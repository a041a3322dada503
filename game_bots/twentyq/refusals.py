"""What the game says no to. Pure."""

from botkit.chat.errors import Refused


class DuplicateQuestion(Refused):
    """Somebody asked that already."""

    code = "duplicate_question"
    variables = ("number", "answer")


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
    variables = ("guess",)


class GuessTooSoon(Refused):
    """The person's last wrong guess is too recent."""

    code = "guess_too_soon"
    variables = ("total", "remaining")


class QuestionsUsedUp(Refused):
    """The last question was asked; only guesses are left."""

    code = "questions_used_up"
    variables = ("limit",)


class ChainTooLong(Refused):
    """More questions in one line than are taken."""

    code = "chain_too_long"
    variables = ("limit",)


class HintLimitReached(Refused):
    """No hint is left."""

    code = "hint_limit_reached"
    variables = ("used", "limit")
