"""What happens: one function a command. A handler asks the judge, lets the game decide, and says it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from botkit.chat.errors import NotUnderstood
from botkit.chat.grammar import Grammar
from botkit.chat.message import Reply, Scene
from botkit.turn import Handlers, Move, Outcome
from game_bots import forms
from game_bots.operators import Operators
from game_bots.records import day_of
from game_bots.refusals import AppealEmpty
from game_bots.spending import counted
from game_bots.surrender import Standing, Vote, running
from game_bots.twentyq import boards, commands
from game_bots.twentyq.chain import Chains
from game_bots.twentyq.endings import Endings
from game_bots.twentyq.game import TWENTY, WARNINGS, Riddle, Rules
from game_bots.twentyq.guessing import Guessing
from game_bots.twentyq.hall import Hall
from game_bots.twentyq.judge import Judge
from game_bots.twentyq.messages import Say
from game_bots.twentyq.oversight import Oversight
from game_bots.twentyq.refusals import QuestionForbidden, QuestionUnclear
from game_bots.twentyq.room import Room
from game_bots.twentyq.store import Store
from game_bots.twentyq.topics import (
    NOT_AT_RANDOM,
    Topic,
    category_of,
    display_category,
    display_level,
    level_of,
)


def _awake(moves: Mapping[type, Move[Room]]) -> dict[type, Move[Room]]:
    """The same moves, for which a game that nobody came back to is over."""

    def waking(move: Move[Room]) -> Move[Room]:
        async def run(command: Any, scene: Scene, room: Room) -> Outcome[Room]:
            return await move(command, scene, room.awake(scene.now))

        return run

    return {command: waking(move) for command, move in moves.items()}


class Twentyq:
    """The handlers of one bot process."""

    def __init__(
        self,
        *,
        grammar: Grammar,
        say: Say,
        judge: Judge,
        store: Store,
        operators: Operators,
        hall: Hall,
        endings: Endings,
        guessing: Guessing,
        oversight: Oversight,
        daily_salt: str,
        rules: Rules,
    ) -> None:
        self._prefix = grammar.prefix
        self._say = say
        self._judge = judge
        self._store = store
        self._endings = endings
        self._guessing = guessing
        self._chains = Chains(judge=judge, guessing=guessing, say=say, prefix=grammar.prefix)
        self._daily_salt = daily_salt
        self._rules = rules
        self._help = boards.help_text(grammar, say)
        self.handlers = Handlers[Room](
            answers={
                forms.Help: self.help,
                commands.Status: self.status,
                forms.TellMe: self.tell_me,
                commands.Recap: self.recap,
                forms.Model: operators.model,
                forms.Usage: operators.usage,
                forms.PersonalRecord: hall.person,
                forms.RoomRecord: hall.room,
                forms.Ranking: hall.ranking,
                forms.Unknown: self.unknown,
            },
            moves=counted(
                {
                    **_awake(
                        {
                            commands.Start: self.start,
                            commands.StartDaily: self.start_daily,
                            commands.Ask: self.ask,
                            commands.Chain: self.chain,
                            commands.Guess: self.guess,
                            forms.GiveHint: self.hint,
                            forms.Appeal: self.appeal,
                            forms.Surrender: self.surrender,
                            forms.Agree: self.agree,
                            forms.Reject: self.reject,
                            forms.ForceEnd: oversight.force_end,
                            forms.ClearAll: oversight.clear_all,
                            forms.Tell: oversight.tell,
                        }
                    ),
                    forms.Clear: oversight.clear,  # knows itself what is idle
                }
            ),
        )

    # ---- what changes nothing -----------------------------------------------------------------------

    async def help(self, _command: forms.Help, _scene: Scene) -> Sequence[Reply]:
        """The usage of every command."""
        return [Reply(self._help)]

    async def status(self, _command: commands.Status, scene: Scene) -> Sequence[Reply]:
        """The whole board, and the hint as a message of its own."""
        riddle = (await self._look(scene)).playing(self._prefix)
        return boards.whole(riddle, self._say, prefix=self._prefix)

    async def tell_me(self, _command: forms.TellMe, scene: Scene) -> Sequence[Reply]:
        """The referee keeps the secret."""
        (await self._look(scene)).playing(self._prefix)
        return [Reply(self._say.tell_nothing())]

    async def recap(self, _command: commands.Recap, scene: Scene) -> Sequence[Reply]:
        """How the last game went, line by line."""
        return [boards.recap(await self._look(scene), self._say)]

    async def unknown(self, _command: forms.Unknown, scene: Scene) -> Sequence[Reply]:
        """Ours, but not understood; without a game, how to open one."""
        (await self._look(scene)).playing(self._prefix)
        raise NotUnderstood(prefix=self._prefix)

    async def _look(self, scene: Scene) -> Room:
        return (await self._store.peek(scene.room)).awake(scene.now)

    # ---- the game -----------------------------------------------------------------------------------

    async def start(self, command: commands.Start, scene: Scene, room: Room) -> Outcome[Room]:
        """A new riddle, or the board of the one that is open."""
        if room.riddle:
            return self._resumed(room, room.riddle, scene)
        known = [found for word in command.words if (found := category_of(word))]
        level = next((asked for word in command.words if (asked := level_of(word))), None)
        strange = [word for word in command.words if not (category_of(word) or level_of(word))]
        # The choice follows from the entry, so that a retry asks for the same category.
        category = Random(scene.entry).choice(known) if known else ""  # noqa: S311
        topic = await self._judge.topic(
            category=category,
            banned=room.banned(category),
            excluded=() if category else NOT_AT_RANDOM,
            level=level,
            entry=scene.entry,
        )
        lines = [self._say.category_unknown()] if strange and not known else []
        lines.append(self._ready(topic))
        limit = TWENTY if command.counted else 0
        if limit:
            lines.append(self._say.counted(limit=limit))
        return Outcome([Reply("\n".join(lines))], self._started(room, topic, scene, limit=limit))

    async def start_daily(self, _command: commands.StartDaily, scene: Scene, room: Room) -> Outcome[Room]:
        """The day's riddle, the same for every room, once a day."""
        if room.riddle:
            return self._resumed(room, room.riddle, scene)
        day = day_of(scene.now)
        if room.daily and room.daily.day == day:
            return Outcome([Reply(self._say.daily_done(card=boards.card(room.daily, self._say)))])
        topic = await self._judge.topic(
            category="",
            banned=[],
            excluded=NOT_AT_RANDOM,
            seed=f"{self._daily_salt}:{day}",
            entry=scene.entry,
        )
        text = self._say.daily_ready(day=day, ready=self._ready(topic))
        return Outcome([Reply(text)], self._started(room, topic, scene, daily=day))

    def _started(self, room: Room, topic: Topic, scene: Scene, *, limit: int = 0, daily: str = "") -> Room:
        return room.started(
            topic,
            game=scene.entry,
            by=scene.player,
            now=scene.now,
            limit=limit,
            daily=daily,
            rules=self._rules,
        )

    async def ask(self, command: commands.Ask, scene: Scene, room: Room) -> Outcome[Room]:
        """A question and its verdict."""
        riddle = room.playing(self._prefix)
        riddle.check_question(command.text)
        verdict = await self._judge.verdict(riddle, command.text, room=scene.room, entry=scene.entry)
        asked = riddle.answered(command.text, verdict, by=scene.player, now=scene.now)
        text = boards.answered(asked, self._say, prefix=self._prefix)
        return self._asked(room, riddle, asked, text)

    async def chain(self, command: commands.Chain, scene: Scene, room: Room) -> Outcome[Room]:
        """Several questions and guesses, answered in one message."""
        riddle = room.playing(self._prefix)
        asked = await self._chains.ask_all(command.texts, riddle, scene, while_yes=command.while_yes)
        if asked.ended:
            return await self._endings.by_guess(room, asked.riddle, scene, asked.ended, asked.lines)
        return self._asked(room, riddle, asked.riddle, "\n".join(asked.lines))

    async def guess(self, command: commands.Guess, scene: Scene, room: Room) -> Outcome[Room]:
        """A guess; the right one ends the game, and a wrong one after the last question."""
        found = await self._guessing.guessed(command, room.playing(self._prefix), scene)
        if found.ended:
            lines = [found.text] if found.text else []
            return await self._endings.by_guess(room, found.riddle, scene, found.ended, lines)
        return Outcome([Reply(found.text)], replace(room, riddle=found.riddle))

    async def hint(self, _command: forms.GiveHint, scene: Scene, room: Room) -> Outcome[Room]:
        """A hint, counted only once there is one."""
        riddle = room.playing(self._prefix)
        riddle.check_hint()
        text = await self._judge.hint(riddle, entry=scene.entry)
        hinted = riddle.hinted(text, by=scene.player, now=scene.now)
        reply = Reply(self._say.hint(number=len(hinted.hints), text=text))
        return Outcome([reply], replace(room, riddle=hinted))

    async def appeal(self, command: forms.Appeal, scene: Scene, room: Room) -> Outcome[Room]:
        """A second judge looks at an answer; a wrong one is put right."""
        riddle = room.playing(self._prefix)
        if not command.number:
            raise AppealEmpty(prefix=self._prefix)
        question = riddle.check_appeal(command.number)
        try:
            verdict = await self._judge.verdict(
                riddle, question.text, room=scene.room, entry=scene.entry, again=True
            )
        except (QuestionUnclear, QuestionForbidden):  # "그럼 더 커요?" cannot be judged by itself
            kept = riddle.reviewed(command.number, question.verdict, by=scene.player)
            text = self._say.appeal_undecided(answer=question.verdict.value)
            return Outcome([Reply(text)], replace(room, riddle=kept))
        reviewed = riddle.reviewed(command.number, verdict, by=scene.player)
        answer, former = verdict.value, question.verdict.value
        if verdict is question.verdict:
            text = self._say.appeal_kept(number=command.number, text=question.text, answer=answer)
            return Outcome([Reply(text)], replace(room, riddle=reviewed))
        text = self._say.appeal_granted(
            number=command.number, text=question.text, answer=answer, former=former
        )
        if (left := reviewed.questions_left) is not None:
            text += self._say.appeal_returned(left=left)
        # The judge remembers the wrong answer: what follows is judged without it.
        return Outcome(
            [Reply(text)],
            replace(room, riddle=reviewed),
            after=lambda: self._judge.forget(scene.room, riddle.id),
        )

    # ---- giving up ----------------------------------------------------------------------------------

    async def surrender(self, _command: forms.Surrender, scene: Scene, room: Room) -> Outcome[Room]:
        """A proposal to give up, or one more voice for it."""
        before = room.playing(self._prefix)
        vote = running(before.vote, scene.now)
        if vote and scene.player.id in vote.agreed:
            return Outcome([Reply(self._progress(vote, scene, opened=False))])
        riddle = before.giving_up(by=scene.player, now=scene.now)
        return self._voted(room, riddle, scene, opened=vote is None)

    async def agree(self, _command: forms.Agree, scene: Scene, room: Room) -> Outcome[Room]:
        """One more voice for giving up."""
        riddle = room.playing(self._prefix).agreeing(by=scene.player, now=scene.now, prefix=self._prefix)
        return self._voted(room, riddle, scene, opened=False)

    async def reject(self, _command: forms.Reject, scene: Scene, room: Room) -> Outcome[Room]:
        """One voice against giving up."""
        riddle = room.playing(self._prefix).rejecting(by=scene.player, now=scene.now, prefix=self._prefix)
        vote = riddle.vote
        text = self._say.vote_failed()
        if vote:
            text = self._say.vote_against(name=scene.player.name, agreed=len(vote.agreed), needed=vote.needed)
        return Outcome([Reply(text)], replace(room, riddle=riddle))

    # ---- words --------------------------------------------------------------------------------------

    def _resumed(self, room: Room, riddle: Riddle, scene: Scene) -> Outcome[Room]:
        joined = riddle.joined(scene.player)
        board = boards.board(joined, self._say, prefix=self._prefix)
        changed = None if joined is riddle else replace(room, riddle=joined)
        return Outcome([boards.folded(self._say.resumed(board=board))], changed)

    def _ready(self, topic: Topic) -> str:
        return self._say.ready(
            category=display_category(topic.category), level=display_level(topic.level), prefix=self._prefix
        )

    def _asked(self, room: Room, before: Riddle, after: Riddle, text: str) -> Outcome[Room]:
        """What was answered, and what the room is to be reminded of."""
        replies = [Reply(text + self._left(before, after))]
        if hint := after.hint_after(before):
            replies.append(Reply(self._say.hint(number=hint.number, text=hint.text)))
        return Outcome(replies, replace(room, riddle=after))

    def _left(self, before: Riddle, after: Riddle) -> str:
        """What the room is told when few questions are left."""
        left, had = after.questions_left, before.questions_left
        if left is None or had is None or not any(left <= warning < had for warning in WARNINGS):
            return ""
        return self._say.last_guess(prefix=self._prefix) if left == 0 else self._say.few_left(left=left)

    def _voted(self, room: Room, riddle: Riddle, scene: Scene, *, opened: bool) -> Outcome[Room]:
        vote = riddle.vote
        if vote is None or vote.standing is Standing.CARRIED:
            return self._endings.given_up(room, riddle, scene)
        text = self._progress(vote, scene, opened=opened)
        return Outcome([Reply(text)], replace(room, riddle=riddle))

    def _progress(self, vote: Vote, scene: Scene, *, opened: bool) -> str:
        return self._say.vote(vote, name=scene.player.name, prefix=self._prefix, opened=opened)
