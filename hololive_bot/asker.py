"""A question in words of one's own becomes one of the commands, by one call of the LLM server.

Asked only when the line names a member or speaks of hololive, and silent whenever anything is unsure: the
mark before the line may stand there for another reason.
"""

from collections.abc import Sequence
from typing import Any

from llm.v1 import llm_service_pb2 as pb

from botkit.chat.errors import UserError
from botkit.llm.client import LlmClient
from hololive_bot import commands, metrics
from hololive_bot.directory import Directory
from hololive_bot.history import MOST_DAYS, HistoryQuery
from hololive_bot.members import Member
from hololive_bot.mentions import mentioned
from hololive_bot.periods import Period, Unit
from hololive_bot.seoul import day_of

RPC = "HololiveParseQuestion"
SECONDS = 15.0
MOST_CANDIDATES = 20


class Asker:
    """Asks what a line wants."""

    def __init__(self, llm: LlmClient, directory: Directory) -> None:
        self._llm = llm
        self._directory = directory

    async def command(self, text: str, *, now: float, entry: str) -> object | None:
        """The command that a question means; None when it means none, or nobody can say."""
        candidates = mentioned(text, self._directory.index)[:MOST_CANDIDATES]
        try:
            reply = await self._llm.call(
                getattr(self._llm.rpc, RPC),
                _request(text, candidates, today=str(day_of(now))),
                request_id=entry,
                timeout=SECONDS,
            )
        except UserError:  # logged by the client
            return None
        meant = command_of(reply, candidates)
        metrics.questions.labels(type(meant).__name__ if meant else "none").inc()
        return meant


def is_offered() -> bool:
    """Whether the contract of this release has the question."""
    return RPC in pb.DESCRIPTOR.services_by_name["LLMService"].methods_by_name


def _request(text: str, candidates: Sequence[Member], *, today: str) -> Any:
    messages: Any = pb
    shown = [messages.HololiveMember(id=member.id, name=member.name) for member in candidates]
    return messages.HololiveParseQuestionRequest(question=text, candidates=shown, today=today)


def command_of(reply: Any, candidates: Sequence[Member]) -> object | None:
    """The command behind an answer; None when it is incomplete or asks for more than one member."""
    known = {member.id: member for member in candidates}
    chosen = [known[member_id] for member_id in reply.member_ids if member_id in known]
    channels = {member.channel_id or member.id for member in chosen}
    if len(channels) > 1 or len(chosen) < len(reply.member_ids):
        return None
    make = _MAKERS.get(reply.intent)
    return make(chosen[0].id if chosen else "", reply) if make else None


def _asked(number: int) -> int:
    """A number of an answer; nonsense is as good as none."""
    return max(0, number)


def _live(member: str, _reply: Any) -> object:
    return commands.ShowLive(member)


def _upcoming(member: str, reply: Any) -> object:
    hours = _asked(reply.hours) or 24 * _asked(reply.days) or commands.HOURS
    return commands.ShowUpcoming(member, min(hours, commands.MOST_HOURS))


def _schedule(member: str, reply: Any) -> object:
    if not member:
        return _upcoming(member, reply)
    days = _asked(reply.days) or -(-_asked(reply.hours) // 24) or commands.DAYS
    return commands.ShowSchedule(member, min(days, commands.MOST_DAYS))


def _profile(member: str, _reply: Any) -> object:
    return commands.ShowProfile(member) if member else commands.ShowDirectory()


def _subscribers(member: str, _reply: Any) -> object | None:
    return commands.ShowSubscribers(member) if member else None


def _ranking(_member: str, reply: Any) -> object:
    return commands.ShowRanking(
        Period(Unit.DAYS, min(reply.days, MOST_DAYS)) if _asked(reply.days) else Period()
    )


def _calendar(_member: str, reply: Any) -> object:
    return commands.ShowCalendar(reply.month if 1 <= reply.month <= 12 else None)


def _history(member: str, reply: Any) -> object:
    days = _asked(reply.days) or -(-_asked(reply.hours) // 24) or HistoryQuery().days
    return commands.ShowHistory(HistoryQuery(member, days=min(days, MOST_DAYS)))


_MAKERS = {
    "LIVE": _live,
    "UPCOMING": _upcoming,
    "SCHEDULE": _schedule,
    "PROFILE": _profile,
    "SUBSCRIBERS": _subscribers,
    "RANKING": _ranking,
    "CALENDAR": _calendar,
    "HISTORY": _history,
}
