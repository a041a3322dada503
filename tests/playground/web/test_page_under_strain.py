"""The chat page with texts that nobody wants, a keyboard that loses its place, and a phone that is away."""

from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page

from tests.playground.web.conftest import Town, Visitor

pytestmark = pytest.mark.browser

UNBREAKABLE = "Z" + "\u0351\u0352\u0353\u0354" * 80
TEXTS = (
    "<img src=x onerror=alert(1)>",
    "A" * 900,
    UNBREAKABLE,
    "\u202e거꾸로",
    "\n" * 60 + "끝",
    "가" * 3999,
)
NAMES = ("<img src=x onerror=alert(1)>", "W" * 50, "\u202e뒤집는 이름", UNBREAKABLE[:50])
BEYOND = """() => [...document.querySelectorAll('.chat *')]
  .filter((one) => !one.closest('.title, .chips, .people, .sr, svg') && one.checkVisibility())
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.bubble .text'))
  .map((one) => one.className)"""
FOCUSED = "() => document.activeElement.textContent.trim() || document.activeElement.id"


async def post(town: Town, path: str, body: Any) -> Any:
    """What the page would ask of the fake phone."""
    async with aiohttp.ClientSession() as session, session.post(f"{town.url}{path}", json=body) as response:
        assert response.status < 300, await response.text()
        return await response.json()


async def room_with(town: Town, name: str, lines: int) -> tuple[str, str]:
    """A room where one person has said so many lines."""
    room = (await post(town, "/playground/rooms", {"name": name}))["id"]
    person = (await post(town, "/playground/people", {"name": "수다쟁이"}))["id"]
    for number in range(lines):
        await post(town, f"/playground/rooms/{room}/lines", {"person": person, "text": f"말 {number}"})
    return room, person


@pytest.mark.parametrize("width", [1280, 320])
async def test_no_text_and_no_name_breaks_the_page(visitor: Visitor, town: Town, width: int) -> None:
    page = visitor.page
    room = (await post(town, "/playground/rooms", {"name": f"\u202e<b>{'길' * 40}"}))["id"]
    for name in NAMES:
        person = (await post(town, "/playground/people", {"name": name}))["id"]
        for text in TEXTS:
            await post(town, f"/playground/rooms/{room}/lines", {"person": person, "text": text})
    page.on("dialog", lambda dialog: visitor.complaints.append(dialog.message))
    await page.set_viewport_size({"width": width, "height": 700})
    await page.goto(f"{visitor.url}/#room={room}")
    await page.wait_for_function(f"() => document.querySelectorAll('.message').length === {len(NAMES) * 6}")
    assert await page.evaluate(BEYOND) == []
    assert await page.evaluate("() => document.documentElement.scrollWidth") == width
    assert await page.evaluate("() => document.querySelector('#scroll').scrollWidth") <= width
    members = page.locator("#members bdi")
    assert await members.last.inner_text() == "놀이봇"
    assert await members.count() == len(NAMES) + 1


async def test_only_the_log_scrolls(visitor: Visitor, town: Town) -> None:
    page = visitor.page
    room, _ = await room_with(town, "긴 방", 60)
    await page.goto(f"{visitor.url}/#room={room}")
    await page.locator("#log").get_by_text("말 59").wait_for()
    await page.evaluate("document.querySelector('#scroll').scrollTop = 0")
    assert await page.evaluate("() => document.documentElement.scrollHeight <= innerHeight")


async def test_who_reads_above_stays_there_when_somebody_enters(visitor: Visitor, town: Town) -> None:
    page = visitor.page
    room, _ = await room_with(town, "붐비는 방", 60)
    await page.goto(f"{visitor.url}/#room={room}")
    await page.locator("#log").get_by_text("말 59").wait_for()
    await page.evaluate("document.querySelector('#scroll').scrollTop = 100")
    await page.locator("#log .trace").nth(3).focus()
    newcomer = (await post(town, "/playground/people", {"name": "새내기"}))["id"]
    await post(town, f"/playground/rooms/{room}/lines", {"person": newcomer, "text": "안녕하세요"})
    await page.locator("#members").get_by_text("새내기").wait_for()
    assert await page.evaluate("() => document.querySelector('#scroll').scrollTop") < 400
    assert await page.evaluate("() => document.activeElement.className") == "trace"
    assert await page.locator("#newest").is_visible()


async def test_what_could_not_be_sent_is_not_lost(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await visitor.new_room("아무도 없는 방")
    field = page.get_by_label("메시지", exact=True)
    await field.fill("누가 듣나요?")
    await field.press("Enter")
    await page.get_by_text("먼저 사람을 초대해 주세요.").wait_for()
    assert await field.input_value() == "누가 듣나요?"
    await page.route("**/lines", lambda route: route.abort())
    await page.get_by_role("button", name="우리 반 놀이방").click()
    await field.fill("들리나요?")
    await field.press("Enter")
    await page.get_by_text("보내지 못했어요.").wait_for()
    assert await field.input_value() == "들리나요?"
    visitor.complaints = [one for one in visitor.complaints if "ERR_FAILED" not in one]


async def test_a_syllable_that_is_being_written_is_not_sent(visitor: Visitor) -> None:
    """Safari ends the composition first and says by a key code that this Enter belonged to it."""
    page = visitor.page
    await page.goto(visitor.url)
    field = page.get_by_label("메시지", exact=True)
    await field.fill("안녀")
    sent = await field.evaluate(
        "(field) => !field.dispatchEvent(new KeyboardEvent('keydown',"
        " { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }))"
    )
    assert (sent, await field.input_value()) == (False, "안녀")


async def test_the_keyboard_keeps_its_place(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await visitor.new_room("자리를 지키는 방", "민지")
    await page.get_by_role("button", name="도움말", exact=True).focus()
    await page.keyboard.press("Enter")
    await visitor.sees("🎈 스무고개. 모든 말은")
    await _frames(page)
    assert await page.evaluate(FOCUSED) == "도움말"
    await page.get_by_role("button", name="뒷면 보기").click()
    await page.get_by_role("tab", name="상태").click()
    link = page.locator("#health").get_by_role("link", name="API 문서").first
    await link.focus()
    await page.evaluate("() => (document.querySelector('#health .program').id = 'old')")
    await page.locator("#old").wait_for(state="detached")
    assert await page.evaluate(FOCUSED) == "API 문서"
    await page.get_by_role("tab", name="장애").click()
    await page.get_by_role("button", name="모두 끄기").focus()
    async with page.expect_response("**/playground/faults"):
        await page.keyboard.press("Enter")
    await _frames(page)
    assert await page.evaluate(FOCUSED) == "모두 끄기"


async def test_a_fault_that_has_struck_does_not_come_back(visitor: Visitor, town: Town) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await page.get_by_role("button", name="뒷면 보기").click()
    await page.get_by_role("tab", name="장애").click()
    count = page.get_by_role("spinbutton", name="알림 놓치기 (개)")
    await count.fill("1")
    async with page.expect_response(lambda answer: answer.request.method == "PUT"):
        await count.press("Tab")
    await room_with(town, "알림을 놓치는 방", 1)
    switch = page.get_by_role("switch", name="알림 두 번씩")
    async with page.expect_response(lambda answer: answer.request.method == "PUT"):
        await switch.check()
    await page.wait_for_function("() => document.querySelector('#fault-drop_events').value === '0'")
    await switch.uncheck()
    await page.locator("#banner").wait_for(state="hidden")


async def test_a_screen_reader_hears_news_once(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    assert await page.evaluate("() => getComputedStyle(document.querySelector('#toast')).display") != "none"
    await page.get_by_role("button", name="뒷면 보기").click()
    await page.get_by_role("tab", name="장애").click()
    switch = page.get_by_role("switch", name="이름 없음")
    await switch.check()
    await page.get_by_text("장애 스위치 1개가 켜져 있어요.").wait_for()
    await page.evaluate(
        "() => { window.heard = 0;"
        " new MutationObserver((all) => (window.heard += all.length))"
        ".observe(document.querySelector('#banner'), { childList: true }); }"
    )
    other = page.get_by_role("spinbutton", name="보내기 지연 (ms)")
    async with page.expect_response(lambda answer: answer.request.method == "PUT"):
        await other.fill("0")
        await other.dispatch_event("change")
    await _frames(page)
    assert await page.evaluate("() => window.heard") == 0
    await switch.uncheck()
    await page.locator("#banner").wait_for(state="hidden")


async def test_a_dialog_stays_when_a_selection_ends_beside_it(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await page.get_by_role("button", name="새 방 만들기").click()
    await page.get_by_label("방 이름").fill("끌다가 나간 방")
    box = await page.get_by_label("방 이름").bounding_box()
    assert box
    await page.mouse.move(box["x"] + 60, box["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(5, 5)
    await page.mouse.up()
    assert await page.get_by_label("방 이름").is_visible()
    await page.mouse.click(5, 5)
    await page.get_by_label("방 이름").wait_for(state="hidden")


async def test_on_a_phone_the_way_takes_the_focus_with_it(visitor: Visitor, town: Town) -> None:
    page = visitor.page
    room, _ = await room_with(town, "좁은 방", 2)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{visitor.url}/#room={room}")
    trace = page.locator("#log .trace").first
    await trace.focus()
    await page.keyboard.press("Enter")
    assert await page.evaluate("() => document.activeElement.id") == "tab-way"
    await page.keyboard.press("Escape")
    await page.locator("#panel").wait_for(state="hidden")
    assert await page.evaluate("() => document.activeElement.className") == "trace"


async def test_many_tabs_can_be_open(browser: Browser, town: Town) -> None:
    """A browser has six connections to a host."""
    context = await browser.new_context()
    for _ in range(8):
        page = await context.new_page()
        await page.goto(town.url)
        await page.get_by_role("button", name="우리 반 놀이방").wait_for()


async def test_a_way_that_was_forgotten_is_not_called_none(visitor: Visitor) -> None:
    page = visitor.page
    await page.route("**/page/ways*", lambda route: route.fulfill(json=None))
    await page.goto(visitor.url)
    await visitor.new_room("오래된 방", "민지")
    await visitor.says("민지", "/스자 도움말", "🎈 스무고개. 모든 말은")
    await page.get_by_label("메시지", exact=True).fill("그냥 하는 말")
    await page.get_by_label("메시지", exact=True).press("Enter")
    for line, told in (
        ("/스자 도움말", "16분 동안만 기억해요"),
        ("그냥 하는 말", "봇에게 가는 말이 아니에요"),
    ):
        message = page.locator(".message.mine").filter(has_text=line)
        await message.hover()
        await message.get_by_role("button", name="온 길 보기").click()
        await page.locator("#way").get_by_text(told).wait_for()


async def _frames(page: Page) -> None:
    """Until everything that is due before the next pictures was done."""
    await page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


async def test_who_leaves_the_line_and_is_back_at_once_keeps_the_commands(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await visitor.new_room("들락날락", "민지")
    await page.evaluate(
        """() => {
          const line = document.querySelector("#line");
          line.focus(); line.blur(); line.focus();
          line.value = "/"; line.dispatchEvent(new Event("input"));
        }"""
    )
    await page.evaluate(
        "() => new Promise((done) => setTimeout(done, 200))"
    )  # the commands close after 150 ms
    assert await page.get_by_role("listbox", name="명령").is_visible()
    await page.locator("#line").blur()
    await page.get_by_role("listbox", name="명령").wait_for(state="hidden")
