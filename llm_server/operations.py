"""THE table: every operation of the server, once. Both doors and the OpenAPI document are made from it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_type_hints

from llm_server.chat.service import Chat
from llm_server.contract import (
    EndSessionRequest,
    EndSessionResponse,
    GuardEvaluation,
    GuardHit,
    GuardIsMaliciousRequest,
    GuardIsMaliciousResponse,
    GuardRequest,
    Message,
    ModelConfigResponse,
    Nothing,
    Request,
)
from llm_server.gate import Gate
from llm_server.hololive.service import Hololive
from llm_server.model import Deadline
from llm_server.sessions.keeper import Sessions
from llm_server.turtlesoup.library import Library
from llm_server.turtlesoup.service import TurtleSoup
from llm_server.twentyq.service import Twentyq
from llm_server.usage.reports import Reports

Q = TypeVar("Q", bound=Request)
R = TypeVar("R", bound=Message)


@dataclass(frozen=True, slots=True)
class Operation(Generic[Q, R]):
    """One thing that can be asked of the server.

    `name` is the rpc's, too, unless there is none (`rpc=False`). Of a POST the request is its JSON body, of
    every other method the query; what the path names comes from the path. `aliases` are deprecated paths.
    """

    name: str
    method: str
    path: str
    run: Callable[[Q, Deadline], Awaitable[R]]
    summary: str
    tag: str
    request: type[Q]
    response: type[R]
    aliases: tuple[str, ...] = ()
    rpc: bool = True
    status: int = 200

    @property
    def has_body(self) -> bool:
        """Whether the request has fields that stand in a JSON body."""
        return self.method == "POST" and any(
            f"{{{name}}}" not in self.path for name in self.request.model_fields
        )


Row = Operation[Any, Any]
Table = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Operations with a tag and the beginning of a path in common; `alias` is its old beginning."""

    tag: str
    prefix: str
    alias: str = ""

    def row(
        self,
        name: str,
        endpoint: str,
        run: Callable[[Any, Deadline], Awaitable[Any]],
        summary: str,
        *,
        rpc: bool = True,
        status: int = 200,
    ) -> Row:
        """One operation; `endpoint` is method and rest of the path, `run` says what goes in and out."""
        method, _, rest = endpoint.partition(" ")
        request, *_, response = get_type_hints(run).values()
        return Operation(
            name=name,
            method=method,
            path=self.prefix + rest,
            run=run,
            summary=summary,
            tag=self.tag,
            request=request,
            response=response,
            aliases=(self.alias + rest,) if self.alias else (),
            rpc=rpc,
            status=status,
        )


def table(
    *,
    models: ModelConfigResponse,
    chat: Chat,
    sessions: Sessions,
    gate: Gate,
    reports: Reports,
    twentyq: Twentyq,
    turtlesoup: TurtleSoup,
    library: Library,
    hololive: Hololive,
) -> Table:
    """The operations, bound to what does the work."""

    async def get_model_config(_request: Nothing, _deadline: Deadline) -> ModelConfigResponse:
        return models

    async def end_session(request: EndSessionRequest, _deadline: Deadline) -> EndSessionResponse:
        await sessions.delete(request.session_id)
        return EndSessionResponse(message="session deleted", id=request.session_id)

    return (
        _Group("health", "/health").row(
            "GetModelConfig", "GET /models", get_model_config, "Which model serves which task"
        ),
        *_of_chat(chat, reports),
        *_of_sessions(chat, end_session),
        *_of_guard(gate),
        *_of_usage(reports),
        *_of_twentyq(twentyq),
        *_of_turtlesoup(turtlesoup, library),
        _Group("hololive", "/api/llm/hololive").row(
            "HololiveParseQuestion", "POST /questions", hololive.parse_question, "What a question asks for"
        ),
    )


def _of_chat(chat: Chat, reports: Reports) -> Table:
    row = _Group("llm", "/api/llm").row
    return (
        row("Chat", "POST /chat", chat.chat, "An answer in free words", rpc=False),
        row(
            "ChatWithUsage",
            "POST /chat-with-usage",
            chat.chat_with_usage,
            "An answer, the tokens it used, and the model's reasoning",
            rpc=False,
        ),
        row("Structured", "POST /structured", chat.structured, "An answer in a shape of yours", rpc=False),
        row("GetProcessUsage", "GET /usage", reports.of_process, "Tokens since the process began", rpc=False),
        row("GetLastMonth", "GET /usage/total", reports.last_month, "Tokens of the last 30 days", rpc=False),
        row("GetMetrics", "GET /metrics", reports.metrics, "Calls, tokens and durations", rpc=False),
    )


def _of_sessions(chat: Chat, end: Callable[[Any, Deadline], Awaitable[Any]]) -> Table:
    row = _Group("sessions", "/api/sessions").row
    return (
        row("CreateSession", "POST ", chat.create_session, "A new conversation", rpc=False, status=201),
        row(
            "GetSession", "GET /{session_id}", chat.get_session, "What was said in a conversation", rpc=False
        ),
        row("Say", "POST /{session_id}/messages", chat.say, "Say something in a conversation", rpc=False),
        row("EndSession", "DELETE /{session_id}", end, "Forget a conversation, known or not"),
    )


def _of_guard(gate: Gate) -> Table:
    async def check(request: GuardIsMaliciousRequest, _deadline: Deadline) -> GuardIsMaliciousResponse:
        return GuardIsMaliciousResponse(malicious=gate.evaluate(request.input_text).malicious)

    async def evaluate(request: GuardRequest, _deadline: Deadline) -> GuardEvaluation:
        found = gate.evaluate(request.input_text)
        return GuardEvaluation(
            score=found.score,
            malicious=found.malicious,
            threshold=found.threshold,
            hits=tuple(GuardHit(id=hit.id, weight=hit.weight, view=hit.view) for hit in found.hits),
            view=found.view,
            version=found.version,
        )

    row = _Group("guard", "/api/guard").row
    return (
        row("GuardIsMalicious", "POST /checks", check, "Whether a text is an attack on the judge"),
        row("EvaluateGuard", "POST /evaluations", evaluate, "How much so, and why", rpc=False),
    )


def _of_usage(reports: Reports) -> Table:
    row = _Group("usage", "/api/usage").row
    return (
        row("GetDailyUsage", "GET /daily", reports.daily, "Today's tokens and cost"),
        row("GetRecentUsage", "GET /recent", reports.recent, "Tokens and cost of the last days, day by day"),
        row("GetTotalUsage", "GET /total", reports.total, "Tokens and cost of the last days, summed up"),
        row(
            "GetUsageBreakdown", "GET /breakdown", reports.breakdown, "The same by model and task", rpc=False
        ),
    )


def _of_twentyq(game: Twentyq) -> Table:
    row = _Group("twentyq", "/api/llm/twentyq", "/api/twentyq").row
    return (
        row("TwentyQSelectTopic", "POST /topics/select", game.select_topic, "A secret for a new game"),
        row("TwentyQGetCategories", "GET /topics/categories", game.get_categories, "Every category"),
        row("TwentyQGenerateHints", "POST /hints", game.generate_hints, "Hints that keep the target secret"),
        row("TwentyQAnswerQuestion", "POST /answers", game.answer_question, "The verdict on a question"),
        row("TwentyQVerifyGuess", "POST /verifications", game.verify_guess, "How near a guess is"),
        row(
            "TwentyQNormalizeQuestion",
            "POST /normalizations",
            game.normalize_question,
            "A question, typing mended",
        ),
        row(
            "TwentyQCheckSynonym",
            "POST /synonym-checks",
            game.check_synonym,
            "Whether two words mean the same",
        ),
    )


def _of_turtlesoup(game: TurtleSoup, library: Library) -> Table:
    row = _Group("turtlesoup", "/api/llm/turtlesoup", "/api/turtle-soup").row
    return (
        row("TurtleSoupAnswerQuestion", "POST /answers", game.answer_question, "The verdict on a question"),
        row(
            "TurtleSoupGenerateHint",
            "POST /hints",
            game.generate_hint,
            "A hint that keeps the solution secret",
        ),
        row(
            "TurtleSoupValidateSolution",
            "POST /validations",
            game.validate_solution,
            "How near a solution is",
        ),
        row("TurtleSoupReveal", "POST /reveals", game.reveal, "The truth as a story"),
        row(
            "TurtleSoupGeneratePuzzle",
            "POST /puzzles",
            library.generate_puzzle,
            "A puzzle, ours or a new one",
        ),
        row("TurtleSoupRewriteScenario", "POST /rewrites", library.rewrite_scenario, "A puzzle told anew"),
        row("ListPuzzles", "GET /puzzles", library.list_puzzles, "Every puzzle of ours", rpc=False),
        row(
            "TurtleSoupGetRandomPuzzle",
            "GET /puzzles/random",
            library.get_random_puzzle,
            "Any puzzle of ours",
        ),
        row(
            "ReloadPuzzles",
            "POST /puzzles/reload",
            library.reload_puzzles,
            "Read the puzzle files anew",
            rpc=False,
        ),
        row("GetPuzzle", "GET /puzzles/{puzzle_id}", library.get_puzzle, "One puzzle of ours", rpc=False),
    )
