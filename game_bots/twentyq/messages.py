"""The texts of messages.yml as the code knows them: each key with the values it is given."""

from pathlib import Path
from typing import ClassVar

from botkit.chat.catalog import Catalog, Text
from botkit.chat.kit_texts import KIT_ERRORS, MESSAGES, KitTexts
from game_bots import costs, surrender
from game_bots.twentyq import refusals, repository
from game_bots.twentyq.commands import FORMS


class Say(KitTexts):
    """Everything this bot says."""

    errors = (
        *KIT_ERRORS,
        refusals.NoGame,
        refusals.DuplicateQuestion,
        refusals.QuestionUnclear,
        refusals.QuestionForbidden,
        refusals.GuessEmpty,
        refusals.GuessRepeated,
        refusals.GuessTooSoon,
        refusals.HintLimitReached,
        refusals.ChainTooLong,
        refusals.QuestionsUsedUp,
        repository.RecordsUnavailable,
        costs.PriceUnknown,
        surrender.NoVote,
        surrender.NotAVoter,
        surrender.AlreadyVoted,
    )

    help_head = Text("help.head")
    help_line = Text("help.line", "usage", "summary")
    help_tail = Text("help.tail", "categories")
    summaries: ClassVar[dict[str, Text]] = {
        form.name: Text(f"summary.{form.name}") for form in FORMS if form.usage
    }

    choosing = Text("start.choosing")
    ready = Text("start.ready", "category", "prefix")
    counted = Text("start.counted", "limit")
    category_unknown = Text("start.category_unknown")
    resumed = Text("start.resumed", "board")

    question_thinking = Text("question.thinking")
    answered = Text("question.answered", "number", "text", "answer")
    few_left = Text("question.few_left", "left")
    last_guess = Text("question.last_guess", "prefix")
    named = Text("question.named", "prefix", "target")

    chain_skipped = Text("chain.skipped", "text", "reason")
    chain_not_yes = Text("chain.not_yes")
    chain_stopped = Text("chain.stopped")
    chain_late = Text("chain.late")

    guess_thinking = Text("guess.thinking")
    wrong = Text("guess.wrong", "name", "guess")
    close = Text("guess.close", "name", "guess")
    tell_nothing = Text("guess.tell_nothing")
    solved = Text("guess.solved", "name", "target", "questions", "hints", "minutes", "curious", "misses")
    lost = Text("guess.lost", "target", "category")
    misses = Text("guess.misses", "guesses")
    curious = Text("guess.curious", "name", "count")

    hint_thinking = Text("hint.thinking")
    hint = Text("hint.given", "number", "text")

    board = Text("status.board", "category", "questions", "hints_left", "blocks")
    board_question = Text("status.question", "number", "text", "answer", "chained")
    board_chained = Text("status.chained")
    board_misses = Text("status.misses", "guesses")
    board_empty = Text("status.empty", "prefix")

    vote_opened = Text("vote.opened", "name", "agreed", "needed", "prefix")
    vote_progress = Text("vote.progress", "agreed", "needed", "missing")
    vote_against = Text("vote.against", "name", "agreed", "needed")
    vote_failed = Text("vote.failed")
    surrendered = Text("vote.surrendered", "target", "category", "questions", "hints")

    period_day = Text("period.day")
    period_week = Text("period.week")
    period_month = Text("period.month")
    period_all = Text("period.all")
    record_nobody = Text("record.nobody", "name")
    record_none = Text("record.none", "name")
    record_person = Text("record.person", "name", "games", "wins")
    record_best = Text("record.best", "questions")
    record_category = Text(
        "record.category", "category", "games", "percent", "surrendered", "questions", "hints"
    )
    record_room_none = Text("record.room_none", "period")
    record_room = Text("record.room", "period", "games", "people", "percent")
    record_active = Text("record.active", "name", "games")
    ranking_head = Text("ranking.head", "period")
    ranking_line = Text("ranking.line", "place", "name", "wins", "games", "title")
    ranking_champion = Text("ranking.champion")
    ranking_curious = Text("ranking.curious")

    force_ended = Text("operators.force_ended", "result")
    cleared = Text("operators.cleared")
    usage_today = Text("usage.today", "date")
    usage_week = Text("usage.week")
    usage_month = Text("usage.month")
    usage_day = Text("usage.day", "date", "total", "requests")
    usage_tokens = Text("usage.tokens", "input", "output", "total")
    usage_reasoning = Text("usage.reasoning", "reasoning")
    usage_requests = Text("usage.requests", "requests")
    usage_cost = Text("usage.cost", "model", "won", "dollars")
    usage_rate = Text("usage.rate", "rate")
    usage_rate_unknown = Text("usage.rate_unknown", "rate")
    model = Text("model.info", "default", "hints", "answer", "verify", "temperature", "retries", "timeout")

    def summary_texts(self) -> dict[str, str]:
        """Form name → what the help says about it."""
        return {name: self.catalog.render(text.key, {}) for name, text in self.summaries.items()}

    @classmethod
    def declared(cls) -> list[Text]:
        """The attributes and the help's summaries."""
        return [*super().declared(), *cls.summaries.values()]


def load() -> Say:
    """The texts, checked against the files.

    Raises:
        CatalogError: a text or a placeholder is missing, unknown or never used.
    """
    return Say(Catalog.load(MESSAGES, Path(__file__).with_name("messages.yml")))
