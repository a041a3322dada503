"""The texts of messages.yml as the code knows them: each key with the values it is given."""

from pathlib import Path

from botkit.chat.catalog import Text
from game_bots.texts import GAME_ERRORS, GameTexts, summaries
from game_bots.turtlesoup import refusals
from game_bots.turtlesoup.commands import FORMS
from game_bots.turtlesoup.events import Status


class Say(GameTexts):
    """Everything this bot says."""

    errors = (
        *GAME_ERRORS,
        refusals.QuestionLength,
        refusals.QuestionUnanswerable,
        refusals.AnswerEmpty,
        refusals.AnswerLength,
        refusals.AttemptTooSoon,
        refusals.HintTooSoon,
        refusals.NothingToTell,
        refusals.StoryMustWait,
        refusals.BadRating,
        refusals.NotAPlayer,
        refusals.AlreadyRated,
        refusals.ProposalIncomplete,
        refusals.ProposalLength,
        refusals.ProposalGivesAway,
        refusals.ProposalLimitReached,
        refusals.NoSuchPuzzle,
        refusals.PuzzleInPlay,
        refusals.NoPuzzle,
    )

    help_head = Text("help.head", "prefix")
    help_tail = Text("help.tail", "categories")
    summaries = summaries(FORMS)

    choosing = Text("start.choosing")
    ready = Text("start.ready", "title", "stars", "category", "author", "scenario", "prefix")
    author = Text("start.author", "author")
    warning = Text("start.warning", "warning", "prefix")
    again = Text("start.again")
    theme_missed = Text("start.theme_missed", "theme")
    level_odd = Text("start.level_odd", "least", "most")
    words_odd = Text("start.words_odd", "prefix")
    resumed = Text("start.resumed", "board")

    problem = Text("problem.board", "title", "stars", "scenario", "questions", "hints", "limit", "progress")
    bar = Text("progress.bar", "found", "total", "bar")
    complete = Text("progress.complete", "prefix")

    question_thinking = Text("question.thinking")
    answered = Text("question.answered", "number", "answer", "mark", "progress")
    mark = Text("question.mark")
    upheld = Text("appeal.upheld", "number", "text", "answer")
    unsure = Text("appeal.unsure", "number", "text", "answer")
    corrected = Text("appeal.corrected", "number", "text", "former", "answer", "mark", "progress")

    answer_thinking = Text("answer.thinking")
    wrong = Text("answer.wrong", "name", "progress")
    close = Text("answer.close", "name", "missing", "progress")
    missing = Text("answer.missing")
    tell_nothing = Text("answer.tell_nothing")

    hint_thinking = Text("hint.thinking")
    hint = Text("hint.given", "number", "text")
    hints_left = Text("hint.left", "left")
    hints_gone = Text("hint.gone")
    operators_hint = Text("hint.from_operators", "text")

    summary_head = Text("summary_list.head", "title", "count")
    summary_item = Text("summary_list.item", "number", "text", "answer", "mark", "corrected")
    summary_corrected = Text("summary_list.corrected")
    summary_empty = Text("summary_list.empty", "prefix")
    status = Text(
        "status.board",
        *("title", "stars", "minutes", "questions", "attempts", "hints", "limit", "progress"),
    )
    status_players = Text("status.players", "names")
    status_vote = Text("status.vote", "agreed", "needed")

    solved = Text("end.solved", "name", "title")
    surrendered = Text("end.surrendered", "title")
    solution = Text("end.solution", "solution")
    facts = Text("end.facts", "found", "total")
    fact_asked = Text("end.fact_asked", "fact", "name", "number")
    fact_told = Text("end.fact_told", "fact", "name")
    fact_missed = Text("end.fact_missed", "fact")
    hints_used = Text("end.hints", "count")
    hint_used = Text("end.hint", "number", "text")
    hints_none = Text("end.hints_none")
    mvp = Text("end.mvp", "name", "count")
    mvp_pivotal = Text("end.mvp_pivotal", "name", "count")
    figures = Text("end.figures", "questions", "attempts", "minutes")
    corrections = Text("end.corrected", "count")
    after = Text("end.after", "prefix")
    expired = Text("end.expired", "title", "prefix")
    vote_lapsed = Text("vote_lapsed.said")

    story_thinking = Text("story.thinking")
    story = Text("story.told", "title", "story")
    thanks = Text("rate.thanks", "title", "stars")
    mild_turned_on = Text("mild.turned_on")
    mild_turned_off = Text("mild.turned_off")
    mild_is_on = Text("mild.is_on", "prefix")
    mild_is_off = Text("mild.is_off", "prefix")

    proposal_taken = Text("propose.taken", "title")
    editors_none = Text("editors.none")
    editors_head = Text("editors.head", "count")
    editors_line = Text("editors.line", "number", "title", "author")
    editors_tail = Text("editors.tail", "prefix")
    editors_puzzle = Text(
        "editors.puzzle", "number", "title", "stars", "category", "status", "scenario", "solution"
    )
    editors_published = Text("editors.published", "number", "title")
    editors_rejected = Text("editors.rejected", "number", "title")
    ratings_none = Text("editors.ratings_none")
    ratings_head = Text("editors.ratings_head")
    ratings_line = Text("editors.ratings_line", "ref", "title", "average", "count")
    status_proposed = Text("status_name.proposed")
    status_draft = Text("status_name.draft")
    status_test = Text("status_name.test")
    status_published = Text("status_name.published")
    status_rejected = Text("status_name.rejected")

    record_nobody = Text("record.nobody", "name")
    record_none = Text("record.none", "name")
    record_person = Text("record.person", "name", "games", "wins", "facts", "mvps")
    record_best = Text("record.best", "questions")
    record_room_none = Text("record.room_none", "period")
    record_room = Text("record.room", "period", "games", "people", "percent", "questions")
    record_active = Text("record.active", "name", "games")
    ranking_head = Text("ranking.head", "period")
    ranking_line = Text("ranking.line", "place", "name", "wins", "games", "facts", "title")
    ranking_champion = Text("ranking.champion")
    ranking_finder = Text("ranking.finder")

    def status_name(self, status: Status) -> str:
        """What a status of a puzzle is called."""
        names = {
            Status.PROPOSED: self.status_proposed,
            Status.DRAFT: self.status_draft,
            Status.TEST: self.status_test,
            Status.PUBLISHED: self.status_published,
            Status.REJECTED: self.status_rejected,
        }
        return names[status]()


def load() -> Say:
    """The texts, checked against the files.

    Raises:
        CatalogError: a text or a placeholder is missing, unknown or never used.
    """
    return Say.load(Path(__file__).with_name("messages.yml"))
