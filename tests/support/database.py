"""Settings of the embedded PostgreSQL."""

from pydantic import SecretStr

from botkit.runtime.settings import DatabaseSettings
from playground.embedded import Postgres


def database_settings(server: Postgres) -> DatabaseSettings:
    """How to reach the embedded server; over TCP nobody answers."""
    return DatabaseSettings.model_construct(
        db_socket_path=str(server.socket_directory),
        db_host="127.0.0.1",
        db_port=5432,
        db_name="twentyq",
        db_user="twentyq_app",
        db_password=SecretStr("x"),
        db_sslmode="disable",
        db_min_pool=1,
        db_max_pool=5,
    )
