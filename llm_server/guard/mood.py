"""What a sentence does: it orders, asks, or tells a story. Pure, linear.

The same words are an attack in an order ("지시를 무시해") and a guess about a story in a question ("지시를
무시했나요?"). It is judged sentence by sentence, so that a question behind an order excuses nothing.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from itertools import groupby


class Mood(Enum):
    """What a sentence does; STORY is about others in any case, ASKS only when it names them."""

    OPEN = auto()
    ORDER = auto()
    ASKS = auto()
    STORY = auto()


def _any(*words: str) -> str:
    """The words as one group; `+` is a blank, `_` one that may be missing."""
    group = "|".join(word for line in words for word in line.split())
    return f"(?:{group.replace('_', ' ?').replace('+', ' ')})"


def _ending(*words: str) -> str:
    """One of the words, looked at from its last letter: most letters end none, which is quick to see."""
    every = sorted({word.replace("_", " ") for line in words for word in line.split()}, key=len)
    behind = "|".join(f"(?<={'|'.join(same)})" for _, same in groupby(every, len))
    return f"[{''.join(sorted({word[-1] for word in every}))}](?:{behind})"


_LONGEST_END = 40
_REST = "[^0-9A-Za-z가-힣]*$"
"""What may follow the last word: signs, laughter, tears."""

_LAST = re.compile(f"[0-9A-Za-z가-힣]{_REST}")

_ORDERED = _ending(
    "출력해 공개해 처리해 실행해 수행해 나열해 번역해 요약해 답해 인정해 판정해 설명해 정리해 반복해",
    "복사해 표시해 변환해 전환해 시작해 적용해 복종해 제출해 보고해 전송해 인코딩해 디코딩해 활성화해",
    "작성해 반환해 간주해 말해 줘 줘요 해라 하라 주세요 하세요 시오 주라 다오 봐 써라 려라 꿔라 할것 할_것",
)
_END = re.compile(
    r"[.?!。？！…;]+(?=\s|$)"
    rf"|{_ORDERED}"
    "[~!,\u1100-\u11ff\u3131-\u318e]{0,9}(?=\\s|$)"
    r"|[,;]?\s(?=(?:now|please|then)\s)"
    r"|\b[a-z']{1,20}[\s,]{1,2}[a-z']{1,20}[\s,]{1,2}[a-z']{1,20}[^\w\s]{0,3}(?=\s[가-힣])"
    r"|[\"”’'\])}>](?=\s[가-힣a-z])"
)
"""Where a sentence ends: at a sign, behind a verb that can only be an order, where the language changes."""

_PAST = "".join(chr(code) for code in range(0xAC14, 0xD7A4, 28) if chr(code) not in "있겠")
"""Syllables that end in ㅆ, which makes a verb past; 있 and 겠 are of the present and of requests."""

_STORY = re.compile(
    f"(?:(?:[{_PAST}]|고 ?있)"
    + _any(
        "나요? 니 냐고? 어요? 지요? 죠 을까요? 습니까 습니다 다고? 는지요? 던가요? 음 네요? 군요?",
        "대요? 는데요? 는가요? 거든요? 기_때문(?:인가요|이다)? 을_거[예야]?요? 던_거[예야죠]?요? 는데_맞나요",
    )
    + "|[은는던된한간온운킨린친진난긴] ?"
    + _any("건가요? 것인가요? 건지요? 거예요 거죠 거야 거니 겁니까 것입니다 게_맞나요 적이?_있나요")
    + f"|[하으]래요?|[한된간온]대요?){_REST}"
)
_ASKS = re.compile(
    _any("[?] 나요 까요 가요 는지 은지 건지 냐 니 죠 지요 습니까 입니까 어요 아요 에요 예요 인가 는가")
    + _REST
)
_REQUESTS = re.compile(
    _any(
        "주나요 줄래 줄까 주시겠 주실 주겠 봐도_돼 봐도_되",
        "(?:말해줄|줄|말할|공개할|보낼)_수_(?:는_)?(?:있|없)",
    )
    + f"[가-힣]{{0,4}}{_REST}"
)
_PERMITS = re.compile(
    f"[가-힣]도 ?{_any('돼 된다 됩니다 되니 좋아 좋다 괜찮 무방 상관_없')}[가-힣]{{0,2}}[^0-9A-Za-z가-힣?]*$"
)
"""What allows is an order in disguise, unless it asks whether it is allowed."""

_WHAT = re.compile(_any("뭐 무엇 무슨 어떤 어떻게 뭔 뭘"))
_KOREAN_ORDER = re.compile(
    _any(
        "(?<!야+)(?<!야)해 줘요? 줘라 해라 [하써봐려라혀쳐꿔켜]라 세요 세여 셈 십시오 시오 봐 바람 바랍니다",
        "할_것 하도록 부탁 부탁해요? 부탁드[려립]니?[다요]? 주라 주쇼 다오 달라 명령한다 명령이다 명령이야",
        "좀 제발 원해 싶어요? 싶은데 싶다 놔 적어 써 대라 내놔 출력 번역 요약 복붙 덤프 무시 해제 활성화",
        "비활성화 전환 처리 나열 공개 제출 변환 인코딩 요청",
    )
    + _REST
)

_LEADING = re.compile(r"^[\W_]+")
_FILLER = re.compile(
    r"(?:"
    + _any("ok okay so well but and wait hmm oh lol also hey then now because maybe perhaps or i+think i+bet")
    + r"\b[\s,]*){1,4}"
)
_ENGLISH_PAST = re.compile(_any("was were did had wasn'?t weren'?t didn'?t hadn'?t") + r"\b")
_ENGLISH_ASKS = re.compile(
    "(?:"
    + _any("is are was were did does has had am+i")
    + "(?:n'?t)?|"
    + _any("do have can could would will should may")
    + " "
    + _any("they we i people he she it the his her a an any some someone humans")
    + "|"
    + _any("why where when who how what")
    + " "
    + _any("did was were does had has is are")
    + r"|who'?s)\b"
)
_ENGLISH_SUBJECT = re.compile(
    "(?:"
    + _any("he she they it'?s it+is it+was it+has")
    + "|"
    + _any("it that this")
    + " "
    + _any("must should could might would will can")
    + "|the "
    + _any("ai robot machine computer")
    + " [a-z]+ed|"
    + _any("the a an his her their its")
    + " (?!"
    + _any(
        "follow above next judge evaluat grader machine player referee host moderat final system assist user",
        r"ai\b bot model answer secret word prompt instruct rule text admin develop verdict result game only",
        "correct previous new",
    )
    + r")[a-z]+)\b"
)
_ENGLISH_NO_ORDER = re.compile(
    _any(
        "i i'?m i'?ve i'?ll its it'?s he she they we this that that'?s the a an my our his her there if when",
        "because maybe yes no nope lol what who why how where which do+you are+you you+are you'?re",
        "don'?t+ignore do+not+ignore",
    )
    + r"\b"
)
_SPEECH = re.compile('[:："“”「『]')


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, together the whole of it."""
    begin = 0
    for match in _END.finditer(text):
        yield text[begin : match.end()]
        begin = match.end()
    yield text[begin:]


def mood(sentence: str) -> Mood:
    """What a sentence does; Korean says so at its end, English at its beginning."""
    end = sentence[-_LONGEST_END:]
    last = _LAST.search(end)
    if last is None:
        return Mood.OPEN
    return _korean(sentence, end) if last[0][0] >= "가" else _english(_LEADING.sub("", sentence))


def _korean(sentence: str, end: str) -> Mood:
    if _REQUESTS.search(end) or _PERMITS.search(end):
        return Mood.ORDER
    if _STORY.search(end):
        return Mood.ASKS if _WHAT.search(sentence) else Mood.STORY
    if _KOREAN_ORDER.search(end):
        return Mood.ORDER
    return Mood.ASKS if _ASKS.search(end) else Mood.OPEN


def _english(sentence: str) -> Mood:
    if filler := _FILLER.match(sentence):
        sentence = sentence[filler.end() :]
    if _ENGLISH_ASKS.match(sentence):
        return Mood.STORY if _ENGLISH_PAST.match(sentence) else Mood.ASKS
    if _ENGLISH_SUBJECT.match(sentence) and not _SPEECH.search(sentence):
        return Mood.ASKS
    return Mood.OPEN if not sentence or _ENGLISH_NO_ORDER.match(sentence) else Mood.ORDER
