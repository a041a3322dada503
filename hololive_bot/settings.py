"""What the hololive bot reads from the environment."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import SecretStr, field_validator

from botkit.runtime.settings import Words, env
from botkit.service import BotSettings, list_names
from hololive_bot.access import AccessList, BadRoom, Mode, chat_id
from hololive_bot.preferences import Preferences, stages_of

BOT = "HOLOLIVE"

LEAST_INTERVAL, MOST_INTERVAL = 15, 300
"""Seconds between two looks of the alert loop."""


class HololiveSettings(BotSettings):
    """Canonical names carry the bot's prefix where another program of the shared `.env` could mean them."""

    streams: Words = env("HOLOLIVE_MQ_STREAM_KEY", default=("kakao:hololive",), min_length=1)
    consumer_group: str = env("HOLOLIVE_MQ_CONSUMER_GROUP", default="hololive-bot-group")
    server_port: int = env("HOLOLIVE_SERVER_PORT", default=30001, gt=0, le=65535)
    command_prefix: str = env("HOLOLIVE_COMMAND_PREFIX", "BOT_PREFIX", default="!")
    own_name: str = env("HOLOLIVE_BOT_SELF_USER", "BOT_SELF_USER", default="iris")
    access_enabled: bool | None = env(
        "HOLOLIVE_ACCESS_ENABLED", "KAKAO_ACL_ENABLED", "ACCESS_ENABLED", default=None
    )
    access_passthrough: bool = env("HOLOLIVE_ACCESS_PASSTHROUGH", "ACCESS_PASSTHROUGH", default=False)
    allowed_chat_ids: Words = env(*list_names(BOT, "ALLOWED_CHAT_IDS"), "KAKAO_ROOMS", default=())
    blocked_chat_ids: Words = env(*list_names(BOT, "BLOCKED_CHAT_IDS"), default=())
    blocked_user_ids: Words = env(*list_names(BOT, "BLOCKED_USER_IDS"), default=())

    holodex_key_1: SecretStr = env("HOLODEX_API_KEY_1", default=SecretStr(""))
    holodex_key_2: SecretStr = env("HOLODEX_API_KEY_2", default=SecretStr(""))
    holodex_key_3: SecretStr = env("HOLODEX_API_KEY_3", default=SecretStr(""))
    holodex_key_4: SecretStr = env("HOLODEX_API_KEY_4", default=SecretStr(""))
    holodex_key_5: SecretStr = env("HOLODEX_API_KEY_5", default=SecretStr(""))
    holodex_more_keys: SecretStr = env("HOLODEX_API_KEYS", default=SecretStr(""))
    holodex_base_url: str = env("HOLODEX_BASE_URL", default="https://holodex.net/api/v2")
    schedule_base_url: str = env("HOLOLIVE_SCHEDULE_URL", default="https://schedule.hololive.tv")
    include_holostars: bool = env("HOLOLIVE_INCLUDE_HOLOSTARS", "INCLUDE_HOLOSTARS", default=False)

    lead_minutes: Words = env(
        "HOLOLIVE_NOTIFICATION_ADVANCE_MINUTES", "NOTIFICATION_ADVANCE_MINUTES", default=("5",)
    )
    alert_on_start: bool = env("HOLOLIVE_ALERT_ON_START", "ALERT_ON_START", default=True)
    alert_on_change: bool = env("HOLOLIVE_ALERT_ON_CHANGE", "ALERT_ON_CHANGE", default=True)
    check_interval_seconds: int = env(
        "HOLOLIVE_CHECK_INTERVAL_SECONDS",
        "CHECK_INTERVAL_SECONDS",
        default=60,
        ge=LEAST_INTERVAL,
        le=MOST_INTERVAL,
    )

    youtube_api_key: SecretStr = env("YOUTUBE_API_KEY", default=SecretStr(""))
    youtube_stats_enabled: bool | None = env("YOUTUBE_STATS_ENABLED", default=None)
    youtube_base_url: str = env("YOUTUBE_BASE_URL", default="https://www.googleapis.com/youtube/v3")

    cors_origins: Words = env("HOLOLIVE_CORS_ORIGINS", default=())
    data_dir: str = env("HOLOLIVE_DATA_DIR", default="")
    pictures: bool = env("HOLOLIVE_PICTURES_ENABLED", default=True)
    questions: bool = env("HOLOLIVE_QUESTIONS_ENABLED", default=True)

    misplaced_names: ClassVar[Mapping[str, str]] = {
        "MQ_STREAM_KEY": "HOLOLIVE_MQ_STREAM_KEY",
        "MQ_CONSUMER_GROUP": "HOLOLIVE_MQ_CONSUMER_GROUP",
        "SERVER_PORT": "HOLOLIVE_SERVER_PORT",
        "COMMAND_PREFIX": "HOLOLIVE_COMMAND_PREFIX",
    }

    @field_validator("allowed_chat_ids", "blocked_chat_ids")
    @classmethod
    def _are_chat_ids(cls, rooms: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(map(chat_id, rooms))
        except BadRoom as error:
            raise ValueError(f"{error}; rooms are listed by their chat id, a whole number") from None

    @field_validator("lead_minutes")
    @classmethod
    def _are_minutes(cls, stages: tuple[str, ...]) -> tuple[str, ...]:
        if not all(stage.isdecimal() for stage in stages):
            raise ValueError("is a list of whole minutes, for example 30,15,5")
        stages_of(map(int, stages))
        return stages

    def preferences(self) -> Preferences:
        """What holds until an operator changes it over HTTP."""
        return Preferences(
            stages=stages_of(map(int, self.lead_minutes)),
            on_start=self.alert_on_start,
            on_change=self.alert_on_change,
        )

    def access_list(self) -> AccessList:
        """What holds until an operator changes it over HTTP; off while no rooms are listed."""
        listed = bool(self.allowed_chat_ids or self.blocked_chat_ids)
        enabled = listed if self.access_enabled is None else self.access_enabled
        if self.allowed_chat_ids or not self.blocked_chat_ids:
            return AccessList(enabled, Mode.WHITELIST, frozenset(self.allowed_chat_ids))
        return AccessList(enabled, Mode.BLACKLIST, frozenset(self.blocked_chat_ids))

    def holodex_keys(self) -> tuple[str, ...]:
        """Every key, each once, in the order of their numbers."""
        numbered = (getattr(self, f"holodex_key_{number}").get_secret_value() for number in range(1, 6))
        listed = self.holodex_more_keys.get_secret_value().replace(",", " ").split()
        return tuple(dict.fromkeys(key for key in (*numbered, *listed) if key))

    def counts_youtube(self) -> bool:
        """Whether figures are read from YouTube; else Holodex says them."""
        has_key = bool(self.youtube_api_key.get_secret_value())
        return has_key and self.youtube_stats_enabled is not False
