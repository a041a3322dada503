"""How a game asks the model: its prompts filled in, equal verdicts given once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from pydantic import ValidationError

from llm_server.model import Deadline, Inquiry, Model, Role, T, Task, Turn, anything
from llm_server.prompts import Prompt
from llm_server.sessions.verdicts import Verdicts

log = structlog.get_logger(__name__)


class Inquiries:
    """The prompts of one game, before a model."""

    def __init__(self, model: Model, prompts: Mapping[str, Prompt], verdicts: Verdicts) -> None:
        self._model = model
        self._prompts = prompts
        self._verdicts = verdicts

    def make(
        self,
        prompt: str,
        task: Task,
        reply: type[T],
        *,
        values: Mapping[str, str],
        system: Mapping[str, str] | None = None,
        history: Sequence[Turn] = (),
        accepts: Callable[[T], bool] = anything,
        search: bool = False,
    ) -> Inquiry[T]:
        """What the model is asked; a player's words stand in `values`, never in `system`."""
        texts = self._prompts[prompt]
        return Inquiry(
            task,
            system=texts.system.render(system or {}),
            turns=[*history, Turn(Role.USER, texts.user.render(values))],
            reply=reply,
            accepts=accepts,
            search=search,
        )

    async def ask(self, inquiry: Inquiry[T], deadline: Deadline) -> T:
        """The model's reply.

        Raises:
            ModelFailure: see `llm_server.errors`.
        """
        return (await self._model.complete(inquiry, deadline=deadline)).reply

    async def once(
        self,
        parts: Sequence[str],
        reply: type[T],
        judge: Callable[[], Awaitable[T]],
        *,
        keep: Callable[[T], bool] = anything,
    ) -> T:
        """The verdict remembered for `parts` (all that it depends on), or that of `judge`, which is
        remembered when `keep` says so.
        """
        name = self._verdicts.key(reply.__name__, *parts)
        if stored := await self._verdicts.get(name):
            try:
                return reply.model_validate_json(stored)
            except ValidationError:
                log.warning("verdict_unreadable", reply=reply.__name__)
        found = await judge()
        if keep(found):
            await self._verdicts.put(name, found.model_dump_json())
        return found
