"""What players are shown of a game: the board while it runs, the recap and the day's card afterwards."""

from collections.abc import Iterator

from botkit.chat.grammar import Grammar
from botkit.chat.layout import BUBBLE
from botkit.chat.message import Reply
from game_bots.twentyq.game import Riddle, Verdict
from game_bots.twentyq.messages import Say
from game_bots.twentyq.refusals import NothingToRecall
from game_bots.twentyq.room import Daily, Room
from game_bots.twentyq.topics import CATEGORIES, display_category

SQUARES = {Verdict.YES: "🟩", Verdict.MOSTLY_YES: "🟨", Verdict.MOSTLY_NO: "🟧", Verdict.NO: "🟥"}
SQUARES_A_LINE = 10


def help_text(grammar: Grammar, say: Say) -> str:
    """How to type every listed command, and the categories."""
    categories = " ".join(called[0] for called in CATEGORIES.values())
    return "\n".join(
        [say.help_head(prefix=grammar.prefix), *say.help_lines(grammar), say.help_tail(categories=categories)]
    )


def answered(riddle: Riddle, say: Say, *, prefix: str) -> str:
    """The last question with its answer; one that names the secret invites to say so."""
    asked = riddle.questions[-1]
    text = say.answered(number=asked.number, text=asked.text, answer=asked.verdict.value)
    return (
        text + say.named(prefix=prefix, target=riddle.topic.name) if riddle.is_named_by(asked.text) else text
    )


def duration(seconds: float, say: Say) -> str:
    """How long a game took."""
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    if not hours:
        return say.minutes(minutes=minutes)
    return say.hours_and_minutes(hours=hours, minutes=minutes) if minutes else say.hours(hours=hours)


def folded(text: str) -> Reply:
    """A text whose first line says what it is; behind "전체보기" when it would fill the room."""
    return Reply(text, folded=len(text) > BUBBLE)


def missed(riddle: Riddle) -> str:
    """The wrong guesses."""
    return ", ".join(miss.text for miss in riddle.misses)


def whole(riddle: Riddle, say: Say, *, prefix: str) -> list[Reply]:
    """The board, and every hint as a message of its own."""
    return [folded(board(riddle, say, prefix=prefix)), *map(Reply, hints(riddle, say))]


def hints(riddle: Riddle, say: Say) -> list[str]:
    """Every hint that was given."""
    return [say.hint(number=hint.number, text=hint.text) for hint in riddle.hints]


def board(riddle: Riddle, say: Say, *, prefix: str) -> str:
    """Everything that is known of the secret."""
    asked = len(riddle.questions)
    blocks = say.board_misses(guesses=missed(riddle)) if riddle.misses else ""
    for question in riddle.questions:
        blocks += say.board_question(
            number=question.number,
            text=question.text,
            answer=question.verdict.value,
            chained=say.board_chained() if question.chained else "",
            corrected=say.board_corrected() if question.former else "",
        )
    return say.board(
        category=display_category(riddle.topic.category),
        asked=say.board_asked_of(questions=asked, limit=riddle.limit)
        if riddle.limit
        else say.board_asked(questions=asked),
        hints_left=riddle.hints_left,
        blocks=blocks or say.board_empty(prefix=prefix),
    )


def recap(room: Room, say: Say) -> Reply:
    """How the last game went.

    Raises:
        NothingToRecall: there is none.
    """
    if room.last is None:
        raise NothingToRecall
    riddle = room.last.riddle
    lines = [say.recap_head(target=riddle.topic.name, category=display_category(riddle.topic.category))]
    lines += [line for _, line in sorted(_moves(riddle, say), key=lambda move: move[0])]
    if winner := riddle.player(room.last.winner):
        lines.append(say.recap_winner(name=winner.name))
    yes = [question for question in riddle.questions if question.verdict.is_positive]
    if yes and room.last.winner:
        lines.append(say.recap_turn(number=yes[-1].number, text=yes[-1].text))
    if near := [miss.text for miss in riddle.misses if miss.close]:
        lines.append(say.recap_near(guesses=", ".join(near)))
    return folded("\n".join(lines))


def card(daily: Daily, say: Say) -> str:
    """How a room did with a day's riddle, without telling it."""
    squares = "".join(SQUARES[verdict] for verdict in daily.answers)
    rows = [squares[at : at + SQUARES_A_LINE] for at in range(0, len(squares), SQUARES_A_LINE)]
    return say.daily_card(
        day=daily.day,
        result=say.daily_solved() if daily.solved else say.daily_missed(),
        questions=len(daily.answers),
        hints=daily.hints,
        squares="".join(f"\n{row}" for row in rows),
    )


def _moves(riddle: Riddle, say: Say) -> Iterator[tuple[float, str]]:
    """When something was said, and the line about it."""
    for question in riddle.questions:
        yield (
            question.at,
            say.recap_question(
                number=question.number,
                name=_name(riddle, question.by, say),
                text=question.text,
                answer=question.verdict.value,
            ),
        )
    for hint in riddle.hints:
        yield hint.at, say.hint(number=hint.number, text=hint.text)
    for miss in riddle.misses:
        yield miss.at, say.recap_miss(name=_name(riddle, miss.by, say), guess=miss.text)


def _name(riddle: Riddle, user: str, say: Say) -> str:
    player = riddle.player(user)
    return player.name if player else say.anonymous()
