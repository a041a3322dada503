"""What the bridge reads from the environment."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, SecretStr, field_validator
from pydantic_core.core_schema import ValidationInfo

from botkit.runtime.settings import HttpSettings, MqSettings, Settings, Words, env
from iris_bridge import addresses, routes
from iris_bridge.marks import KEPT_MS

DEFAULT_ROUTES = "//=drop;/스프=kakao:turtle-soup;!=kakao:hololive;/스자=kakao:20q"


def _readable(text: str) -> str:
    routes.parse(text)
    return text


class BridgeSettings(Settings, MqSettings, HttpSettings):
    """Canonical names carry the bridge's prefix: all programs share one `.env`."""

    iris_allow_public: bool = env("IRIS_ALLOW_PUBLIC", default=False)
    iris_url: str = env("IRIS_URL", default="")
    iris_dialect: Literal["upstream_ws", "upstream_webhook"] = env("IRIS_DIALECT", default="upstream_ws")
    iris_webhook_secret: SecretStr = env("IRIS_WEBHOOK_SECRET", default=SecretStr(""))

    server_port: int = env("BRIDGE_SERVER_PORT", default=30010, gt=0, le=65535)
    instance: str = env("BRIDGE_INSTANCE", default="iris", pattern=r"^[A-Za-z0-9_-]+$")
    consumer_group: str = env("BRIDGE_MQ_CONSUMER_GROUP", default="iris-bridge")
    delivery_stream: str = env("BRIDGE_MQ_DELIVERY_STREAM_KEY", default="kakao:bot:delivery")

    routes: Annotated[str, AfterValidator(_readable)] = env("BRIDGE_ROUTES", default=DEFAULT_ROUTES)
    room_allow: Words = env("BRIDGE_ROOM_ALLOW", default=())
    room_deny: Words = env("BRIDGE_ROOM_DENY", default=())
    user_deny: Words = env("BRIDGE_USER_DENY", default=())
    max_age_seconds: float = env("BRIDGE_MAX_AGE_S", default=120.0, gt=0)
    user_rate: float = env("BRIDGE_USER_RATE", default=1.0, ge=0)
    user_burst: int = env("BRIDGE_USER_BURST", default=5, ge=1)
    room_rate: float = env("BRIDGE_ROOM_RATE", default=5.0, ge=0)
    room_burst: int = env("BRIDGE_ROOM_BURST", default=20, ge=1)

    send_gap_ms: int = env("BRIDGE_SEND_GAP_MS", default=150, ge=0)
    room_gap_ms: int = env("BRIDGE_ROOM_GAP_MS", default=700, ge=0)
    room_sends: int = env("BRIDGE_ROOM_SENDS_10S", default=5, ge=0)
    image_gap_ms: int = env("BRIDGE_IMAGE_GAP_MS", default=3000, ge=0)
    echo_timeout_ms: int = env("BRIDGE_ECHO_TIMEOUT_MS", default=8000, ge=0)
    daily_cap: int = env("BRIDGE_DAILY_CAP", default=3000, ge=0)
    reply_seconds: float = env("BRIDGE_REPLY_TTL_S", default=600.0, gt=0, le=KEPT_MS / 1000)

    misplaced_names: ClassVar[Mapping[str, str]] = {
        "MQ_CONSUMER_GROUP": "BRIDGE_MQ_CONSUMER_GROUP",
        "SERVER_PORT": "BRIDGE_SERVER_PORT",
    }

    @field_validator("iris_url")
    @classmethod
    def _private(cls, url: str, others: ValidationInfo) -> str:
        return addresses.check(url, allow_public=bool(others.data.get("iris_allow_public")))
