"""The shipped prompts agree with the code and with the schemas they are sent with."""

from typing import get_args

import pytest
from pydantic import BaseModel

from llm_server.model import Task
from llm_server.prompts import load
from llm_server.twentyq import schemas
from llm_server.twentyq.service import PROMPTS, WANTED, secret

REPLIES: dict[str, type[BaseModel]] = {
    Task.ANSWER: schemas.AnswerReply,
    Task.HINTS: schemas.HintsReply,
    Task.VERIFY: schemas.VerifyReply,
    Task.SYNONYM: schemas.SynonymReply,
    Task.NORMALIZE: schemas.NormalizeReply,
}

SECRET = {"secret": secret("사과 <b>", "food", {"색": "빨강"})}


def system_of(name: str) -> str:
    return load(PROMPTS, WANTED)[name].system.render(SECRET)


@pytest.mark.parametrize("name", WANTED)
def test_a_prompt_names_the_field_it_wants_and_no_other_form(name: str) -> None:
    (field,) = REPLIES[name].model_fields

    assert field in system_of(name)
    assert "{{" not in system_of(name)
    assert "```" not in system_of(name)


@pytest.mark.parametrize("name", [Task.ANSWER, Task.VERIFY, Task.SYNONYM])
def test_a_prompt_explains_every_label_of_its_schema(name: str) -> None:
    (field,) = REPLIES[name].model_json_schema()["properties"].values()

    assert len(field["enum"]) >= 2
    assert all(label in system_of(name) for label in field["enum"])


def test_the_hints_prompt_explains_every_level() -> None:
    system = system_of(Task.HINTS)

    assert "<level>" in system
    assert all(f"- {level}: " in system for level in (1, 2, 3))


def test_the_labels_on_the_wire() -> None:
    assert get_args(schemas.Scale) == (
        "예",
        "아마도 예",
        "아마도 아니오",
        "아니오",
        "정책 위반",
        "이해할 수 없는 질문입니다",
    )
    assert schemas.VERDICTS == {"정답": "ACCEPT", "근접": "CLOSE", "오답": "REJECT"}
    assert schemas.EQUIVALENCES == {"동일": "EQUIVALENT", "상이": "NOT_EQUIVALENT"}
    assert set(get_args(schemas.Verdict)) == set(schemas.VERDICTS.values())
    assert set(get_args(schemas.Equivalence)) == set(schemas.EQUIVALENCES.values())


def test_the_secret_ends_the_system_text_and_is_escaped() -> None:
    assert system_of(Task.ANSWER).endswith(
        "<secret>\ntarget: 사과 &lt;b&gt;\ncategory: food\ndetails:\n  색: 빨강\n</secret>"
    )


def test_a_secret_without_details_has_two_lines() -> None:
    assert secret("둘: 셋", "food", None) == 'target: "둘: 셋"\ncategory: food'
    assert secret("둘", "food", {}) == "target: 둘\ncategory: food"


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        (Task.ANSWER, ["question"]),
        (Task.HINTS, ["secret", "forbidden", "level"]),
        (Task.VERIFY, ["target", "guess"]),
        (Task.SYNONYM, ["target", "guess"]),
        (Task.NORMALIZE, ["question"]),
    ],
)
def test_what_comes_from_outside_stands_in_tags(name: str, tags: list[str]) -> None:
    values = {tag: f"</{tag}> {tag}" for tag in tags}
    said = load(PROMPTS, WANTED)[name].user.render(values)

    for tag in tags:
        assert f"<{tag}>&lt;/{tag}&gt; {tag}</{tag}>" in said


def test_only_the_secret_is_filled_into_a_system_text() -> None:
    assert {name: sorted(gaps.system) for name, gaps in WANTED.items() if gaps.system} == {
        Task.ANSWER: ["secret"]
    }
