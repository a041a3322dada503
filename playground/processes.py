"""Child processes that cannot outlive us, with their output line by line."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
LAST_LINES = 30


class Failed(Exception):
    """A process ended although it should run; the text holds its last lines."""


class Child:
    """One running program."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        cwd: Path | None = None,
        on_line: Callable[[str, str], None] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self._command = [str(part) for part in command]
        self._env = dict(env) if env is not None else None
        self._user = user
        self._cwd = cwd
        self._on_line = on_line or (lambda _name, _line: None)
        self._stop_signal = stop_signal
        self._process: asyncio.subprocess.Process | None = None
        self._pump: asyncio.Task[None] | None = None
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._running().pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs."""
        return self._process.returncode if self._process else None

    async def start(self) -> None:
        """Start it; it gets a signal of its own when this process dies."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            env=self._env,
            cwd=self._cwd,
            user=self._user,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            limit=1024 * 1024,
        )
        self._pump = asyncio.create_task(self._read())

    async def wait(self) -> int:
        """The exit status, once it has ended and its output is read."""
        status = await self._running().wait()
        if self._pump:
            await self._pump
        return status

    async def stop(self, seconds: float = 60.0) -> None:
        """Ask it to end, and make it end when it does not."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(self._stop_signal)
        try:
            async with asyncio.timeout(seconds):
                await self.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._running().kill()
        await self.wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._running().send_signal(number)

    def check(self) -> None:
        """Raise when it has ended.

        Raises:
            Failed: with its last lines.
        """
        if self.exit_status is not None:
            shown = "\n".join(f"  {line}" for line in self.last_lines) or "  (it wrote nothing)"
            raise Failed(f"{self.name} ended with status {self.exit_status}. Its last lines:\n{shown}")

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise Failed(f"{self.name} was not started")
        return self._process

    async def _read(self) -> None:
        stream = self._running().stdout
        while stream and (raw := await stream.readline()):
            line = raw.decode("utf-8", "replace").rstrip()
            self.last_lines.append(line)
            self._on_line(self.name, line)


def _die_with_parent() -> None:
    """Runs in the child between fork and exec."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def python(module: str, *args: str) -> list[str]:
    """The command that runs a module with this interpreter."""
    return [sys.executable, "-m", module, *args]


def clean_environment() -> dict[str, str]:
    """What a program needs of ours to start, and nothing that would configure it."""
    kept = (
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "TZ",
        "TMPDIR",
        "VIRTUAL_ENV",
        "PYTHONPATH",
        "COVERAGE_PROCESS_START",
    )
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONUNBUFFERED": "1"}
