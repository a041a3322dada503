"""Writes docs/reference.md: every port, variable, metric and log event, read from the code. `make reference` runs it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from botkit.runtime.settings import variable_names
from tests.test_env_example import PROGRAMS, composed, example

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "docs" / "reference.md"
PACKAGES = ("botkit", "game_bots", "hololive_bot", "iris_bridge", "llm_server")
KINDS = {"Counter": "counter", "Gauge": "gauge", "Histogram": "histogram"}
LEVELS = ("debug", "info", "warning", "error", "exception")

HEAD = """# Reference

Made from the code by `make reference`; a test fails when it is out of date. What the variables mean stands beside
each in [.env.example](../.env.example), what the metrics are for in [operations.md](operations.md).
"""


@dataclass(frozen=True, order=True)
class Metric:
    """One family as the code declares it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str

    def series(self) -> tuple[str, ...]:
        """The names under which Prometheus knows it."""
        if self.kind == "histogram":
            return tuple(f"{self.name}_{part}" for part in ("bucket", "sum", "count"))
        return (f"{self.name}_total",) if self.kind == "counter" else (self.name,)


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """The product's own modules."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))


@cache
def metrics() -> list[Metric]:
    """Every metric that is declared."""
    found = []
    for _, tree in modules():
        if not any(isinstance(n, ast.ImportFrom) and n.module == "prometheus_client" for n in ast.walk(tree)):
            continue
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KINDS:
                name, text, *rest = (ast.literal_eval(arg) for arg in call.args)
                found.append(Metric(name, KINDS[call.func.id], tuple(rest[0] if rest else ()), text))
    return sorted(found)


def events() -> dict[str, tuple[set[str], set[str], set[str]]]:
    """Event → levels, fields, modules."""
    found: dict[str, tuple[set[str], set[str], set[str]]] = {}
    for path, tree in modules():
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args):
                continue
            text = ast.unparse(call.func.value)
            if call.func.attr not in LEVELS or not (text == "log" or text.startswith("structlog.get_logger")):
                continue
            if isinstance(call.args[0], ast.Constant):
                name = str(call.args[0].value)
                levels, fields, where = found.setdefault(name, (set(), set(), set()))
                levels.add("error" if call.func.attr == "exception" else call.func.attr)
                fields |= {keyword.arg for keyword in call.keywords if keyword.arg}
                where.add(str(path.with_suffix("")).replace("/", "."))
    return found


def services() -> dict[str, dict[str, Any]]:
    """The services of the compose file, as it stands."""
    text = (ROOT / "docker-compose.prod.yml").read_text("utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return loaded


def published(port: str) -> tuple[str, str]:
    """`${BIND_ADDRESS:-127.0.0.1}:${HTTP_PORT:-40527}:40527` → (`127.0.0.1:40527`, the names of the variables)."""
    host = re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", port).rpartition(":")[0]
    return host, ", ".join(f"`{name}`" for name in re.findall(r"\$\{([A-Z_]+)", port))


def render() -> str:
    """The whole document."""
    return f"{HEAD}\n{_ports()}\n{_variables()}\n{_metrics()}\n{_events()}"


def _ports() -> str:
    rows = [
        "## Containers and ports\n",
        "| Service | Container | On this machine | Variables | Memory | Profile |",
    ]
    rows.append("|---|---|---|---|---|---|")
    for name, service in services().items():
        limit = service["deploy"]["resources"]["limits"]["memory"]
        profile = ", ".join(service.get("profiles", [])) or "–"
        ports = [published(port) for port in service.get("ports", [])] or [("–", "–")]
        hosts, variables = ("<br>".join(filter(None, part)) or "–" for part in zip(*ports, strict=True))
        rows.append(
            f"| `{name}` | `{service['container_name']}` | {hosts} | {variables} | {limit} | {profile} |"
        )
    return "\n".join(rows) + "\n"


def _variables() -> str:
    rows = ["## Variables\n", "Each secret may stand in a file instead: `NAME_FILE`.\n"]
    rows += ["| Variable | Default | Read by | Other names |", "|---|---|---|---|"]
    readers: dict[str, tuple[list[str], tuple[str, ...], bool]] = {}
    for program in PROGRAMS:
        for field_name, field in program.model_fields.items():
            name, *others = variable_names(field_name, field)
            listed, _, _ = readers.setdefault(name, ([], tuple(others), field.annotation is SecretStr))
            listed.append(program.__module__.removesuffix(".settings"))
    everyone = len(PROGRAMS)
    for name, line in example().items():
        listed, other_names, secret = readers.get(name, ([], (), False))
        who = ["every program"] if len(listed) == everyone else list(dict.fromkeys(listed))
        who += ["compose"] if name in composed() else []
        default = "*secret*" if secret else f"`{line.value}`" if line.value else "–"
        rows.append(f"| `{name}` | {_cell(default)} | {', '.join(who)} | {_code(other_names)} |")
    return "\n".join(rows) + "\n"


def _metrics() -> str:
    rows = ["## Metrics\n", "At `/metrics` of each program. No label carries a room, a person or text.\n"]
    rows += ["| Name | Kind | Labels | What |", "|---|---|---|---|"]
    for one in metrics():
        name = f"{one.name}_total" if one.kind == "counter" else one.name
        rows.append(f"| `{name}` | {one.kind} | {_code(one.labels)} | {_cell(one.help)} |")
    return "\n".join(rows) + "\n"


def _events() -> str:
    rows = [
        "## Log events\n",
        "JSON lines; each has `event`, `level`, `logger`, `service` and `timestamp`.\n",
    ]
    rows += ["| Event | Level | Fields | Where |", "|---|---|---|---|"]
    for name, (levels, fields, where) in sorted(events().items()):
        levels_said = ", ".join(sorted(levels))
        rows.append(f"| `{name}` | {levels_said} | {_code(sorted(fields))} | {', '.join(sorted(where))} |")
    return "\n".join(rows) + "\n"


def _code(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names) or "–"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    DOCUMENT.write_text(render(), "utf-8")
