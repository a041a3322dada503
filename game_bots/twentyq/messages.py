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
        refusals.QuestionUnclear,
        refusals.QuestionForbidden,
        refusals.GuessEmpty,
        refusals.GuessRepeated,
        refusals.GuessTooSoon,
        refusals.ChainTooLong,
        refusals.QuestionsUsedUp,
        refusals.NothingToRecall,
    )

    help_head = Text("help.head", "prefix")
    help_tail = Text("help.tail", "categories")
    summaries = summaries(FORMS)

    choosing = Text("start.choosing")
    ready = Text("start.ready", "category", "level", "prefix")
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
    solved = Text("guess.solved", "name", "target", "points", "questions", "hints", "time")
    minutes = Text("guess.minutes", "minutes")
    hours = Text("guess.hours", "hours")
    hours_and_minutes = Text("guess.hours_and_minutes", "hours", "minutes")
    unaided = Text("guess.unaided")
    tokens = Text("guess.tokens", "tokens")
    lost = Text("guess.lost", "target", "category")
    misses = Text("guess.misses", "guesses")
    mvp = Text("guess.mvp", "name", "count")

    hint_thinking = Text("hint.thinking")
    hint = Text("hint.given", "number", "text")
    operators_hint = Text("hint.from_operators", "text")

    board = Text("status.board", "category", "asked", "hints_left", "blocks")
    board_asked = Text("status.asked", "questions")
    board_asked_of = Text("status.asked_of", "questions", "limit")
    board_question = Text("status.question", "number", "text", "answer", "chained", "corrected")
    board_chained = Text("status.chained")
    board_corrected = Text("status.corrected")
    board_misses = Text("status.misses", "guesses")
    board_empty = Text("status.empty", "prefix")

    appeal_kept = Text("appeal.kept", "number", "text", "answer")
    appeal_undecided = Text("appeal.undecided", "answer")
    appeal_granted = Text("appeal.granted", "number", "text", "answer", "former")
    appeal_returned = Text("appeal.returned", "left")

    recap_head = Text("recap.head", "target", "category")
    recap_question = Text("recap.question", "number", "name", "text", "answer")
    recap_miss = Text("recap.miss", "name", "guess")
    recap_winner = Text("recap.winner", "name")
    recap_turn = Text("recap.turn", "number", "text")
    recap_near = Text("recap.near", "guesses")

    daily_ready = Text("daily.ready", "day", "ready")
    daily_done = Text("daily.done", "card")
    daily_card = Text("daily.card", "day", "result", "questions", "hints", "squares")
    daily_solved = Text("daily.solved")
    daily_missed = Text("daily.missed")
    daily_streak = Text("daily.streak", "room", "name", "person")

    dropped = Text("operators.dropped")
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
    ranking_line = Text("ranking.line", "place", "name", "points", "wins", "games", "title")
    ranking_champion = Text("ranking.champion")
    ranking_curious = Text("ranking.curious")


def load() -> Say:
    """The texts, checked against the files.

    Raises:
        CatalogError: a text or a placeholder is missing, unknown or never used.
    """
    return Say.load(Path(__file__).with_name("messages.yml"))
