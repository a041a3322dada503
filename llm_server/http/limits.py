"""How many requests a caller may send in a minute, and who the caller is."""

import hashlib
import math
from collections import deque
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from cachetools import TTLCache
from starlette.datastructures import Headers
from starlette.types import Scope

from llm_server import metrics
from llm_server.errors import RateLimited

SECONDS = 60.0

Network = IPv4Network | IPv6Network


class PerMinute:
    """At most `limit` in any sixty seconds for each of the `identities` seen last; 0: no limit."""

    def __init__(self, limit: int, *, identities: int, now: Callable[[], float]) -> None:
        self._limit = limit
        self._now = now
        self._seen: TTLCache[str, deque[float]] = TTLCache(identities, SECONDS, timer=now)

    def wait(self, identity: str) -> int:
        """Seconds until the next one may come, 0: now."""
        times = self._seen.get(identity)
        if not self._limit or times is None or len(times) < self._limit:
            return 0
        return max(0, math.ceil(SECONDS - (self._now() - times[0])))

    def count(self, identity: str) -> None:
        """Note one."""
        if self._limit:
            times = self._seen.get(identity) or deque(maxlen=self._limit)
            times.append(self._now())
            self._seen[identity] = times

    def refusal(self, identity: str, path: str) -> RateLimited:
        """What an identity is told that has to wait."""
        metrics.rate_limited.inc()
        return RateLimited(
            f"more than {self._limit} in a minute",
            path=path,
            identity=identity,
            limit_per_minute=self._limit,
            retry_after_seconds=self.wait(identity),
        )


def networks(words: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks.

    Raises:
        ValueError: a word is neither.
    """
    return tuple(ip_network(word, strict=False) for word in words)


def address(scope: Scope, trusted: Sequence[Network]) -> str:
    """Where a request comes from: what a trusted proxy says, else the peer."""
    peer = scope["client"][0] if scope.get("client") else "unknown"
    said = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
    hops = [hop.strip() for hop in said.split(",") if hop.strip()]
    while hops and _is_trusted(peer, trusted):
        peer = hops.pop()
    return str(peer)


def identity(key: str, where: str) -> str:
    """Whose requests are counted together: those with the same key, else those from the same address."""
    return f"key:{hashlib.sha256(key.encode()).hexdigest()[:16]}" if key else f"ip:{where}"


def _is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    try:
        found = ip_address(peer)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):  # how a socket for both families shows the older one
        found = found.ipv4_mapped or found
    return any(found in network for network in trusted)
