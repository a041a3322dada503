"""The LLM server as the game sees it: topics, verdicts, guesses, hints. What is unclear is never guessed."""

from enum import StrEnum

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from llm.v1 import llm_service_pb2 as pb

from botkit.chat.errors import AiConfused, AiRefused
from botkit.llm.client import LlmClient
from game_bots.twentyq.game import Riddle, Verdict
from game_bots.twentyq.refusals import QuestionForbidden, QuestionUnclear
from game_bots.twentyq.topics import Level, Topic

ANSWER_SECONDS = 55.0
"""A question may take long; a little less than the command's budget, so that the error is the model's."""

UNCLEAR = "이해할 수 없는 질문입니다"
FORBIDDEN = "정책 위반"


class GuessResult(StrEnum):
    """How near a guess is; the Korean labels are accepted, too."""

    ACCEPT = "ACCEPT"
    CLOSE = "CLOSE"
    REJECT = "REJECT"


_KOREAN = {"정답": GuessResult.ACCEPT, "근접": GuessResult.CLOSE, "오답": GuessResult.REJECT}


def conversation(room: str, game: str) -> str:
    """The LLM server's name for the conversation of one game."""
    return f"twentyq:{room}:{game}"


class Judge:
    """Asks the LLM server; every call is named by the stream entry it serves."""

    def __init__(self, llm: LlmClient) -> None:
        self._llm = llm

    async def topic(
        self,
        *,
        category: str,
        banned: list[str],
        excluded: tuple[str, ...],
        entry: str,
        level: Level | None = None,
        seed: str = "",
    ) -> Topic:
        """A secret; the server may fall back to another category when this one is used up.

        When all of them were played, one of them again. Equal seeds give equal secrets.
        """
        request = pb.TwentyQSelectTopicRequest(
            category=category, banned_topics=banned, excluded_categories=excluded, level=level or 0, seed=seed
        )
        try:
            reply = await self._llm.call(self._llm.rpc.TwentyQSelectTopic, request, request_id=entry)
        except AiRefused:
            request.ClearField("banned_topics")
            reply = await self._llm.call(self._llm.rpc.TwentyQSelectTopic, request, request_id=entry)
        details = MessageToDict(reply.details) if reply.HasField("details") else {}
        return Topic(
            reply.name,
            reply.category,
            {key: str(value) for key, value in details.items()},
            tuple(reply.aliases),
            Level(reply.level) if reply.level in set(Level) else Level.NORMAL,
        )

    async def verdict(
        self,
        riddle: Riddle,
        question: str,
        *,
        room: str,
        entry: str,
        seconds: float = ANSWER_SECONDS,
        again: bool = False,
    ) -> Verdict:
        """The answer to a question, of a second judge when it is asked `again`.

        One that names the secret itself needs no model.

        Raises:
            QuestionUnclear, QuestionForbidden: the referee refuses it.
            AiConfused: the server's answer is none of the labels.
        """
        if riddle.is_named_by(question):
            return Verdict.YES
        request = pb.TwentyQAnswerQuestionRequest(
            session_id=conversation(room, riddle.id),
            target=riddle.topic.name,
            category=riddle.topic.category,
            question=question,
            details=_struct(riddle.topic),
            second_opinion=again,
        )
        reply = await self._llm.call(
            self._llm.rpc.TwentyQAnswerQuestion,
            request,
            request_id=entry,
            timeout=min(seconds, ANSWER_SECONDS),
        )
        if reply.scale == UNCLEAR:
            raise QuestionUnclear
        if reply.scale == FORBIDDEN:
            raise QuestionForbidden
        try:
            return Verdict(reply.scale)
        except ValueError:
            raise AiConfused from None

    async def guess(self, riddle: Riddle, guess: str, *, entry: str) -> GuessResult:
        """How near a guess is.

        Raises:
            AiConfused: the server's answer is none of the results.
        """
        request = pb.TwentyQVerifyGuessRequest(target=riddle.topic.name, guess=guess)
        reply = await self._llm.call(self._llm.rpc.TwentyQVerifyGuess, request, request_id=entry)
        if reply.result in _KOREAN:
            return _KOREAN[reply.result]
        try:
            return GuessResult(reply.result)
        except ValueError:
            raise AiConfused from None

    async def hint(self, riddle: Riddle, *, entry: str) -> str:
        """One hint.

        Raises:
            AiConfused: the server has none.
        """
        request = pb.TwentyQGenerateHintsRequest(
            target=riddle.topic.name,
            category=riddle.topic.category,
            details=_struct(riddle.topic),
            level=riddle.topic.level,
        )
        reply = await self._llm.call(self._llm.rpc.TwentyQGenerateHints, request, request_id=entry)
        text = next((hint.strip() for hint in reply.hints if hint.strip()), "")
        if not text:
            raise AiConfused
        return text

    async def forget(self, room: str, game: str) -> None:
        """End the conversation of a game that is over."""
        request = pb.EndSessionRequest(session_id=conversation(room, game))
        await self._llm.call(self._llm.rpc.EndSession, request, request_id=game)


def _struct(topic: Topic) -> Struct | None:
    if not topic.details:
        return None
    struct = Struct()
    struct.update(dict(topic.details))
    return struct
