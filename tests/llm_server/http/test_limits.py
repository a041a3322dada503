"""Who the caller is, and how often he may call."""

from typing import Any

import pytest

from llm_server.errors import RateLimited
from llm_server.http.limits import PerMinute, address, identity, networks
from tests.llm_server.conftest import Launch
from tests.support.servers import Client

KEY = "the-key-of-the-house"
CHECK = "/api/guard/checks"


class Hand:
    """A clock that is moved by hand."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at


def limit(most: int, *, identities: int = 10) -> tuple[PerMinute, Hand]:
    hand = Hand()
    return PerMinute(most, identities=identities, now=hand), hand


def test_so_many_in_any_sixty_seconds() -> None:
    requests, hand = limit(2)
    for at in (1000.0, 1030.0):
        hand.at = at
        assert requests.wait("a") == 0
        requests.count("a")

    assert requests.wait("a") == 30
    assert requests.wait("b") == 0
    hand.at = 1059.5
    assert requests.wait("a") == 1
    hand.at = 1060.0
    assert requests.wait("a") == 0
    requests.count("a")
    assert requests.wait("a") == 30


def test_zero_is_no_limit() -> None:
    requests, _ = limit(0)
    for _n in range(100):
        requests.count("a")
    assert requests.wait("a") == 0


def test_only_so_many_callers_are_remembered() -> None:
    requests, _ = limit(1, identities=2)
    for name in "abc":
        requests.count(name)

    assert [requests.wait(name) for name in "abc"] == [0, 60, 60]


def test_a_refusal_says_when_to_come_again() -> None:
    requests, _ = limit(1)
    requests.count("a")
    refusal = requests.refusal("a", "/x")

    assert isinstance(refusal, RateLimited)
    assert refusal.details == {
        "path": "/x",
        "identity": "a",
        "limit_per_minute": 1,
        "retry_after_seconds": 60,
    }


def scope(peer: str | None, *forwarded: str) -> dict[str, Any]:
    return {
        "type": "http",
        "client": (peer, 1) if peer else None,
        "headers": [(b"x-forwarded-for", value.encode()) for value in forwarded],
    }


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("9.9.9.9", ("1.1.1.1",), "9.9.9.9"),
        ("10.0.0.1", ("1.1.1.1",), "1.1.1.1"),
        ("10.0.0.1", ("6.6.6.6, 1.1.1.1",), "1.1.1.1"),
        ("10.0.0.1", ("6.6.6.6", "1.1.1.1, 10.0.0.7"), "1.1.1.1"),
        ("10.0.0.1", ("10.0.0.7",), "10.0.0.7"),
        ("10.0.0.1", (" , ",), "10.0.0.1"),
        ("10.0.0.1", ("nonsense",), "nonsense"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("fd00::1", ("2001:db8::1",), "2001:db8::1"),
        ("::ffff:10.0.0.1", ("1.1.1.1",), "1.1.1.1"),
        ("::ffff:9.9.9.9", ("1.1.1.1",), "::ffff:9.9.9.9"),
        (None, ("1.1.1.1",), "unknown"),
    ],
)
def test_only_a_trusted_proxy_is_believed(
    peer: str | None, forwarded: tuple[str, ...], expected: str
) -> None:
    assert address(scope(peer, *forwarded), networks(["10.0.0.0/8", "fd00::1"])) == expected


def test_a_key_is_not_shown() -> None:
    assert identity("", "1.1.1.1") == "ip:1.1.1.1"
    assert identity(KEY, "1.1.1.1") == identity(KEY, "2.2.2.2") != identity("other", "1.1.1.1")
    assert KEY not in identity(KEY, "")


# ---- over HTTP ------------------------------------------------------------------------------------------


async def test_the_second_request_of_one_a_minute_is_refused(launch: Launch, cache: Client) -> None:
    server = await launch(HTTP_RATE_LIMIT_RPM=1, HTTP_API_KEY=KEY)
    answers = [
        await server.http.raw("POST", CHECK, {"X-API-Key": KEY}, json={"input_text": "안녕하세요"})
        for _ in range(2)
    ]

    assert [answer.status for answer in answers] == [200, 429]
    assert answers[0].json == {"malicious": False}
    assert answers[1].json["error_code"] == "HTTP_RATE_LIMIT"
    assert answers[1].json["details"]["limit_per_minute"] == 1
    assert 58 <= int(answers[1].headers["Retry-After"]) <= 60
    assert (await server.http.raw("GET", "/health")).status == 200


async def test_whoever_shows_wrong_keys_too_often_has_to_wait(launch: Launch, cache: Client) -> None:
    server = await launch(HTTP_API_KEY=KEY, HTTP_FAILED_LOGINS_RPM=2, HTTP_TRUSTED_PROXIES="127.0.0.1")

    async def status(key: str, where: str) -> int:
        headers = {"X-API-Key": key, "X-Forwarded-For": where}
        return (await server.http.raw("GET", "/api/llm/usage", headers)).status

    assert [await status("wrong", "1.1.1.1") for _ in range(3)] == [401, 401, 429]
    assert await status(KEY, "1.1.1.1") == 429
    assert await status(KEY, "2.2.2.2") == 200
