"""Words and patterns → commands. The same table gives the parser, the help text and `GET /commands`."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botkit.chat.errors import LineTooLong
from botkit.chat.hangul import visible

LONGEST = 10_000
"""Characters of a line that are looked at; a command is far shorter."""

_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Form:
    """One way to say a command.

    `pattern` must match everything after the prefix; `make` turns the match into a command, or returns None
    when this form does not fit after all. `usage` is shown after the prefix in the help; a form without one
    is not listed. A command with `lane=False` changes nothing and runs at once, past the room's queue.
    `notice` is the key of the text shown when the answer takes long.
    """

    name: str
    pattern: str
    make: Callable[[re.Match[str]], object | None]
    usage: str = ""
    lane: bool = True
    notice: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", re.compile(self.pattern, re.IGNORECASE))

    def parse(self, body: str) -> object | None:
        """The command that `body` says, if it says this one."""
        match: re.Match[str] | None = vars(self)["_compiled"].fullmatch(body)
        return self.make(match) if match else None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command and the form that found it."""

    command: Any
    form: Form


class Grammar:
    """The forms of one bot, first hit wins; `fallback` takes what no form understands."""

    def __init__(
        self,
        *,
        prefix: str,
        forms: Sequence[Form],
        fallback: Form | None,
        limit: int,
        other_prefixes: Sequence[str] = (),
        gap: str = " ",
    ) -> None:
        """Without a `fallback`, or where it declines, a line that no form understands is not for this bot.

        `other_prefixes` are typed instead of `prefix`; help shows `prefix` and, after the `gap`, the usage.
        """
        self._gap = gap
        self.prefix = prefix
        self._prefixes = (prefix, *other_prefixes)
        self.forms = tuple(forms)
        self.fallback = fallback
        self._limit = limit

    def is_meant(self, text: str) -> bool:
        """Whether a chat line is for this bot, whatever it says."""
        return _plain(text).startswith(self._prefixes)

    def parse(self, text: str) -> Parsed | None:
        """The command in a chat line, or None when the line is not for this bot.

        Invisible characters are dropped and line breaks count as spaces before anything is compared.

        Raises:
            LineTooLong: ours, but longer than the limit.
        """
        line = _plain(text)
        prefix = next((one for one in self._prefixes if line.startswith(one)), None)
        if prefix is None:
            return None
        body = line[len(prefix) :]
        parsed = self._understood(body[: self._limit])
        if parsed and len(body) > self._limit:
            raise LineTooLong(limit=self._limit)
        return parsed

    def _understood(self, body: str) -> Parsed | None:
        for form in (*self.forms, *([self.fallback] if self.fallback else [])):
            command = form.parse(body)
            if command is not None:
                return Parsed(command, form)
        return None

    def usages(self, summaries: Mapping[str, str]) -> list[tuple[str, str]]:
        """`(what to type, what it does)` for every form that has a usage, in the order of `summaries`."""
        shown = {form.name: form.usage for form in self.forms if form.usage}
        return [
            (f"{self.prefix}{self._gap}{shown[name]}", what)
            for name, what in summaries.items()
            if name in shown
        ]


def words(*alternatives: str) -> str:
    """A pattern for any of the words."""
    return f"(?:{'|'.join(map(re.escape, alternatives))})"


def listed(text: str) -> tuple[str, ...]:
    """Parts between commas (also `，` and `、`), trimmed, blanks dropped."""
    return tuple(part for part in (piece.strip() for piece in re.split("[,，、]", text)) if part)


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", visible(text[:LONGEST])).strip()
