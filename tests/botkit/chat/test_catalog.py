"""Texts are checked at start, so that no player ever meets a missing one."""

from pathlib import Path

import pytest

from botkit.chat.catalog import Catalog, CatalogError, Text, Texts
from botkit.chat.errors import LineTooLong, NotPermitted, UserError


class Say(Texts):
    errors = (NotPermitted, LineTooLong)
    hello = Text("greeting.hello", "name")
    bye = Text("greeting.bye")


COMPLETE = {
    "greeting.hello": "안녕, {name}!",
    "greeting.bye": "잘 가요",
    "error.not_permitted": "안 돼요",
    "error.line_too_long": "{limit}자까지",
}


def test_a_declared_text_is_rendered_with_its_values() -> None:
    say = Say(Catalog(COMPLETE))
    assert say.hello(name="{bye}") == "안녕, {bye}!"
    assert say.bye() == "잘 가요"
    assert say.catalog.error(LineTooLong(limit=3)) == "3자까지"


def test_some_texts_can_be_said_differently() -> None:
    catalog = Catalog(COMPLETE)
    assert "greeting.bye" in catalog
    assert "greeting.good" not in catalog
    say = Say(catalog.overlaid({"greeting.bye": "또 봐요"}))
    assert say.bye() == "또 봐요"
    assert Say(catalog).bye() == "잘 가요"
    with pytest.raises(CatalogError, match="unknown placeholders"):
        Say(catalog.overlaid({"greeting.bye": "{nobody}"}))


def test_a_text_wants_exactly_its_values() -> None:
    say = Say(Catalog(COMPLETE))
    with pytest.raises(TypeError, match=r"greeting\.hello"):
        say.hello()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"greeting.hello": None}, "missing"),
        ({"error.not_permitted": None}, "missing"),
        ({"left.over": "x"}, "unused"),
        ({"greeting.bye": "{nobody}"}, "unknown placeholders"),
    ],
)
def test_the_file_and_the_code_must_agree(change: dict[str, str | None], message: str) -> None:
    templates = {key: text for key, text in (COMPLETE | change).items() if text is not None}
    with pytest.raises(CatalogError, match=message):
        Say(Catalog(templates))


@pytest.mark.parametrize("text", ["{", "{0}", "{a.b}", "{}"])
def test_a_broken_template_is_refused(text: str) -> None:
    with pytest.raises(CatalogError, match="key"):
        Catalog({"key": text})


def test_files_are_nested_mappings_of_texts(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yml", tmp_path / "two.yml"
    one.write_text("greeting:\n  bye: |\n    두 줄\n    인사\n", "utf-8")
    two.write_text("greeting:\n  hello: '{name}'\n", "utf-8")
    assert Catalog.load(one, two).render("greeting.bye", {}) == "두 줄\n인사"
    with pytest.raises(CatalogError, match="repeats"):
        Catalog.load(one, one)
    two.write_text("greeting: [1]\n", "utf-8")
    with pytest.raises(CatalogError, match="greeting is no text"):
        Catalog.load(two)
    two.write_text("3", "utf-8")
    with pytest.raises(CatalogError, match="the file is no text"):
        Catalog.load(two)


def test_an_error_takes_its_own_variables_and_no_others() -> None:
    with pytest.raises(TypeError):
        LineTooLong()
    with pytest.raises(TypeError):
        NotPermitted(limit=1)
    assert issubclass(LineTooLong, UserError)


def test_texts_below_a_path_come_in_the_files_order() -> None:
    catalog = Catalog({"summary.b": "나", "other": "x", "summary.a": "가"})
    assert list(catalog.below("summary").items()) == [("b", "나"), ("a", "가")]
