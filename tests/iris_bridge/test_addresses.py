"""Where an Iris may stand."""

import pytest

from iris_bridge.addresses import BadAddress, check, is_public


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:3000",
        "http://192.168.0.7:3000",
        "http://10.0.0.2",
        "http://100.64.1.2:3000",
        "http://[::1]:3000",
        "http://[fd00::1]:3000",
        "http://redroid:3000",
        "https://iris.internal",
    ],
)
def test_private_addresses_and_names_are_taken(url: str) -> None:
    assert check(f"{url}/", allow_public=False) == url


@pytest.mark.parametrize(
    "url", ["http://8.8.8.8:3000", "http://[2001:4860:4860::8888]", "http://[::ffff:8.8.8.8]:3000"]
)
def test_public_addresses_are_refused_unless_allowed(url: str) -> None:
    with pytest.raises(BadAddress, match="IRIS_ALLOW_PUBLIC"):
        check(url, allow_public=False)
    assert check(url, allow_public=True) == url


@pytest.mark.parametrize(
    "url", ["redroid:3000", "ftp://x", "http://", "http://x/ws", "http://x:99999", "http://x?a=1", "http://["]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        check(url, allow_public=True)


def test_blank_stays_blank() -> None:
    assert check("", allow_public=False) == ""


def test_a_name_is_no_address() -> None:
    assert not is_public("example.com")
