"""THE table: every operation of the server, once. Both doors and the OpenAPI document are made from it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from llm_server.contract import (
    EndSessionRequest,
    EndSessionResponse,
    Message,
    ModelConfigResponse,
    Nothing,
    Request,
)
from llm_server.model import Deadline
from llm_server.sessions.store import SessionStore
from llm_server.twentyq import contract as twentyq
from llm_server.twentyq.service import Twentyq

Q = TypeVar("Q", bound=Request)
R = TypeVar("R", bound=Message)


@dataclass(frozen=True, slots=True)
class Operation(Generic[Q, R]):
    """One thing that can be asked of the server.

    `name` is the rpc's, too, unless there is none (`rpc=False`). A POST carries the request as its JSON body,
    every other method in the path. `aliases` are deprecated paths.
    """

    name: str
    method: str
    path: str
    request: type[Q]
    response: type[R]
    run: Callable[[Q, Deadline], Awaitable[R]]
    tag: str
    summary: str
    aliases: tuple[str, ...] = ()
    rpc: bool = True


Table = tuple[Operation[Any, Any], ...]


def table(*, models: ModelConfigResponse, sessions: SessionStore, game: Twentyq) -> Table:
    """The operations, bound to what does the work."""

    async def get_model_config(_request: Nothing, _deadline: Deadline) -> ModelConfigResponse:
        return models

    async def end_session(request: EndSessionRequest, _deadline: Deadline) -> EndSessionResponse:
        await sessions.delete(request.session_id)
        return EndSessionResponse(message="session deleted", id=request.session_id)

    return (
        Operation(
            name="GetModelConfig",
            method="GET",
            path="/health/models",
            request=Nothing,
            response=ModelConfigResponse,
            run=get_model_config,
            tag="health",
            summary="Which model serves which task",
        ),
        Operation(
            name="EndSession",
            method="DELETE",
            path="/api/sessions/{session_id}",
            request=EndSessionRequest,
            response=EndSessionResponse,
            run=end_session,
            tag="sessions",
            summary="Forget a conversation, known or not",
        ),
        Operation(
            name="TwentyQSelectTopic",
            method="POST",
            path="/api/llm/twentyq/topics/select",
            aliases=("/api/twentyq/topics/select",),
            request=twentyq.TwentyQSelectTopicRequest,
            response=twentyq.TwentyQSelectTopicResponse,
            run=game.select_topic,
            tag="twentyq",
            summary="A secret for a new game",
        ),
        Operation(
            name="TwentyQGetCategories",
            method="GET",
            path="/api/llm/twentyq/topics/categories",
            aliases=("/api/twentyq/topics/categories",),
            request=Nothing,
            response=twentyq.TwentyQGetCategoriesResponse,
            run=game.get_categories,
            tag="twentyq",
            summary="Every category",
        ),
        Operation(
            name="TwentyQGenerateHints",
            method="POST",
            path="/api/llm/twentyq/hints",
            aliases=("/api/twentyq/hints",),
            request=twentyq.TwentyQGenerateHintsRequest,
            response=twentyq.TwentyQGenerateHintsResponse,
            run=game.generate_hints,
            tag="twentyq",
            summary="Hints that do not give the target away",
        ),
        Operation(
            name="TwentyQAnswerQuestion",
            method="POST",
            path="/api/llm/twentyq/answers",
            aliases=("/api/twentyq/answers",),
            request=twentyq.TwentyQAnswerQuestionRequest,
            response=twentyq.TwentyQAnswerQuestionResponse,
            run=game.answer_question,
            tag="twentyq",
            summary="The verdict on a yes/no question",
        ),
        Operation(
            name="TwentyQVerifyGuess",
            method="POST",
            path="/api/llm/twentyq/verifications",
            aliases=("/api/twentyq/verifications",),
            request=twentyq.TwentyQVerifyGuessRequest,
            response=twentyq.TwentyQVerifyGuessResponse,
            run=game.verify_guess,
            tag="twentyq",
            summary="How near a guess is",
        ),
        Operation(
            name="TwentyQNormalizeQuestion",
            method="POST",
            path="/api/llm/twentyq/normalizations",
            aliases=("/api/twentyq/normalizations",),
            request=twentyq.TwentyQNormalizeQuestionRequest,
            response=twentyq.TwentyQNormalizeQuestionResponse,
            run=game.normalize_question,
            tag="twentyq",
            summary="A question with its typing mended",
        ),
        Operation(
            name="TwentyQCheckSynonym",
            method="POST",
            path="/api/llm/twentyq/synonym-checks",
            aliases=("/api/twentyq/synonym-checks",),
            request=twentyq.TwentyQCheckSynonymRequest,
            response=twentyq.TwentyQCheckSynonymResponse,
            run=game.check_synonym,
            tag="twentyq",
            summary="Whether two words mean the same thing",
        ),
    )
