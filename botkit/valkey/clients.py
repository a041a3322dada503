"""Clients of valkey-cache and valkey-mq.

Two kinds, because redis-py's defaults harm both: a *command* client with a short deadline and no silent
retries (what follows an unknown outcome is decided by the caller), and a *blocking* client without a read
time-out for waiting on a stream. Values are bytes: chat lines may hold anything.
"""

from dataclasses import dataclass
from importlib import resources
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import ConnectionError as ValkeyConnectionError
from redis.exceptions import OutOfMemoryError, RedisError
from redis.exceptions import TimeoutError as ValkeyTimeoutError
from redis.maint_notifications import MaintNotificationsConfig

from botkit.runtime.settings import CacheSettings, MqSettings

__all__ = [
    "CACHE_TIMEOUT",
    "FAILED",
    "FULL",
    "UNREACHABLE",
    "Address",
    "Redis",
    "blocking_client",
    "command_client",
    "reachable",
    "script",
]

log = structlog.get_logger(__name__)

FULL = OutOfMemoryError
"""Valkey has no memory left; it refuses a script as a whole."""

UNREACHABLE = (ValkeyConnectionError, ValkeyTimeoutError, FULL, OSError)
"""The server did not answer, so that nobody knows whether the command ran; or it is full."""

FAILED = (RedisError, OSError)
"""Anything that can go wrong between us and Valkey."""

CACHE_TIMEOUT = 3.0
"""Seconds for one command on valkey-cache."""


@dataclass(frozen=True)
class Address:
    """Where a Valkey listens. A socket path wins over TCP."""

    host: str
    port: int
    socket: str = ""
    password: str = ""

    @classmethod
    def of_cache(cls, settings: CacheSettings) -> "Address":
        """valkey-cache."""
        password = settings.cache_password.get_secret_value()
        return cls(settings.cache_host, settings.cache_port, settings.cache_socket_path, password)

    @classmethod
    def of_mq(cls, settings: MqSettings) -> "Address":
        """valkey-mq."""
        return cls(settings.mq_host, settings.mq_port, "", settings.mq_password.get_secret_value())

    def __str__(self) -> str:
        return f"unix://{self.socket}" if self.socket else f"{self.host}:{self.port}"


async def reachable(address: Address) -> Address:
    """The address to use: the socket, or TCP with a warning when nothing answers on the socket.

    When neither answers the socket stays the choice; clients connect again by themselves.
    """
    if not address.socket:
        return address
    over_tcp = Address(address.host, address.port, "", address.password)
    for candidate in (address, over_tcp):
        client = command_client(candidate, timeout=1.0)
        try:
            await client.ping()
        except (RedisError, OSError) as error:
            log.warning("valkey_address_skipped", address=str(candidate), error=type(error).__name__)
        else:
            return candidate
        finally:
            await client.aclose()
    return address


def command_client(address: Address, *, timeout: float) -> Redis:
    """A client whose every command ends within `timeout` seconds, and is sent once."""
    return _client(address, socket_timeout=timeout, socket_connect_timeout=timeout, max_connections=256)


def blocking_client(address: Address) -> Redis:
    """A client for blocking reads; only connecting has a time-out."""
    return _client(address, socket_timeout=None, socket_connect_timeout=5.0, max_connections=64)


def _client(address: Address, **limits: Any) -> Redis:
    where: dict[str, Any] = (
        {"unix_socket_path": address.socket}
        if address.socket
        else {"host": address.host, "port": address.port}
    )
    return Redis(
        **where,
        **limits,
        password=address.password or None,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )


def script(client: Redis, name: str, *, of: str = "botkit.valkey") -> AsyncScript:
    """A script of the package `of`, sent by hash and by source when the server does not know it yet."""
    source = (resources.files(of) / "scripts" / f"{name}.lua").read_text("utf-8")
    return client.register_script(source)
