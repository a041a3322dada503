"""Games that nobody ended are ended once, whoever finds them."""

from redis.asyncio import Redis

from game_bots.turtlesoup.chores import Chores, tell_lapsed
from game_bots.turtlesoup.events import EVENTS, Finished, Result
from game_bots.turtlesoup.game import IDLE_SECONDS, Soup
from game_bots.turtlesoup.puzzles import ANYTHING
from game_bots.turtlesoup.room import Room
from game_bots.turtlesoup.store import LEDGER, Store
from game_bots.turtlesoup.sweeper import Sweeper
from tests.game_bots.turtlesoup.examples import JUN, MINJI, UMBRELLA
from tests.support.polling import until
from tests.support.servers import Client

NOW = 1_000_000.0


async def opened(store: Store, name: str, at: float) -> Room:
    """A room whose game was started then."""
    room = Room().started(UMBRELLA, ANYTHING, game=f"{name}-0", by=MINJI, now=at)
    stored, _ = await store.look(name)
    await store.save(name, stored, room)
    return room


async def ledger(cache: Client) -> list[Finished]:
    """The games in the ledger stream."""
    found = [
        event for _, fields in await cache.xrange(LEDGER) for event in EVENTS.validate_json(fields[b"game"])
    ]
    assert all(isinstance(event, Finished) for event in found)
    return found  # type: ignore[return-value]


async def test_only_what_is_overdue_is_ended_and_once(cache: Redis) -> None:
    store = Store(cache)
    await opened(store, "old", NOW - IDLE_SECONDS)
    fresh = await opened(store, "fresh", NOW - IDLE_SECONDS + 1)
    stored, _ = await store.look("empty")
    await store.save("empty", stored, Room(mild=True))
    sweeper = Sweeper(store, clock=lambda: NOW)
    assert await sweeper.sweep() == 1
    assert await sweeper.sweep() == 0
    (game,) = await ledger(cache)
    assert (game.room, game.result, game.completed_at) == ("old", Result.TIMEOUT, NOW)
    after = await store.peek("old")
    assert after.soup is None
    assert after.last
    assert after.last.puzzle == UMBRELLA
    assert await store.peek("fresh") == fresh


async def test_two_sweepers_do_not_count_a_game_twice(cache: Redis) -> None:
    store = Store(cache)
    await opened(store, "old", 0.0)

    class Slow(Store):
        """Another process ends the game between its look and its save."""

        async def look(self, name: str, *, entry: str = ""):  # type: ignore[no-untyped-def]
            found = await super().look(name, entry=entry)
            await Sweeper(store, clock=lambda: NOW).sweep()
            return found

    assert await Sweeper(Slow(cache), clock=lambda: NOW).sweep() == 0
    assert len(await ledger(cache)) == 1


async def test_a_lapsed_vote_is_told_of_if_it_still_stands(cache: Redis) -> None:
    store, said, chores = Store(cache), list[tuple[str, str]](), Chores()
    game = Soup("1-0", UMBRELLA, 10.0, 10.0, players=(MINJI, JUN)).giving_up(by=MINJI, now=11.0)
    assert game.vote
    for name, voting in (("stands", game), ("new", game.giving_up(by=JUN, now=500.0))):
        stored, _ = await store.look(name)
        await store.save(name, stored, Room(soup=voting))

    async def announce(name: str, text: str) -> None:
        said.append((name, text))

    for name in ("stands", "new", "ended"):
        work = tell_lapsed(game.vote, name, "계속해요!", store=store, announce=announce, clock=lambda: 131.0)
        chores.begin(work)

    async def told() -> bool:
        return bool(said)

    await until(told)
    await chores.close()
    assert said == [("stands", "계속해요!")]


async def test_a_chore_that_fails_harms_nobody() -> None:
    chores = Chores()
    done = list[int]()

    async def fail() -> None:
        done.append(1)
        raise ZeroDivisionError

    chores.begin(fail())

    async def over() -> bool:
        return bool(done)

    await until(over)
    await chores.close()
