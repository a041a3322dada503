"""Which rows are lines that people typed for a bot, and why the others are not."""

from dataclasses import dataclass

from iris_bridge.events import REPLY, TEXT, Event

HISTORY = ("SYNCMSG", "MCHATLOGS")
"""Origins of old messages that KakaoTalk fetches again."""


@dataclass(frozen=True)
class Rules:
    """What is let through."""

    max_age: float
    """Seconds."""

    bot: str = ""
    allowed_rooms: frozenset[str] = frozenset()
    denied_rooms: frozenset[str] = frozenset()
    denied_users: frozenset[str] = frozenset()

    def refusal(self, event: Event, now: float) -> str:
        """Why an event is no line for a bot, as a word for the metric; blank when it is one."""
        listed = not self.allowed_rooms or event.room in self.allowed_rooms
        reasons = {
            "own": event.is_by(self.bot),
            "history": event.origin in HISTORY,
            "deleted": event.deleted,
            "not_text": event.kind not in (TEXT, REPLY),
            "stale": now - event.at > self.max_age,
            "room": not listed or event.room in self.denied_rooms,
            "user": event.user in self.denied_users,
            "blank": not event.text.strip(),
        }
        return next((reason for reason, applies in reasons.items() if applies), "")
