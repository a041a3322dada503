"""What players are shown of a game: the situation, the board while it runs, the truth when it is over."""

from collections.abc import Iterator

from botkit.chat.grammar import Grammar
from botkit.chat.message import Player
from game_bots.surrender import running
from game_bots.turtlesoup.events import Finished
from game_bots.turtlesoup.game import Question, Soup
from game_bots.turtlesoup.messages import Say
from game_bots.turtlesoup.puzzles import CATEGORIES, Puzzle, Source, Wish, stars

FULL, EMPTY = "▓", "░"


def help_text(grammar: Grammar, say: Say) -> str:
    """How to type every listed command, and the categories."""
    categories = " ".join(called[0] for called in CATEGORIES.values())
    return "\n".join(
        [say.help_head(prefix=grammar.prefix), *say.help_lines(grammar), say.help_tail(categories=categories)]
    )


def opening(puzzle: Puzzle, wish: Wish, say: Say, *, prefix: str) -> str:
    """A new puzzle, behind what one should know before."""
    lines: list[str] = []
    if wish.theme and puzzle.source is not Source.GENERATED:
        lines.append(say.theme_missed(theme=wish.theme))
    if puzzle.source is Source.REWRITTEN:
        lines.append(say.again())
    if puzzle.warning:
        lines.append(say.warning(warning=puzzle.warning, prefix=prefix))
    lines.append(
        say.ready(
            title=puzzle.title,
            stars=stars(puzzle.difficulty),
            category=CATEGORIES[puzzle.category][0],
            author=say.author(author=puzzle.author) if puzzle.author else "",
            scenario=puzzle.scenario,
            prefix=prefix,
        )
    )
    return "\n".join(lines)


def problem(soup: Soup, say: Say) -> str:
    """The situation, and how far the room has come."""
    return say.problem(
        title=soup.puzzle.title,
        stars=stars(soup.puzzle.difficulty),
        scenario=soup.puzzle.scenario,
        questions=len(soup.questions),
        hints=soup.hints_taken,
        limit=soup.hint_limit,
        progress=bar(soup, say),
    )


def bar(soup: Soup, say: Say) -> str:
    """How many facts have come to light; nothing when the puzzle has none."""
    found, total = len(soup.finds), len(soup.puzzle.facts)
    if not total:
        return ""
    return say.bar(found=found, total=total, bar=FULL * found + EMPTY * (total - found))


def progress(before: Soup, after: Soup, say: Say, *, prefix: str) -> str:
    """What the room is told of its progress: only when there is some."""
    if len(before.finds) == len(after.finds):
        return ""
    return bar(after, say) + (say.complete(prefix=prefix) if after.complete else "")


def mark(question: Question, say: Say) -> str:
    """What tells an important question from the others."""
    return say.mark() if question.important else ""


def summary(soup: Soup, say: Say, *, prefix: str) -> str:
    """Every question with its answer."""
    if not soup.questions:
        return say.summary_empty(prefix=prefix)
    items = [
        say.summary_item(
            number=question.number,
            text=question.text,
            answer=question.verdict.value,
            mark=mark(question, say),
            corrected=say.summary_corrected() if question.former else "",
        )
        for question in soup.questions
    ]
    return "\n".join([say.summary_head(title=soup.puzzle.title, count=len(items)), *items])


def status(soup: Soup, say: Say, *, now: float) -> str:
    """How far the room has come, who plays, the hints again, and the vote that runs."""
    lines = [
        say.status(
            title=soup.puzzle.title,
            stars=stars(soup.puzzle.difficulty),
            minutes=_minutes(soup, now),
            questions=len(soup.questions),
            attempts=len(soup.attempts),
            hints=soup.hints_taken,
            limit=soup.hint_limit,
            progress=bar(soup, say),
        ),
        say.status_players(names=", ".join(player.name for player in soup.players)),
    ]
    lines += [say.hint(number=hint.number, text=hint.text) for hint in soup.hints]
    if vote := running(soup.vote, now):
        lines.append(say.status_vote(agreed=len(vote.agreed), needed=vote.needed))
    return "\n".join(lines)


def reveal(game: Finished, say: Say, *, prefix: str) -> str:
    """The truth, who found what, and how the game went."""
    soup = game.soup
    lines = [_headline(game, say), say.solution(solution=soup.puzzle.solution)]
    if soup.puzzle.facts:
        lines.append(say.facts(found=len(soup.finds), total=len(soup.puzzle.facts)))
        lines += _facts(soup, say)
    if soup.hints:
        lines.append(say.hints_used(count=len(soup.hints)))
        lines += [say.hint_used(number=hint.number, text=hint.text) for hint in soup.hints]
    elif game.winner:
        lines.append(say.hints_none())
    if best := soup.mvp:
        lines.append(_best(soup, best, say))
    minutes = _minutes(soup, game.completed_at)
    lines.append(say.figures(questions=len(soup.questions), attempts=len(soup.attempts), minutes=minutes))
    if soup.corrections:
        lines.append(say.corrections(count=soup.corrections))
    return "\n".join([*lines, say.after(prefix=prefix)])


def _best(soup: Soup, best: Player, say: Say) -> str:
    if found := soup.finds_of(best.id):
        return say.mvp(name=best.name, count=found)
    return say.mvp_pivotal(name=best.name, count=soup.pivotal_of(best.id))


def _headline(game: Finished, say: Say) -> str:
    if game.winner:
        return say.solved(name=_name(game.soup, game.winner, say), title=game.soup.puzzle.title)
    return say.surrendered(title=game.soup.puzzle.title)


def _facts(soup: Soup, say: Say) -> Iterator[str]:
    for position, fact in enumerate(soup.puzzle.facts):
        find = soup.found(position)
        if find is None:
            yield say.fact_missed(fact=fact)
        elif find.question:
            yield say.fact_asked(fact=fact, name=_name(soup, find.by, say), number=find.question)
        else:
            yield say.fact_told(fact=fact, name=_name(soup, find.by, say))


def _minutes(soup: Soup, now: float) -> int:
    return max(1, round((now - soup.started_at) / 60))


def _name(soup: Soup, user: str, say: Say) -> str:
    player = soup.player(user)
    return player.name if player else say.anonymous()
