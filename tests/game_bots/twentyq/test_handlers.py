"""What players read for what they type, at a table in this process."""

from collections.abc import AsyncIterator

import pytest

from game_bots.twentyq.game import RULES
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
    table.now += 3600 * RULES.idle_hours - 1
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


async def test_the_hint_is_told_again_every_five_questions_and_at_the_end(table: Table) -> None:
    await table.says("민지", "시작 생물")
    hint = await table.says("민지", "힌트")
    table.now += 1
    for number in range(1, 5):
        assert "💡" not in await table.says("민지", f"{number}?")
    assert (await table.says("민지", "5?, 6?")).endswith(f"Q6. 6?\n→ 예\n{hint}")
    won = await table.says("민지", "정답 고양이")
    assert won.splitlines()[1:3] == ["질문 6개, 힌트 1개, 1분 걸렸어요.", hint]
    await table.says("민지", "시작 생물", room="s")
    assert "힌트 없이 해냈어요!" in await table.says("민지", "정답 고양이", room="s")
    await table.says("민지", "시작 생물", room="t")
    await table.says("민지", "힌트", room="t")
    assert (await table.says("민지", "포기", room="t")).endswith(hint)


async def test_who_proposes_to_give_up_again_reads_how_the_vote_stands(table: Table) -> None:
    await table.says("민지", "시작 생물")
    for who in ("준", "소라"):
        await table.says(who, f"{who}인가요?")
    assert "(1/3)" in await table.says("민지", "포기")
    table.now += 100
    assert await table.says("민지", "포기") == "찬성 1/3, 2명 더 필요해요."
    assert await table.says("민지", "동의") == "벌써 골랐어요. 다른 분들을 기다려요."
    table.now += 20  # nothing has prolonged it
    assert "열린 투표가 없어요" in await table.says("준", "동의")
    assert "준님이 그만하자고 해요 (1/3)" in await table.says("준", "하남자")


async def test_in_a_counted_game_what_is_left_is_shown_and_given_back(table: Table) -> None:
    await table.says("민지", "시작 생물 20")
    await table.says("민지", "재심인가요?")
    assert "[생물] 질문 1/20 · 힌트 1개 남음" in await table.says("민지", "상태")
    assert (await table.says("민지", "이의 1")).endswith("질문 하나를 돌려드려요. 남은 질문 20개!")
    assert "[생물] 질문 1/21 · " in await table.says("민지", "상태")
    for start in (2, 7, 12):
        await table.says("민지", ", ".join(f"{number}?" for number in range(start, start + 5)))
    await table.says("민지", "17?, 18?, 재심 19?, 20?")
    assert (await table.says("민지", "21?")).endswith("외쳐 주세요!")
    assert "21개를 다 썼어요" in await table.says("민지", "22?")
    assert (await table.says("민지", "이의 19")).endswith("질문 하나를 돌려드려요. 남은 질문 1개!")
    assert (await table.says("준", "정답 곰")).endswith("아쉽지만 아니에요.")
    assert (await table.says("민지", "22?")).endswith("외쳐 주세요!")
    assert "제가 이겼어요" in await table.says("소라", "정답 범")


async def test_a_game_of_hours_says_so(table: Table) -> None:
    await table.says("민지", "시작 생물")
    table.now += 3 * 3600 + 20 * 60
    assert "3시간 20분 걸렸어요." in await table.says("민지", "정답 고양이")
    await table.says("민지", "시작 생물", room="s")
    table.now += 2 * 3600
    assert "2시간 걸렸어요." in await table.says("민지", "정답 고양이", room="s")


async def test_a_question_that_names_the_secret_says_so_in_a_chain_too(table: Table) -> None:
    await table.says("민지", "시작 생물")
    invitation = "혹시 눈치챘나요? '/스자 정답 고양이' 하고 외쳐 주세요!"
    assert await table.says("민지", "고양이인가요?, 큰가요?") == (
        f"Q1. 고양이인가요?\n→ 예\n{invitation}\nQ2. 큰가요?\n→ 예"
    )
    assert invitation not in await table.says("민지", "예쁜가요?")


async def test_a_recap_of_a_game_without_questions(table: Table) -> None:
    await table.says("민지", "시작 생물")
    await table.says("민지", "정답 고양이")
    assert await table.says("준", "복기") == "📜 지난 판 복기 · 고양이 (생물)\n🎯 맞힌 사람: 민지님"
