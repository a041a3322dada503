"""`.env.example` and the settings classes say the same, both ways."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from botkit.runtime.settings import Settings, variable_names
from game_bots.turtlesoup.settings import TurtlesoupSettings
from game_bots.twentyq.settings import TwentyqSettings
from hololive_bot.settings import HololiveSettings
from iris_bridge.settings import BridgeSettings
from llm_server.settings import ServerSettings

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / ".env.example"
COMPOSE = ROOT / "docker-compose.prod.yml"
PROGRAMS: tuple[type[Settings], ...] = (
    ServerSettings,
    TwentyqSettings,
    TurtlesoupSettings,
    HololiveSettings,
    BridgeSettings,
)


@dataclass(frozen=True)
class Line:
    value: str
    comment: str


def example() -> dict[str, Line]:
    found: dict[str, Line] = {}
    comment = ""
    for line in EXAMPLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            comment = line
        elif line:
            name, _, value = line.partition("=")
            assert name not in found, f"{name} stands there twice"
            found[name] = Line(value, comment)
            comment = ""
    return found


def fields() -> dict[str, FieldInfo]:
    return {
        variable_names(name, field)[0]: field
        for program in PROGRAMS
        for name, field in program.model_fields.items()
    }


def composed() -> dict[str, str]:
    """What the compose file reads, with its defaults."""
    found = re.findall(r"(?<!\$)\$\{([A-Z_]+)(?::?[-?]([^$}]*))?", COMPOSE.read_text("utf-8"))
    return {name: "" if name == "DB_PASSWORD" else default for name, default in found}


def shown(default: Any) -> str:
    if default is PydanticUndefined or default is None:
        return ""
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if isinstance(default, tuple):
        return ",".join(default)
    return str(default).lower() if isinstance(default, bool) else str(default)


def test_every_variable_is_there_and_no_other() -> None:
    files = {name for name in composed() if name.endswith("_FILE")}
    assert set(example()) == set(fields()) | set(composed()) - files


@pytest.mark.parametrize("name", sorted(set(composed()) & set(example())))
def test_the_compose_file_has_the_same_default(name: str) -> None:
    line = example()[name]
    assert line.value == composed()[name]
    assert re.search("[가-힣]", line.comment)
    assert f"기본값: {line.value or '없음'}" in line.comment


@pytest.mark.parametrize("name", sorted(fields()))
def test_a_variable_has_its_default_and_a_korean_comment(name: str) -> None:
    line, default = example()[name], shown(fields()[name].default)
    if re.fullmatch(r"\d+(\.\d+)?", default):
        assert float(line.value) == float(default)
    else:
        assert line.value == default
    assert re.search("[가-힣]", line.comment)
    assert "기본값:" in line.comment
    if default and len(default) < 30:
        said = line.comment.rpartition("기본값:")[2]
        assert default.removesuffix(".0") in said


def test_aliases_of_two_programs_agree() -> None:
    for name, field in fields().items():
        for program in PROGRAMS:
            for attribute, other in program.model_fields.items():
                if variable_names(attribute, other)[0] == name:
                    assert shown(other.default) == shown(field.default)


def test_the_example_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        EXAMPLE.read_text("utf-8").replace("DB_PASSWORD=\n", "DB_PASSWORD=x\n"), "utf-8"
    )
    for program in PROGRAMS:
        program()
