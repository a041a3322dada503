"""What happens: one function a command. A handler asks the judge, lets the game decide, and says it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from botkit.chat.errors import NotUnderstood, UserError
from botkit.chat.grammar import Grammar
from botkit.chat.message import Reply, Scene
from botkit.stream.announcements import Announce
from botkit.turn import Handlers, Move, Outcome
from game_bots import forms
from game_bots.operators import Operators
from game_bots.refusals import AppealEmpty
from game_bots.spending import counted
from game_bots.surrender import Standing, running
from game_bots.turtlesoup import boards, commands, events
from game_bots.turtlesoup.chores import Chores, tell_lapsed
from game_bots.turtlesoup.commands import Oddity
from game_bots.turtlesoup.editors import Editors
from game_bots.turtlesoup.endings import Endings
from game_bots.turtlesoup.game import Nearness, Soup
from game_bots.turtlesoup.hall import Hall
from game_bots.turtlesoup.judge import Judge
from game_bots.turtlesoup.messages import Say
from game_bots.turtlesoup.oversight import Oversight
from game_bots.turtlesoup.pantry import Pantry
from game_bots.turtlesoup.puzzles import LEVELS
from game_bots.turtlesoup.refusals import AnswerEmpty
from game_bots.turtlesoup.room import Room
from game_bots.turtlesoup.store import Store

LONGEST_UNFOLDED = 2000
"""Characters of a summary: a longer one is no wall of bubbles, of which the last would be missing."""


class Turtlesoup:
    """The handlers of one bot process."""

    def __init__(
        self,
        *,
        grammar: Grammar,
        say: Say,
        judge: Judge,
        store: Store,
        pantry: Pantry,
        endings: Endings,
        operators: Operators,
        oversight: Oversight,
        editors: Editors,
        hall: Hall,
        chores: Chores,
        announce: Announce,
        hint_cooldown: int,
    ) -> None:
        """`hint_cooldown`: questions that must come between two hints."""
        self._prefix = grammar.prefix
        self._say = say
        self._judge = judge
        self._store = store
        self._pantry = pantry
        self._endings = endings
        self._chores = chores
        self._announce = announce
        self._hint_cooldown = hint_cooldown
        self._help = boards.help_text(grammar, say)
        moves: dict[type, Move[Room]] = {
            commands.Start: self.start,
            commands.Ask: self.ask,
            commands.Answer: self.answer,
            forms.GiveHint: self.hint,
            forms.Appeal: self.appeal,
            commands.Rate: self.rate,
            commands.SetMild: self.set_mild,
            commands.Propose: editors.propose,
            commands.ShowProposal: editors.puzzle,
            commands.Review: editors.review,
            forms.Surrender: self.surrender,
            forms.Agree: self.agree,
            forms.Reject: self.reject,
            forms.ForceEnd: oversight.force_end,
            forms.ClearAll: oversight.clear_all,
            forms.Clear: oversight.clear,
            forms.Tell: oversight.tell,
        }
        # A story is told of a game that is counted already: the one that is open has not spent it.
        uncounted: dict[type, Move[Room]] = {commands.TellStory: self.story}
        self.handlers = Handlers[Room](
            answers={
                forms.Help: self.help,
                commands.Problem: self.problem,
                commands.Summary: self.summary,
                commands.ShowStatus: self.status,
                commands.ShowMild: self.show_mild,
                forms.TellMe: self.tell_me,
                commands.ListProposals: editors.proposals,
                commands.ShowRatings: editors.ratings,
                forms.Model: operators.model,
                forms.Usage: operators.usage,
                forms.PersonalRecord: hall.person,
                forms.RoomRecord: hall.room,
                forms.Ranking: hall.ranking,
                forms.Unknown: self.unknown,
            },
            moves={command: self._timely(move) for command, move in (counted(moves) | uncounted).items()},
        )

    # ---- what changes nothing -----------------------------------------------------------------------

    async def help(self, _command: forms.Help, _scene: Scene) -> Sequence[Reply]:
        """The usage of every command."""
        return [Reply(self._help)]

    async def problem(self, _command: commands.Problem, scene: Scene) -> Sequence[Reply]:
        """The situation again."""
        return [Reply(boards.problem(await self._playing(scene), self._say))]

    async def summary(self, _command: commands.Summary, scene: Scene) -> Sequence[Reply]:
        """The questions and their answers."""
        text = boards.summary(await self._playing(scene), self._say, prefix=self._prefix)
        return [Reply(text, folded=len(text) > LONGEST_UNFOLDED)]

    async def status(self, _command: commands.ShowStatus, scene: Scene) -> Sequence[Reply]:
        """How far the room has come."""
        return [Reply(boards.status(await self._playing(scene), self._say, now=scene.now))]

    async def show_mild(self, _command: commands.ShowMild, scene: Scene) -> Sequence[Reply]:
        """Whether dark puzzles are left out, and how to change that."""
        mild = (await self._store.peek(scene.room)).mild
        text = self._say.mild_is_on if mild else self._say.mild_is_off
        return [Reply(text(prefix=self._prefix))]

    async def tell_me(self, _command: forms.TellMe, scene: Scene) -> Sequence[Reply]:
        """The referee keeps the truth."""
        await self._playing(scene)
        return [Reply(self._say.tell_nothing())]

    async def unknown(self, _command: forms.Unknown, _scene: Scene) -> Sequence[Reply]:
        """Ours, but not understood."""
        raise NotUnderstood(prefix=self._prefix)

    async def _playing(self, scene: Scene) -> Soup:
        return (await self._store.peek(scene.room)).playing(self._prefix, scene.now)

    # ---- the game -----------------------------------------------------------------------------------

    async def start(self, command: commands.Start, scene: Scene, room: Room) -> Outcome[Room]:
        """A new soup, or the situation of the one that is open."""
        if room.soup:
            return Outcome([Reply(self._say.resumed(board=boards.problem(room.soup, self._say)))])
        puzzle = await self._pantry.choose(command.wish, command.chat or scene.room, room, entry=scene.entry)
        text = boards.opening(puzzle, command.wish, self._say, prefix=self._prefix)
        if command.oddity is Oddity.LEVEL:
            text = f"{self._say.level_odd(least=LEVELS[0], most=LEVELS[-1])}\n{text}"
        elif command.oddity is Oddity.WORDS:
            text = f"{self._say.words_odd(prefix=self._prefix)}\n{text}"
        started = room.started(
            puzzle, command.wish, game=scene.entry, by=scene.player, now=scene.now, chat=command.chat
        )
        return Outcome([Reply(text)], started)

    async def ask(self, command: commands.Ask, scene: Scene, room: Room) -> Outcome[Room]:
        """A question and its verdict."""
        soup = room.playing(self._prefix, scene.now)
        soup.check_question(command.text)
        ruling = await self._judge.ruling(soup, command.text, entry=scene.entry)
        asked = soup.answered(command.text, ruling, by=scene.player, now=scene.now)
        text = self._say.answered(
            number=len(asked.questions),
            answer=ruling.verdict.value,
            mark=boards.mark(asked.questions[-1], self._say),
            progress=boards.progress(soup, asked, self._say, prefix=self._prefix),
        )
        return Outcome([Reply(text)], replace(room, soup=asked))

    async def answer(self, command: commands.Answer, scene: Scene, room: Room) -> Outcome[Room]:
        """An attempt to tell what happened."""
        soup = room.playing(self._prefix, scene.now)
        if not command.text:
            raise AnswerEmpty(prefix=self._prefix)
        soup.check_attempt(command.text, by=scene.player, now=scene.now)
        judged = await self._judge.attempt(soup, command.text, entry=scene.entry)
        tried = soup.attempted(command.text, judged.nearness, judged.facts, by=scene.player, now=scene.now)
        if judged.nearness is Nearness.YES:
            return self._endings.solved(room, tried, scene)
        name = scene.player.name
        progress = boards.progress(soup, tried, self._say, prefix=self._prefix)
        if judged.nearness is Nearness.CLOSE:
            missing = judged.missing or self._say.missing()
            text = self._say.close(name=name, missing=missing, progress=progress)
        else:
            text = self._say.wrong(name=name, progress=progress)
        return Outcome([Reply(text)], replace(room, soup=tried))

    async def hint(self, _command: forms.GiveHint, scene: Scene, room: Room) -> Outcome[Room]:
        """A hint, the puzzle's own ones first, counted only once there is one."""
        soup = room.playing(self._prefix, scene.now)
        soup.check_hint(cooldown=self._hint_cooldown)
        hint = soup.own_hint or await self._judge.hint(soup, entry=scene.entry)
        hinted = soup.hinted(hint, by=scene.player, now=scene.now)
        text = self._say.hint(number=len(hinted.hints), text=hint)
        left = hinted.hint_limit - hinted.hints_taken
        text += self._say.hints_left(left=left) if left else self._say.hints_gone()
        return Outcome([Reply(text)], replace(room, soup=hinted))

    async def appeal(self, command: forms.Appeal, scene: Scene, room: Room) -> Outcome[Room]:
        """A second look at an answer; a wrong one is corrected, and the room gets a hint for it."""
        soup = room.playing(self._prefix, scene.now)
        if not command.number:
            raise AppealEmpty(prefix=self._prefix)
        question = soup.check_appeal(command.number)
        ruling = await self._judge.second_opinion(soup, question.text, entry=scene.entry)
        seen = soup.reviewed(question.number, ruling, by=scene.player, now=scene.now)
        again = seen.questions[question.number - 1]
        if again.former is None:
            said = self._say.unsure if ruling is None else self._say.upheld
            text = said(number=again.number, text=again.text, answer=again.verdict.value)
        else:
            text = self._say.corrected(
                number=again.number,
                text=again.text,
                former=again.former.value,
                answer=again.verdict.value,
                mark=boards.mark(again, self._say),
                progress=boards.progress(soup, seen, self._say, prefix=self._prefix),
            )
        return Outcome([Reply(text)], replace(room, soup=seen))

    # ---- giving up ----------------------------------------------------------------------------------

    async def surrender(self, _command: forms.Surrender, scene: Scene, room: Room) -> Outcome[Room]:
        """A proposal to give up, or one more voice for it."""
        before = room.playing(self._prefix, scene.now)
        opened = running(before.vote, scene.now) is None
        return self._voted(room, before.giving_up(by=scene.player, now=scene.now), scene, opened=opened)

    async def agree(self, _command: forms.Agree, scene: Scene, room: Room) -> Outcome[Room]:
        """One more voice for giving up."""
        soup = room.playing(self._prefix, scene.now)
        agreed = soup.agreeing(by=scene.player, now=scene.now, prefix=self._prefix)
        return self._voted(room, agreed, scene, opened=False)

    async def reject(self, _command: forms.Reject, scene: Scene, room: Room) -> Outcome[Room]:
        """One voice against giving up."""
        soup = room.playing(self._prefix, scene.now)
        soup = soup.rejecting(by=scene.player, now=scene.now, prefix=self._prefix)
        vote = soup.vote
        text = self._say.vote_failed()
        if vote:
            text = self._say.vote_against(name=scene.player.name, agreed=len(vote.agreed), needed=vote.needed)
        return Outcome([Reply(text)], replace(room, soup=soup))

    def _voted(self, room: Room, soup: Soup, scene: Scene, *, opened: bool) -> Outcome[Room]:
        vote = soup.vote
        if vote is None or vote.standing is Standing.CARRIED:
            return self._endings.given_up(room, soup, scene)

        async def watch() -> None:
            said = self._say.vote_lapsed()
            work = tell_lapsed(vote, scene.room, said, store=self._store, announce=self._announce)
            self._chores.begin(work)

        text = self._say.vote(vote, name=scene.player.name, prefix=self._prefix, opened=opened)
        return Outcome([Reply(text)], replace(room, soup=soup), after=watch if opened else None)

    # ---- after a game -------------------------------------------------------------------------------

    async def story(self, _command: commands.TellStory, scene: Scene, room: Room) -> Outcome[Room]:
        """The truth of the game that ended last, as a story; told once, then remembered."""
        last = room.telling(self._prefix)
        story = last.story or await self._judge.story(last.puzzle, entry=scene.entry)
        reply = Reply(self._say.story(title=last.puzzle.title, story=story))
        return Outcome([reply], None if last.story else room.told(story, self._prefix))

    async def rate(self, command: commands.Rate, scene: Scene, room: Room) -> Outcome[Room]:
        """A player's opinion of the puzzle that ended last."""
        rated, event = room.rating(command.stars, by=scene.player, now=scene.now, prefix=self._prefix)
        title = rated.last.puzzle.title if rated.last else ""
        reply = Reply(self._say.thanks(title=title, stars=event.stars))
        return Outcome([reply], rated, finished=events.dump(event))

    async def set_mild(self, command: commands.SetMild, _scene: Scene, room: Room) -> Outcome[Room]:
        """Dark puzzles are left out from now on, or not any more."""
        text = self._say.mild_turned_on() if command.on else self._say.mild_turned_off()
        return Outcome([Reply(text)], room.mildly(command.on))

    # ---- games that nobody ended --------------------------------------------------------------------

    def _timely(self, move: Move[Room]) -> Move[Room]:
        """A move that first ends a game which was left for a day, whatever becomes of the move itself."""

        async def timely(command: Any, scene: Scene, room: Room) -> Outcome[Room]:
            expired = room.expired(scene.room, scene.now)
            if expired is None:
                return await move(command, scene, room)
            closed = room.ended(expired)
            try:
                outcome = await move(command, scene, closed)
            except UserError as error:
                outcome = Outcome([Reply(self._say.catalog.error(error))])
            told = self._say.expired(title=expired.soup.puzzle.title, prefix=self._prefix)
            first, *rest = outcome.replies
            return replace(
                outcome,
                replies=[replace(first, text=f"{told}\n\n{first.text}"), *rest],
                state=closed if outcome.state is None else outcome.state,
                finished=events.joined(events.dump(expired), outcome.finished),
            )

        return timely
