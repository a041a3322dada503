"""What a player typed, without what says nothing."""

import re
from collections.abc import Collection

from playground.demo_model.korean.hangul import compose

_LAUGHTER = re.compile(r"[ㅋㅎㅠㅜㅡ]{2,}|(?<=[\s?!.~])[ㅋㅎㅠㅜ]+$")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_NOISE = re.compile(r"(?<!\d)\.|\.(?!\d)|[^\w\s.]|_|(?<=[가-힣(])[\u4e00-\u9fff]+")


def clean(text: str, dropped: Collection[str]) -> str:
    """The text without blanks, punctuation, laughter and the dropped words, unless there is nothing else."""
    found = words(text)
    kept = [word for word in found if word not in dropped] or found
    return "".join(kept)


def words(text: str) -> list[str]:
    """What stands between blanks, without punctuation and laughter."""
    plain = _LAUGHTER.sub(" ", compose(text).casefold())
    return _NOISE.sub(" ", _THOUSANDS.sub("", plain)).split()
