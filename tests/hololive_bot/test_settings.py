"""What the bot reads from the environment."""

from typing import Any

import pytest
from pydantic import ValidationError

from hololive_bot.access import AccessList, Mode
from hololive_bot.preferences import Preferences
from hololive_bot.settings import HololiveSettings


def read(**values: Any) -> HololiveSettings:
    return HololiveSettings.model_validate({"DB_PASSWORD": "x"} | values)


def test_defaults() -> None:
    settings = read()
    assert settings.streams == ("kakao:hololive",)
    assert settings.preferences() == Preferences()
    assert settings.access_list() == AccessList()
    assert settings.holodex_keys() == ()
    assert not settings.counts_youtube()
    assert settings.questions


def test_older_names_are_read() -> None:
    settings = read(
        BOT_PREFIX="/홀", NOTIFICATION_ADVANCE_MINUTES="15, 30,5,30", ALERT_ON_START="false", KAKAO_ROOMS="123,-5",
        KAKAO_ACL_ENABLED="true", INCLUDE_HOLOSTARS="1",
    )  # fmt: skip
    assert settings.command_prefix == "/홀"
    assert settings.preferences() == Preferences(stages=(30, 15, 5), on_start=False)
    assert settings.access_list() == AccessList(True, Mode.WHITELIST, frozenset({"123", "-5"}))
    assert settings.include_holostars


@pytest.mark.parametrize(
    ("values", "access"),
    [
        ({"KAKAO_ROOMS": "1"}, AccessList(True, Mode.WHITELIST, frozenset({"1"}))),
        ({"HOLOLIVE_BLOCKED_CHAT_IDS": "1"}, AccessList(True, Mode.BLACKLIST, frozenset({"1"}))),
        (
            {"KAKAO_ROOMS": "1", "HOLOLIVE_BLOCKED_CHAT_IDS": "2"},
            AccessList(True, Mode.WHITELIST, frozenset({"1"})),
        ),
        (
            {"KAKAO_ROOMS": "1", "KAKAO_ACL_ENABLED": "no"},
            AccessList(False, Mode.WHITELIST, frozenset({"1"})),
        ),
        ({"KAKAO_ACL_ENABLED": "yes"}, AccessList(enabled=True)),
    ],
)
def test_the_first_access_list(values: dict[str, str], access: AccessList) -> None:
    assert read(**values).access_list() == access


@pytest.mark.parametrize(
    "wrong",
    [
        {"KAKAO_ROOMS": "토끼방"},
        {"KAKAO_ROOMS": "1,9223372036854775808"},
        {"HOLOLIVE_BLOCKED_CHAT_IDS": "x"},
        {"NOTIFICATION_ADVANCE_MINUTES": "5분"},
        {"NOTIFICATION_ADVANCE_MINUTES": "181"},
        {"CHECK_INTERVAL_SECONDS": "5"},
        {"CHECK_INTERVAL_SECONDS": "301"},
        {"HOLOLIVE_SERVER_PORT": "0"},
        {"ALERT_ON_START": "perhaps"},
    ],
)
def test_a_wrong_value_stops_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        read(**wrong)


def test_keys_are_taken_together_and_never_shown() -> None:
    settings = read(HOLODEX_API_KEY_1="s1", HOLODEX_API_KEY_3="s3", HOLODEX_API_KEYS="s4, s1,s5")
    assert settings.holodex_keys() == ("s1", "s3", "s4", "s5")
    shown = settings.shown()
    assert {shown[name] for name in ("holodex_key_1", "holodex_key_3", "holodex_more_keys")} == {"**********"}


@pytest.mark.parametrize(
    ("values", "counts"),
    [({}, False), ({"YOUTUBE_API_KEY": "k"}, True), ({"YOUTUBE_API_KEY": "k", "YOUTUBE_STATS_ENABLED": "false"}, False),
     ({"YOUTUBE_STATS_ENABLED": "true"}, False)],
)  # fmt: skip
def test_youtube_is_asked_when_there_is_a_key(values: dict[str, str], counts: bool) -> None:
    assert read(**values).counts_youtube() is counts
