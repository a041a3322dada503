"""Who is meant in a line, or what to say when that is not clear. Pure."""

from collections.abc import Callable

from hololive_bot.directory import Directory
from hololive_bot.index import Found, Group, Nobody
from hololive_bot.members import Member
from hololive_bot.messages import Say
from hololive_bot.refusals import MemberGraduated, MemberNotFound, NoChannel, NotServed, SeveralFound
from hololive_bot.wording import SHORT_TITLE, title

MOST_CANDIDATES = 8


class Finder:
    """Looks members up for the handlers. `command` is what the line began with, for the lines it suggests."""

    def __init__(
        self,
        directory: Directory,
        say: Say,
        *,
        prefix: str,
        holostars: bool,
        looked_up: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Without `holostars` nothing is known of their streams; `looked_up` is told how a name was found."""
        self._directory = directory
        self._holostars = holostars
        self._say = say
        self._prefix = prefix
        self._looked_up = looked_up

    def one(self, said: str, *, command: str) -> Found:
        """The member who is meant, or those who share a channel.

        Raises:
            MemberNotFound, SeveralFound: nobody or several; the text helps on.
        """
        found = self._directory.index.find(said)
        if isinstance(found, Found):
            self._looked_up(found.step.name.lower())
            return found
        if isinstance(found, Nobody):
            self._looked_up("nobody")
            raise MemberNotFound(name=title(said, SHORT_TITLE), nearest=self._nearest(found))
        self._looked_up("several")
        raise self._asked_back(said, found.members, command)

    def person(self, said: str, *, command: str) -> Found:
        """The one member who is meant; of twins on one channel neither is taken.

        Raises:
            MemberNotFound, SeveralFound: nobody or several; the text helps on.
        """
        found = self.one(said, command=command)
        if len(found.members) > 1:
            raise self._asked_back(said, found.members, command)
        return found

    def channel(self, said: str, *, command: str) -> tuple[Found, str]:
        """Who is meant, and their channel.

        Raises:
            MemberNotFound, SeveralFound, NoChannel: says what is missing.
        """
        found = self.one(said, command=command)
        if found.channel_id is None:
            raise NoChannel(name=found.name)
        return found, found.channel_id

    def streaming(self, said: str, *, command: str) -> tuple[Found, str]:
        """As `streamed`, of members who still stream.

        Raises:
            MemberNotFound, SeveralFound, NoChannel, NotServed, MemberGraduated: says what is missing.
        """
        found = self.one(said, command=command)
        if not found.members[0].is_active:
            raise MemberGraduated(name=found.name)
        return self.streamed(said, command=command)

    def streamed(self, said: str, *, command: str) -> tuple[Found, str]:
        """As `channel`, of members whose streams are known here.

        Raises:
            MemberNotFound, SeveralFound, NoChannel, NotServed: says what is missing.
        """
        found, channel = self.channel(said, command=command)
        if found.members[0].is_holostars and not self._holostars:
            raise NotServed(name=found.name)
        return found, channel

    def group(self, said: str) -> Group | None:
        """The unit of that name."""
        return self._directory.index.unit_called(said)

    def assumed(self, said: str, found: Found) -> list[str]:
        """A line that says who was meant, when the name only came near."""
        return [self._say.assumed(said=title(said, SHORT_TITLE), name=found.name)] if found.is_assumed else []

    def _nearest(self, nobody: Nobody) -> str:
        names = ", ".join(member.name for member in nobody.nearest)
        return self._say.nearest(names=names) if names else ""

    def _asked_back(self, said: str, members: tuple[Member, ...], command: str) -> SeveralFound:
        lines = [
            self._say.candidate(prefix=self._prefix, command=command, name=_full_name(member))
            for member in members[:MOST_CANDIDATES]
        ]
        return SeveralFound(name=title(said, SHORT_TITLE), candidates="\n".join(lines))


def _full_name(member: Member) -> str:
    """A name that means only this member."""
    return member.korean_name or member.english_name
