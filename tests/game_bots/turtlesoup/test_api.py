"""What the routes make of a game that ends between the look at it and the move."""

import pytest
from redis.asyncio import Redis

from botkit.chat.message import Reply, Scene
from botkit.errands import Errands
from botkit.runtime.http import ApiError
from botkit.turn import Handlers, Outcome
from game_bots.turtlesoup import contract, events, messages
from game_bots.turtlesoup.api import GameApi
from game_bots.turtlesoup.commands import Answer
from game_bots.turtlesoup.game import IDLE_SECONDS
from game_bots.turtlesoup.puzzles import ANYTHING
from game_bots.turtlesoup.room import Room
from game_bots.turtlesoup.store import Store
from tests.game_bots.turtlesoup.examples import MINJI, UMBRELLA


async def test_a_game_that_has_just_run_out_is_not_called_solved(cache: Redis) -> None:
    async def move(_command: Answer, scene: Scene, room: Room) -> Outcome[Room]:
        expired = room.expired(scene.room, scene.now + IDLE_SECONDS)
        assert expired
        return Outcome([Reply("늦었어요")], room.ended(expired), finished=events.dump(expired))

    store = Store(cache)
    errands = Errands(store, Handlers(answers={}, moves={Answer: move}))
    stored, room = await store.look("r")
    started = room.started(UMBRELLA, ANYTHING, game="1-0", by=MINJI, now=1000.0)
    await store.save("r", stored, started)
    api = GameApi(
        errands=errands,
        store=store,
        shelf=None,  # type: ignore[arg-type] # not asked
        llm=None,  # type: ignore[arg-type] # not asked
        catalog=messages.load().catalog,
        timeouts=(1.0, 1.0),
        clock=lambda: 1001.0,
    )
    with pytest.raises(ApiError) as caught:
        await api.solve("r", contract.SolutionRequest(answer="배우였다"))
    assert caught.value.code == "SESSION_NOT_FOUND"
