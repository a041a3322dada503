"""Everything that can go wrong in a way a player should read about.

UserError                      text key `error.<code>`, variables = its keyword arguments
├── Refused                    the player's input, not our fault
│   ├── NotUnderstood          no such command
│   ├── LineTooLong            more characters than a question may have
│   ├── NotPermitted           an operator's command from somebody else
│   ├── UserBlocked, RoomBlocked
│   └── (each game adds its own: NoGame, HintLimitReached …)
└── Failed                     our side or the model's; the state is untouched
    ├── AiTimeout              the deadline passed
    ├── AiUnavailable          the LLM server or the model is away, or has no key
    ├── AiBusy                 quota or rate limit
    ├── AiRefused              the guard or the model's policy refused the text
    ├── AiConfused             the model's answer could not be read
    ├── NothingLeft            the server has nothing of what was asked for
    ├── StoreUnavailable       valkey-cache or PostgreSQL is away
    ├── TooManyWaiting         the room's lane is full
    ├── LineExpired            a queued line grew too old
    └── Bug                    anything unforeseen, and a line that was given up
"""

from typing import ClassVar


class UserError(Exception):
    """A failure with a text of its own. `code` is stable: it names the text, the metric and the log field.

    `status` is the HTTP status for callers of a bot's API.
    """

    code: ClassVar[str] = ""
    status: ClassVar[int] = 500
    variables: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **values: object) -> None:
        if set(values) != set(self.variables):
            raise TypeError(f"{type(self).__name__} takes {self.variables}, got {tuple(values)}")
        super().__init__(self.code)
        self.values = values


class Refused(UserError):
    """The player can do something about it."""

    status = 422


class NotUnderstood(Refused):
    """The prefix is ours, the rest is no command."""

    code = "not_understood"
    variables = ("prefix",)


class LineTooLong(Refused):
    """More characters than a question may have."""

    code = "line_too_long"
    variables = ("limit",)


class NotPermitted(Refused):
    """An operator's command from somebody who is none."""

    code = "not_permitted"
    status = 403


class UserBlocked(Refused):
    """The person is on the block list."""

    code = "user_blocked"
    status = 403
    variables = ("name",)


class RoomBlocked(Refused):
    """The room is on the block list."""

    code = "room_blocked"
    status = 403


class Failed(UserError):
    """The player can only try again; nothing was changed."""

    status = 503


class AiTimeout(Failed):
    """No answer within the deadline."""

    code = "ai_timeout"
    status = 504


class AiUnavailable(Failed):
    """The LLM server or the model cannot be reached or has no key."""

    code = "ai_unavailable"


class AiBusy(Failed):
    """The model's quota or rate limit is used up."""

    code = "ai_busy"


class AiRefused(Failed):
    """The guard or the provider's policy refused the text."""

    code = "ai_refused"
    status = 422


class AiConfused(Failed):
    """The model's answer could not be read; it is never guessed."""

    code = "ai_confused"
    status = 502


class NothingLeft(Failed):
    """The LLM server has nothing, or nothing more, of what was asked for."""

    code = "nothing_left"
    status = 404


class StoreUnavailable(Failed):
    """A store did not answer within its deadline."""

    code = "store_unavailable"


class TooManyWaiting(Failed):
    """Five people or forty lines already wait in the room."""

    code = "too_many_waiting"


class LineExpired(Failed):
    """A line whose sender was told to wait grew too old to be answered."""

    code = "line_expired"
    variables = ("name",)


class Bug(Failed):
    """Unforeseen; the log has the details under the entry's id."""

    code = "bug"
    status = 500


def tree(root: type[UserError] = UserError) -> list[type[UserError]]:
    """Every error with a text, for the start-up check of the catalogue."""
    found = [root] if root.code else []
    for child in root.__subclasses__():
        found += tree(child)
    return found
