"""The texts of messages.yml as the code knows them: each key with the values it is given."""

from pathlib import Path

from botkit.chat.catalog import Text
from game_bots.texts import GAME_ERRORS, GameTexts, summaries
from game_bots.twentyq import refusals
from game_bots.twentyq.commands import FORMS


class Say(GameTexts):
    """Everything this bot says."""

    errors = (
        *GAME_ERRORS,
        refusals.DuplicateQuestion,
        refusals.QuestionUnclear,
        refusals.QuestionForbidden,
        refusals.GuessEmpty,
        refusals.GuessRepeated,
        refusals.GuessTooSoon,
        refusals.HintLimitReached,
        refusals.ChainTooLong,
        refusals.QuestionsUsedUp,
    )

    help_head = Text("help.head")
    help_tail = Text("help.tail", "categories")
    summaries = summaries(FORMS)

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

    surrendered = Text("vote.surrendered", "target", "category", "questions", "hints")

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


def load() -> Say:
    """The texts, checked against the files.

    Raises:
        CatalogError: a text or a placeholder is missing, unknown or never used.
    """
    return Say.load(Path(__file__).with_name("messages.yml"))
