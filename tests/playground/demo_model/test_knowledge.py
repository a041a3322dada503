"""Broken knowledge files stop the start, and say where they are broken."""

import re
import shutil
from pathlib import Path

import pytest

from playground.demo_model.files import FOLDER, KnowledgeError
from playground.demo_model.twentyq.knowledge import Knowledge


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("topics.yml", "is: [갯과]", "is: [로켓류]", "강아지 is a 로켓류"),
        ("topics.yml", "size: [20, 90]", "size: [20]", "topics.yml: 강아지"),
        ("topics.yml", "weight: [2000, 35000]", "wieght: [2000, 35000]", "wieght"),
        ("attributes/living.yml", "always: [", "always: [공룡, ", "공룡"),
        ("attributes/living.yml", "rest: never", "rest: maybe", "rest"),
        ("attributes/food.yml", "edible:", "alive:", "alive is there twice"),
        ("kinds.yml", "양서류: {is: [척추동물]", "양서류: {is: [척추동물], always: [용]", "용"),
        ("endings.yml", "- from: stem", "- from: [", "endings.yml"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, file: str, old: str, new: str, said: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(KnowledgeError) as error:
        Knowledge(folder)
    assert re.search(said, str(error.value))


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "measures.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"measures\.yml"):
        Knowledge(folder)


def test_every_attribute_is_told_of_every_topic(knowledge: Knowledge) -> None:
    names = {topic.name for topic in knowledge.topics}
    assert len(names) >= 40
    assert len(knowledge.attributes) >= 60
    assert all(set(attribute.fact.values) == names for attribute in knowledge.attributes)


def test_names_are_unique_and_hints_do_not_give_them_away(knowledge: Knowledge) -> None:
    for topic in knowledge.topics:
        assert all(knowledge.find(name) is topic for name in (topic.name, *topic.aliases))
        assert not [hint for hint in topic.hints if topic.letters in hint.replace(" ", "")]
