"""The names of one inbound stream and of everything that stands beside it."""

import os
import secrets
import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """One shard of a bot's inbound stream, as one process sees it."""

    stream: str
    group: str
    replies: str
    bot: str
    consumer: str

    @property
    def dead(self) -> str:
        """Where lines go that cannot be handled."""
        return f"{self.stream}:dead"


def unique_consumer(bot: str) -> str:
    """A name that no other process has, readable in `XINFO CONSUMERS`."""
    return f"{bot}-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
