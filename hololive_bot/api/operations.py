"""Settings, texts, what was changed, and alerts that need a look."""

import string
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import Field

from botkit.chat.catalog import CatalogError
from hololive_bot.api.members import Body
from hololive_bot.api.parts import Parts, changing, routed
from hololive_bot.current import INTERVAL, AlertSettings, alert_settings
from hololive_bot.outbox import STATUSES
from hololive_bot.preferences import BadPreference
from hololive_bot.repository import operations
from hololive_bot.repository.operations import Operations, Trace

WEEKDAYS = "calendar.weekdays"


class Text(Body):
    """What is said under a key."""

    value: Annotated[str, Field(min_length=1, max_length=2000)]


class OperationRoutes:
    """The routes of operation."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._reads = Operations(parts.database)

    def router(self) -> APIRouter:
        """All of them."""
        return routed(
            "operation",
            ("GET", "/settings", self.settings),
            ("POST", "/settings", self.change_settings),
            ("GET", "/texts", self.texts),
            ("PUT", "/texts/{key}", self.put_text),
            ("DELETE", "/texts/{key}", self.remove_text),
            ("GET", "/logs", self.logs),
            ("GET", "/outbox", self.outbox),
            ("POST", "/outbox/{row}/retry", self.retry),
        )

    async def settings(self) -> dict[str, Any]:
        """Alert settings that hold for every room."""
        return _shown(self._parts.current.alerts)

    async def change_settings(self, values: dict[str, Any]) -> dict[str, Any]:
        """Change alert settings; null takes a change back."""
        async with changing(self._parts, "settings", "alerts") as change:
            before = await operations.read_alert_settings(change.link)
            kept = {name: value for name, value in (before | values).items() if value is not None}
            named = dict.fromkeys(name for name in values if name != INTERVAL)
            try:
                alert_settings(named | kept, self._parts.current.alerts)
            except BadPreference as error:
                raise HTTPException(400, str(error)) from None
            await operations.put_alert_settings(change.link, kept)
            change.difference = {name: [before.get(name), value] for name, value in values.items()}
        return _shown(self._parts.current.alerts)

    async def texts(self) -> dict[str, str]:
        """Texts that are said differently."""
        return await self._reads.texts()

    async def put_text(self, key: str, text: Text) -> dict[str, str]:
        """Say a text differently."""
        async with changing(self._parts, "text", key) as change:
            before = await operations.read_texts(change.link)
            try:
                self._parts.current.overlaid(before | {key: text.value})
                _check_plain(text.value)
                if key == WEEKDAYS and len(text.value) != 7:
                    raise CatalogError("seven weekdays have one letter each")
            except CatalogError as error:
                raise HTTPException(400, str(error)) from None
            await operations.put_text(change.link, key, text.value)
            change.difference = {key: [before.get(key), text.value]}
        return await self._reads.texts()

    async def remove_text(self, key: str) -> dict[str, str]:
        """Say a text as the file has it."""
        async with changing(self._parts, "text", key) as change:
            before = await operations.read_texts(change.link)
            if key not in before:
                raise HTTPException(404, "this text is said as the file has it")
            await operations.put_text(change.link, key, None)
            change.difference = {key: [before[key], None]}
        return await self._reads.texts()

    async def logs(self, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[Trace]:
        """The last changes by operators."""
        return await self._reads.traces(limit)

    async def outbox(self, status: str | None = None) -> list[dict[str, Any]]:
        """Alerts that wait, and what became of the others."""
        if status is not None and status not in STATUSES:
            raise HTTPException(400, f"status is one of {', '.join(STATUSES)}")
        return await self._parts.outbox.listed(status)

    async def retry(self, row: int) -> dict[str, Any]:
        """Send a failed alert once more."""
        if not await self._parts.outbox.retry(row, now=self._parts.clock()):
            raise HTTPException(409, "it has not failed, or it is too late for it")
        async with changing(self._parts, "retry", f"alert {row}") as change:
            change.difference = {"status": ["failed", "pending"]}
        return {"id": row, "status": "pending"}


def _shown(alerts: AlertSettings) -> dict[str, Any]:
    return alerts.preferences.as_json() | {INTERVAL: alerts.interval}


def _check_plain(template: str) -> None:
    """Placeholders are names and nothing else: a format that does not fit would fail when somebody asks.

    Raises:
        CatalogError: there is a format or a conversion.
    """
    if any(spec or conversion for _, _, spec, conversion in string.Formatter().parse(template)):
        raise CatalogError("a placeholder is a name in braces, without a format")
