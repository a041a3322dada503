"""What the 바다거북수프 bot reads from the environment."""

from collections.abc import Mapping
from typing import ClassVar

from botkit.runtime.settings import Words, env
from botkit.service import BotSettings, list_names

BOT = "TURTLESOUP"


class TurtlesoupSettings(BotSettings):
    """Canonical names carry the bot's prefix: all programs share one `.env`."""

    streams: Words = env("TURTLESOUP_MQ_STREAM_KEY", default=("kakao:turtle-soup",), min_length=1)
    consumer_group: str = env("TURTLESOUP_MQ_CONSUMER_GROUP", default="turtle-soup-bot-group")
    server_port: int = env("TURTLESOUP_SERVER_PORT", default=30082, gt=0, le=65535)
    command_prefix: str = env("TURTLESOUP_COMMAND_PREFIX", default="/스프")
    access_enabled: bool | None = env("TURTLESOUP_ACCESS_ENABLED", "ACCESS_ENABLED", default=None)
    access_passthrough: bool = env("TURTLESOUP_ACCESS_PASSTHROUGH", "ACCESS_PASSTHROUGH", default=False)
    allowed_chat_ids: Words = env(*list_names(BOT, "ALLOWED_CHAT_IDS"), default=())
    blocked_chat_ids: Words = env(*list_names(BOT, "BLOCKED_CHAT_IDS"), default=())
    blocked_user_ids: Words = env(*list_names(BOT, "BLOCKED_USER_IDS"), default=())

    puzzle_rewrite_enabled: bool = env(
        "TURTLESOUP_PUZZLE_REWRITE_ENABLED", "PUZZLE_REWRITE_ENABLED", default=True
    )
    hint_cooldown_questions: int = env("TURTLESOUP_HINT_COOLDOWN_QUESTIONS", default=3, ge=0)
    exchange_rate_url: str = env(
        "TURTLESOUP_EXCHANGE_RATE_API_URL",
        "EXCHANGE_RATE_API_URL",
        default="https://api.frankfurter.app/latest?from=USD&to=KRW",
    )

    misplaced_names: ClassVar[Mapping[str, str]] = {
        "MQ_STREAM_KEY": "TURTLESOUP_MQ_STREAM_KEY",
        "MQ_CONSUMER_GROUP": "TURTLESOUP_MQ_CONSUMER_GROUP",
        "SERVER_PORT": "TURTLESOUP_SERVER_PORT",
        "COMMAND_PREFIX": "TURTLESOUP_COMMAND_PREFIX",
    }
