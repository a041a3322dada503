"""How asking Holodex can fail, and what players read when nothing older could be shown instead.

HolodexFailed                no answer that can be used
├── NoKey                    none is configured: only the official schedule can be read
├── KeysRefused              Holodex accepts none of the keys
├── RateLimited              every key has used up its quota; `seconds` until the first may be used again
├── Resting                  it failed again and again and is left alone for a while
├── Unreachable              no connection, no answer in time, a 5xx, or something that is no JSON
└── Rejected                 it does not like the request (another 4xx); asking again would not help

SourceUnavailable, SourceBusy   the players' errors; their texts stand in messages.yml beside this file
"""

from pathlib import Path
from typing import ClassVar

from botkit.chat.errors import Failed, UserError

MESSAGES = Path(__file__).with_name("messages.yml")


class HolodexFailed(Exception):
    """No answer that can be used. `outcome` names the failure in metrics and logs."""

    outcome: ClassVar[str] = "failed"


class NoKey(HolodexFailed):
    """None is configured."""

    outcome = "no_key"


class KeysRefused(HolodexFailed):
    """Every key was refused within the last hour."""

    outcome = "refused"


class RateLimited(HolodexFailed):
    """Every key is used up."""

    outcome = "rate_limited"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"for {seconds:.0f} s")
        self.seconds = seconds


class Resting(HolodexFailed):
    """The breaker is open."""

    outcome = "resting"


class Unreachable(HolodexFailed):
    """Nothing came back, or nothing that makes sense; says what."""

    outcome = "unreachable"


class Rejected(HolodexFailed):
    """The request itself was refused."""

    outcome = "rejected"

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class SourceUnavailable(Failed):
    """No source answers, and nothing was kept from before."""

    code = "upstream_unavailable"
    status = 502


class SourceBusy(Failed):
    """The quota is used up, and nothing was kept from before."""

    code = "rate_limited"
    status = 502
    variables = ("minutes",)


PLAYER_ERRORS: tuple[type[UserError], ...] = (SourceUnavailable, SourceBusy)


def for_players(failure: HolodexFailed) -> Failed:
    """What a player is told."""
    if isinstance(failure, RateLimited):
        return SourceBusy(minutes=max(1, -int(-failure.seconds // 60)))
    return SourceUnavailable()
