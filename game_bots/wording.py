"""When two Korean questions are the same question. Pure."""

import re
import unicodedata

_QUESTION_ENDINGS = (
    *("인가요", "입니까", "이에요", "예요", "에요", "이야", "인가", "인지", "나요", "까요", "니까"),
    *("거야", "거니", "거죠", "거지", "어요", "아요", "해요", "죠", "지", "니", "냐", "야", "요"),
)
_ASKED = ("?", *("요", "까", "니", "냐", "죠", "지", "나", "가", "야"))

_BACK = re.compile(
    r"(?:^|\s)(?:[그이저](?:게|것|거|건|걸)|그럼|그러면|그렇|그런|그래서|방금|아까)|^(?:정말|진짜|확실|왜)\S*$"
)


def folded(text: str) -> str:
    """NFKC, lower case, letters and digits only."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def is_asked(text: str) -> bool:
    """Whether a piece of a line is a question by its end."""
    return text.rstrip(" .!~").endswith(_ASKED)


def question_key(text: str) -> str:
    """Equal for questions that differ only in spacing, punctuation and politeness."""
    key = folded(text)
    for ending in _QUESTION_ENDINGS:
        if key.endswith(ending) and len(key) > len(ending):
            return key[: -len(ending)]
    return key


def refers_back(text: str) -> bool:
    """Whether a question means something else after another answer: "그게 중요한가요?", "정말요?"."""
    return _BACK.search(text.strip(" .!?~")) is not None


_TELL = re.compile(
    r"(?:을|를|이|가|은|는|좀|도)?\s*(?:그냥\s*|좀\s*|빨리\s*|제발\s*)*"
    r"(?:(?:알려|말해|공개|가르쳐|보여)"
    r"(?:해|하|\s?(?:줘(?![도서])|줄(?:래|게|\s?수\s?있)|주(?![기려러])|달|라|봐|요)|(?!\s?[가-힣])|\s(?:좀|빨리|제발))"
    # Something is no question: "정답 뭔가에 쫓겼다" tells what happened.
    r"|뭐(?!든)|뭔(?!가(?!요|\W*$))|뭘|무엇(?!이든|인가(?!요|\W*$))|(?:머야|모야)(?![가-힣])|줘(?![도서])|내놔).*"
)


def wants_to_be_told(rest: str) -> bool:
    """Whether what follows `정답` asks the referee to say it."""
    return _TELL.fullmatch(rest.strip()) is not None
