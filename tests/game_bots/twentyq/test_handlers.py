"""What players read for what they type, at a table in this process."""

from collections.abc import AsyncIterator

import pytest

from game_bots.twentyq.game import IDLE_SECONDS
from tests.e2e.system import System
from tests.game_bots.twentyq.table import Table, laid
from tests.support.servers import Client


@pytest.fixture
async def table(cache: Client, referee: System) -> AsyncIterator[Table]:
    async with laid(cache, referee) as made:
        yield made


async def test_a_game_that_nobody_came_back_to_stands_in_nobodys_way(table: Table) -> None:
    await table.says("민지", "시작 생물")
    await table.says("준", "큰가요?")
    await table.says("소라", "작은가요?")
    table.now += IDLE_SECONDS - 1
    assert "하던 판을" in await table.says("하나", "시작")
    table.now += 1
    for line in ("상태", "정답 알려줘", "큰가요?", "포기", "힌트", "정답 곰"):
        assert "열린 판이 없어요" in await table.says("하나", line)
    assert "하나를 떠올렸어요" in await table.says("하나", "시작")
    assert "질문 0개" in await table.says("하나", "상태")
