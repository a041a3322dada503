"""The production stack as an operator drives it: typed commands, on a copy of this checkout."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playground.settings import is_free

ROOT = Path(__file__).parent.parent.parent
PLAYGROUND = ("-f", "deploy/compose.playground.yml", "-f", "compose.player.yml")
"""With these a demo model answers, so that games can be played."""

PLAYER = "services: {demo-model: {profiles: !reset []}}"
"""Without the playground's page and bridge: a test stands in their place, and reads the replies."""

CONTAINERS = (
    *("mcp-llm-server", "twentyq-bot", "turtle-soup-bot", "hololive-kakao-bot-go", "deunhealth"),
    *(
        "llm-postgres",
        "valkey-cache",
        "valkey-mq",
        "llm-folders",
        "iris-bridge",
        "demo-model",
        "chat-page",
        "fake-holodex",
    ),
    *("llm-prometheus", "llm-backup", "llm-tool"),
)
CORE = CONTAINERS[:8]
PORTS = (1833, 5432, 6379, 9090, 30001, 30081, 30082, 40527, 40528)
OURS = CONTAINERS[:4]

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".run", ".env", "node_modules", "__pycache__", ".*_cache", ".hypothesis", "*.log*"
)


class Stack:
    """One copy of the checkout, and the compose project that is started from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.figures: dict[str, Any] = {}
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
        (folder / "compose.player.yml").write_text(PLAYER, "utf-8")

    def configure(self, **values: str) -> None:
        """`cp .env.example .env`, and edit it."""
        lines = (self.folder / ".env.example").read_text("utf-8").splitlines()
        known = {line.partition("=")[0]: values.get(line.partition("=")[0]) for line in lines}
        assert not (missing := set(values) - set(known)), missing
        edited = [
            f"{name}={known[name]}" if known.get(name := line.partition("=")[0]) else line for line in lines
        ]
        (self.folder / ".env").write_text("\n".join(edited) + "\n", "utf-8")

    def run(
        self, *command: str, check: bool = True, seconds: float = 900, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Type one command in the folder."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=os.environ | {"COMPOSE_PROJECT_NAME": "llm-test", "COMPOSE_ANSI": "never"},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if check:
            assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done

    def shell(self, line: str, *, check: bool = True) -> str:
        """Type a line as it stands in a document."""
        return self.run("bash", "-c", line, check=check).stdout

    def compose(self, *args: str, **how: Any) -> subprocess.CompletedProcess[str]:
        """`docker compose -f docker-compose.prod.yml …`"""
        return self.run("docker", "compose", "-f", "docker-compose.prod.yml", *args, **how)

    def played(self, *args: str, **how: Any) -> subprocess.CompletedProcess[str]:
        """The same with the demo model."""
        return self.compose(*PLAYGROUND, *args, **how)

    def make(self, *args: str, **how: Any) -> subprocess.CompletedProcess[str]:
        """One of the make targets, with the demo model."""
        compose = " ".join(("docker compose -f docker-compose.prod.yml", *PLAYGROUND))
        return self.run("make", "--no-print-directory", *args, f"COMPOSE={compose}", **how)

    def states(self) -> dict[str, str]:
        """Container → `running healthy`, `exited`, …"""
        listed = self.compose("ps", "-a", "--format", "json").stdout
        found = [json.loads(line) for line in listed.splitlines()]
        return {one["Name"]: f"{one['State']} {one['Health']}".strip() for one in found}

    def inspect(self, container: str, template: str) -> str:
        """One value of `docker inspect`."""
        return self.run("docker", "inspect", container, "--format", template).stdout.strip()

    def memory(self) -> dict[str, tuple[float, float]]:
        """Container → MiB used and MiB allowed."""
        listed = self.run("docker", "stats", "--no-stream", "--format", "{{.Name}}|{{.MemUsage}}").stdout
        rows = (line.split("|") for line in listed.splitlines())
        return {name: _mebibytes(usage.split(" / ")) for name, usage in rows if name in CONTAINERS}

    def sql(self, query: str) -> str:
        """The answer of PostgreSQL."""
        command = ("psql", "-U", "twentyq_app", "-d", "twentyq", "-tAc", query)
        return self.run("docker", "exec", "llm-postgres", *command).stdout.strip()


def _mebibytes(sizes: Sequence[str]) -> tuple[float, float]:
    units = {"GiB": 1024.0, "MiB": 1.0, "KiB": 1 / 1024, "kB": 1 / 1024}
    used, allowed = (float(size[:-3]) * units[size[-3:]] for size in sizes)
    return used, allowed


def obstacle() -> str:
    """Why the stack cannot be tried here; empty when it can."""
    if not shutil.which("docker"):
        return "there is no docker command"
    for command in (["docker", "version"], ["docker", "compose", "version"]):
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        if said.returncode:
            return f"{' '.join(command)} fails: {said.stderr.strip()}"
    listed = subprocess.run(
        ["docker", "ps", "-a", "--format", "{{.Names}}"], capture_output=True, text=True, check=True
    )
    if taken := sorted(set(listed.stdout.split()) & set(CONTAINERS)):
        return f"these containers are there already, maybe in production: {', '.join(taken)}"
    if used := [str(port) for port in PORTS if not is_free(port)]:
        return f"these ports are in use, maybe by a playground: {', '.join(used)}"
    return ""
