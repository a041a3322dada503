"""Environment variables become typed settings, once, at start.

Every program reads the same `.env`; a program's class is put together from the groups below. Values are
trimmed, blank means unset, the first alias that is set wins, a value that cannot be read stops the start.
A secret may stand in a file of its own, which `NAME_FILE` names.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from dotenv import dotenv_values
from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

ENV_FILE = ".env"


def _split(value: Any) -> Any:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A list written with commas or white space."""


def env(*names: str, default: Any = ..., **limits: Any) -> Any:
    """A setting read from the first of `names` that is set; the first is the canonical name."""
    return Field(default=default, validation_alias=AliasChoices(*names), **limits)


def usual_unless_positive(cls: type[BaseSettings], value: int, info: ValidationInfo) -> int:
    """A field validator: 0 and less stand for the default, as in the `.env` of the Go system."""
    return value if value > 0 else int(cls.model_fields[str(info.field_name)].default)


class Group(BaseSettings):
    """How every group of settings is read; programs inherit from several, so all share one configuration."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        str_strip_whitespace=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Values of nothing but blanks count as unset, too."""
        for source in (env_settings, dotenv_settings):
            if isinstance(source, EnvSettingsSource):
                source.env_vars = {
                    name: value for name, value in source.env_vars.items() if (value or "").strip()
                }
        return init_settings, env_settings, dotenv_settings

    @model_validator(mode="before")
    @classmethod
    def _secrets_may_stand_in_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        found = {name: value for name, value in raw_environment().items() if value.strip()}
        for field_name, field in cls.model_fields.items():
            if field.annotation is SecretStr:
                values |= _from_file(variable_names(field_name, field), found)
        return values


class Settings(Group):
    """What every program reads."""

    log_level: str = env("LOG_LEVEL", default="info", pattern="(?i)^(debug|info|warn|warning|error)$")
    log_dir: str = env("LOG_DIR", default="/app/logs")
    log_file_max_size_mb: int = env("LOG_FILE_MAX_SIZE_MB", default=1, gt=0)
    log_file_max_backups: int = env("LOG_FILE_MAX_BACKUPS", default=30, gt=0)
    log_file_max_age_days: int = env("LOG_FILE_MAX_AGE_DAYS", default=7, gt=0)
    log_file_compress: bool = env("LOG_FILE_COMPRESS", default=True)

    otel_enabled: bool = env("OTEL_ENABLED", default=False)
    otel_service_name: str = env("OTEL_SERVICE_NAME", default="")
    otel_environment: str = env("OTEL_ENVIRONMENT", default="production")
    otel_endpoint: str = env("OTEL_EXPORTER_OTLP_ENDPOINT", default="jaeger:4317")
    otel_insecure: bool = env("OTEL_EXPORTER_OTLP_INSECURE", default=True)
    otel_sample_rate: float = env("OTEL_SAMPLE_RATE", default=1.0)

    drain_seconds: float = env("SHUTDOWN_GRACE_SECONDS", default=45.0, ge=0)

    # Unprefixed names that would hit every program sharing the file, and the name to use instead.
    misplaced_names: ClassVar[Mapping[str, str]] = {}

    def shown(self) -> dict[str, str]:
        """The effective configuration for the log; secrets are masked, addresses carry none."""
        return {name: str(value) for name, value in self}

    @model_validator(mode="before")
    @classmethod
    def _blank_log_dir_means_stdout(cls, values: dict[str, Any]) -> dict[str, Any]:
        if raw_environment().get("LOG_DIR") == "" and "log_dir" not in values:
            values["LOG_DIR"] = ""
        return values


class CacheSettings(Group):
    """valkey-cache: rounds, ledgers, sessions. A socket path wins over TCP."""

    cache_socket_path: str = env("CACHE_SOCKET_PATH", "REDIS_SOCKET_PATH", default="")
    cache_host: str = env("CACHE_HOST", "REDIS_HOST", default="valkey-cache")
    cache_port: int = env("CACHE_PORT", "REDIS_PORT", default=6379, gt=0, le=65535)
    cache_password: SecretStr = env("CACHE_PASSWORD", "REDIS_PASSWORD", default=SecretStr(""))


class MqSettings(Group):
    """valkey-mq: the streams between the bridge and the bots."""

    mq_host: str = env("MQ_HOST", "VALKEY_MQ_HOST", default="localhost")
    mq_port: int = env("MQ_PORT", "VALKEY_MQ_PORT", default=1833, gt=0, le=65535)
    mq_password: SecretStr = env("MQ_PASSWORD", "VALKEY_MQ_PASSWORD", default=SecretStr(""))
    mq_timeout_ms: int = env("MQ_TIMEOUT", "VALKEY_MQ_TIMEOUT", default=5000)
    mq_reply_stream_key: str = env("MQ_REPLY_STREAM_KEY", default="kakao:bot:reply")
    mq_batch_size: int = env("MQ_BATCH_SIZE", default=50)
    mq_concurrency: int = env("MQ_CONCURRENCY", default=16)

    _tuned = field_validator("mq_timeout_ms", "mq_batch_size", "mq_concurrency")(usual_unless_positive)


class DatabaseSettings(Group):
    """PostgreSQL: one database, one schema per owner. A socket directory wins over TCP."""

    db_socket_path: str = env("DB_SOCKET_PATH", default="")
    db_host: str = env("DB_HOST", default="localhost")
    db_port: int = env("DB_PORT", default=5432, gt=0, le=65535)
    db_name: str = env("DB_NAME", default="twentyq")
    db_user: str = env("DB_USER", default="twentyq_app")
    db_password: SecretStr = env("DB_PASSWORD")
    db_sslmode: str = env("DB_SSLMODE", default="disable")
    db_min_pool: int = env("DB_MIN_POOL", default=1, ge=0)
    db_max_pool: int = env("DB_MAX_POOL", default=5, gt=0)


class LlmSettings(Group):
    """How to reach the LLM server."""

    llm_base_url: str = env("LLM_BASE_URL", default="grpc://localhost:40528")
    llm_api_key: SecretStr = env("LLM_API_KEY", "HTTP_API_KEY", "API_SECRET_KEY", default=SecretStr(""))
    llm_timeout_seconds: float = env("LLM_TIMEOUT_SECONDS", default=30.0, gt=0)
    llm_connect_timeout_seconds: float = env("LLM_CONNECT_TIMEOUT_SECONDS", default=2.0, gt=0)


class HttpSettings(Group):
    """The HTTP face of a bot."""

    server_host: str = env("SERVER_HOST", default="0.0.0.0")  # noqa: S104 - inside its container
    http_api_key: SecretStr = env("HTTP_API_KEY", "API_SECRET_KEY", default=SecretStr(""))


S = TypeVar("S", bound=BaseSettings)


def _from_file(names: tuple[str, ...], found: Mapping[str, str]) -> dict[str, str]:
    """The secret under the first of `names` that is set, when that is set by the name of a file.

    Raises:
        ValueError: the file cannot be read, or the secret stands in the environment, too.
    """
    for name in names:
        path = found.get(f"{name}_FILE")
        if path and name in found:
            raise ValueError(f"{name}: set it or {name}_FILE, not both")
        if name in found:
            break
        if path:
            try:
                secret = Path(path.strip()).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"{name}_FILE: cannot be read: {type(error).__name__}: {path}") from None
            return {name: secret} if secret else {}
    return {}


def raw_environment() -> dict[str, str]:
    """The process environment over the `.env` file, untouched."""
    from_file = {k: v for k, v in dotenv_values(ENV_FILE).items() if v is not None}
    return {**from_file, **os.environ}


def load(cls: type[S]) -> S:
    """Read the settings, or end the process with status 2 and one line per bad variable.

    Returns:
        An instance of `cls`.
    """
    try:
        return cls()
    except ValidationError as error:
        for problem in error.errors():
            name = f"{canonical_name(cls, str(problem['loc'][0]))}: " if problem["loc"] else ""
            reason = "required, but not set" if problem["type"] == "missing" else problem["msg"]
            print(name + reason.removeprefix("Value error, "), file=sys.stderr)  # noqa: T201 - no log yet
        raise SystemExit(2) from None


def canonical_name(cls: type[BaseSettings], key: str) -> str:
    """The documented environment name of a field, whatever alias or attribute `key` is."""
    for field_name, field in cls.model_fields.items():
        names = variable_names(field_name, field)
        if key == field_name or key in names:
            return names[0]
    return key


def variable_names(field_name: str, field: FieldInfo) -> tuple[str, ...]:
    """Every environment name that a field listens to, the canonical one first."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(str(choice) for choice in alias.choices)
    return (str(alias or field_name).upper(),)


def misplaced(cls: type[Settings]) -> dict[str, str]:
    """Unprefixed names found in the environment that this program ignores → the name to use."""
    found = raw_environment()
    return {name: right for name, right in cls.misplaced_names.items() if found.get(name)}


def is_writable(directory: Path) -> bool:
    """Whether log files can be made there; makes the directory when it is missing."""
    try:
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(directory, os.W_OK)
