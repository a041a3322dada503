"""The connection pool of one owner: one database, one schema, short statements.

Nothing here is needed to start a bot; who uses it says "temporarily not available" while it is away.
"""

import asyncio
from typing import Any, cast

import asyncpg
import structlog

from botkit.runtime.settings import DatabaseSettings

log = structlog.get_logger(__name__)

STATEMENT_SECONDS = 5
CONNECT_SECONDS = 5
CLOSE_SECONDS = 2

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.QueryCanceledError,
)
"""PostgreSQL did not do it, but will later."""

SHUT = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)
"""PostgreSQL answers, but does not let us in: user, password, database or rights are wrong."""

UNFIT = asyncpg.DataError
"""A value that no column takes: a NUL, a number that is too large."""

BAD_DATA = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError)
"""PostgreSQL will never do it."""


class Unwritable(Exception):
    """A row that can never be written; says why."""


class Stateless(asyncpg.Connection):
    """What a statement sets ends with its transaction: the server has nothing to forget afterwards."""

    def get_reset_query(self) -> str:
        """Nothing: saves a round trip each time a connection is given back."""
        return ""


class Database:
    """A pool that is opened when it is first needed, and again after a failure."""

    def __init__(self, settings: DatabaseSettings, *, schema: str, application: str) -> None:
        self._settings = settings
        self._schema = schema
        self._application = application
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def pool(self) -> asyncpg.Pool:
        """The open pool.

        Raises:
            One of AWAY: PostgreSQL cannot be reached.
        """
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    self._pool = await self._open()
        return self._pool

    async def ping(self) -> dict[str, Any]:
        """For the readiness check."""
        pool = await self.pool()
        await pool.fetchval("SELECT 1")
        return {"connections": pool.get_size(), "idle": pool.get_idle_size()}

    async def close(self) -> None:
        """Close what is open, by force when the server does not answer."""
        if self._pool is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def _open(self) -> asyncpg.Pool:
        """Over the socket directory when there is one, else (with a warning when it is silent) over TCP."""
        settings = self._settings
        if settings.db_socket_path:
            try:
                return await self._create(settings.db_socket_path, "disable")
            except (OSError, TimeoutError) as error:
                log.warning(
                    "database_socket_silent", path=settings.db_socket_path, error=type(error).__name__
                )
        return await self._create(settings.db_host, settings.db_sslmode)

    async def _create(self, host: str, tls: str) -> asyncpg.Pool:
        settings = self._settings
        return await asyncpg.create_pool(
            host=host,
            port=settings.db_port,
            user=settings.db_user,
            password=settings.db_password.get_secret_value(),
            database=settings.db_name,
            ssl=cast("Any", tls),
            min_size=settings.db_min_pool,
            max_size=settings.db_max_pool,
            connection_class=Stateless,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings={
                "application_name": self._application,
                "search_path": self._schema,
                "statement_timeout": str(STATEMENT_SECONDS * 1000),
                "timezone": "Asia/Seoul",
            },
        )
