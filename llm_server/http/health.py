"""Liveness and readiness as this server's dashboards expect them: named components with their details."""

import asyncio
import threading
import time
from typing import Any

from botkit.runtime.health import Check, Degraded, Health
from llm_server.sessions.keeper import Sessions
from llm_server.settings import ServerSettings
from llm_server.usage.books import Books


class ServerHealth(Health):
    """The kit's health, dressed with `components.*.detail` and the old copy `session_store`."""

    def __init__(
        self, name: str, version: str, *, settings: ServerSettings, sessions: Sessions, books: Books
    ) -> None:
        async def gemini() -> None:
            if not settings.keys():
                raise Degraded("GOOGLE_API_KEY is not set")

        checks = (
            Check("session_store", sessions.ping),
            Check("gemini", gemini),
            Check("database", books.database.ping, required=False),
            Check("usage", books.recorder.check, required=False),
        )
        super().__init__(name, version, checks)
        self._sessions = sessions
        self._ttl_minutes = settings.session_ttl_minutes
        self._gemini: dict[str, Any] = {
            "api_key_present": bool(settings.keys()),
            "default_model": settings.gemini_model,
            "timeout_seconds": settings.gemini_timeout,
            "max_retries": settings.gemini_max_retries,
        }

    def live(self) -> tuple[bool, dict[str, Any]]:
        """Whether the process should be left alone; no dependency is asked."""
        well, body = super().live()
        store = self._store(connected=None)
        checked = {
            "session_store": {"status": "ok", "detail": store},
            "gemini": {"status": "ok" if self._gemini["api_key_present"] else "degraded"},
        }
        return well, self._dressed(body, checked, store)

    async def ready(self) -> tuple[bool, dict[str, Any]]:
        """Whether every dependency answers."""
        ready, body = await super().ready()
        checked = body["components"]
        asked = checked["session_store"]
        store = self._store(connected=asked["status"] == "ok")
        if "error" in asked:
            store["store_ping_error"] = asked["error"]
        asked["detail"] = store
        return ready, self._dressed(body, checked, store)

    def _store(self, *, connected: bool | None) -> dict[str, Any]:
        """`connected` None: nobody has looked."""
        enabled = self._sessions.valkey is not None
        return {
            "store_enabled": enabled,
            "store_connected": connected if enabled else None,
            "backend": self._sessions.backend,
            "store_address": self._sessions.address,
            "session_ttl_minutes": self._ttl_minutes,
            "deep_checked": connected is not None,
        }

    def _dressed(
        self, body: dict[str, Any], checked: dict[str, Any], store: dict[str, Any]
    ) -> dict[str, Any]:
        tasks = len(asyncio.all_tasks()) + threading.active_count()
        app = {
            "uptime_seconds": int(time.monotonic() - self._started),
            "uptime": body["uptime"],
            "version": body["version"],
            "goroutines": tasks,
        }
        checked["gemini"]["detail"] = self._gemini
        return {
            **body,
            "goroutines": tasks,
            "components": {"app": {"status": "ok", "detail": app}, **checked},
            "session_store": store,
        }
