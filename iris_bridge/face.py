"""The bridge's HTTP face: health, metrics, the webhook of Iris, and the operator's hand on the lane."""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query, Request

from botkit.runtime import http
from botkit.runtime.health import Health
from botkit.valkey.clients import FAILED
from iris_bridge.events import MOST_BYTES
from iris_bridge.marks import Marks
from iris_bridge.webhook import UpstreamWebhook


def face(health: Health, marks: Marks, *, api_key: str, hook: UpstreamWebhook | None, secret: str) -> FastAPI:
    """The application; `secret`, when there is one, must stand in the webhook's address."""
    app = FastAPI(title=health.service, version=health.version, openapi_url=None)
    http.add_error_body(app)
    http.add_health_routes(app, health)
    guarded = [Depends(http.admin_key(api_key))]

    @app.get("/sending", dependencies=guarded, summary="Is anything posted?")
    async def sending() -> dict[str, bool]:
        with _reachable():
            return {"held": await marks.is_held()}

    @app.post("/sending/hold", dependencies=guarded, summary="Post nothing until told otherwise")
    async def hold() -> dict[str, bool]:
        with _reachable():
            await marks.hold()
        return {"held": True}

    @app.post("/sending/resume", dependencies=guarded, summary="Post again")
    async def resume() -> dict[str, bool]:
        with _reachable():
            await marks.resume()
        return {"held": False}

    if hook:

        @app.post("/webhook", summary="Iris tells that there are new rows")
        async def webhook(
            request: Request, given: Annotated[str, Query(alias="secret")] = ""
        ) -> dict[str, bool]:
            if secret and not hmac.compare_digest(given.encode(), secret.encode()):
                raise HTTPException(401, "wrong or missing secret")
            hook.push(await _body(request))
            return {"success": True}

    return app


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except FAILED as error:
        raise HTTPException(503, f"valkey-mq: {type(error).__name__}") from None


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"more than {MOST_BYTES} bytes")
    return body
