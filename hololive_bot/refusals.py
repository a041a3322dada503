"""What this bot cannot do for somebody, and says so. Pure."""

from botkit.chat.errors import Refused, UserError


class MemberNotFound(Refused):
    """No name fits; `nearest` is a line with the names that come close, or empty."""

    code = "not_found"
    variables = ("name", "nearest")


class SeveralFound(Refused):
    """Different members fit; `candidates` are ready lines to type."""

    code = "several_found"
    variables = ("name", "candidates")


class MemberGraduated(Refused):
    """The member does not stream any more."""

    code = "graduated"
    variables = ("name",)


class NoChannel(Refused):
    """The member has no channel of their own."""

    code = "no_channel"
    variables = ("name",)


class NotServed(Refused):
    """The member belongs to a group whose streams the operator has left out."""

    code = "not_served"
    variables = ("name",)


class TooManyFollowed(Refused):
    """The room follows as many as it may."""

    code = "too_many_followed"
    variables = ("limit",)


class OnlyBroadcasts(Refused):
    """Alerts about posts and shorts are not collected."""

    code = "only_broadcasts"


REFUSALS: tuple[type[UserError], ...] = (
    MemberNotFound,
    SeveralFound,
    MemberGraduated,
    NoChannel,
    NotServed,
    TooManyFollowed,
    OnlyBroadcasts,
)
