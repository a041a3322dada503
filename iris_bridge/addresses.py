"""Iris gives raw SQL and the account's tokens to whoever can connect: it must not stand on the internet."""

import ipaddress
from urllib.parse import urlsplit


class BadAddress(ValueError):
    """No address of an Iris; the text says why."""


def check(url: str, *, allow_public: bool) -> str:
    """The address without a trailing slash; blank stays blank.

    Raises:
        BadAddress: it is not `http://host:port`, or names a public address.
    """
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadAddress(str(error)) from None
    if parts.scheme not in ("http", "https") or not host or parts.path.strip("/") or parts.query:
        raise BadAddress("is not http://host:port")
    if is_public(host) and not allow_public:
        raise BadAddress(f"{host} is a public address; Iris belongs on a private network (IRIS_ALLOW_PUBLIC)")
    return url.rstrip("/")


def is_public(host: str) -> bool:
    """Whether a host is an address that the internet can reach; names are looked at when resolved."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_global)
