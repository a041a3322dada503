"""Dead letters: entries that were given up, in `<stream>:dead` on either Valkey.

They are listed without what people wrote, and can be written back into their stream: as a new entry, in one
script with their removal, so that two operators do not replay one letter twice.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botkit.runtime.clock import entry_seconds
from botkit.valkey.clients import Redis, script
from workspace.links import Links, Trouble

SUFFIX = ":dead"

OURS = (b"reason", b"deliveries", b"attempts", b"lastError")
"""What was added when the entry was given up; not written back."""

OPEN = (
    *("room", "chatId", "userId", "threadId", "type", "bot", "replyTo", "dedupKey", "seq", "total"),
    *("logId", "msgType", "createdAt", "source", "v", "imageKey", "replayOf"),
    *(name.decode() for name in OURS if name != b"lastError"),
)
"""Fields that can be shown: ids and marks. Everything else may hold what somebody wrote, or a secret: an
error of Iris quotes what it could not send.
"""


@dataclass(frozen=True)
class Letters:
    """One stream of dead letters."""

    client: Redis
    server: str
    name: str

    @property
    def origin(self) -> str:
        """Where its entries came from and go back to."""
        return self.name.removesuffix(SUFFIX)

    async def all(self) -> list[tuple[str, dict[bytes, bytes]]]:
        """Its entries, the oldest first."""
        found: Any = await self.client.xrange(self.name)
        return [(entry.decode(), fields) for entry, fields in found]


async def find(links: Links) -> list[Letters]:
    """Every stream of dead letters there is."""
    found = []
    for server, client in (("valkey-mq", await links.mq()), ("valkey-cache", await links.cache())):
        names = [key.decode() async for key in client.scan_iter(match=f"*{SUFFIX}", _type="stream")]
        found += [Letters(client, server, name) for name in sorted(names)]
    return found


async def overview(links: Links) -> list[dict[str, Any]]:
    """How many letters each stream holds, since when, and why."""
    rows = []
    for letters in await find(links):
        entries = await letters.all()
        if not entries:
            continue
        reasons = Counter(_text(fields.get(b"reason", b"?")) for _, fields in entries)
        rows.append(
            {
                "stream": letters.name,
                "server": letters.server,
                "letters": len(entries),
                "oldest_at": entry_seconds(entries[0][0]),
                "newest_at": entry_seconds(entries[-1][0]),
                "reasons": [f"{reason} ({count})" for reason, count in reasons.most_common()],
            }
        )
    return rows


async def read(links: Links, stream: str, chosen: Sequence[str], *, with_text: bool) -> list[dict[str, Any]]:
    """The letters of one stream, all or the `chosen` ones.

    Raises:
        Trouble: there is no such stream or letter.
    """
    letters = await _named(links, stream)
    return [
        {"entry": entry, "given_up_at": entry_seconds(entry)} | _shown(fields, with_text=with_text)
        for entry, fields in await _chosen(letters, chosen)
    ]


async def replay(links: Links, stream: str, chosen: Sequence[str]) -> list[dict[str, Any]]:
    """Write letters, all or the `chosen` ones, back into their stream; the oldest first.

    Raises:
        Trouble: there is no such stream or letter.
    """
    letters = await _named(links, stream)
    entries = await _chosen(letters, chosen)
    return [
        {"entry": entry, "stream": letters.origin, "replayed_as": new}
        for entry, fields in entries
        if (new := await _replay(letters, entry, fields))
    ]


async def purge(links: Links, stream: str, chosen: Sequence[str]) -> int:
    """Forget letters, all or the `chosen` ones; returns how many.

    Raises:
        Trouble: there is no such stream or letter.
    """
    letters = await _named(links, stream)
    entries = [entry for entry, _ in await _chosen(letters, chosen)]
    return int(await letters.client.xdel(letters.name, *entries)) if entries else 0


async def _named(links: Links, stream: str) -> Letters:
    found = await find(links)
    for letters in found:
        if stream in (letters.name, letters.origin):
            return letters
    known = ", ".join(letters.name for letters in found) or "none at all"
    raise Trouble(f"no dead letters of {stream}; there are: {known}")


async def _chosen(letters: Letters, chosen: Sequence[str]) -> list[tuple[str, dict[bytes, bytes]]]:
    entries = await letters.all()
    if missing := set(chosen) - {entry for entry, _ in entries}:
        raise Trouble(f"not in {letters.name}: {', '.join(sorted(missing))}")
    return [(entry, fields) for entry, fields in entries if not chosen or entry in chosen]


async def _replay(letters: Letters, entry: str, fields: Mapping[bytes, bytes]) -> str:
    """The id it has now; empty when somebody else took it away meanwhile."""
    flat = [part for pair in restored(entry, fields).items() for part in pair]
    move = script(letters.client, "replay", of="workspace")
    new: Any = await move([letters.name, letters.origin], [entry, *flat])
    return new.decode() if new else ""


def restored(entry: str, fields: Mapping[bytes, bytes]) -> dict[Any, Any]:
    """The fields of a letter as a new entry: without why it was given up, with a mark of its own.

    A bubble's `dedupKey` is changed, because the bridge sends each key once.
    """
    kept: dict[Any, Any] = {name: value for name, value in fields.items() if name not in OURS}
    if mark := fields.get(b"dedupKey"):
        kept[b"dedupKey"] = mark + f"/replay-{entry}".encode()
    return kept | {b"replayOf": entry.encode()}


def _shown(fields: Mapping[bytes, bytes], *, with_text: bool) -> dict[str, str]:
    decoded = {_text(name): _text(value) for name, value in fields.items()}
    return {
        name: value if with_text or name in OPEN else f"({len(value)} characters)"
        for name, value in _sorted(decoded.items())
    }


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _sorted(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Why it was given up first, then whose it was."""
    order = ("reason", "deliveries", *OPEN)
    return sorted(fields, key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
