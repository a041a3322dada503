"""Equal questions at the same time share one call."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from llm_server.errors import ModelTimeout, QuotaExhausted
from llm_server.flights import SingleFlight
from llm_server.model import NO_DEADLINE, Completion, Deadline, Inquiry, Role, T, Task, Turn
from tests.support.polling import until


class Said(BaseModel):
    text: str


class Slow:
    """A model that answers when it is told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.running = 0
        self.answer = asyncio.Event()
        self.failure: Exception | None = None

    async def complete(self, inquiry: Inquiry[T], *, deadline: Deadline) -> Completion[T]:
        self.asked += 1
        self.running += 1
        try:
            async with asyncio.timeout_at(deadline.at if deadline is not NO_DEADLINE else None):
                await self.answer.wait()
        except TimeoutError:
            raise ModelTimeout("late") from None
        finally:
            self.running -= 1
        if self.failure:
            raise self.failure
        return Completion(inquiry.reply.model_validate({"text": str(self.asked)}), "m")


QUESTION = Inquiry(Task.ANSWER, "rules", [Turn(Role.USER, "큰가요?")], Said)


def ask(
    model: SingleFlight, inquiry: Inquiry[Said] = QUESTION, deadline: Deadline = NO_DEADLINE
) -> "asyncio.Task[Completion[Said]]":
    return asyncio.create_task(model.complete(inquiry, deadline=deadline))


async def reached(slow: Slow, **values: int) -> None:
    async def there() -> bool:
        return all(getattr(slow, name) == value for name, value in values.items())

    await until(there, what=str(values))


async def test_equal_questions_share_a_call() -> None:
    slow = Slow()
    model = SingleFlight(slow)
    asking = [ask(model) for _ in range(5)]
    await reached(slow, asked=1)
    slow.answer.set()

    assert {(await task).reply.text for task in asking} == {"1"}
    assert (await ask(model)).reply.text == "2"


@pytest.mark.parametrize(
    "change",
    [
        {"system": "other"},
        {"turns": [Turn(Role.USER, "작은가요?")]},
        {"turns": [Turn(Role.USER, "앞"), *QUESTION.turns]},
        {"task": Task.VERIFY},
        {"model": "gemini-other"},
    ],
)
async def test_another_question_is_another_call(change: dict[str, Any]) -> None:
    slow = Slow()
    slow.answer.set()
    model = SingleFlight(slow)
    await asyncio.gather(ask(model), ask(model, replace(QUESTION, **change)))

    assert slow.asked == 2


@pytest.mark.parametrize("task", [Task.HINTS, Task.CHAT, Task.PUZZLE, Task.REWRITE, Task.REVEAL])
async def test_what_should_be_new_is_never_shared(task: Task) -> None:
    slow = Slow()
    slow.answer.set()
    model = SingleFlight(slow)
    await asyncio.gather(*(ask(model, replace(QUESTION, task=task)) for _ in range(2)))

    assert slow.asked == 2


async def test_all_are_told_of_a_failure() -> None:
    slow = Slow()
    slow.failure = QuotaExhausted("used up")
    model = SingleFlight(slow)
    asking = [ask(model) for _ in range(2)]
    await reached(slow, asked=1)
    slow.answer.set()

    for task in asking:
        with pytest.raises(QuotaExhausted):
            await task
    assert slow.asked == 1


async def test_one_who_leaves_takes_nobody_along_and_the_last_one_ends_the_call() -> None:
    slow = Slow()
    model = SingleFlight(slow)
    first, second = ask(model), ask(model)
    await reached(slow, asked=1)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert slow.running == 1

    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    await reached(slow, running=0)
    assert slow.asked == 1


async def test_who_has_more_time_than_the_first_asks_again() -> None:
    slow = Slow()
    model = SingleFlight(slow)
    hasty, patient = ask(model, deadline=Deadline.after(0.1)), ask(model)
    with pytest.raises(ModelTimeout):
        await hasty
    await reached(slow, asked=2)
    slow.answer.set()

    assert (await patient).reply.text == "2"


async def test_who_has_less_time_than_the_first_does_not_wait() -> None:
    slow = Slow()
    model = SingleFlight(slow)
    patient = ask(model)
    await reached(slow, asked=1)
    with pytest.raises(ModelTimeout):
        await ask(model, deadline=Deadline.after(0.05))
    slow.answer.set()

    assert (await patient).reply.text == "1"
    assert slow.asked == 1


async def test_all_who_have_more_time_than_the_first_ask_again_together() -> None:
    slow = Slow()
    model = SingleFlight(slow)
    hasty, *patient = ask(model, deadline=Deadline.after(0.1)), *(ask(model) for _ in range(3))
    with pytest.raises(ModelTimeout):
        await hasty
    await reached(slow, asked=2, running=1)
    slow.answer.set()

    assert [(await task).reply.text for task in patient] == ["2"] * 3


async def test_who_joins_hasty_callers_again_and_again_still_gets_an_answer() -> None:
    slow = Slow()
    model = SingleFlight(slow)
    hasty = [ask(model, deadline=Deadline.after(0.1 * many)) for many in (1, 2, 3)]
    patient = ask(model)
    for task in hasty:
        with pytest.raises(ModelTimeout):
            await task
    await reached(slow, running=1)
    slow.answer.set()

    assert (await patient).reply.text == str(slow.asked)
