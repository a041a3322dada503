"""What the words of 바다거북수프 mean, the specification's edge cases among them."""

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
from game_bots.turtlesoup.commands import (
    LINE_LENGTH,
    Answer,
    Ask,
    ListProposals,
    Oddity,
    Problem,
    Propose,
    Rate,
    Review,
    SetMild,
    ShowMild,
    ShowProposal,
    ShowRatings,
    ShowStatus,
    Start,
    Summary,
    TellStory,
    grammar,
)
from game_bots.turtlesoup.events import Status
from game_bots.turtlesoup.puzzles import ANYTHING, Category, Wish

GRAMMAR = grammar("/스프")

EDGE_CASES = [
    ("/스프", Help()),
    ("/스프 시작 3", Start(Wish(3))),
    ("/스프 시작 abc", Start(ANYTHING, Oddity.LEVEL)),
    ("/스프 시작 9", Start(ANYTHING, Oddity.LEVEL)),
    ("/스프 시작 3 4", Start(ANYTHING, Oddity.WORDS)),
    ("/스프 정답", Answer("")),
    ("/스프 정답   ", Answer("")),
    ("/스프 정답?", Answer("")),
    ("/스프 정답은 ?!", Answer("")),
    ("/스프정답...", Answer("")),
    ("/스프 힌트 주세요", Ask("힌트 주세요")),
    ("/스프링노트", None),
    ("/스프 HELP", Help()),
    ("/스프 남자는\n혼자였나요?", Ask("남자는 혼자였나요?")),
]
"""Section 2.3 of the specification."""


@pytest.mark.parametrize(
    ("line", "command"),
    [
        *EDGE_CASES,
        ("/스프도움", Help()),
        ("/스프 시작", Start()),
        ("/스프시작", Start()),
        ("/스프 START 5", Start(Wish(5))),
        ("/스프 시작 난이도 4", Start(Wish(4))),
        ("/스프 시작 난이도4", Start(Wish(4))),
        ("/스프 시작 2단계", Start(Wish(2))),
        ("/스프 시작 0", Start(ANYTHING, Oddity.LEVEL)),
        ("/스프 시작 -1", Start(ANYTHING, Oddity.LEVEL)),
        ("/스프 시작 공포", Start(Wish(category=Category.HORROR))),
        ("/스프 시작 호러 4", Start(Wish(4, Category.HORROR))),
        ("/스프 시작 4 논리", Start(Wish(4, Category.LOGIC))),
        ("/스프 시작 mystery", Start(Wish(category=Category.MYSTERY))),
        ("/스프 시작 공포 논리", Start(ANYTHING, Oddity.WORDS)),
        ("/스프 시작 공포 abc", Start(Wish(category=Category.HORROR), Oddity.WORDS)),
        ("/스프 시작 주제:바다", Start(Wish(theme="바다"))),
        ("/스프 시작 황당 주제: 깊은 바다 3", Start(Wish(3, Category.ABSURD, "깊은 바다"))),
        ("/스프 시작 주제：우주 공포", Start(Wish(None, Category.HORROR, "우주"))),
        ("/스프 시작 주제:3", Start(Wish(theme="3"))),
        (
            "/스프 시작 2 주제:바다에서 무슨 일이 있었나요?",
            Start(Wish(2, None, "바다에서 무슨 일이 있었나요?")),
        ),
        ("/스프 시작 주제:" + "가" * 90, Start(Wish(theme="가" * 40))),
        ("/스프 시작 전에 불이 났나요?", Ask("시작 전에 불이 났나요?")),
        ("/스프 시작 전에 불이 났나요", Ask("시작 전에 불이 났나요")),
        ("/스프 문제", Problem()),
        ("/스프제시문", Problem()),
        ("/스프 Problem", Problem()),
        ("/스프 문제가 있었나요?", Ask("문제가 있었나요?")),
        ("/스프 힌트", GiveHint()),
        ("/스프 ㅎㅌ", GiveHint()),
        ("/스프 힌트 2", GiveHint()),
        ("/스프 정리", Summary()),
        ("/스프 summary", Summary()),
        ("/스프 상태", ShowStatus()),
        ("/스프 현황", ShowStatus()),
        ("/스프 정답 그는 배우였다", Answer("그는 배우였다")),
        ("/스프 정답은 그는  배우였다", Answer("그는 배우였다")),
        ("/스프 정답: 그는 배우였다", Answer("그는 배우였다")),
        ("/스프정답 그는\n배우였다", Answer("그는 배우였다")),
        ("/스프 ANSWER he acts", Answer("he acts")),
        ("/스프 정답 알려줘", TellMe()),
        ("/스프 정답이 뭐예요?", TellMe()),
        ("/스프 정답이 두 개인가요?", Ask("정답이 두 개인가요?")),
        ("/스프 answering machine?", Ask("answering machine?")),
        ("/스프 이의 7", Appeal(7)),
        ("/스프 이의 Q7", Appeal(7)),
        ("/스프 이의 12번", Appeal(12)),
        ("/스프 이의", Appeal(0)),
        ("/스프 이의를 제기했나요?", Ask("이의를 제기했나요?")),
        ("/스프 포기", Surrender()),
        ("/스프 surrender", Surrender()),
        ("/스프 동의", Agree()),
        ("/스프 거부", Reject()),
        ("/스프 이야기", TellStory()),
        ("/스프 평가 5", Rate(5)),
        ("/스프 별점 4점", Rate(4)),
        ("/스프 평가", Rate(None)),
        ("/스프 평가 9", Rate(9)),
        ("/스프 평가5", Rate(5)),
        ("/스프 평가 5 점!", Rate(5)),
        ("/스프 별점 ★★★★", Rate(4)),
        ("/스프 평가 ⭐⭐⭐⭐⭐", Rate(5)),
        ("/스프 평가 4.5", Rate(None)),
        ("/스프 평가 받는 사람인가요?", Ask("평가 받는 사람인가요?")),
        ("/스프 평가단 앞에 섰다", Ask("평가단 앞에 섰다")),
        ("/스프 평가 때문인가요?", Ask("평가 때문인가요?")),
        ("/스프 순한맛", ShowMild()),
        ("/스프 순한맛 켜기", SetMild(on=True)),
        ("/스프 순한맛 끄기", SetMild(on=False)),
        ("/스프 mild ON", SetMild(on=True)),
        ("/스프 제안", Propose(None)),
        ("/스프 제안 내 퍼즐 재밌음", Propose(None)),
        ("/스프 제안 가 | 나 | 다", Propose(("가", "나", "다"))),
        ("/스프 제안\n제목: 가\n상황: 나\n진상: 다", Propose(("가", "나", "다"))),
        ("/스프 제안을 거절했나요?", Ask("제안을 거절했나요?")),
        ("/스프 제안 때문에 화가 났나요?", Ask("제안 때문에 화가 났나요?")),
        ("/스프 관리자 제안", ListProposals()),
        ("/스프 admin proposals 3", ShowProposal(3)),
        ("/스프 관리자 제안 #12", ShowProposal(12)),
        ("/스프 관리자 승인 12", Review(12, Status.PUBLISHED)),
        ("/스프 admin DENY 12", Review(12, Status.REJECTED)),
        ("/스프 관리자 평점", ShowRatings()),
        ("/스프 관리자 강제종료", ForceEnd()),
        ("/스프 관리자 전체삭제", ClearAll()),
        ("/스프 사용량 주간", Usage(Period.WEEK)),
        ("/스프 모델", Model()),
        ("/스프 전적", PersonalRecord()),
        ("/스프 전적 준", PersonalRecord("준")),
        ("/스프 전적 룸 월간", RoomRecord(Span.MONTH)),
        ("/스프 순위 주간", Ranking(Span.WEEK)),
        ("/스프시작하자", Unknown()),
        ("/스프힌트 좀", Unknown()),
        ("/스프 남자는 혼자였나요?", Ask("남자는 혼자였나요?")),
        ("/스프 가", Ask("가")),
        ("/스프레이를 뿌렸나요?", None),
        ("스프 시작", None),
    ],
)
def test_what_a_line_means(line: str, command: object) -> None:
    parsed = GRAMMAR.parse(line)
    assert (parsed.command if parsed else None) == command


def test_reading_does_not_wait_for_the_room() -> None:
    for line in ("/스프 문제", "/스프 정리", "/스프 상태", "/스프 도움", "/스프 순한맛", "/스프힌트좀"):
        parsed = GRAMMAR.parse(line)
        assert parsed
        assert not parsed.form.lane


def test_what_asks_the_model_has_a_notice() -> None:
    for line in ("/스프 시작", "/스프 왜?", "/스프 정답 가", "/스프 힌트", "/스프 이의 1", "/스프 이야기"):
        parsed = GRAMMAR.parse(line)
        assert parsed
        assert parsed.form.notice


def test_a_proposal_fits_and_more_is_refused() -> None:
    whole = f"/스프 제안\n제목: {'가' * 40}\n상황: {'나' * 500}\n진상: {'다' * 1000}"
    parsed = GRAMMAR.parse(whole)
    assert parsed
    assert parsed.command == Propose(("가" * 40, "나" * 500, "다" * 1000))
    with pytest.raises(LineTooLong):
        GRAMMAR.parse("/스프 " + "가" * LINE_LENGTH)
    assert GRAMMAR.parse("/스프링" + "가" * LINE_LENGTH) is None


@given(st.text(max_size=120))
def test_every_line_is_understood_somehow(line: str) -> None:
    for text in (line, f"/스프{line}", f"/스프 {line}", f"/스프 시작 {line}", f"/스프 제안 {line}"):
        GRAMMAR.parse(text)


def test_another_prefix() -> None:
    other = grammar("!수프")
    assert other.parse("/스프 시작") is None
    parsed = other.parse("!수프 시작 1")
    assert parsed
    assert parsed.command == Start(Wish(1))
    assert other.usages({form.name: "" for form in other.forms})[0][0] == "!수프 도움말"
