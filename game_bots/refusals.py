"""What every game says no to. Pure."""

from botkit.chat.errors import Refused


class NoGame(Refused):
    """No game is open in the room."""

    code = "no_game"
    status = 404
    variables = ("prefix",)


class DuplicateQuestion(Refused):
    """Somebody asked that already."""

    code = "duplicate_question"
    status = 409
    variables = ("number", "answer")


class HintLimitReached(Refused):
    """No hint is left."""

    code = "hint_limit_reached"
    status = 409
    variables = ("used", "limit")


class NoSuchQuestion(Refused):
    """Nobody asked a question of that number."""

    code = "no_such_question"
    status = 404
    variables = ("number",)


class AppealEmpty(Refused):
    """`이의` without the number of a question."""

    code = "appeal_empty"
    variables = ("prefix",)


class AppealRepeated(Refused):
    """A second judge has looked at the answer before."""

    code = "appeal_repeated"
    status = 409
    variables = ("number", "answer")


class AppealLimitReached(Refused):
    """No appeal is left."""

    code = "appeal_limit_reached"
    status = 409
    variables = ("limit",)


class NotIdle(Refused):
    """Somebody has moved in the game since; only an operator's clean-up meets it."""

    code = "not_idle"
    status = 409
