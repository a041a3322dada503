"""Ports, paths and the environment that the playground gives its programs.

From the operator's `.env` come only the Google and Holodex keys and the model names; everything else is set
here and written to `.run/env`, so that another terminal finds the way in.
"""

import secrets
import shlex
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from botkit.runtime.settings import raw_environment
from playground.embedded import short_directory
from playground.processes import clean_environment

FROM_DOTENV = (
    *("GOOGLE_API_KEY", "GOOGLE_API_KEYS"),
    *("GEMINI_MODEL", "GEMINI_HINTS_MODEL", "GEMINI_ANSWER_MODEL", "GEMINI_VERIFY_MODEL"),
)
HOLODEX_KEYS = (*(f"HOLODEX_API_KEY_{number}" for number in range(1, 6)), "HOLODEX_API_KEYS")
DEMO_MODEL = "gemini-demo-kb-1"
BRIDGE_PORT = "BRIDGE_SERVER_PORT"
NO_HURRY = dict.fromkeys(
    (
        *("BRIDGE_SEND_GAP_MS", "BRIDGE_ROOM_GAP_MS", "BRIDGE_ROOM_SENDS_10S", "BRIDGE_DAILY_CAP"),
        *("BRIDGE_USER_RATE", "BRIDGE_ROOM_RATE", "BRIDGE_IMAGE_GAP_MS"),
    ),
    "0",
)
"""Nobody can be banned here: the bridge needs no patience, and recorded games type fast."""


class PortTaken(Exception):
    """A port is in use; says which, for what, and what to do."""

    def __init__(self, port: int, name: str) -> None:
        super().__init__(
            f"port {port} (for {name}) is taken by another program. "
            "Stop that, or start with: make run ARGS=--free-ports"
        )


@dataclass(frozen=True)
class Ports:
    """Where everything listens on 127.0.0.1."""

    mq: int = 1833
    cache: int = 6379
    model: int = 30079
    llm_http: int = 40527
    llm_grpc: int = 40528
    twentyq: int = 30081
    turtlesoup: int = 30082
    bridge: int = 30010
    page: int = 30080
    hololive: int = 30001
    holodex: int = 30078

    @classmethod
    def chosen(cls, *, other: bool) -> "Ports":
        """The usual ports; with `other`, a free one instead of each that is taken.

        Raises:
            PortTaken: one is in use and `other` was not asked for.
        """
        numbers: dict[str, int] = {}
        for field in fields(cls):
            usual = int(str(field.default))
            if is_free(usual):
                numbers[field.name] = usual
            elif other:
                taken = set(numbers.values())  # nobody listens there yet, so it still looks free
                numbers[field.name] = next(port for port in iter(a_free_port, 0) if port not in taken)
            else:
                raise PortTaken(usual, field.name)
        return cls(**numbers)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the system from giving one away as the near end of a connection before its program listens.

        A server may still listen there: the sockets that keep the ports do not, and share them.

        Raises:
            PortTaken: one was given away since they were chosen.
        """
        with ExitStack() as stack:
            for name, port in vars(self).items():
                own = stack.enter_context(socket.socket())
                own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                try:
                    own.bind(("127.0.0.1", port))
                except OSError:
                    raise PortTaken(port, name) from None
            yield


@dataclass(frozen=True)
class Paths:
    """Where the playground keeps its things."""

    root: Path

    @property
    def env(self) -> Path:
        """What was set, for other terminals."""
        return self.root / "env"

    @property
    def logs(self) -> Path:
        """One file a program."""
        return self.root / "logs"

    @property
    def topics(self) -> Path:
        """The secrets that the demo model knows."""
        return self.root / "topics"

    @property
    def puzzles(self) -> Path:
        """The puzzles that the demo model knows."""
        return self.root / "puzzles"

    def sockets(self) -> Path:
        """A directory with a path short enough for Unix sockets."""
        return short_directory(self.root)


def has_real_model() -> bool:
    """Whether the operator's `.env` (or environment) holds a Google key."""
    found = raw_environment()
    return bool(found.get("GOOGLE_API_KEY") or found.get("GOOGLE_API_KEYS"))


def has_real_holodex() -> bool:
    """Whether the operator's `.env` (or environment) holds a Holodex key."""
    found = raw_environment()
    return any(found.get(name) for name in HOLODEX_KEYS)


def environment(ports: Ports, paths: Paths, *, sockets: Path, database: Path) -> dict[str, str]:
    """Everything the programs read."""
    own = {
        "LOG_DIR": str(paths.logs),
        "LOG_LEVEL": "info",
        "HTTP_API_KEY": _kept_key(paths.env),
        "MQ_HOST": "127.0.0.1",
        "MQ_PORT": str(ports.mq),
        "CACHE_HOST": "127.0.0.1",
        "CACHE_PORT": str(ports.cache),
        "CACHE_SOCKET_PATH": str(sockets / "cache.sock"),
        "DB_SOCKET_PATH": str(database),
        "DB_PASSWORD": "unused-the-socket-is-trusted",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(ports.llm_http),
        "GRPC_HOST": "127.0.0.1",
        "GRPC_PORT": str(ports.llm_grpc),
        "GRPC_SOCKET_PATH": str(sockets / "llm.sock"),
        "LLM_BASE_URL": f"unix://{sockets / 'llm.sock'}",
        "SERVER_HOST": "127.0.0.1",
        "TWENTYQ_SERVER_PORT": str(ports.twentyq),
        "TURTLESOUP_SERVER_PORT": str(ports.turtlesoup),
        BRIDGE_PORT: str(ports.bridge),
        "IRIS_URL": f"http://127.0.0.1:{ports.page}",
        **NO_HURRY,
        "HOLOLIVE_SERVER_PORT": str(ports.hololive),
    }
    return clean_environment() | _model(ports, paths) | _holodex(ports) | own


def _model(ports: Ports, paths: Paths) -> dict[str, str]:
    if has_real_model():
        found = raw_environment()
        return {name: found[name] for name in FROM_DOTENV if found.get(name)}
    return {
        "GOOGLE_API_KEY": "demo",
        "GEMINI_BASE_URL": f"http://127.0.0.1:{ports.model}",
        "GEMINI_MODEL": DEMO_MODEL,
        "TWENTYQ_TOPICS_DIR": str(paths.topics),
        "TURTLESOUP_PUZZLES_DIR": str(paths.puzzles),
        "REPLY_MARK": "[데모]",
    }


def _holodex(ports: Ports) -> dict[str, str]:
    if has_real_holodex():
        found = raw_environment()
        return {name: found[name] for name in HOLODEX_KEYS if found.get(name)}
    url = f"http://127.0.0.1:{ports.holodex}"
    return {
        "HOLODEX_API_KEY_1": "demo",
        "HOLODEX_BASE_URL": f"{url}/api/v2",
        "HOLOLIVE_SCHEDULE_URL": url,
    }


def write_env(path: Path, values: Mapping[str, str]) -> None:
    """Leave the settings for other terminals (`source` takes them); only the owner may read the file."""
    inherited = clean_environment()
    shown = {name: value for name, value in values.items() if name not in inherited}
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    lines = (f"{name}={shlex.quote(value)}\n" for name, value in sorted(shown.items()))
    path.write_text("".join(lines), "utf-8")


def read_env(path: Path) -> dict[str, str]:
    """What `write_env` left; empty when there is none."""
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text("utf-8").splitlines())
    return {name: "".join(shlex.split(value)) for name, _, value in pairs}


def is_free(port: int) -> bool:
    """Whether nobody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def a_free_port() -> int:
    """Any port nobody listens on, outside the range that the system uses for outgoing connections."""
    return next(port for port in iter(lambda: 20_000 + secrets.randbelow(10_000), 0) if is_free(port))


def _kept_key(env: Path) -> str:
    return read_env(env).get("HTTP_API_KEY") or secrets.token_hex(16)
