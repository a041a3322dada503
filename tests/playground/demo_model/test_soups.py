"""Broken files of puzzles stop the start, and say where they are broken."""

import shutil
from pathlib import Path

import pytest

from playground.demo_model.files import FOLDER, KnowledgeError
from playground.demo_model.turtlesoup.knowledge import Puzzles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    - 수영 시험 * =1", "    - 수영 로켓 * =1", "젖은 수험생: no words for .*로켓"),
        ("scene: 민호", "scene: 로켓", "no words for .*로켓"),
        ("matters: 물", "matters: 로켓", "no words for .*로켓"),
        ("=4", "=5", "exactly its facts"),
        ("core: [[1, 2], [3, 4]]", "core: [[1, 2], [3, 9]]", "facts that are not there"),
        ("difficulty: 1", "difficulty: 6", r"soups/1\.yml.*\n.*difficulty"),
        ("  아니오:", "  글쎄:", r"soups/1\.yml"),
        ("title:", "titel:", r"soups/1\.yml"),
        ("words:", "words: [", r"1\.yml"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "soups" / "1.yml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(KnowledgeError, match=said):
        Puzzles(folder)


def test_two_puzzles_are_never_one(folder: Path) -> None:
    shutil.copy(folder / "soups" / "1.yml", folder / "soups" / "7.yml")
    with pytest.raises(KnowledgeError, match="the same answer"):
        Puzzles(folder)
