"""What the bridge itself says; the bots' texts pass through as they are."""

from pathlib import Path

from botkit.chat.catalog import Catalog, Text, Texts
from iris_bridge.limits import Over

MESSAGES = Path(__file__).parent / "messages.yml"


class Say(Texts):
    """Its texts, checked against the file at start."""

    user_limit = Text("limit.user_limit", "name")
    room_limit = Text("limit.room_limit")
    error_mark = Text("error.mark")

    def over(self, over: Over, name: str) -> str:
        """What somebody over the limit reads, once."""
        return self.user_limit(name=name) if over is Over.USER else self.room_limit()


def load() -> Say:
    """The texts of `messages.yml`."""
    return Say(Catalog.load(MESSAGES))
