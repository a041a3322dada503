"""Is the process alive, and can it do its work? Two questions that must not be mixed.

*Alive* (`/health`, `/health/live`): the loop turns and the consumer's heartbeat is fresh. Container probes
use it, so a lost Valkey or a missing key never becomes a restart loop. *Ready* (`/health/ready`) asks every
dependency, each named and timed.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from botkit.runtime import metrics

LAG_LIMIT = 5.0
"""Seconds the loop may be late before the process counts as stuck."""

HEARTBEAT_LIMIT = 30.0
"""Seconds without a sign of life from a watched task."""

PROBE_TIMEOUT = 2.0
"""Seconds one dependency has to answer."""

Probe = Callable[[], Awaitable[dict[str, Any] | None]]
"""Raises when the dependency is not well; may return details."""


class Degraded(Exception):
    """Raised by a probe whose dependency works only in part; the text says what is missing."""


@dataclass(frozen=True)
class Check:
    """One dependency. A `required` one that fails makes the process not ready (503)."""

    name: str
    probe: Probe
    required: bool = True


@dataclass
class Health:
    """What `/health*` answers."""

    service: str
    version: str
    checks: tuple[Check, ...] = ()
    draining: bool = False
    _started: float = field(default_factory=time.monotonic)
    _lag: float = 0.0
    _beats: dict[str, float] = field(default_factory=dict)

    def beat(self, task: str) -> None:
        """A watched task reports that it is alive."""
        self._beats[task] = time.monotonic()

    async def watch_loop(self) -> None:
        """Measure once a second how late the loop is; runs until cancelled."""
        while True:
            due = time.monotonic() + 1
            await asyncio.sleep(1)
            self._lag = max(0.0, time.monotonic() - due)
            metrics.loop_lag.set(self._lag)

    def live(self) -> tuple[bool, dict[str, Any]]:
        """Whether the process should be left alone, and the body to say so."""
        now = time.monotonic()
        silent = {name: round(now - beat, 1) for name, beat in self._beats.items()}
        stuck = [name for name, age in silent.items() if age > HEARTBEAT_LIMIT]
        well = not stuck and self._lag < LAG_LIMIT
        return well, {
            "status": "ok" if well else "stuck",
            "service": self.service,
            "version": self.version,
            "uptime": _duration(now - self._started),
            "goroutines": len(asyncio.all_tasks()),  # the old dashboards sum this field; here: tasks
            "loop_lag_seconds": round(self._lag, 3),
            "heartbeat_age_seconds": silent,
        }

    async def ready(self) -> tuple[bool, dict[str, Any]]:
        """Ask every dependency at once; not ready when a required one fails or the process drains."""
        results = await asyncio.gather(*(self._run(check) for check in self.checks))
        components = dict(zip((check.name for check in self.checks), results, strict=True))
        failed = [c.name for c in self.checks if c.required and components[c.name]["status"] != "ok"]
        weak = [name for name, result in components.items() if result["status"] != "ok"]
        status = "draining" if self.draining else "degraded" if weak else "ok"
        return not failed and not self.draining, {
            "status": status,
            "service": self.service,
            "version": self.version,
            "uptime": _duration(time.monotonic() - self._started),
            "components": components,
        }

    @staticmethod
    async def _run(check: Check) -> dict[str, Any]:
        began = time.perf_counter()
        result: dict[str, Any] = {"status": "ok", "required": check.required}
        try:
            async with asyncio.timeout(PROBE_TIMEOUT):
                detail = await check.probe()
        except Degraded as reason:
            result |= {"status": "degraded", "error": str(reason)}
        except TimeoutError:
            result |= {"status": "down", "error": f"no answer within {PROBE_TIMEOUT:g} s"}
        except Exception as error:  # noqa: BLE001 - whatever a probe raises is the answer
            result |= {"status": "down", "error": f"{type(error).__name__}: {error}"[:200]}
        else:
            if detail:
                result["detail"] = detail
        result["milliseconds"] = round((time.perf_counter() - began) * 1000, 2)
        return result


def _duration(seconds: float) -> str:
    """`2h3m4s`, `5m0s`, `7s`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
