"""What the words of 스무고개 mean, the specification's test vectors among them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.chat.errors import LineTooLong
from game_bots.costs import Period
from game_bots.forms import (
    Agree,
    Appeal,
    ClearAll,
    ForceEnd,
    GiveHint,
    Help,
    Model,
    PersonalRecord,
    Ranking,
    Reject,
    RoomRecord,
    Surrender,
    TellMe,
    Unknown,
    Usage,
)
from game_bots.spans import Span
from game_bots.twentyq.commands import (
    Ask,
    Chain,
    Guess,
    Recap,
    Start,
    StartDaily,
    Status,
    grammar,
    said,
)
from game_bots.twentyq.wording import names

GRAMMAR = grammar("/스자")


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/스자", Help()),
        ("/스자 도움말", Help()),
        ("/스자 시작", Start(())),
        ("/스자시작", Start(())),
        ("/스자 START", Start(())),
        ("/스자 시작 생물 음식", Start(("생물", "음식"))),
        ("/스자 시작 생물, 음식", Start(("생물", "음식"))),
        ("/스자 시작 20", Start((), counted=True)),
        ("/스자 시작 생물 20", Start(("생물",), counted=True)),
        ("/스자 시작 음식 어려움 20", Start(("음식", "어려움"), counted=True)),
        ("/스자 오늘", StartDaily()),
        ("/스자 오늘의 문제", StartDaily()),
        ("/스자 오늘 먹을 수 있나요", Ask("오늘 먹을 수 있나요")),
        ("/스자 이의 7", Appeal(7)),
        ("/스자 이의12번", Appeal(12)),
        ("/스자 이의 Q7", Appeal(7)),
        ("/스자 이의", Appeal(0)),
        ("/스자 이의 있나요", Ask("이의 있나요")),
        ("/스자 복기", Recap()),
        ("/스자 시작 전에 물을 넣나요?", Ask("시작 전에 물을 넣나요?")),
        ("/스자 시작 전에 준비가 필요한가요", Ask("시작 전에 준비가 필요한가요")),
        ("/스자 시작 아무거나요", Start(("아무거나요",))),
        ("/스자 시작되는 계절인가요", Ask("시작되는 계절인가요")),
        ("/스자 힌트", GiveHint()),
        ("/스자 ㅎㅌ", GiveHint()),
        ("/스자 힌트 2", GiveHint()),
        ("/스자 힌트 줘", Ask("힌트 줘")),
        ("/스자 포기", Surrender()),
        ("/스자 하남자", Surrender()),
        ("/스자 동의", Agree()),
        ("/스자 거부", Reject()),
        ("/스자 현황", Status()),
        ("/스자 Status", Status()),
        ("/스자 정답 고양이", Guess("고양이")),
        ("/스자 정답은 고양이?", Guess("고양이")),
        ("/스자 정답: 고양이", Guess("고양이")),
        ("/스자 정답, 고양이", Guess("고양이")),
        ("/스자 정답고양이", Guess("고양이")),
        ("/스자 정답은 은행", Guess("은행")),
        ("/스자 정답은행", Guess("행", glued="은행")),
        ("/스자 정답 은행", Guess("은행")),
        ("/스자 정답 이불", Guess("이불")),
        ("/스자 정답 우리들, 그리고 너", Guess("우리들, 그리고 너")),
        ("/스자 정답", Guess("")),
        ("/스자 정답 ?", Guess("")),
        ("/스자 정답은", Guess("")),
        ("/스자 정답이", Guess("")),
        ("/스자 정답요", Guess("")),
        ("/스자 정답이에요", Guess("")),
        ("/스자 정답인가요?", Guess("")),
        ("/스자 정답 은", Guess("은")),
        ("/스자 정답은 은", Guess("은")),
        ("/스자 정답 이야기", Guess("이야기")),
        ("/스자 정답은 바나나요", Guess("바나나요")),
        ("/스자 정답은 가요", Guess("가요")),
        ("/스자 정답은 동물인가요?", Guess("동물인가요")),
        ("/스자 정답은 무엇일까요", TellMe()),
        ("/스자 정답은 사람보다 큰가요?", Ask("정답은 사람보다 큰가요?")),
        ("/스자 정답은 먹을 수 있나요?", Ask("정답은 먹을 수 있나요?")),
        ("/스자 정답이 있나요?", Ask("정답이 있나요?")),
        ("/스자 정답이 큰가요", Ask("정답이 큰가요")),
        ("/스자 정답률이 높나요?", Ask("정답률이 높나요?")),
        ("/스자 정답은 집에 있을까요?", Ask("정답은 집에 있을까요?")),
        ("/스자 정답 사랑해도 될까요", Guess("사랑해도 될까요")),
        ("/스자정답 고양이", Guess("고양이")),
        ("/스자정답고양이", Guess("고양이")),
        ("/스자 질문 정답 고양이", Guess("고양이")),
        ("/스자? 정답 고양이", Guess("고양이")),
        ("/스자 정답 = 「고양이」", Guess("고양이")),
        ("/스자 정답 고양이ㅋㅋㅋ!", Guess("고양이")),
        ("/스자 정답은 바로 고양이 ㅎㅎ", Guess("고양이")),
        ("/스자 정답 ㅋㅋ", Guess("ㅋㅋ")),
        ("/스자 정답 알려줘", TellMe()),
        ("/스자 정답 뭘까요", TellMe()),
        ("/스자 정답이 뭐예요?", TellMe()),
        ("/스자? 동물인가요", Ask("동물인가요")),
        ("/스자 질문 동물인가요", Ask("동물인가요")),
        ("/스자 ask 동물인가요", Ask("동물인가요")),
        ("/스자？ 동물인가요", Ask("동물인가요")),
        ("/스자 if 동물인가요", Ask("if 동물인가요")),
        ("/스자 동물인가요,\n포유류인가요", Chain(("동물인가요", "포유류인가요"))),
        ("/스자 동물인가요, 포유류인가요, 큰가요", Chain(("동물인가요", "포유류인가요", "큰가요"))),
        ("/스자 if 동물인가요, 척추동물인가요", Chain(("동물인가요", "척추동물인가요"), while_yes=True)),
        ("/스자 IF a, b", Chain(("a", "b"), while_yes=True)),
        ("/스자 질문 새인가요，곤충인가요、큰가요", Chain(("새인가요", "곤충인가요", "큰가요"))),
        ("/스자 동물인가요?, 정답 고양이", Chain(("동물인가요?", "정답 고양이"))),
        ("/스자 if 동물인가요, 정답은 고양이", Chain(("동물인가요", "정답은 고양이"), while_yes=True)),
        ("/스자 정답 고양이, 동물인가요?", Guess("고양이, 동물인가요")),
        ("/스자 사람보다 크고, 개보다 작나요?", Ask("사람보다 크고, 개보다 작나요?")),
        ("/스자 음, 동물인가요?", Ask("음, 동물인가요?")),
        ("/스자 동물인가요,", Ask("동물인가요,")),
        ("/스자 사용량", Usage(Period.TODAY)),
        ("/스자 사용량 월간 3.0pro", Usage(Period.MONTH, "3.0pro")),
        ("/스자 USAGE weekly", Usage(Period.WEEK)),
        ("/스자 사용량 오늘 flash", Usage(Period.TODAY, "flash")),
        ("/스자 사용량이 많나요?", Ask("사용량이 많나요?")),
        ("/스자 전적", PersonalRecord()),
        ("/스자 전적 홍길동", PersonalRecord("홍길동")),
        ("/스자 전적 룸", RoomRecord()),
        ("/스자 전적 룸 주간", RoomRecord(Span.WEEK)),
        ("/스자 전적 룸 어제", PersonalRecord("룸 어제")),
        ("/스자 순위 월간", Ranking(Span.MONTH)),
        ("/스자 랭킹", Ranking()),
        ("/스자 모델", Model()),
        ("/스자 ADMIN FORCE-END", ForceEnd()),
        ("/스자 관리자 강제종료", ForceEnd()),
        ("/스자 admin clear-all", ClearAll()),
        ("/스자 관리자 전체삭제", ClearAll()),
        ("/스\u200b자 동물인가요", Ask("동물인가요")),
        ("/스자동물인가요", Unknown()),
        ("/스자!", Unknown()),
    ],
)
def test_what_a_line_says(line: str, command: object) -> None:
    parsed = GRAMMAR.parse(line)
    assert parsed is not None
    assert parsed.command == command


@pytest.mark.parametrize("line", ["/wrong 시작", "", "   ", "스자 시작", "/스 자 시작"])
def test_what_is_not_for_us(line: str) -> None:
    assert GRAMMAR.parse(line) is None


@pytest.mark.parametrize(
    ("line", "lane"),
    [
        ("/스자", False),
        ("/스자 상태", False),
        ("/스자 큰가요", True),
        ("/스자 정답 배", True),
        ("/스자 시작", True),
    ],
)
def test_reading_does_not_wait_for_playing(line: str, lane: bool) -> None:
    parsed = GRAMMAR.parse(line)
    assert parsed is not None
    assert parsed.form.lane is lane


@given(st.text(max_size=400))
def test_any_line_means_something_or_nothing(line: str) -> None:
    try:
        parsed = GRAMMAR.parse(f"/스자 {line}")
    except LineTooLong:
        return
    assert parsed is not None
    if isinstance(parsed.command, Ask):
        assert "\n" not in parsed.command.text


@pytest.mark.parametrize(
    "line",
    [
        *(
            "/스자 정답 고양이",
            "/스자 정답은 고양이인가요?",
            "/스자 정답: 고양이입니다",
            "/스자 정답 고양이죠?",
        ),
        *("/스자 정답 고양이, 맞나요?", "/스자 정답 고양이 맞아요?", "/스자 정답 고양이일까?"),
    ],
)
def test_a_guess_means_its_noun(line: str) -> None:
    parsed = GRAMMAR.parse(line)
    assert parsed is not None
    assert parsed.command.noun == "고양이"


@pytest.mark.parametrize("line", ["/스자 정답 맞나요?", "/스자 정답 인가요", "/스자 정답은 맞죠?"])
def test_a_guess_of_nothing_but_an_ending_means_nothing(line: str) -> None:
    parsed = GRAMMAR.parse(line)
    assert parsed is not None
    assert parsed.command.noun == ""


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("큰가요?", Ask("큰가요?")),
        ("정답 고양이", Guess("고양이")),
        ("정답 알려줘", TellMe()),
        ("큰가요?, 작은가요?", Chain(("큰가요?", "작은가요?"))),
        ("시작", Ask("시작")),
        ("관리자 전체삭제", Ask("관리자 전체삭제")),
    ],
)
def test_who_may_only_ask_can_do_nothing_else(text: str, command: object) -> None:
    assert said(GRAMMAR, text) == command


@pytest.mark.parametrize(
    "written", ["정답 {}", "정답은 {}", "정답: {}", "정답은 {}인가요?", "질문 정답 {}!!"]
)
def test_every_secret_of_the_house_can_be_said(written: str) -> None:
    files = (Path(__file__).parents[3] / "llm_server/twentyq/topics").glob("*.json")
    topics = [
        topic for file in files for found in json.loads(file.read_text("utf-8")).values() for topic in found
    ]
    secrets = [name for topic in topics for name in (topic["name"], *topic.get("aliases", []))]
    assert len(secrets) > 1000
    for secret in secrets:
        parsed = GRAMMAR.parse(f"/스자 {written.format(secret)}")
        assert parsed is not None
        assert isinstance(parsed.command, Guess), secret
        assert names(parsed.command.said, secret)
