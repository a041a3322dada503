"""What a message is on its way through this process, and what it has come to."""

from dataclasses import dataclass

from iris_bridge.replies import Message


@dataclass(frozen=True)
class Ending:
    """What a message has come to."""

    state: str
    reason: str = ""
    """Why it is a dead letter; blank when it is none."""

    attempts: int = 0
    error: str = ""
    log: str = ""
    """KakaoTalk's id of the row that shows it."""

    @property
    def seen(self) -> bool:
        """Whether it must not be posted ever again."""
        return self.state in ("confirmed", "handed_off")

    def told(self, message: Message, *, now: float) -> dict[str, str]:
        """The fields of the delivery stream."""
        fields = {
            "entry": message.entry,
            "bot": message.bot,
            "chatId": message.chat,
            "dedupKey": message.dedup,
            "replyTo": message.reply_to,
            "type": message.type,
            "state": self.state,
            "attempts": str(self.attempts),
            "logId": self.log,
            "reason": self.reason,
            "at": str(int(now * 1000)),
        }
        return {name: value for name, value in fields.items() if value}

    def why(self, *, deliveries: int) -> dict[bytes, bytes]:
        """What a dead letter has beside the fields of its entry."""
        return {
            b"reason": self.reason.encode(),
            b"deliveries": str(deliveries).encode(),
            b"attempts": str(self.attempts).encode(),
            b"lastError": self.error.encode(),
        }


@dataclass
class Trip:
    """A message under way in this process."""

    message: Message
    after: int | None = None
    """The row behind which it would appear; None before it was first posted."""

    attempts: int = 0
    refusals: int = 0
    missed: int = 0
    """How often it did not appear while others did."""

    error: str = ""

    def ended(self, state: str, reason: str = "", log: str = "") -> Ending:
        """The end of it."""
        return Ending(state, reason, self.attempts, self.error, log)
