"""What the 스무고개 bot reads from the environment."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import SecretStr

from botkit.runtime.settings import Words, env
from botkit.service import BotSettings, list_names
from game_bots.twentyq.game import Rules
from game_bots.twentyq.store import ROOM_SECONDS

BOT = "TWENTYQ"


class TwentyqSettings(BotSettings):
    """Canonical names carry the bot's prefix: all programs share one `.env`."""

    streams: Words = env("TWENTYQ_MQ_STREAM_KEY", default=("kakao:20q",), min_length=1)
    consumer_group: str = env("TWENTYQ_MQ_CONSUMER_GROUP", default="20q-bot-group")
    server_port: int = env("TWENTYQ_SERVER_PORT", default=30081, gt=0, le=65535)
    command_prefix: str = env("TWENTYQ_COMMAND_PREFIX", default="/스자")
    access_enabled: bool | None = env("TWENTYQ_ACCESS_ENABLED", "ACCESS_ENABLED", default=None)
    access_passthrough: bool = env("TWENTYQ_ACCESS_PASSTHROUGH", "ACCESS_PASSTHROUGH", default=False)
    allowed_chat_ids: Words = env(*list_names(BOT, "ALLOWED_CHAT_IDS"), default=())
    blocked_chat_ids: Words = env(*list_names(BOT, "BLOCKED_CHAT_IDS"), default=())
    blocked_user_ids: Words = env(*list_names(BOT, "BLOCKED_USER_IDS"), default=())

    exchange_rate_url: str = env(
        "TWENTYQ_EXCHANGE_RATE_API_URL",
        "EXCHANGE_RATE_API_URL",
        default="https://api.frankfurter.app/latest?from=USD&to=KRW",
    )

    daily_salt: SecretStr = env("TWENTYQ_DAILY_SALT", default=SecretStr(""))
    """Mixed into the choice of the day's riddle: who knows the topics and not this cannot foretell it."""

    hint_interval: int = env("TWENTYQ_HINT_REPEAT_INTERVAL", default=5, gt=0)
    guess_seconds: int = env("TWENTYQ_GUESS_COOLDOWN_SECONDS", default=30, ge=0)
    idle_hours: int = env("TWENTYQ_GAME_TTL_HOURS", default=12, gt=0, le=ROOM_SECONDS // 3600)

    misplaced_names: ClassVar[Mapping[str, str]] = {
        "MQ_STREAM_KEY": "TWENTYQ_MQ_STREAM_KEY",
        "MQ_CONSUMER_GROUP": "TWENTYQ_MQ_CONSUMER_GROUP",
        "SERVER_PORT": "TWENTYQ_SERVER_PORT",
        "COMMAND_PREFIX": "TWENTYQ_COMMAND_PREFIX",
    }

    def rules(self) -> Rules:
        """The rules of games that begin from now on."""
        return Rules(
            hint_interval=self.hint_interval,
            guess_seconds=self.guess_seconds,
            idle_hours=self.idle_hours,
        )
