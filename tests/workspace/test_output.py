"""Tables for people, JSON for scripts, and no colour in a pipe."""

import json

import pytest

from workspace.output import duration, report, show, shown

ROWS = [
    {"room": "267947734", "for_seconds": 75.2, "players": ["민지", "준"], "text": "[데모] [red]x[/red]"},
    {"room": "1", "for_seconds": 0.004, "players": [], "text": "x" * 300},
]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.85, "850 ms"), (12.4, "12 s"), (200, "3m 20s"), (7500, "2h 5m"), (360000, "4d 4h")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_table_cuts_nothing_and_reads_no_markup_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, as_json=False, empty="none")
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["room", "for", "players", "text"]
    assert "[데모] [red]x[/red]" in first
    assert "1m 15s" in first
    assert "민지, 준" in first
    assert "x" * 300 in second
    assert " - " in second


def test_json_is_what_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, as_json=True, empty="none")
    assert json.loads(capsys.readouterr().out) == ROWS


def test_nothing_is_said_in_words_or_as_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    show([], as_json=False, empty="nobody plays")
    show([], as_json=True, empty="nobody plays")
    assert capsys.readouterr().out == "nobody plays\n[]\n"


def test_findings_come_with_their_advice(capsys: pytest.CaptureFixture[str]) -> None:
    report(
        [
            {"status": "ok", "part": "logs", "what": "LOG_DIR", "seen": "writable", "advice": ""},
            {
                "status": "fail",
                "part": "postgres",
                "what": "answers",
                "seen": "no",
                "advice": "start it\nor not",
            },
        ]
    )
    assert capsys.readouterr().out.splitlines() == [
        "ok   logs         LOG_DIR: writable",
        "fail postgres     answers: no",
        "                  → start it",
        "                  → or not",
    ]


def test_nobody_in_a_chat_commands_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"players": ["\x1b]0;mine\x07", "\x9b31m"], "note": "\x1b[2J"}]
    show(rows, as_json=False, empty="")
    report([{"status": "ok", "part": "iris", "what": "Iris", "seen": "\x1b[2Jobserves", "advice": ""}])
    show(rows, as_json=True, empty="")
    out = capsys.readouterr().out
    assert not any(sign in out for sign in "\x1b\x07\x9b")
    assert json.loads(out[out.index("[\n") :]) == rows


def test_values() -> None:
    assert [shown("a", value) for value in (None, "", 0, True, False)] == ["-", "-", "0", "yes", "no"]
