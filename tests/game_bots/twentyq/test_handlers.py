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


async def test_a_guess_in_a_chain_is_a_guess(table: Table) -> None:
    await table.says("민지", "시작 생물")
    text = await table.says("민지", "큰가요?, 정답 강아지, 작은가요?, 정답 곰, 정답 강아지")
    assert text.splitlines() == [
        *("Q1. 큰가요?", "→ 예", "민지님의 '강아지', 아쉽지만 아니에요.", "Q2. 작은가요?", "→ 예"),
        *("건너뜀: 정답 곰", "→ 정답 도전은 30초에 한 번! 30초 뒤에 다시 외쳐 주세요."),
        *("건너뜀: 정답 강아지", "→ '강아지', 벌써 빗나간 답이에요. 다른 걸로 해 봐요."),
    ]
    assert "빗나간 정답: 강아지\n" in await table.says("준", "상태")
    text = await table.says("준", "if 아니오인가요, 정답 고양이")
    assert text.endswith("건너뜀: 정답 고양이\n→ 앞 답이 '예'가 아니에요.")
    text = await table.says("준", "if 동물인가요, 정답 고양이, 새인가요")
    assert text.splitlines()[:3] == ["Q4. 동물인가요", "→ 예", "🎉 준님이 맞혔어요! 정답은 '고양이' (+99점)"]
    assert "새인가요" not in text
    assert "열린 판이 없어요" in await table.says("준", "상태")


async def test_a_wrong_guess_in_a_chain_after_the_last_question_ends_the_game(table: Table) -> None:
    await table.says("민지", "시작 생물 20")
    for start in (1, 6, 11):
        await table.says("민지", ", ".join(f"{number}?" for number in range(start, start + 5)))
    text = await table.says("민지", "16?, 17?, 18?, 19?")
    assert text.endswith("질문이 1개 남았어요!")
    text = await table.says("민지", "20?, 정답 고래, 21?, 정답 범")
    assert "민지님의 '고래', 아주 가까워요" in text
    assert "정답 도전은 30초에 한 번" in text
    assert text.endswith("외쳐 주세요!")
    text = await table.says("준", "정답 범, 곰")
    assert text.splitlines()[1].startswith("이번엔 제가 이겼어요! 정답은 '고양이'")
