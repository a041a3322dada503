"""What happens: one function a command. A handler asks the judge, lets the game decide, and says it."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from pydantic import TypeAdapter

from botkit.chat.errors import NotUnderstood
from botkit.chat.grammar import Grammar
from botkit.chat.message import Reply, Scene
from botkit.turn import Handlers, Outcome
from game_bots import forms
from game_bots.operators import Operators
from game_bots.surrender import Standing, running
from game_bots.twentyq import commands
from game_bots.twentyq.chain import ask_all
from game_bots.twentyq.game import (
    CATEGORIES,
    NOT_AT_RANDOM,
    TWENTY,
    WARNINGS,
    Finished,
    Result,
    Riddle,
    Room,
    category_of,
    display_category,
)
from game_bots.twentyq.hall import Hall
from game_bots.twentyq.judge import GuessResult, Judge
from game_bots.twentyq.messages import Say
from game_bots.twentyq.refusals import GuessEmpty
from game_bots.twentyq.store import Store

FINISHED = TypeAdapter(Finished)


class Twentyq:
    """The handlers of one bot process."""

    def __init__(
        self, *, grammar: Grammar, say: Say, judge: Judge, store: Store, operators: Operators, hall: Hall
    ) -> None:
        self._prefix = grammar.prefix
        self._say = say
        self._judge = judge
        self._store = store
        self._operators = operators
        self._help = help_text(grammar, say)
        self.handlers = Handlers[Room](
            answers={
                forms.Help: self.help,
                commands.Status: self.status,
                commands.TellMe: self.tell_me,
                forms.Model: operators.model,
                forms.Usage: operators.usage,
                forms.PersonalRecord: hall.person,
                forms.RoomRecord: hall.room,
                forms.Ranking: hall.ranking,
                forms.Unknown: self.unknown,
            },
            moves={
                commands.Start: self.start,
                commands.Ask: self.ask,
                commands.Chain: self.chain,
                commands.Guess: self.guess,
                commands.GiveHint: self.hint,
                forms.Surrender: self.surrender,
                forms.Agree: self.agree,
                forms.Reject: self.reject,
                forms.ForceEnd: self.force_end,
                forms.ClearAll: self.clear_all,
            },
        )

    # ---- what changes nothing -----------------------------------------------------------------------

    async def help(self, _command: forms.Help, _scene: Scene) -> Sequence[Reply]:
        """The usage of every command."""
        return [Reply(self._help)]

    async def status(self, _command: commands.Status, scene: Scene) -> Sequence[Reply]:
        """The whole board, and the hint as a message of its own."""
        room = await self._store.peek(scene.room)
        return self._whole_board(room.playing(self._prefix))

    async def tell_me(self, _command: commands.TellMe, scene: Scene) -> Sequence[Reply]:
        """The referee keeps the secret."""
        (await self._store.peek(scene.room)).playing(self._prefix)
        return [Reply(self._say.tell_nothing())]

    async def unknown(self, _command: forms.Unknown, scene: Scene) -> Sequence[Reply]:
        """Ours, but not understood; without a game, how to open one."""
        (await self._store.peek(scene.room)).playing(self._prefix)
        raise NotUnderstood(prefix=self._prefix)

    # ---- the game -----------------------------------------------------------------------------------

    async def start(self, command: commands.Start, scene: Scene, room: Room) -> Outcome[Room]:
        """A new riddle, or the board of the one that is open."""
        if room.riddle:
            joined = room.riddle.joined(scene.player)
            resumed = Reply(self._say.resumed(board=self._board(joined)))
            unchanged = joined is room.riddle
            return Outcome([resumed], None if unchanged else replace(room, riddle=joined))
        known = [found for word in command.categories if (found := category_of(word))]
        # The choice follows from the entry, so that a retry asks for the same category.
        category = Random(scene.entry).choice(known) if known else ""  # noqa: S311
        topic = await self._judge.topic(
            category=category,
            banned=room.banned(category),
            excluded=() if category else NOT_AT_RANDOM,
            entry=scene.entry,
        )
        shown = display_category(topic.category)
        text = self._say.ready(category=shown, prefix=self._prefix)
        if command.categories and not known:
            text = f"{self._say.category_unknown()}\n{text}"
        limit = TWENTY if command.counted else 0
        if limit:
            text = f"{text}\n{self._say.counted(limit=limit)}"
        started = room.started(topic, game=scene.entry, by=scene.player, now=scene.now, limit=limit)
        return Outcome([Reply(text)], started)

    async def ask(self, command: commands.Ask, scene: Scene, room: Room) -> Outcome[Room]:
        """A question and its verdict."""
        riddle = room.playing(self._prefix)
        riddle.check_question(command.text)
        verdict = await self._judge.verdict(riddle, command.text, room=scene.room, entry=scene.entry)
        asked = riddle.answered(command.text, verdict, by=scene.player, now=scene.now)
        number = len(asked.questions)
        text = self._say.answered(number=number, text=command.text, answer=verdict.value)
        if riddle.is_named_by(command.text):
            text += self._say.named(prefix=self._prefix, target=riddle.topic.name)
        text += self._left(riddle, asked)
        return Outcome([Reply(text)], replace(room, riddle=asked))

    async def chain(self, command: commands.Chain, scene: Scene, room: Room) -> Outcome[Room]:
        """Several questions and their verdicts."""
        riddle = room.playing(self._prefix)
        asked = await ask_all(
            command.texts, riddle, scene, self._judge, self._say, while_yes=command.while_yes
        )
        text = "\n".join(asked.lines) + self._left(riddle, asked.riddle)
        return Outcome([Reply(text)], replace(room, riddle=asked.riddle))

    async def guess(self, command: commands.Guess, scene: Scene, room: Room) -> Outcome[Room]:
        """A guess: word for word first, the judge only when that does not decide it."""
        riddle = room.playing(self._prefix)
        noun = command.noun
        if not noun:
            raise GuessEmpty(prefix=self._prefix)
        riddle.check_guess(noun, by=scene.player, now=scene.now)
        result = GuessResult.ACCEPT
        if not (riddle.is_named_by(command.said) or riddle.is_named_by(command.glued)):
            result = await self._judge.guess(riddle, noun, entry=scene.entry)
        if result is GuessResult.ACCEPT:
            return self._solved(room, riddle.joined(scene.player), scene)
        close = result is GuessResult.CLOSE
        missed = riddle.missed(noun, close=close, by=scene.player, now=scene.now)
        said = self._say.close if close else self._say.wrong
        text = said(name=scene.player.name, guess=noun)
        if riddle.questions_left == 0 and not close:
            return self._lost(room, missed, scene, text)
        return Outcome([Reply(text)], replace(room, riddle=missed))

    async def hint(self, _command: commands.GiveHint, scene: Scene, room: Room) -> Outcome[Room]:
        """A hint, counted only once there is one."""
        riddle = room.playing(self._prefix)
        riddle.check_hint()
        text = await self._judge.hint(riddle, entry=scene.entry)
        hinted = riddle.hinted(text, by=scene.player, now=scene.now)
        reply = Reply(self._say.hint(number=len(hinted.hints), text=text))
        return Outcome([reply], replace(room, riddle=hinted))

    # ---- giving up ----------------------------------------------------------------------------------

    async def surrender(self, _command: forms.Surrender, scene: Scene, room: Room) -> Outcome[Room]:
        """A proposal to give up, or one more voice for it."""
        before = room.playing(self._prefix)
        opened = running(before.vote, scene.now) is None
        riddle = before.giving_up(by=scene.player, now=scene.now)
        return self._voted(room, riddle, scene, opened=opened)

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

    # ---- operators ----------------------------------------------------------------------------------

    async def force_end(self, _command: forms.ForceEnd, scene: Scene, room: Room) -> Outcome[Room]:
        """The game is over, whatever the room thinks of it."""
        self._operators.check(scene)
        given_up = self._given_up(room, room.playing(self._prefix), scene)
        said = "\n".join(reply.text for reply in given_up.replies)
        return replace(given_up, replies=[Reply(self._say.force_ended(result=said))])

    async def clear_all(self, _command: forms.ClearAll, scene: Scene, room: Room) -> Outcome[Room]:
        """Nothing is remembered of the room; finished games stay in the ledger."""
        self._operators.check(scene)
        riddle = room.riddle
        after = (lambda: self._judge.forget(scene.room, riddle.id)) if riddle else None
        return Outcome([Reply(self._say.cleared())], Room(), after=after)

    def _voted(self, room: Room, riddle: Riddle, scene: Scene, *, opened: bool) -> Outcome[Room]:
        vote = riddle.vote
        if vote is None or vote.standing is Standing.CARRIED:
            return self._given_up(room, riddle, scene)
        text = self._say.vote(vote, name=scene.player.name, prefix=self._prefix, opened=opened)
        return Outcome([Reply(text)], replace(room, riddle=riddle))

    # ---- the end ------------------------------------------------------------------------------------

    def _solved(self, room: Room, riddle: Riddle, scene: Scene) -> Outcome[Room]:
        missed = ", ".join(miss.text for miss in riddle.misses)
        text = self._say.solved(
            name=scene.player.name,
            target=riddle.topic.name,
            questions=len(riddle.questions),
            hints=len(riddle.hints),
            minutes=max(1, round((scene.now - riddle.started_at) / 60)),
            curious=self._curious(riddle),
            misses=self._say.misses(guesses=missed) if missed else "",
        )
        return self._ended(room, riddle, scene, Result.CORRECT, text)

    def _curious(self, riddle: Riddle) -> str:
        most = riddle.most_curious
        return self._say.curious(name=most[0].name, count=most[1]) if most else ""

    def _lost(self, room: Room, riddle: Riddle, scene: Scene, wrong: str) -> Outcome[Room]:
        text = self._say.lost(target=riddle.topic.name, category=display_category(riddle.topic.category))
        return self._ended(room, riddle, scene, Result.FAILED, f"{wrong}\n{text}")

    def _left(self, before: Riddle, after: Riddle) -> str:
        """What the room is told when few questions are left."""
        left, had = after.questions_left, before.questions_left
        if left is None or had is None or not any(left <= warning < had for warning in WARNINGS):
            return ""
        return self._say.last_guess(prefix=self._prefix) if left == 0 else self._say.few_left(left=left)

    def _given_up(self, room: Room, riddle: Riddle, scene: Scene) -> Outcome[Room]:
        text = self._say.surrendered(
            target=riddle.topic.name,
            category=display_category(riddle.topic.category),
            questions=len(riddle.questions),
            hints=len(riddle.hints),
        )
        return self._ended(room, riddle, scene, Result.SURRENDER, text)

    def _ended(self, room: Room, riddle: Riddle, scene: Scene, result: Result, text: str) -> Outcome[Room]:
        winner = scene.player.id if result is Result.CORRECT else ""
        finished = Finished(scene.room, riddle, result, winner, scene.now)
        return Outcome(
            [Reply(text)],
            room.ended(riddle),
            finished=FINISHED.dump_json(finished),
            after=lambda: self._judge.forget(scene.room, riddle.id),
        )

    # ---- the board ----------------------------------------------------------------------------------

    def _whole_board(self, riddle: Riddle) -> list[Reply]:
        hints = [Reply(self._say.hint(number=hint.number, text=hint.text)) for hint in riddle.hints]
        return [Reply(self._board(riddle)), *hints]

    def _board(self, riddle: Riddle) -> str:
        missed = ", ".join(miss.text for miss in riddle.misses)
        blocks = self._say.board_misses(guesses=missed) if missed else ""
        for question in riddle.questions:
            blocks += self._say.board_question(
                number=question.number,
                text=question.text,
                answer=question.verdict.value,
                chained=self._say.board_chained() if question.chained else "",
            )
        return self._say.board(
            category=display_category(riddle.topic.category),
            questions=len(riddle.questions),
            hints_left=riddle.hints_left,
            blocks=blocks or self._say.board_empty(prefix=self._prefix),
        )


def help_text(grammar: Grammar, say: Say) -> str:
    """How to type every listed command, and the categories."""
    categories = " ".join(called[0] for called in CATEGORIES.values())
    return "\n".join([say.help_head(), *say.help_lines(grammar), say.help_tail(categories=categories)])
