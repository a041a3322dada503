"""What every game says no to. Pure."""

from botkit.chat.errors import Refused


class NoGame(Refused):
    """No game is open in the room."""

    code = "no_game"
    status = 404
    variables = ("prefix",)
