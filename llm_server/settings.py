"""What the LLM server reads from the environment."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, SecretStr, StringConstraints, ValidationInfo, field_validator

from botkit.runtime.settings import (
    CacheSettings,
    DatabaseSettings,
    Settings,
    Words,
    env,
    usual_unless_positive,
)

_PLACEHOLDER = re.compile(
    r"(change[-_ ]?(me|it|this)|(your|my)[-_ ].*|api[-_ ]?key|key|placeholder|secret|example|x+|<.*>|\.+)",
    re.IGNORECASE,
)


def _lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


GEMINI_NAME = r"(models/)?gemini-[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
GeminiName = Annotated[str, StringConstraints(pattern=f"^{GEMINI_NAME}$")]
ThinkingLevel = Annotated[
    Literal["minimal", "low", "medium", "high", "none"],
    BeforeValidator(_lowered),
]


class ServerSettings(Settings, CacheSettings, DatabaseSettings):
    """Names and defaults are part of the contract with operators."""

    google_api_key: SecretStr = env("GOOGLE_API_KEY", default=SecretStr(""))
    google_api_keys: SecretStr = env("GOOGLE_API_KEYS", default=SecretStr(""))
    gemini_base_url: str = env("GEMINI_BASE_URL", default="https://generativelanguage.googleapis.com")
    gemini_model: GeminiName = env("GEMINI_MODEL", default="gemini-3-flash-preview")
    gemini_hints_model: GeminiName | None = env("GEMINI_HINTS_MODEL", default=None)
    gemini_answer_model: GeminiName | None = env("GEMINI_ANSWER_MODEL", default=None)
    gemini_verify_model: GeminiName | None = env("GEMINI_VERIFY_MODEL", default=None)
    gemini_fallback_model: GeminiName | Literal[""] = env(
        "GEMINI_FALLBACK_MODEL", default="gemini-3.1-flash-lite"
    )
    gemini_search_enabled: bool = env("GEMINI_SEARCH_ENABLED", default=False)
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
    session_store_enabled: bool = env("SESSION_STORE_ENABLED", default=True)
    session_store_required: bool = env("SESSION_STORE_REQUIRED", default=False)
    session_store_attempts: int = env("SESSION_STORE_CONNECT_MAX_ATTEMPTS", default=6, ge=1)
    session_store_retry_seconds: float = env("SESSION_STORE_CONNECT_RETRY_SECONDS", default=5, ge=0)
    session_system_prompt_allowed: bool = env("SESSION_SYSTEM_PROMPT_ALLOWED", default=False)
    max_sessions: int = env("MAX_SESSIONS", default=50, ge=1)
    session_ttl_minutes: int = env("SESSION_TTL_MINUTES", default=1440, gt=0)
    session_history_max_pairs: int = env("SESSION_HISTORY_MAX_PAIRS", default=50, ge=0)

    guard_enabled: bool = env("GUARD_ENABLED", default=True)
    guard_threshold: float = env("GUARD_THRESHOLD", default=0.85, ge=0, le=1)
    guard_block_emoji: bool = env("GUARD_BLOCK_EMOJI", default=False)
    guard_block_jamo: bool = env("GUARD_BLOCK_JAMO", default=False)
    guard_packs_required: bool = env("GUARD_RULEPACKS_REQUIRED", default=False)
    guard_cache_size: int = env("GUARD_CACHE_SIZE", default=10_000)
    guard_cache_ttl: int = env("GUARD_CACHE_TTL", default=3600)
    rulepacks_dir: str = env("RULEPACKS_DIR", default="rulepacks")

    twentyq_topics_dir: str = env("TWENTYQ_TOPICS_DIR", default="")
    turtlesoup_puzzles_dir: str = env("TURTLESOUP_PUZZLES_DIR", "PUZZLES_DIR", default="")
    puzzle_generation: Literal["preset", "llm", "auto"] = env("PUZZLE_GENERATION_MODE", default="auto")

    db_password: SecretStr = env("DB_PASSWORD", default=SecretStr(""))
    usage_batch: bool = env("DB_USAGE_BATCH_ENABLED", default=True)
    usage_flush_seconds: float = env("DB_USAGE_BATCH_FLUSH_INTERVAL_SECONDS", default=1, gt=0)
    usage_flush_timeout: float = env("DB_USAGE_BATCH_FLUSH_TIMEOUT_SECONDS", default=5, gt=0)
    usage_most_pending: int = env("DB_USAGE_BATCH_MAX_PENDING_REQUESTS", default=50, ge=1)
    usage_longest_backoff: float = env("DB_USAGE_BATCH_MAX_BACKOFF_SECONDS", default=60, ge=0)
    usage_error_log_seconds: float = env("DB_USAGE_BATCH_ERROR_LOG_MAX_INTERVAL_SECONDS", default=60, ge=0)

    http_host: str = env("HTTP_HOST", default="127.0.0.1")
    http_port: int = env("HTTP_PORT", default=40527, gt=0, le=65535)
    http_api_key: SecretStr = env("HTTP_API_KEY", "API_SECRET_KEY", default=SecretStr(""))
    http_api_key_required: bool = env("HTTP_API_KEY_REQUIRED", default=False)
    http_rate_limit_rpm: int = env("HTTP_RATE_LIMIT_RPM", default=0, ge=0)
    http_rate_limit_identities: int = env("HTTP_RATE_LIMIT_CACHE_SIZE", default=10_000, ge=1)
    http_failed_logins_rpm: int = env("HTTP_FAILED_LOGINS_RPM", default=30, ge=0)
    http_trusted_proxies: Words = env("HTTP_TRUSTED_PROXIES", default=())

    grpc_enabled: bool = env("GRPC_ENABLED", default=True)
    grpc_host: str = env("GRPC_HOST", default="127.0.0.1")
    grpc_port: int = env("GRPC_PORT", default=40528, le=65535)
    grpc_socket_path: str = env("GRPC_SOCKET_PATH", default="")
    grpc_reflection_enabled: bool = env("GRPC_REFLECTION_ENABLED", default=True)

    _usual_port = field_validator("grpc_port")(usual_unless_positive)

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
