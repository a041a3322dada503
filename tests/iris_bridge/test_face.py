"""The bridge's HTTP face and its settings."""

import io
import json

import pytest
from pydantic import ValidationError

from iris_bridge.settings import BridgeSettings
from tests.support.bridge import Bench
from tests.support.http import Answer, get, request
from tests.support.polling import until

METRICS = {
    "bridge_inbound_total",
    "bridge_gap_rows_total",
    "bridge_cursor_lag_rows",
    "bridge_outbound_total",
    "bridge_echo_seconds_bucket",
    "bridge_unconfirmed_total",
    "bridge_lane_depth",
    "bridge_iris_up",
    "bridge_dlq_depth",
    "bridge_breaker_open",
    "bridge_reply_lag",
    "bridge_sent_today",
}


async def test_a_bridge_in_good_health_says_so(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        bench.say(room, person, "/스자 하나")
        await bench.reply(room, "안녕")
        await bench.says(room, ["안녕"])
        ready = await get(bench.port, "/ready")
        assert (ready.status, ready.json["status"]) == (200, "ok")
        assert list(ready.json["components"]) == ["valkey_mq", "iris", "kakaotalk", "sending"]
        assert (await get(bench.port, "/health")).status == 200
        said = (await get(bench.port, "/metrics")).text
    names = {line.split("{")[0].split(" ")[0] for line in said.splitlines() if not line.startswith("#")}
    assert names >= METRICS
    assert 'bridge_inbound_total{result="accepted"}' in said
    assert 'bridge_outbound_total{result="confirmed",type="final"}' in said


async def test_without_an_address_the_bridge_is_idle_and_says_so(bench: Bench) -> None:
    async with bench.bridge(connected=False, IRIS_URL=""):
        await until(lambda: _answers(bench), what="its HTTP face")
        ready = await get(bench.port, "/ready")
        assert ready.status == 503
        assert "IRIS_URL is not set" in ready.json["components"]["iris"]["error"]
        assert (await get(bench.port, "/health")).status == 200
        assert not await bench.mq.exists("kakao:bot:reply:owner")


async def test_operators_need_the_key(bench: Bench) -> None:
    async with bench.bridge(HTTP_API_KEY=""):
        assert (await get(bench.port, "/sending")).status == 503
    async with bench.bridge():
        assert (await get(bench.port, "/sending", {"X-API-Key": "wrong"})).status == 403
        assert (await get(bench.port, "/sending", {"Authorization": "Bearer key"})).json == {"held": False}


async def test_the_webhook_wants_its_secret_and_little_data(bench: Bench) -> None:
    async def post(path: str, body: bytes) -> Answer:
        return await request("POST", bench.port, path, data=io.BytesIO(body))

    async with bench.bridge(IRIS_DIALECT="upstream_webhook", IRIS_WEBHOOK_SECRET="비밀"):
        assert (await post("/webhook", b"{}")).status == 401
        assert (await post("/webhook?secret=x", b"{}")).status == 401
        assert (await post("/webhook?secret=비밀", b"no json")).json == {"success": True}
        assert (await post("/webhook?secret=비밀", b"x" * (1024 * 1024 + 1))).status == 413
    async with bench.bridge():
        assert (await post("/webhook", b"{}")).status == 404


async def test_a_forged_webhook_says_nothing(bench: Bench) -> None:
    """What is posted is a hint only: the row itself is asked for."""
    room, person = bench.room(), bench.person()
    async with bench.bridge(IRIS_DIALECT="upstream_webhook", BRIDGE_ECHO_TIMEOUT_MS="200"):
        row = bench.say(room, person, "/스자 진짜")
        forged = {
            "msg": "/스자 가짜",
            "sender": "누군가",
            "json": row | {"_id": str(int(row["_id"] or 0) + 1)},
        }
        await request("POST", bench.port, "/webhook", data=json.dumps(forged).encode())
        await bench.heard(["/스자 진짜"])
        await bench.reply(room, "안녕")
        await bench.says(room, ["안녕"])
    assert [line["text"] for line in await bench.stream()] == ["/스자 진짜"]


@pytest.mark.parametrize(
    "settings",
    [
        {"IRIS_URL": "http://8.8.8.8:3000"},
        {"IRIS_URL": "redroid"},
        {"BRIDGE_ROUTES": "/스자"},
        {"BRIDGE_INSTANCE": "a b"},
        {"IRIS_DIALECT": "fork"},
        {"BRIDGE_SEND_GAP_MS": "-1"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        BridgeSettings.model_validate(settings)


def test_a_public_iris_needs_a_decision() -> None:
    values = {"IRIS_URL": "http://8.8.8.8:3000/", "IRIS_ALLOW_PUBLIC": "true"}
    assert BridgeSettings.model_validate(values).iris_url == "http://8.8.8.8:3000"


async def _answers(bench: Bench) -> bool:
    try:
        return (await get(bench.port, "/health")).status == 200
    except OSError:
        return False
