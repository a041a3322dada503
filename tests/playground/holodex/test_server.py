"""The fake Holodex: its protocol, its clock, its quota, its faults, and a programme that never runs dry."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from playground.holodex.broadcast import Broadcast, Move
from playground.holodex.faults import Rule
from playground.holodex.members import MEMBERS, load
from playground.holodex.programme import SLOT, Daily
from playground.holodex.quota import Quota
from playground.holodex.server import Fixed, HolodexServer

NOW = 1_767_236_400.0
CHANNELS = load()
MIKO, PEKORA = "UC-hM6YJuNYVAmUWxeIr9FeA", "UC1DCedRgGHBdm81E1llLhOQ"


class World:
    def __init__(self) -> None:
        self.now = NOW
        self.server = HolodexServer(CHANNELS, Fixed(), clock=lambda: self.now, keys=frozenset({"good"}))

    async def get(self, path: str, *, key: str = "good", **query: str) -> tuple[int, Any, Any]:
        async with (
            aiohttp.ClientSession(headers={"X-APIKEY": key} if key else {}) as http,
            http.get(f"{self.server.url}{path}", params=query) as answer,
        ):
            return answer.status, await answer.json(content_type=None), answer.headers

    async def live(self, **query: str) -> list[Any]:
        status, body, _ = await self.get("/api/v2/live", **query)
        assert status == 200
        return list(body)

    async def control(self, path: str, body: Any) -> int:
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self.server.url}/_control{path}", json=body) as answer,
        ):
            return answer.status


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    async with made.server:
        yield made


def stream(video: str = "v1", **more: Any) -> Broadcast:
    return Broadcast(
        **{"id": video, "channel": MIKO, "title": "t", "shown": 0.0, "planned": NOW + 3600, **more}
    )


async def test_a_broadcast_lives_through_its_script(world: World) -> None:
    world.server.programme = Fixed(
        [
            stream(
                shown=NOW + 10,
                moves=(Move(NOW + 20, NOW + 7200),),
                begins=NOW + 7210,
                ends=NOW + 9000,
                lag=60,
            )
        ]
    )
    seen = []
    for after in (0, 10, 20, 7269, 7271, 9059, 9061):
        world.now = NOW + after
        _, body, _ = await world.get("/api/v2/videos", channel_id=MIKO)
        seen += [(row["status"], row["start_scheduled"][11:19], row.get("start_actual")) for row in body]

    assert seen == [
        ("upcoming", "04:00:00", None),
        ("upcoming", "05:00:00", None),
        ("upcoming", "05:00:00", None),
        ("live", "05:00:00", "2026-01-01T05:00:10.000Z"),
        ("live", "05:00:00", "2026-01-01T05:00:10.000Z"),
        ("past", "05:00:00", "2026-01-01T05:00:10.000Z"),
    ]


async def test_what_is_removed_is_missing(world: World) -> None:
    world.server.programme = Fixed([stream(removed=NOW + 5)])
    assert len(await world.live()) == 1
    world.now += 5
    assert await world.live() == []
    assert (await world.get("/api/v2/videos/v1"))[1]["status"] == "missing"


async def test_lists_are_cut_and_sorted_as_asked(world: World) -> None:
    world.server.programme = Fixed(
        [
            stream("far", planned=NOW + 60 * 3600),
            stream("second", planned=NOW + 7200),
            stream("first"),
            stream("other", channel=PEKORA, type="placeholder"),
        ]
    )

    async def ids(**query: str) -> list[str]:
        return [row["id"] for row in await world.live(**query)]

    assert await ids() == ["first", "second"]
    assert await ids(order="desc") == ["second", "first"]
    assert await ids(max_upcoming_hours="100", sort="start_scheduled") == ["first", "second", "far"]
    assert await ids(type="placeholder,stream", channel_id=PEKORA) == ["other"]
    assert await ids(limit="1", offset="1") == ["second"]
    assert await ids(status="live") == []
    assert await ids(org="Nijisanji") == []
    _, page, _ = await world.get("/api/v2/live", paginated="1", limit="1")
    assert (page["total"], len(page["items"])) == ("2", 1)
    _, users, _ = await world.get("/api/v2/users/live", channels=f"{MIKO},{PEKORA}")
    assert {row["id"] for row in users} == {"far", "first", "second", "other"}


async def test_guests_are_shown_when_asked_for(world: World) -> None:
    world.server.programme = Fixed([stream(guests=(PEKORA,))])

    assert "mentions" not in (await world.live())[0]
    assert [guest["id"] for guest in (await world.live(include="mentions"))[0]["mentions"]] == [PEKORA]


async def test_channels_have_counts_as_strings(world: World) -> None:
    _, record, _ = await world.get(f"/api/v2/channels/{MIKO}")
    assert record["subscriber_count"].isdecimal()
    _, page, _ = await world.get("/api/v2/channels", org="Hololive", limit="3", offset="1")
    assert [row["id"] for row in page] == list(CHANNELS)[1:4]
    assert (await world.get("/api/v2/channels/nobody"))[0] == 404


@pytest.mark.parametrize("key", ["", "bad"])
async def test_a_key_is_needed(world: World, key: str) -> None:
    assert (await world.get("/api/v2/live", key=key))[0] == 403


async def test_the_quota_is_counted_and_told(world: World) -> None:
    world.server.quota = Quota(limit=2, window=60)
    answers = [await world.get("/api/v2/live") for _ in range(3)]

    assert [status for status, _, _ in answers] == [200, 200, 429]
    assert [headers["X-Ratelimit-Remaining"] for _, _, headers in answers] == ["1", "0", "0"]
    assert int(answers[2][2]["X-Ratelimit-Reset"]) == NOW + 60
    world.now += 60
    assert (await world.get("/api/v2/live"))[0] == 200


async def test_faults_are_set_from_outside_and_used_up(world: World) -> None:
    world.server.programme = Fixed([stream()])
    rule = {"kind": "status", "status": 429, "reset": 30, "times": 1}
    assert await world.control("/faults", [rule, {"kind": "no_rows", "times": 1}]) == 200
    status, _, headers = await world.get("/api/v2/live")
    assert (status, headers["X-Ratelimit-Reset"]) == (429, str(int(NOW + 30)))
    assert await world.live() == []
    assert len(await world.live()) == 1
    assert await world.control("/faults", [{"kind": "nonsense"}]) == 400


async def test_broadcasts_are_added_from_outside(world: World) -> None:
    extra = {"id": "x", "channel": MIKO, "title": "now!", "shown": 0, "planned": NOW, "begins": NOW}
    assert await world.control("/broadcasts", [extra]) == 200
    assert [row["status"] for row in await world.live()] == ["live"]
    assert await world.control("/broadcasts", [extra | {"channel": "nobody"}]) == 400
    assert await world.control("/broadcasts", {"id": 1}) == 400
    status, shown, _ = await world.get("/_control")
    assert (status, len(shown["streams"]), shown["last"][-1]["path"]) == (200, 1, "/api/v2/live")


async def test_the_control_route_forgets(world: World) -> None:
    world.server.script(Rule(kind="status", status=500))
    async with aiohttp.ClientSession() as http, http.delete(f"{world.server.url}/_control") as answer:
        assert answer.status == 200
    assert await world.live() == []


async def test_the_official_schedule_is_grouped_by_day(world: World) -> None:
    world.server.programme = Fixed(
        [stream("a"), stream("b", planned=NOW + 20 * 3600), stream("c", type="placeholder")]
    )
    _, body, _ = await world.get("/api/list/7", key="")

    days = [
        (day["displayDate"], [row["datetime"] for row in day["videoList"]]) for day in body["dateGroupList"]
    ]
    assert days == [("01/01", ["2026/01/01 13:00:00"]), ("01/02", ["2026/01/02 08:00:00"])]
    assert body["dateGroupList"][0]["videoList"][0]["name"] == "さくらみこ"


# ---- the playground's programme ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "members", [MEMBERS, Path("hololive_bot/data/members.yml")], ids=["own", "the bot's"]
)
def test_somebody_is_always_live_and_something_begins_soon(members: Path) -> None:
    channels = load(Path(__file__).parents[3] / members)
    main = {name for name, channel in channels.items() if "HOLOSTARS" not in channel.suborg}
    daily = Daily(channels)
    for quarter in range(4 * 48):
        now = NOW + quarter * 900.0
        shown = [b for b in daily.around(now) if b.type == "stream" and b.channel in main]
        assert any(b.status_at(now) == "live" for b in shown)
        waits = [b.planned_at(now) or now for b in shown if b.status_at(now) == "upcoming"]
        assert any(0 < planned - now <= 3 * SLOT for planned in waits)


def test_the_same_moment_always_looks_the_same() -> None:
    one, other = (list(Daily(CHANNELS).around(NOW)) for _ in range(2))

    assert one == other
    assert len({broadcast.id for broadcast in one}) == len(one)


def test_the_programme_has_everything_that_can_happen() -> None:
    shown = list(Daily(CHANNELS).around(NOW))

    for kind in (
        [b for b in shown if b.moves],
        [b for b in shown if b.removed],
        [b for b in shown if b.guests],
        [b for b in shown if b.duration],
        [b for b in shown if b.topic == "membersonly"],
        [b for b in shown if b.topic == "FreeChat"],
        [b for b in shown if b.type == "placeholder"],
        [b for b in shown if "HOLOSTARS" in CHANNELS[b.channel].suborg],
    ):
        assert kind
