"""Environment variables: aliases, blanks, lists, and what stops the start."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import SecretStr

from botkit.runtime.settings import DatabaseSettings, MqSettings, Settings, Words, env, load, misplaced


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


def test_tuning_of_zero_or_less_stands_for_the_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQ_TIMEOUT", "0")
    monkeypatch.setenv("MQ_BATCH_SIZE", "-5")
    monkeypatch.setenv("MQ_CONCURRENCY", "7")
    found = load(MqSettings)
    assert (found.mq_timeout_ms, found.mq_batch_size, found.mq_concurrency) == (5000, 50, 7)


def test_an_unprefixed_stream_name_is_noticed(here: Path) -> None:
    assert misplaced(Sample) == {}
    (here / ".env").write_text("MQ_STREAM_KEY=kakao:hololive\n", "utf-8")
    assert misplaced(Sample) == {"MQ_STREAM_KEY": "SAMPLE_MQ_STREAM_KEY"}


def test_what_is_logged_shows_no_secret() -> None:
    assert "secret-word" not in str(load(Sample).shown())


class Guarded(Settings):
    key: SecretStr = env("SAMPLE_KEY", "OLD_KEY", default=SecretStr(""))


def test_a_secret_may_stand_in_a_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "old").write_text("from-old\n", "utf-8")
    monkeypatch.setenv("OLD_KEY_FILE", str(here / "old"))
    assert load(Guarded).key.get_secret_value() == "from-old"
    (here / "new").write_text(" from-new ", "utf-8")
    (here / ".env").write_text(f"SAMPLE_KEY=\nSAMPLE_KEY_FILE={here / 'new'}\n", "utf-8")
    assert load(Guarded).key.get_secret_value() == "from-new"
    assert "from-new" not in str(load(Guarded).shown())


def test_an_earlier_name_wins_over_the_file_of_a_later_one(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "old").write_text("from-old", "utf-8")
    monkeypatch.setenv("OLD_KEY_FILE", str(here / "old"))
    monkeypatch.setenv("SAMPLE_KEY", "direct")
    assert load(Guarded).key.get_secret_value() == "direct"


def test_an_empty_file_is_an_unset_secret(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "empty").write_text("\n", "utf-8")
    monkeypatch.setenv("SAMPLE_KEY_FILE", str(here / "empty"))
    assert load(Guarded).key.get_secret_value() == ""
    monkeypatch.setenv("DB_PASSWORD", "")
    monkeypatch.setenv("DB_PASSWORD_FILE", str(here / "empty"))
    with pytest.raises(SystemExit):
        load(Sample)


def test_a_password_that_is_required_may_come_from_a_file(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "password").write_text("filed-word", "utf-8")
    monkeypatch.setenv("DB_PASSWORD", "")
    monkeypatch.setenv("DB_PASSWORD_FILE", str(here / "password"))
    assert load(Sample).db_password.get_secret_value() == "filed-word"


@pytest.mark.parametrize(
    ("content", "direct", "said"),
    [
        (b"x", "y", "SAMPLE_KEY: set it or SAMPLE_KEY_FILE, not both"),
        (None, "", "SAMPLE_KEY_FILE: cannot be read: FileNotFoundError"),
        (b"\xff\xfe\xfd", "", "SAMPLE_KEY_FILE: cannot be read: UnicodeDecodeError"),
    ],
)
def test_a_file_that_cannot_serve_stops_the_start(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    content: bytes | None,
    direct: str,
    said: str,
) -> None:
    if content is not None:
        (here / "key").write_bytes(content)
    monkeypatch.setenv("SAMPLE_KEY_FILE", str(here / "key"))
    monkeypatch.setenv("SAMPLE_KEY", direct)
    with pytest.raises(SystemExit) as stopped:
        load(Guarded)
    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith(said)
