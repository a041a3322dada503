"""A running playground and a browser before it, for the tests marked `browser`."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from playground.processes import Child, clean_environment, python
from playground.settings import read_env
from tests.support.polling import until
from tests.support.servers import Background, socket_directory

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
SHOTS = Path(os.environ.get("SCREENSHOTS", ""))
"""Where pictures for the documents are written; nowhere unless it is set."""


class Town:
    """A playground that runs for the whole session."""

    def __init__(self) -> None:
        self.root = socket_directory()
        self.lines: list[str] = []
        topics = [part for name in ("고양이", "김치") for part in ("--topic", name)]
        self.child = Child(
            "playground",
            python("playground", "--dir", str(self.root), "--free-ports", *topics),
            env=clean_environment(),
            cwd=self.root,
            on_line=lambda _, line: self.lines.append(line),
        )

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        await self.child.start()

        async def ready() -> bool:
            self.child.check()
            return any(line.startswith("ready in") for line in self.lines)

        await until(ready, seconds=120, what="the playground\n" + "\n".join(self.lines))

    async def stop(self) -> None:
        """Stop it and remove what it has left."""
        await self.child.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def env(self) -> dict[str, str]:
        """Its settings."""
        return read_env(self.root / "env")

    @property
    def url(self) -> str:
        """The page's address."""
        return self.env["IRIS_URL"]


@pytest.fixture(scope="session")
def town(background: Background) -> Iterator[Town]:
    """One playground for all browser tests; each test uses rooms of its own."""
    made = Town()
    background.run(made.start, 150)
    yield made
    background.run(made.stop)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        await launched.close()


class Visitor:
    """Somebody before the page. Whatever the browser complains about fails the test."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("request", self._only_ours)
        page.set_default_timeout(15_000)

    def _only_ours(self, request: object) -> None:
        address: str = request.url  # type: ignore[attr-defined]
        if not address.startswith((self.url, "data:")):
            self.complaints.append(f"asked for {address}")

    async def new_room(self, name: str, *people: str) -> None:
        """Make a room by hand and invite people into it."""
        await self.page.get_by_role("button", name="새 방 만들기").click()
        await self.page.get_by_label("방 이름").fill(name)
        await self.page.get_by_role("button", name="확인").click()
        await self.page.get_by_role("heading", name=name).wait_for()
        for person in people:
            await self.page.get_by_role("button", name="사람 초대하기").click()
            known = self.page.get_by_role("dialog").get_by_role("button", name=person, exact=True)
            if await known.count():
                await known.click()
            else:
                await self.page.get_by_label("새 사람의 별명").fill(person)
                await self.page.get_by_role("button", name="확인").click()
            await self.page.get_by_role("radio", name=person, exact=True).wait_for(state="attached")

    async def says(self, person: str, text: str, answer: str) -> None:
        """Speak as somebody and wait for a bubble that answers."""
        await self.page.locator("#speakers label").filter(has_text=person).click()
        before = await self.page.locator("#log .message").count()
        await self.page.get_by_label("메시지", exact=True).fill(text)
        await self.page.get_by_label("메시지", exact=True).press("Enter")
        await self.sees(answer, after=before + 1)

    async def sees(self, text: str, *, after: int = 0) -> None:
        """Wait for a bubble with this text, behind the first `after` ones."""
        await self.page.wait_for_function(
            "([text, after]) => [...document.querySelectorAll('#log .message')].slice(after)"
            ".some((message) => message.textContent.includes(text))",
            arg=[text, after],
        )

    async def shoot(self, name: str) -> None:
        """Keep a picture for the documents."""
        if SHOTS.name:
            await self.page.wait_for_function("() => !document.querySelector('#toast').textContent")
            await self.page.screenshot(path=SHOTS / f"{name}.png", animations="disabled")


@pytest.fixture
async def visitor(browser: Browser, town: Town) -> AsyncIterator[Visitor]:
    """On a desk, by day."""
    context = await browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="ko-KR", timezone_id="Asia/Seoul"
    )
    made = Visitor(await context.new_page(), town.url)
    yield made
    assert made.complaints == []
