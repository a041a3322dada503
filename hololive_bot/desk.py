"""Which handler takes which command; the help; questions in words of one's own."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import TypeVar

from botkit.chat.grammar import Grammar
from botkit.chat.message import Reply, Scene
from botkit.turn import Answer, Handlers, Move, Outcome
from hololive_bot import commands
from hololive_bot.asker import Asker
from hololive_bot.handlers.alerts import Subscriptions
from hololive_bot.handlers.calendar import Almanac
from hololive_bot.handlers.history import Past
from hololive_bot.handlers.members import Profiles
from hololive_bot.handlers.statistics import Figures
from hololive_bot.handlers.streams import StreamsShown
from hololive_bot.holodex.errors import SourceUnavailable
from hololive_bot.limits import RoomLimit
from hololive_bot.messages import Say
from hololive_bot.store import Room
from hololive_bot.wording import FOLDED_FROM, SHORT_TITLE, title

T = TypeVar("T")

ANSWER_SECONDS = 15.0
QUESTION_SECONDS = 30.0
"""For a question: what it means, then the answer."""


class Desk:
    """The handlers of one bot process."""

    def __init__(
        self,
        *,
        grammar: Grammar,
        say: Say,
        streams: StreamsShown,
        subscriptions: Subscriptions,
        profiles: Profiles,
        figures: Figures,
        almanac: Almanac,
        past: Past,
        asker: Asker | None,
        limit: RoomLimit,
    ) -> None:
        """Without an `asker` questions are not answered."""
        self._grammar = grammar
        self._say = say
        self._asker = asker
        self._limit = limit
        self._answers: Mapping[type, Answer] = {
            commands.ShowLive: streams.live,
            commands.ShowUpcoming: streams.upcoming,
            commands.ShowSchedule: streams.schedule,
            commands.ShowSubscribers: figures.subscribers,
            commands.ShowRanking: figures.ranking,
            commands.ShowDirectory: profiles.directory,
            commands.ShowProfile: profiles.profile,
            commands.ShowCalendar: almanac.calendar,
            commands.ShowHistory: past.history,
            commands.ShowHelp: self.help,
            commands.Misused: self.misused,
            commands.Ask: self.ask,
        }
        moves: Mapping[type, Move[Room]] = {
            commands.Follow: subscriptions.follow,
            commands.Unfollow: subscriptions.unfollow,
            commands.ShowFollowed: subscriptions.followed,
            commands.UnfollowAll: subscriptions.unfollow_all,
            commands.Misused: self.misused_alert,
        }
        self.handlers = Handlers[Room](
            answers={kind: self._limited(answer) for kind, answer in self._answers.items()},
            moves={kind: self._limited_move(move) for kind, move in moves.items()},
        )

    async def help(self, _command: commands.ShowHelp, _scene: Scene) -> Sequence[Reply]:
        """How to type every command."""
        say = self._say
        usages = self._grammar.usages(say.summary_texts())
        lines = [say.help_head(), *(say.help_line(usage=usage, summary=what) for usage, what in usages)]
        lines.append(say.help_tail())
        if self._asker:
            lines.append(say.help_question(prefix=self._grammar.prefix))
        text = "\n".join(lines)
        return [Reply(text, folded=len(text) > FOLDED_FROM)]

    async def misused(self, command: commands.Misused, _scene: Scene) -> Sequence[Reply]:
        """How the command is used."""
        return [Reply(self._usage(command))]

    async def misused_alert(self, command: commands.Misused, _scene: Scene, _room: Room) -> Outcome[Room]:
        """The same, for a command that stands in the room's lane."""
        return Outcome([Reply(self._usage(command))])

    async def ask(self, command: commands.Ask, scene: Scene) -> Sequence[Reply]:
        """What a question means is done; nothing is said when that is not sure."""
        if self._asker is None:
            return []
        meant = await self._asker.command(command.text, now=scene.now, entry=scene.entry)
        if meant is None:
            return []
        return await self._answers[type(meant)](meant, scene)

    def _usage(self, command: commands.Misused) -> str:
        say, prefix = self._say, self._grammar.prefix
        if command.form == "alert":
            name = title(command.said, SHORT_TITLE)
            offer = say.usage_alert_offer(prefix=prefix, name=name) if name else ""
            return say.usage_alert(prefix=prefix, offer=offer)
        usages = {
            "schedule": say.usage_schedule,
            "subscriber": say.usage_subscriber,
            "ranking": say.usage_ranking,
            "calendar": say.usage_calendar,
            "history": say.usage_history,
        }
        return usages[command.form](prefix=prefix)

    def _limited(self, answer: Answer) -> Answer:
        async def limited(command: object, scene: Scene) -> Sequence[Reply]:
            if not self._limit.admits(scene.room, scene.entry, scene.now):
                return []
            seconds = QUESTION_SECONDS if isinstance(command, commands.Ask) else ANSWER_SECONDS
            return await _in_time(answer(command, scene), seconds)

        return limited

    def _limited_move(self, move: Move[Room]) -> Move[Room]:
        async def limited(command: object, scene: Scene, room: Room) -> Outcome[Room]:
            if not self._limit.admits(scene.room, scene.entry, scene.now):
                return Outcome([])
            return await _in_time(move(command, scene, room), ANSWER_SECONDS)

        return limited


async def _in_time(work: Awaitable[T], seconds: float) -> T:
    """What takes longer waits for a source that will not answer.

    Raises:
        SourceUnavailable: the time is over.
    """
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise SourceUnavailable from None
