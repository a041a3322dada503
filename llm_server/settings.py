"""What the LLM server reads from the environment."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, SecretStr, StringConstraints, ValidationInfo, field_validator

from botkit.runtime.settings import CacheSettings, Settings, env

_PLACEHOLDER = re.compile(
    r"(change[-_ ]?(me|it|this)|(your|my)[-_ ].*|api[-_ ]?key|key|placeholder|secret|example|x+|<.*>|\.+)",
    re.IGNORECASE,
)


def _lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


GeminiName = Annotated[str, StringConstraints(pattern=r"^(models/)?gemini-[\w.-]+$")]
ThinkingLevel = Annotated[
    Literal["minimal", "low", "medium", "high", "none"],
    BeforeValidator(_lowered),
]


class ServerSettings(Settings, CacheSettings):
    """Names and defaults are part of the contract with operators."""

    google_api_key: SecretStr = env("GOOGLE_API_KEY", default=SecretStr(""))
    google_api_keys: SecretStr = env("GOOGLE_API_KEYS", default=SecretStr(""))
    gemini_base_url: str = env("GEMINI_BASE_URL", default="https://generativelanguage.googleapis.com")
    gemini_model: GeminiName = env("GEMINI_MODEL", default="gemini-3-flash-preview")
    gemini_hints_model: GeminiName | None = env("GEMINI_HINTS_MODEL", default=None)
    gemini_answer_model: GeminiName | None = env("GEMINI_ANSWER_MODEL", default=None)
    gemini_verify_model: GeminiName | None = env("GEMINI_VERIFY_MODEL", default=None)
    gemini_temperature: float = env("GEMINI_TEMPERATURE", default=0.7, ge=0, le=2)
    gemini_max_tokens: int = env("GEMINI_MAX_TOKENS", default=8192, gt=0)
    gemini_thinking_level: ThinkingLevel = env("GEMINI_THINKING_LEVEL", default="low")
    gemini_thinking_level_hints: ThinkingLevel = env("GEMINI_THINKING_LEVEL_HINTS", default="low")
    gemini_thinking_level_answer: ThinkingLevel = env("GEMINI_THINKING_LEVEL_ANSWER", default="low")
    gemini_thinking_level_verify: ThinkingLevel = env("GEMINI_THINKING_LEVEL_VERIFY", default="low")
    gemini_max_retries: int = env("GEMINI_MAX_RETRIES", default=6, ge=1)
    gemini_timeout: int = env("GEMINI_TIMEOUT", default=60, gt=0)
    llm_max_concurrency: int = env("LLM_MAX_CONCURRENCY", default=32, gt=0)

    session_store_url: SecretStr = env("SESSION_STORE_URL", default=SecretStr(""))
    session_ttl_minutes: int = env("SESSION_TTL_MINUTES", default=1440, gt=0)
    session_history_max_pairs: int = env("SESSION_HISTORY_MAX_PAIRS", default=50, ge=0)

    twentyq_topics_dir: str = env("TWENTYQ_TOPICS_DIR", default="")

    http_host: str = env("HTTP_HOST", default="127.0.0.1")
    http_port: int = env("HTTP_PORT", default=40527, gt=0, le=65535)
    http_api_key: SecretStr = env("HTTP_API_KEY", "API_SECRET_KEY", default=SecretStr(""))
    http_api_key_required: bool = env("HTTP_API_KEY_REQUIRED", default=False)

    grpc_enabled: bool = env("GRPC_ENABLED", default=True)
    grpc_host: str = env("GRPC_HOST", default="127.0.0.1")
    grpc_port: int = env("GRPC_PORT", default=40528, gt=0, le=65535)
    grpc_socket_path: str = env("GRPC_SOCKET_PATH", default="")
    grpc_reflection_enabled: bool = env("GRPC_REFLECTION_ENABLED", default=True)

    @field_validator("http_api_key_required", mode="after")
    @classmethod
    def _required_key_is_real(cls, required: bool, info: ValidationInfo) -> bool:
        key = info.data["http_api_key"].get_secret_value() if "http_api_key" in info.data else ""
        if required and (not key or _PLACEHOLDER.fullmatch(key)):
            raise ValueError("HTTP_API_KEY must be set, and not to a placeholder")
        return required

    @field_validator("session_store_url", mode="after")
    @classmethod
    def _store_url_is_known(cls, url: SecretStr) -> SecretStr:
        scheme, found, _ = url.get_secret_value().partition("://")
        if found and scheme not in ("redis", "rediss", "unix"):
            raise ValueError("wants redis://, rediss://, unix:// or host[:port]")
        return url

    def keys(self) -> tuple[str, ...]:
        """The Google API keys: the list (commas or white space between them), else the single one."""
        listed = self.google_api_keys.get_secret_value() or self.google_api_key.get_secret_value()
        return tuple(listed.replace(",", " ").split())
