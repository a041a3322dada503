"""What every game says, as the code knows it; each game's `Say` builds on it."""

from pathlib import Path
from typing import ClassVar, Self

from botkit.chat.catalog import Catalog, Text
from botkit.chat.errors import UserError
from botkit.chat.grammar import Form, Grammar
from botkit.chat.kit_texts import KIT_ERRORS, MESSAGES, KitTexts
from game_bots import costs, records, refusals, surrender
from game_bots.spans import Span
from game_bots.surrender import Vote

GAME_ERRORS: tuple[type[UserError], ...] = (
    *KIT_ERRORS,
    refusals.NoGame,
    refusals.DuplicateQuestion,
    refusals.HintLimitReached,
    refusals.NoSuchQuestion,
    refusals.AppealEmpty,
    refusals.AppealRepeated,
    refusals.AppealLimitReached,
    refusals.NotIdle,
    records.RecordsUnavailable,
    costs.PriceUnknown,
    surrender.NoVote,
    surrender.NotAVoter,
    surrender.AlreadyVoted,
)


class GameTexts(KitTexts):
    """Texts that both games need."""

    errors = GAME_ERRORS
    summaries: ClassVar[dict[str, Text]] = {}
    """Form name → its line of the help."""

    help_line = Text("help.line", "usage", "summary")

    vote_opened = Text("vote.opened", "name", "agreed", "needed", "prefix")
    vote_progress = Text("vote.progress", "agreed", "needed", "missing")
    vote_against = Text("vote.against", "name", "agreed", "needed")
    vote_failed = Text("vote.failed")

    period_day = Text("period.day")
    period_week = Text("period.week")
    period_month = Text("period.month")
    period_all = Text("period.all")

    force_ended = Text("operators.force_ended", "result")
    cleared = Text("operators.cleared")
    usage_today = Text("usage.today", "date")
    usage_week = Text("usage.week")
    usage_day = Text("usage.day", "date", "total", "requests")
    usage_month = Text("usage.month")
    usage_tokens = Text("usage.tokens", "input", "output", "total")
    usage_reasoning = Text("usage.reasoning", "reasoning")
    usage_requests = Text("usage.requests", "requests")
    usage_cost = Text("usage.cost", "model", "won", "dollars")
    usage_rate = Text("usage.rate", "rate")
    usage_rate_unknown = Text("usage.rate_unknown", "rate")
    model = Text("model.info", "default", "hints", "answer", "verify", "temperature", "retries", "timeout")

    @classmethod
    def load(cls, path: Path) -> Self:
        """The texts of a game and those that it shares, checked against the files.

        Raises:
            CatalogError: a text or a placeholder is missing, unknown or never used.
        """
        return cls(Catalog.load(MESSAGES, Path(__file__).with_name("messages.yml"), path))

    @classmethod
    def declared(cls) -> list[Text]:
        """The attributes and the help's summaries."""
        return [*super().declared(), *cls.summaries.values()]

    def summary_texts(self) -> dict[str, str]:
        """Form name → what the help says about it, in the help's order."""
        return self.catalog.below("summary")

    def help_lines(self, grammar: Grammar) -> list[str]:
        """How to type every listed command, after the prefix."""
        usages = grammar.usages(self.summary_texts())
        start = len(grammar.prefix) + 1
        return [self.help_line(usage=usage[start:], summary=what) for usage, what in usages]

    def period(self, span: Span) -> str:
        """What a span is called."""
        names = {
            Span.DAY: self.period_day,
            Span.WEEK: self.period_week,
            Span.MONTH: self.period_month,
            Span.ALL: self.period_all,
        }
        return names[span]()

    def vote(self, vote: Vote, *, name: str, prefix: str, opened: bool) -> str:
        """Where a vote stands, which somebody has just `opened` or joined."""
        if opened:
            return self.vote_opened(name=name, agreed=len(vote.agreed), needed=vote.needed, prefix=prefix)
        return self.vote_progress(agreed=len(vote.agreed), needed=vote.needed, missing=vote.missing)


def summaries(forms: tuple[Form, ...]) -> dict[str, Text]:
    """The texts for the listed forms of a game."""
    return {form.name: Text(f"summary.{form.name}") for form in forms if form.usage}
