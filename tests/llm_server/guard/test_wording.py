"""The signs of a text add up to a weight, and the shipped weights are those of the development half."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.guard import wording
from llm_server.guard.guard import Guard
from llm_server.guard.packs import SHIPPED, load
from llm_server.guard.packs import WORDING as WORDING_FILE
from llm_server.guard.wording import FEW, Wording, signs
from tests.llm_server.guard.train import known, learned, written

SHIPPED_WEIGHTS = load(SHIPPED).wording
assert SHIPPED_WEIGHTS is not None
WORDING = Wording(SHIPPED_WEIGHTS.bias, SHIPPED_WEIGHTS.weights)
WORDS = st.lists(
    st.sampled_from(
        [
            "정답",
            "정답을",
            "알려줘",
            "무시하고",
            "tell",
            "me",
            "the",
            "previous",
            "instructions",
            "고양이인가요",
        ]
    ),
    max_size=9,
)
SHOWN = st.sets(st.sampled_from(["@secret", "@reveal", "@others", "!ORDER", "!STORY", "?", "@secret@reveal"]))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {"^ $"}),
        (["a"], {"=a", "^ a", "a $"}),
        (["reveal"], {"=reveal", "revea-", "^ reveal", "reveal $"}),
        (["정답을"], {"=정답을", "정-", "정답-", "-을", "-답을", "^ 정답", "정답 $"}),
        (["답", "show"], {"=답", "=show", "^ 답", "답 show", "show $"}),
    ],
)
def test_the_signs_of_words(words: list[str], expected: set[str]) -> None:
    assert set(signs(words)) == expected
    assert set(signs(words, "@secret", "?")) == expected | {"@secret", "?"}


@given(WORDS, SHOWN)
def test_the_weight_is_that_of_the_signs(words: list[str], shown: set[str]) -> None:
    assert SHIPPED_WEIGHTS is not None
    every = signs(words, *shown)
    total = sum(SHIPPED_WEIGHTS.weights.get(sign, 0) for sign in every) / 100
    expected = 1 / (1 + math.exp(-SHIPPED_WEIGHTS.bias - total / math.sqrt(len(every) + FEW)))

    assert WORDING.weight(WORDING.weigh(words), shown) == pytest.approx(expected)


@given(WORDS, SHOWN)
def test_no_text_weighs_more_than_it_may(words: list[str], shown: set[str]) -> None:
    said = WORDING.weigh(words)
    concepts = [sign for sign in shown if sign.count("@") == 1]
    moods = [sign for sign in shown if sign[0] in "!?"][:1]

    assert WORDING.weight(said, [*concepts, *moods]) <= WORDING.most(said, concepts) + 1e-9


def test_only_so_many_words_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "_WORDS", 2)
    small = Wording(0.0, {"=a": 100, "=b": -100})

    first = small.weigh(["a", "b", "c"])
    assert small.weigh(["a", "b", "c"]) == first
    assert small.weigh(["c"]) != first


def test_weights_without_bounds_stay_a_weight() -> None:
    heavy = Wording(-1e6, {"=a": 10**9})
    assert heavy.weight(heavy.weigh([]), []) == pytest.approx(0)
    assert heavy.weight(heavy.weigh(["a"]), []) == pytest.approx(1)


def test_the_shipped_weights_are_what_is_learned_from_the_development_half_as_it_is() -> None:
    matcher = Guard.load().matcher
    content = written(learned(matcher, known(matcher)))

    assert (SHIPPED / WORDING_FILE).read_text("utf-8") == content, "run: make guard-train"
