"""The same name, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hololive_bot.spelling import is_long_enough_within, key, letters, slips_allowed, without_ending


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Shirakami Fubuki", "shirakami_fubuki"),
        ("サクラ ミコ", "さくらみこ"),
        ("ﾐｺ", "みこ"),
        ("La+ Darknesss", "la darknesss"),
        ("Ina'nis", "inanis"),
        ("ASOBI★MAWARI-TAI!", "asobi mawari tai"),
        ("セレス・ファウナ", "せれすふぁうな"),
        ("ＩＲｙＳ", "irys"),
        ("미\u200b코 ", "미코"),
        ("라미", "라미"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert key(one) == key(other)


@given(st.text(max_size=40))
def test_a_key_is_its_own_key(text: str) -> None:
    assert key(key(text)) == key(text)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("미코짱", "미코"),
        ("みこちゃん", "みこ"),
        ("페코라님", "페코라"),
        ("미코", None),
        ("님", None),
        ("みこ様", "みこ"),
    ],
)
def test_words_of_respect_come_off(said: str, name: str | None) -> None:
    assert without_ending(key(said)) == name


@pytest.mark.parametrize(
    ("spelled", "within", "slips"),
    [
        ("미", False, 0),
        ("미코", True, 1),
        ("mi", False, 0),
        ("mik", True, 1),
        ("pekora", True, 2),
        ("ミ", False, 0),
    ],
)
def test_short_words_are_looked_for_with_care(spelled: str, within: bool, slips: int) -> None:
    assert is_long_enough_within(spelled) is within
    assert slips_allowed(spelled) == slips
    assert letters("미코") == "ㅁㅣㅋㅗ"
