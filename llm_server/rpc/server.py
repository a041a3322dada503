"""The gRPC door, put together: TCP and Unix socket, health, reflection, the drain."""

import asyncio
from pathlib import Path

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection

from botkit.runtime.health import Health
from llm_server.inflight import InFlight
from llm_server.operations import Table
from llm_server.rpc import sockets
from llm_server.rpc.interceptors import Authenticated, Supervised
from llm_server.rpc.service import SERVICE, handlers
from llm_server.settings import ServerSettings

log = structlog.get_logger(__name__)

MESSAGE_BYTES = 16 * 1024 * 1024
READINESS_SECONDS = 5.0
"""How often the health service looks at readiness."""

FLUSH_SECONDS = 0.5
"""What the last answers have to leave, once no call runs any more."""

OPTIONS = (
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 25_000),  # clients ping every 30 s
    ("grpc.so_reuseport", 0),  # a taken port is an error, not a second listener
)


class RpcServer:
    """The server object; one for both addresses."""

    def __init__(
        self, operations: Table, running: InFlight, *, health: Health, settings: ServerSettings
    ) -> None:
        key = settings.http_api_key.get_secret_value()
        self._settings = settings
        self._running = running
        self._readiness = health
        self._server = grpc.aio.server(
            interceptors=[Supervised(running), *([Authenticated(key)] if key else [])], options=OPTIONS
        )
        self._health = health_aio.HealthServicer()
        self._socket: sockets.Claim | None = None
        self._server.add_generic_rpc_handlers((handlers(operations),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if settings.grpc_reflection_enabled:
            names = (
                SERVICE.full_name,
                reflection.SERVICE_NAME,
                health_pb2.DESCRIPTOR.services_by_name["Health"].full_name,
            )
            reflection.enable_server_reflection(names, self._server)

    async def start(self) -> None:
        """Bind both addresses and serve; when one of them fails, neither is left open.

        Raises:
            RuntimeError: a port is taken.
            SocketTaken: another server listens on the socket path.
        """
        path = self._settings.grpc_socket_path
        address = f"{self._settings.grpc_host}:{self._settings.grpc_port}"
        try:
            if path:
                sockets.free(Path(path))
            self._server.add_insecure_port(address)
            if path:
                self._server.add_insecure_port(f"unix:{path}")
                self._socket = sockets.Claim(Path(path))
        except BaseException:
            await self._server.stop(None)
            raise
        await self._server.start()
        log.info("grpc_server_started", address=address, socket=path)

    async def follow_readiness(self) -> None:
        """Keep the health service in step with readiness; runs until cancelled."""
        while True:
            ready, _ = await self._readiness.ready()
            status = (
                health_pb2.HealthCheckResponse.SERVING
                if ready
                else health_pb2.HealthCheckResponse.NOT_SERVING
            )
            for service in ("", SERVICE.full_name):
                await self._health.set(service, status)
            await asyncio.sleep(READINESS_SECONDS)

    async def stop(self, seconds: float) -> None:
        """Take nothing new, finish what runs within `seconds`, close; open streams do not hold this up."""
        await self._health.enter_graceful_shutdown()
        stopping = asyncio.create_task(self._server.stop(seconds))
        left = await self._running.drain(seconds)
        await self._server.stop(FLUSH_SECONDS)
        await stopping
        if self._socket:
            self._socket.release()
        log.info("grpc_server_stopped", calls_cut=left)
