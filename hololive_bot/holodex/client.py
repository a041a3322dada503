"""Requests to Holodex: keys in turn, retries within one deadline, a breaker, equal questions asked once."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from math import isfinite
from random import Random
from typing import Any

import aiohttp
import structlog

from botkit.runtime.clock import Clock
from botkit.runtime.tasks import cancel
from hololive_bot import metrics
from hololive_bot.holodex.breaker import Breaker
from hololive_bot.holodex.errors import HolodexFailed, Rejected, Resting, Unreachable
from hololive_bot.holodex.keys import QUOTA, REFUSED, REFUSED_SECONDS, Key, Keys
from hololive_bot.holodex.pace import Pace

log = structlog.get_logger(__name__)

BASE_URL = "https://holodex.net/api/v2"
CONNECT_SECONDS = 5.0
REQUEST_SECONDS = 15.0
MOST_ATTEMPTS = 10
EXTRA_ATTEMPTS = 3
FIRST_PAUSE, JITTER = 0.5, 0.25
QUOTA_SECONDS = 60.0
"""How long a key rests when Holodex does not say."""
LONGEST_QUOTA_SECONDS = 3600.0
SCARCE = 0.1
"""Below this share of a key's quota everything slows down."""

BUG = "bug"
"""How a request ended that raised what nobody foresaw."""

Params = Mapping[str, str]


def session(version: str) -> aiohttp.ClientSession:
    """The connections; whoever opens them closes them."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=50, limit_per_host=50, keepalive_timeout=30),
        timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS, sock_connect=CONNECT_SECONDS),
        headers={"User-Agent": f"llm-workspace-hololive-bot/{version} (KakaoTalk room bot)"},
    )


class _Held(Exception):
    """The key cannot be used for a while; the next one can."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


class Client:
    """`GET` on the API; answers are parsed JSON."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        keys: Keys,
        pace: Pace,
        *,
        clock: Clock,
        random: Random,
        base_url: str = BASE_URL,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`random` spreads retries."""
        self._http = http
        self._keys = keys
        self._pace = pace
        self._clock = clock
        self._random = random
        self._base_url = base_url.rstrip("/")
        self._sleep = sleep
        self._flights: dict[tuple[str, tuple[tuple[str, str], ...]], asyncio.Task[Any]] = {}
        self.breaker = Breaker()

    @property
    def has_keys(self) -> bool:
        """Whether Holodex can be asked at all."""
        return len(self._keys) > 0

    async def get(self, path: str, params: Params, *, seconds: float = REQUEST_SECONDS) -> Any:
        """The answer, perhaps one that somebody else is waiting for already; all attempts fit into `seconds`.

        Raises:
            HolodexFailed: see `errors`.
        """
        name = path, tuple(sorted(params.items()))
        flight = self._flights.get(name)
        if flight is None:
            flight = self._flights[name] = asyncio.create_task(self._asked(path, params, seconds))
            flight.add_done_callback(lambda _: self._flights.pop(name, None))
        # Who stops waiting does not stop the request: its answer is kept for whoever asks next.
        return await asyncio.shield(flight)

    async def close(self) -> None:
        """End what is still asked."""
        await cancel(self._flights.values())

    async def _asked(self, path: str, params: Params, seconds: float) -> Any:
        try:
            async with asyncio.timeout(seconds):
                return await self._persist(path, params)
        except TimeoutError:
            raise Unreachable("no answer in time") from None

    async def _persist(self, path: str, params: Params) -> Any:
        failure: HolodexFailed = Unreachable("every key was put on hold in turn")
        pause = FIRST_PAUSE
        for _ in range(min(len(self._keys) + EXTRA_ATTEMPTS, MOST_ATTEMPTS)):
            key = await self._keys.pick()
            if not self.breaker.admits(self._clock()):
                raise Resting("it failed again and again")
            try:
                return await self._attempt(path, params, key)
            except _Held as held:
                await self._keys.hold(key, held.seconds, held.reason)
            except Unreachable as unreachable:
                failure = unreachable
                if not self.breaker.is_closed:
                    break
                await self._sleep(pause + self._random.uniform(0, JITTER))
                pause *= 2
        raise failure

    async def _attempt(self, path: str, params: Params, key: Key) -> Any:
        """One request; the breaker learns how it ended."""
        await self._turn()
        outcome = BUG
        try:
            with metrics.holodex_seconds.time():
                answer = await self._send(path, params, key)
            outcome = "ok"
            self.breaker.succeeded()
        except _Held as held:
            outcome = held.reason
            self.breaker.abandoned()
            raise
        except Rejected as rejected:
            outcome = rejected.outcome
            self.breaker.succeeded()
            raise
        except (Unreachable, asyncio.CancelledError) as failure:
            # A deadline that passes is a cancellation here; nobody else cancels a request.
            outcome = Unreachable.outcome
            self.breaker.failed(self._clock())
            log.warning("holodex_request_failed", path=path, key=key.number, reason=str(failure) or "time")
            raise
        finally:
            if outcome == BUG:  # says nothing about Holodex; a trial without an end would shut it out
                self.breaker.abandoned()
            metrics.holodex_requests.labels(outcome).inc()
            metrics.holodex_breaker.set(not self.breaker.is_closed)
        return answer

    async def _turn(self) -> None:
        """Wait until this request may be sent; a deadline that passes here says nothing about Holodex."""
        try:
            await self._pace.wait()
        except asyncio.CancelledError:
            self.breaker.abandoned()
            raise

    async def _send(self, path: str, params: Params, key: Key) -> Any:
        """What came back, if it makes sense.

        Raises:
            _Held, Unreachable, Rejected.
        """
        try:
            headers = {"X-APIKEY": key.secret}
            url = f"{self._base_url}/{path}"
            # A redirect is not followed: the key is for this host only.
            async with self._http.get(
                url, params=dict(params), headers=headers, allow_redirects=False
            ) as answer:
                self._note_quota(answer.headers, key)
                _check(answer.status, answer.headers, now=self._clock())
                return json.loads(await answer.read())
        except TimeoutError:
            raise Unreachable("no answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Unreachable(type(error).__name__) from None
        except (ValueError, RecursionError):
            raise Unreachable("an answer that is no JSON") from None

    def _note_quota(self, headers: Mapping[str, str], key: Key) -> None:
        remaining, limit = _number(headers, "X-Ratelimit-Remaining"), _number(headers, "X-Ratelimit-Limit")
        if remaining is not None:
            metrics.holodex_remaining.labels(str(key.number)).set(remaining)
            self._pace.slow = bool(limit) and remaining < SCARCE * (limit or 0)


def _check(status: int, headers: Mapping[str, str], *, now: float) -> None:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise _Held(QUOTA, _until_reset(headers, now))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise _Held(REFUSED, REFUSED_SECONDS)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unreachable(f"status {status}")
    if status >= HTTPStatus.BAD_REQUEST:
        raise Rejected(status)
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        raise Unreachable(f"status {status}")


def _until_reset(headers: Mapping[str, str], now: float) -> float:
    """Seconds until the quota begins anew. The header is a moment or a duration: nothing says which."""
    reset = _number(headers, "X-Ratelimit-Reset")
    if reset is None:
        return QUOTA_SECONDS
    if reset > 1e12:
        reset /= 1000
    seconds = reset - now if reset > 1e9 else reset
    return min(max(seconds, 1.0), LONGEST_QUOTA_SECONDS)


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        number = float(headers[name])
    except (KeyError, ValueError):
        return None
    return number if isfinite(number) else None
