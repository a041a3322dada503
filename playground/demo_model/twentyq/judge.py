"""Question × topic → one of the six labels."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from playground.demo_model.korean.endings import Endings
from playground.demo_model.twentyq.claims import Related
from playground.demo_model.twentyq.comparisons import comparisons, counts
from playground.demo_model.twentyq.dates import years
from playground.demo_model.twentyq.degrees import Degree
from playground.demo_model.twentyq.heads import Head, Heads, always
from playground.demo_model.twentyq.knowledge import Knowledge
from playground.demo_model.twentyq.patterns import Compiler
from playground.demo_model.twentyq.quantities import any_of, composed
from playground.demo_model.twentyq.reading import LONGEST, Reader
from playground.demo_model.twentyq.spelling import spelling
from playground.demo_model.twentyq.topics import Topic


class Label(StrEnum):
    """What the judge may say; the contract with whoever asks."""

    YES = "예"
    USUALLY = "아마도 예"
    RARELY = "아마도 아니오"
    NO = "아니오"
    POLICY = "정책 위반"
    UNCLEAR = "이해할 수 없는 질문입니다"


_LABELS = {
    Degree.YES: Label.YES,
    Degree.USUALLY: Label.USUALLY,
    Degree.RARELY: Label.RARELY,
    Degree.NO: Label.NO,
}


class Judge:
    """Answers yes/no questions about the topics of a knowledge base, and says so when it cannot tell."""

    def __init__(self, knowledge: Knowledge, *, this_year: int) -> None:
        words = knowledge.words
        compiler = Compiler(stems=words.stems, particles=words.particles, adverbs=words.adverbs)
        self._reader = Reader(
            nouns=knowledge.nouns,
            heads=Heads(_heads(knowledge, compiler, this_year)),
            words=words,
            endings=Endings(knowledge.endings),
        )

    def answer(self, topic: Topic | None, question: str) -> Label:
        """The label; without a topic only manipulation is recognised."""
        if manipulative(self._reader.clean(question[: 4 * LONGEST])):
            return Label.POLICY
        if topic is None:
            return Label.UNCLEAR
        for readings in self._reader.read(question):
            answers = [answer for claim in readings if (answer := claim.about(topic)) is not None]
            if answers:
                return _agreed(answers)
        return Label.UNCLEAR


def _agreed(answers: Sequence[Degree]) -> Label:
    """The first of several answers that an ambiguous question has, unless another says the opposite."""
    sides = {answer >= Degree.USUALLY for answer in answers}
    return _LABELS[answers[0]] if len(sides) == 1 else Label.UNCLEAR


def _heads(knowledge: Knowledge, compiler: Compiler, this_year: int) -> Iterator[Head]:
    for attribute in knowledge.attributes:
        yield from compiler.heads(attribute.patterns, always(attribute.fact))
    yield from comparisons(knowledge.measures, knowledge.topics, compiler)
    yield from years(compiler, this_year=this_year)
    yield from _associations(knowledge, compiler)
    parts = sorted({part for topic in knowledge.topics for part in topic.counts})
    yield from counts(parts, compiler)
    yield from spelling(compiler)


def _associations(knowledge: Knowledge, compiler: Compiler) -> Iterator[Head]:
    words = sorted({word for topic in knowledge.topics for word in topic.related})
    patterns = [pattern.replace("X", "<word>") for pattern in knowledge.words.associated]
    yield from compiler.heads(patterns, lambda match: Related(composed(match["word"])), word=any_of(words))


_DEMAND = re.compile(
    r"(정답|답|정답을|답을)(을|이|은|좀|만|그냥|빨리|바로|지금|당장)*"
    r"(알려|말해|가르쳐|불러|공개|출력|보여|내놔|써줘|적어|뭐|무엇|무엇인가|뭔|까줘|까봐|유출|힌트없이|주세요|줘|달라)"
    r"|(규칙|지시|명령|지침|프롬프트|설정|제한|룰|시스템|instruction|rule|prompt)\w{0,12}"
    r"(무시|잊|어기|바꿔|바꾸|출력|보여|알려|공개|해제|말해|삭제|초기화|repeat|ignore|reveal)"
    r"|(ignore|forget|disregard|reveal|print|show|repeat|tell)\w{0,24}(instruction|rule|prompt|answer|secret|system|previous)"
    r"|(시스템프롬프트|systemprompt|탈옥|jailbreak|개발자모드|관리자모드|관리자권한|developermode|이제부터너는|지금부터너는|너는이제|역할극|롤플레이)"
    r"|(비밀|시크릿|secret|타겟|target)\w{0,6}(단어|키워드)?(알려|말해|출력|보여|뭐|공개|가르쳐)"
    r"|(무조건|항상|모든질문에|앞으로)\w{0,10}(예|네|아니오|아니요|yes|no)(라고|로|만)(대답|답|말|해)"
    r"|whatistheanswer|whatsthe(answer|secret)|givemetheanswer|theanswerplease|answerplease"
)


def manipulative(clean: str) -> bool:
    """Whether a cleaned text demands the answer or tries to change the rules of the game."""
    return bool(_DEMAND.search(clean))
