"""The first characters of a line → the stream of the bot that answers to them.

`//=drop;/스자=kakao:20q|kakao:20q-2;!=kakao:hololive`: the first prefix that fits wins; `drop` means that
nobody shall get it. Of several streams, divided by `|`, a room always has the same one.
"""

import zlib
from dataclasses import dataclass

DROP = "drop"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
"""Folded bubbles are full of them, and who copies a command out of one copies some along."""


class BadRoutes(ValueError):
    """The text is no list of routes; says where."""


@dataclass(frozen=True)
class Route:
    """One prefix and where it leads: shards of one stream, or nowhere."""

    prefix: str
    streams: tuple[str, ...]

    def stream(self, room: str) -> str:
        """The shard of a room; blank when lines of this kind are dropped."""
        if not self.streams:
            return ""
        return self.streams[zlib.crc32(room.encode()) % len(self.streams)]


def parse(text: str) -> tuple[Route, ...]:
    """The routes in their order.

    Raises:
        BadRoutes: an item is not `prefix=stream`, or a prefix stands there twice.
    """
    routes: list[Route] = []
    for item in filter(None, (part.strip() for part in text.split(";"))):
        prefix, _, target = (part.strip() for part in item.partition("="))
        streams = () if target == DROP else tuple(part.strip() for part in target.split("|"))
        if not prefix or "" in streams:
            raise BadRoutes(f"'{item}' is not prefix=stream")
        if prefix in [route.prefix for route in routes]:
            raise BadRoutes(f"'{prefix}' stands there twice")
        routes.append(Route(prefix, streams))
    return tuple(routes)


def trimmed(text: str) -> str:
    """A text without what cannot be seen before and behind it."""
    while (shorter := text.strip().strip(ZERO_WIDTH)) != text:
        text = shorter
    return text


def route_of(line: str, routes: tuple[Route, ...]) -> Route | None:
    """The route of a trimmed line."""
    return next((route for route in routes if line.startswith(route.prefix)), None)
