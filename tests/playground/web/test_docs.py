"""The programs' documents in a real browser: they need nothing from outside. Run by `make browser-test`."""

import pytest
from playwright.async_api import Browser

from tests.playground.web.conftest import Town, Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("port", "route"),
    [
        ("HTTP_PORT", "/api/guard/evaluations"),
        ("TWENTYQ_SERVER_PORT", "/commands"),
        ("TURTLESOUP_SERVER_PORT", "/commands"),
        ("HOLOLIVE_SERVER_PORT", "/commands"),
    ],
)
async def test_every_route_is_shown_without_help_from_outside(
    browser: Browser, town: Town, port: str, route: str
) -> None:
    url = f"http://127.0.0.1:{town.env[port]}"
    visitor = Visitor(await browser.new_page(), url)
    await visitor.page.goto(f"{url}/docs")
    await visitor.page.locator(f'.opblock [data-path="{route}"]').wait_for()
    await visitor.page.close()
    assert visitor.complaints == []
