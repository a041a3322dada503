"""What operators may do in a chat, and what is told of the model and its cost."""

from collections.abc import Sequence

from google.protobuf.empty_pb2 import Empty

from botkit.chat.errors import NotPermitted
from botkit.chat.message import Reply, Scene
from botkit.llm.client import LlmClient
from game_bots.costs import Period, Report, price_of
from game_bots.exchange import Exchange
from game_bots.forms import Model, Usage
from game_bots.texts import GameTexts
from game_bots.usage import report


class Operators:
    """The people of ADMIN_USER_IDS and their reports."""

    def __init__(self, users: Sequence[str], *, say: GameTexts, llm: LlmClient, exchange: Exchange) -> None:
        self._users = frozenset(users)
        self._say = say
        self._llm = llm
        self._exchange = exchange

    def check(self, scene: Scene) -> None:
        """Refuse everybody else.

        Raises:
            NotPermitted: the person is no operator.
        """
        if scene.player.id not in self._users:
            raise NotPermitted

    async def usage(self, command: Usage, scene: Scene) -> Sequence[Reply]:
        """Tokens and cost of a period.

        Raises:
            NotPermitted: the person is no operator.
            PriceUnknown: no price of that name.
        """
        self.check(scene)
        price = price_of(command.price) if command.price else None
        found = await report(self._llm, command.period, price=price, entry=scene.entry)
        rate = await self._exchange.rate()
        cost = self._say.usage_cost(
            model=found.model, won=f"{found.won(rate.krw):,}", dollars=f"{found.micro_usd / 1_000_000:,.4f}"
        )
        shown = self._say.usage_rate if rate.known else self._say.usage_rate_unknown
        return [Reply("\n".join([*self._tokens(found), cost, shown(rate=f"{rate.krw:,.0f}")]))]

    async def model(self, _command: Model, scene: Scene) -> Sequence[Reply]:
        """Which model referees, and how it is asked; everybody may know."""
        found = await self._llm.call(self._llm.rpc.GetModelConfig, Empty(), request_id=scene.entry)
        text = self._say.model(
            default=found.model_default,
            hints=found.model_hints or found.model_default,
            answer=found.model_answer or found.model_default,
            verify=found.model_verify or found.model_default,
            temperature=f"{found.temperature:.2f}",
            retries=found.max_retries,
            timeout=found.timeout_seconds,
        )
        return [Reply(text)]

    def _tokens(self, found: Report) -> list[str]:
        heads = {
            Period.TODAY: self._say.usage_today(date=found.date),
            Period.WEEK: self._say.usage_week(),
            Period.MONTH: self._say.usage_month(),
        }
        lines = [heads[found.period]]
        lines += [
            self._say.usage_day(date=day.date, total=f"{day.total:,}", requests=f"{day.requests:,}")
            for day in found.days
        ]
        lines.append(
            self._say.usage_tokens(
                input=f"{found.input:,}", output=f"{found.output:,}", total=f"{found.total:,}"
            )
        )
        if found.reasoning:
            lines.append(self._say.usage_reasoning(reasoning=f"{found.reasoning:,}"))
        if found.requests >= 0:
            lines.append(self._say.usage_requests(requests=f"{found.requests:,}"))
        return lines
