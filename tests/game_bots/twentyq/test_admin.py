"""What operators do by HTTP when not everything is there."""

from collections.abc import AsyncIterator

import pytest
from redis.exceptions import ConnectionError as ValkeyConnectionError

from botkit.runtime.http import ApiError
from game_bots.twentyq import contract
from game_bots.twentyq.admin import Admin
from game_bots.twentyq.game import RULES
from tests.e2e.system import System
from tests.game_bots.twentyq.table import Table, laid
from tests.support.servers import Client


@pytest.fixture
async def table(cache: Client, referee: System) -> AsyncIterator[Table]:
    async with laid(cache, referee) as made:
        yield made


def admin(table: Table, told: list[tuple[str, str]], *, deaf: str = "") -> Admin:
    """The operators' routes; the room `deaf` cannot be told anything."""

    async def announce(room: str, text: str) -> None:
        if room == deaf:
            raise ValkeyConnectionError("away")
        told.append((room, text))

    return Admin(
        errands=table.errands,
        store=table.store,
        archive=table.archive,
        synonyms=table.synonyms,
        announce=announce,
        clock=table.clock,
    )


async def actions(table: Table) -> list[str]:
    rows = await (await table.database.pool()).fetch("SELECT action FROM admin_actions ORDER BY id")
    return [row["action"] for row in rows]


async def test_what_is_done_is_done_when_the_room_cannot_be_told(table: Table) -> None:
    told: list[tuple[str, str]] = []
    operators = admin(table, told, deaf="r")
    await table.says("민지", "시작 생물")
    assert (
        await operators.hint("r", contract.RoomHint(message="털"), by="boss")
    ).message == "the room was not told"
    assert "💡 힌트 1: 털" in await table.says("민지", "상태")
    assert (await operators.clear("r", by="boss")).message == "the room was not told"
    assert "열린 판이 없어요" in await table.says("민지", "상태")
    assert (told, await actions(table)) == ([], ["hint", "clear"])


async def test_one_deaf_room_does_not_stop_a_clean_up(table: Table) -> None:
    told: list[tuple[str, str]] = []
    for room in ("a", "b", "c"):
        await table.says("민지", "시작 생물", room=room)
    table.now += 3601
    await table.says("민지", "큰가요?", room="c")
    found = await admin(table, told, deaf="a").cleanup(contract.CleanupRequest(older_than_hours=1), by="boss")
    assert found.deleted_count == 2
    assert told == [("b", "운영자가 이 판을 접었어요. 전적에는 남지 않아요.")]
    assert "질문 1개" in await table.says("민지", "상태", room="c")


async def test_what_nobody_came_back_to_runs_no_more(table: Table) -> None:
    operators = admin(table, [])
    await table.says("민지", "시작 생물")
    table.now += 60
    (session,) = (await operators.sessions()).sessions
    assert session.ttl_seconds == 3600 * RULES.idle_hours - 60
    assert (await operators.session("r")).session == session
    assert (await operators.stats()).stats.active_sessions == 1
    table.now += 3600 * RULES.idle_hours
    assert (await operators.sessions()).count == 0
    assert (await operators.stats()).stats.active_sessions == 0
    with pytest.raises(ApiError):
        await operators.session("r")


async def test_what_nobody_came_back_to_can_be_cleaned_up(table: Table) -> None:
    told: list[tuple[str, str]] = []
    await table.says("민지", "시작 생물")
    table.now += 2 * 3600 * RULES.idle_hours
    assert (await admin(table, told).cleanup(by="boss")).deleted_count == 1
    assert (await table.room()).riddle is None
