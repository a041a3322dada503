"""Environment → settings: names, defaults, and what stops the start."""

import subprocess
import sys
from pathlib import Path

import pytest

from botkit.runtime.settings import load
from llm_server.settings import ServerSettings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GOOGLE_API_KEY", "GOOGLE_API_KEYS", "HTTP_API_KEY", "API_SECRET_KEY", "GEMINI_MODEL"):
        monkeypatch.delenv(name, raising=False)


def test_defaults() -> None:
    settings = ServerSettings()

    assert settings.keys() == ()
    assert settings.gemini_model == "gemini-3-flash-preview"
    assert (settings.gemini_timeout, settings.gemini_max_retries, settings.gemini_max_tokens) == (60, 6, 8192)
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 40527)
    assert (settings.grpc_host, settings.grpc_port, settings.grpc_enabled) == ("127.0.0.1", 40528, True)
    assert (settings.session_ttl_minutes, settings.session_history_max_pairs) == (1440, 50)
    assert settings.llm_max_concurrency == 32
    assert settings.grpc_reflection_enabled


@pytest.mark.parametrize(
    ("several", "single", "keys"),
    [
        ("a, b\tc\n", "x", ("a", "b", "c")),
        ("", "x", ("x",)),
        ("", " x ", ("x",)),
        ("", "", ()),
    ],
)
def test_the_list_of_keys_wins_unless_it_is_blank(
    monkeypatch: pytest.MonkeyPatch, several: str, single: str, keys: tuple[str, ...]
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEYS", several)
    monkeypatch.setenv("GOOGLE_API_KEY", single)

    assert ServerSettings().keys() == keys


@pytest.mark.parametrize(
    "key", ["", "change_me", "CHANGE-ME", "changeme", "your_api_key_here", "<key>", "xxxx"]
)
def test_a_required_key_must_be_real(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    monkeypatch.setenv("HTTP_API_KEY", key)
    monkeypatch.setenv("HTTP_API_KEY_REQUIRED", "true")

    with pytest.raises(SystemExit) as stopped:
        load(ServerSettings)

    assert stopped.value.code == 2
    assert "HTTP_API_KEY" in capsys.readouterr().err


def test_a_real_key_or_none_that_is_required_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not ServerSettings().http_api_key.get_secret_value()
    monkeypatch.setenv("API_SECRET_KEY", "s3cr3t-of-the-house")
    monkeypatch.setenv("HTTP_API_KEY_REQUIRED", "yes")

    assert ServerSettings().http_api_key.get_secret_value() == "s3cr3t-of-the-house"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GEMINI_MODEL", "gpt-4o"),
        ("GEMINI_ANSWER_MODEL", "llama"),
        ("GEMINI_THINKING_LEVEL", "deep"),
        ("GEMINI_TIMEOUT", "soon"),
        ("GEMINI_MAX_RETRIES", "0"),
        ("LLM_MAX_CONCURRENCY", "0"),
        ("GRPC_PORT", "99999"),
        ("SESSION_HISTORY_MAX_PAIRS", "-1"),
        ("SESSION_STORE_URL", "http://cache"),
    ],
)
def test_a_value_that_makes_no_sense_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit):
        load(ServerSettings)

    assert capsys.readouterr().err.startswith(f"{name}: ")


def test_a_port_of_zero_stands_for_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRPC_PORT", "0")
    assert load(ServerSettings).grpc_port == 40528


def test_thinking_levels_are_written_as_one_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_THINKING_LEVEL_VERIFY", "HIGH")
    monkeypatch.setenv("GEMINI_THINKING_LEVEL_HINTS", "none")

    assert ServerSettings().gemini_thinking_level_verify == "high"
    assert ServerSettings().gemini_thinking_level_hints == "none"


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEYS", "AIzaFirst,AIzaSecond")
    monkeypatch.setenv("HTTP_API_KEY", "doorkey")
    monkeypatch.setenv("SESSION_STORE_URL", "redis://:storepass@cache:6379/0")

    shown = str(ServerSettings().shown())

    assert not any(secret in shown for secret in ("AIza", "doorkey", "storepass"))


def test_nothing_but_the_client_loads_the_sdk() -> None:
    script = (
        "import sys, pkgutil, importlib, llm_server\n"
        "for module in pkgutil.walk_packages(llm_server.__path__, 'llm_server.'):\n"
        "    if module.name not in ('llm_server.__main__', 'llm_server.gemini.client'):\n"
        "        importlib.import_module(module.name)\n"
        "sys.exit('google.genai' in sys.modules)\n"
    )

    assert (
        subprocess.run([sys.executable, "-c", script], check=False, cwd=Path(__file__).parents[2]).returncode
        == 0
    )
