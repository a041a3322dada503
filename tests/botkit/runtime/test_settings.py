"""Environment variables: aliases, blanks, lists, and what stops the start."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from botkit.runtime.settings import DatabaseSettings, Settings, Words, env, load, misplaced


class Sample(Settings, DatabaseSettings):
    host: str = env("SAMPLE_HOST", "OLD_HOST", default="nowhere")
    number: int = env("SAMPLE_NUMBER", default=3, gt=0)
    rooms: Words = env("SAMPLE_ROOMS", default=())
    misplaced_names: ClassVar[Mapping[str, str]] = {"MQ_STREAM_KEY": "SAMPLE_MQ_STREAM_KEY"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DB_PASSWORD", "secret-word")
    return tmp_path


def test_the_first_name_that_is_set_wins_and_blank_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(Sample).host == "nowhere"
    monkeypatch.setenv("OLD_HOST", "old")
    monkeypatch.setenv("SAMPLE_HOST", "")
    assert load(Sample).host == "old"
    monkeypatch.setenv("SAMPLE_HOST", " new ")
    assert load(Sample).host == "new"


def test_the_environment_wins_over_the_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / ".env").write_text("SAMPLE_NUMBER=7\nSAMPLE_HOST=file\nUNKNOWN=1\n", "utf-8")
    monkeypatch.setenv("SAMPLE_HOST", "shell")
    found = load(Sample)
    assert (found.number, found.host) == (7, "shell")


def test_lists_split_at_commas_and_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE_ROOMS", "1, 2 3,,4")
    assert load(Sample).rooms == ("1", "2", "3", "4")


def test_a_blank_log_directory_means_stdout_only(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(Sample).log_dir == "/app/logs"
    (here / ".env").write_text("LOG_DIR=\n", "utf-8")
    assert load(Sample).log_dir == ""
    monkeypatch.setenv("LOG_DIR", "/elsewhere")
    assert load(Sample).log_dir == "/elsewhere"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SAMPLE_NUMBER", "many", "SAMPLE_NUMBER"),
        ("SAMPLE_NUMBER", "0", "SAMPLE_NUMBER"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL"),
        ("LOG_FILE_COMPRESS", "perhaps", "LOG_FILE_COMPRESS"),
        ("DB_PASSWORD", "", "DB_PASSWORD: required, but not set"),
    ],
)
def test_a_bad_value_stops_the_start_and_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        load(Sample)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


def test_an_unprefixed_stream_name_is_noticed(here: Path) -> None:
    assert misplaced(Sample) == {}
    (here / ".env").write_text("MQ_STREAM_KEY=kakao:hololive\n", "utf-8")
    assert misplaced(Sample) == {"MQ_STREAM_KEY": "SAMPLE_MQ_STREAM_KEY"}


def test_what_is_logged_shows_no_secret() -> None:
    assert "secret-word" not in str(load(Sample).shown())
