"""Rules of the house that no other tool watches."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\n") if name and (ROOT / name).is_file()]


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_only_the_gemini_adapter_knows_google_genai() -> None:
    knowing = {
        path.relative_to(ROOT).parts[:2]
        for path in tracked("*.py")
        if path.relative_to(ROOT).parts[0] != "tests"
        and any(m.startswith("google.genai") for m in imports(path))
    }
    assert knowing == {("llm_server", "gemini")}


def test_what_players_read_stands_in_message_files_only() -> None:
    """Korean in the code of a bot is a word, never a sentence, but for commands and verdicts."""
    for path in tracked("game_bots/*.py", "hololive_bot/*.py", "botkit/*.py", "iris_bridge/*.py"):
        if path.name in ("commands.py", "forms.py", "game.py", "judge.py"):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in documentation
            ):
                assert not re.search("[가-힣] [가-힣]", node.value), f"{path.relative_to(ROOT)}: {node.value}"


def doubled(node: yaml.Node | None) -> list[str]:
    """Keys that stand in one mapping twice, where YAML itself keeps the last."""
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        here = [f"{node.start_mark}: {key}" for key in keys if keys.count(key) > 1]
        return here + [found for _, value in node.value for found in doubled(value)]
    if isinstance(node, yaml.SequenceNode):
        return [found for value in node.value for found in doubled(value)]
    return []


@pytest.mark.parametrize("path", tracked("*.yml", "*.yaml"), ids=lambda path: path.name)
def test_no_yaml_file_has_a_key_twice(path: Path) -> None:
    for document in yaml.compose_all(path.read_text("utf-8")):
        assert doubled(document) == []


KEYS = re.compile(
    r"AIza[\w-]{35}|\bAQ\.[\w-]{40}|\bgh[pousr]_\w{36}|-----BEGIN [A-Z ]*PRIVATE KEY-----", re.ASCII
)
"""What a key looks like: Google's, GitHub's, a server's."""


def test_no_file_holds_a_key() -> None:
    assert KEYS.search("AIza" + "x" * 35)
    for path in tracked():
        found = KEYS.search(path.read_bytes().decode("utf-8", "replace"))
        assert not found, f"{path.relative_to(ROOT)} holds a key"


def test_lock_files_carry_hashes_and_no_addresses() -> None:
    for path in tracked("*.lock"):
        text = path.read_text("utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        pinned = re.findall(r"^[a-z0-9._-]+(?:\[[a-z,-]+\])?==", text, re.MULTILINE | re.IGNORECASE)
        assert len(pinned) > 20
        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pinned)


def test_lock_files_agree() -> None:
    def versions(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text("utf-8")
        return dict(
            re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,-]+\])?==([^ ;\\]+)", text, re.MULTILINE | re.IGNORECASE)
        )

    dev = versions("requirements-dev.lock")
    for name in ("requirements.lock", "requirements-playground.lock"):
        assert {package: dev.get(package) for package in versions(name)} == versions(name)


@pytest.mark.parametrize("pattern", [r"\bTODO\b", r"\bFIXME\b", r"pytest\.mark\.skip", r"pytest\.skip\("])
def test_nothing_is_left_for_later(pattern: str) -> None:
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("*.py", "*.lua", "*.sql", "*.yml")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert left == []


@pytest.mark.parametrize("path", tracked("*.md"), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", path.read_text("utf-8"))
    assert [to for to in targets if "://" not in to and not (path.parent / to).exists()] == []


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in tracked("docs/decisions/*.md") if path.name[0].isdigit()]
    assert len(numbers) == len(set(numbers)) > 20
