"""Prompt files: what is refused at start, and what a player's text cannot do."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.prompts import PromptError, Template, gaps, load, numbered, tagged

GOOD = 'system: "Rules {{x}}"\nuser: "{question} please"\n'
WANTED = {"ask": gaps(user=["question"])}


def write(directory: Path, text: str, name: str = "ask.yml") -> Path:
    (directory / name).write_text(text, "utf-8")
    return directory


def test_braces_are_single_wherever_they_stand(tmp_path: Path) -> None:
    prompt = load(write(tmp_path, GOOD), WANTED)["ask"]

    assert prompt.system.render({}) == "Rules {x}"
    assert prompt.user.render({"question": "왜?"}) == "<question>왜?</question> please"


def test_a_secret_may_stand_in_the_system_text_when_the_code_says_so(tmp_path: Path) -> None:
    write(tmp_path, 'system: "Rules\\n\\n{secret}"\nuser: "{question}"\n')
    prompt = load(tmp_path, {"ask": gaps(system=["secret"], user=["question"])})["ask"]

    assert prompt.system.render({"secret": "a: 1\nb: 2"}) == "Rules\n\n<secret>\na: 1\nb: 2\n</secret>"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("system: [", "ask.yml"),
        ("- a\n- b\n", "wants the keys system and user"),
        ('system: "x"\n', "wants the keys system and user"),
        ('system: "x"\nuser: "{question}"\nmore: "y"\n', "wants the keys system and user"),
        ('system: ""\nuser: "{question}"\n', "ask.yml: system is no text"),
        ('system: 5\nuser: "{question}"\n', "ask.yml: system is no text"),
        ('system: "{question}"\nuser: "{question}"\n', "ask.yml: system has ['question'], the code fills []"),
        ('system: "x"\nuser: "no gap"\n', "ask.yml: user has [], the code fills ['question']"),
        ('system: "x"\nuser: "{question} {target}"\n', "ask.yml: user has ['question', 'target']"),
        ('system: "x"\nuser: "{question"\n', "ask.yml: user: "),
        ('system: "x }"\nuser: "{question}"\n', "ask.yml: system: "),
        ('system: "x"\nuser: "{question!r}"\n', "ask.yml: user: {question} is no placeholder name"),
        ('system: "x"\nuser: "{question:>9}"\n', "ask.yml: user: {question} is no placeholder name"),
        ('system: "x"\nuser: "{question.a}"\n', "ask.yml: user: {question.a} is no placeholder name"),
        ('system: "x"\nuser: "{}"\n', "ask.yml: user: {} is no placeholder name"),
    ],
)
def test_a_malformed_file_stops_the_start(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(PromptError) as raised:
        load(write(tmp_path, text), WANTED)

    assert complaint in str(raised.value)


def test_bytes_that_are_no_text_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "ask.yml").write_bytes(b"system: \xff")

    with pytest.raises(PromptError, match=r"ask\.yml"):
        load(tmp_path, WANTED)


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"no file for \['ask'\]"):
        load(tmp_path, WANTED)


def test_a_file_that_nothing_uses_stops_the_start(tmp_path: Path) -> None:
    write(tmp_path, GOOD)

    with pytest.raises(PromptError, match=r"nothing uses \['other'\]"):
        load(write(tmp_path, GOOD, "other.yml"), WANTED)


@given(st.text())
def test_no_value_closes_its_own_tag(value: str) -> None:
    assert tagged("question", value).count("<") == 2


@given(st.text())
def test_values_are_not_read_again_for_placeholders(value: str) -> None:
    template = Template.parse("{a}{b}")

    assert template.render({"a": "{b}", "b": value}) == "<a>{b}</a>" + tagged("b", value)


def test_what_is_escaped() -> None:
    assert tagged("guess", """a<b>&"'""") == "<guess>a&lt;b&gt;&amp;&quot;&apos;</guess>"


def test_items_are_numbered_from_1() -> None:
    assert numbered(["하나", "둘"]) == "1: 하나\n2: 둘"
    assert numbered([]) == ""
