"""What an operator's tool knows of the programs: names that stand in docs/wire.md and docs/architecture.md.

No program is imported. Variables are read as the programs read them: trimmed, blank means unset.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
"""Where the packages stand side by side, in a checkout and in an installation alike."""

MISPLACED = ("MQ_STREAM_KEY", "MQ_CONSUMER_GROUP", "SERVER_PORT", "COMMAND_PREFIX")
"""Names that each bot ignores because they would hit every bot; the right ones have the bot's prefix."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program. `service` is its host name in the compose network."""

    name: str
    title: str
    service: str
    port_name: str
    port_default: int
    schema: str = ""
    migrations: str = ""
    prefix: str = ""
    stream: str = ""
    group: str = ""
    rooms: str = ""
    game: str = ""
    ledger: str = ""

    def port(self, env: Mapping[str, str]) -> int:
        """Where its HTTP face listens; the default when the variable cannot be read."""
        value = env.get(self.port_name, "").strip()
        return int(value) if value.isdecimal() else self.port_default

    def streams(self, env: Mapping[str, str]) -> tuple[str, ...]:
        """Its inbound streams; none when it reads no chat."""
        if not self.stream:
            return ()
        listed = env.get(f"{self.prefix}_MQ_STREAM_KEY", "").replace(",", " ").split()
        return tuple(listed or [self.stream])

    def consumer_group(self, env: Mapping[str, str]) -> str:
        """The group that reads them."""
        return env.get(f"{self.prefix}_MQ_CONSUMER_GROUP", "").strip() or self.group

    @property
    def migrations_directory(self) -> Path:
        """Where its `.sql` files stand."""
        return ROOT / self.migrations

    @property
    def has_migrations(self) -> bool:
        """Whether it keeps anything in PostgreSQL."""
        return bool(self.migrations) and self.migrations_directory.is_dir()


LLM_SERVER = Program(
    name="llm-server",
    title="LLM server",
    service="mcp-llm-server",
    port_name="HTTP_PORT",
    port_default=40527,
    schema="llm",
    migrations="llm_server/usage/migrations",
)

BRIDGE = Program(
    name="iris-bridge",
    title="bridge",
    service="iris-bridge",
    port_name="BRIDGE_SERVER_PORT",
    port_default=30010,
    prefix="BRIDGE",
    group="iris-bridge",
)

BOTS = (
    Program(
        name="twentyq",
        title="스무고개",
        service="twentyq-bot",
        port_name="TWENTYQ_SERVER_PORT",
        port_default=30081,
        schema="twentyq",
        migrations="game_bots/twentyq/migrations",
        prefix="TWENTYQ",
        stream="kakao:20q",
        group="20q-bot-group",
        rooms="20q:room:",
        game="riddle",
        ledger="20q:finished",
    ),
    Program(
        name="turtlesoup",
        title="바다거북수프",
        service="turtle-soup-bot",
        port_name="TURTLESOUP_SERVER_PORT",
        port_default=30082,
        schema="turtlesoup",
        migrations="game_bots/turtlesoup/migrations",
        prefix="TURTLESOUP",
        stream="kakao:turtle-soup",
        group="turtle-soup-bot-group",
        rooms="turtle:room:",
        game="soup",
        ledger="turtle:events",
    ),
    Program(
        name="hololive",
        title="hololive",
        service="hololive-bot",
        port_name="HOLOLIVE_SERVER_PORT",
        port_default=30001,
        schema="hololive",
        migrations="hololive_bot/migrations",
        prefix="HOLOLIVE",
        stream="kakao:hololive",
        group="hololive-bot-group",
    ),
)

PROGRAMS = (LLM_SERVER, *BOTS, BRIDGE)


class UnknownProgram(Exception):
    """No program has this name; says which have."""


def named(name: str) -> Program:
    """The program of that name.

    Raises:
        UnknownProgram: there is none.
    """
    for program in PROGRAMS:
        if name in (program.name, program.schema, program.title):
            return program
    raise UnknownProgram(f"no program is called {name}; there are {', '.join(p.name for p in PROGRAMS)}")
