"""The chat page in a real browser: what a visitor sees and does. Run by `make browser-test`."""

import itertools
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser
from redis.asyncio import Redis

from botkit.chat.layout import BUBBLE
from botkit.stream import pictures
from playground.embedded import Valkey
from playground.iris.server import FakeIris
from playground.room import REPLIES
from playground.web.neighbours import Neighbours
from playground.web.site import Site
from playground.web.trail import Trail
from tests.playground.web.conftest import Town, Visitor
from tests.support.servers import Client, free_port

pytestmark = pytest.mark.browser

CONTRAST = """() => {
  const part = (value) => { const one = value / 255; return one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const over = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const style = getComputedStyle(element);
    if (!walker.currentNode.data.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.closest(".sr, .skip, noscript, :disabled") || !element.getClientRects().length) continue;
    const grounds = [];
    for (let at = element; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
    const ground = over(["white", ...grounds]);
    const [dark, bright] = [light(over([`rgb(${ground.slice(0, 3)})`, style.color])), light(ground)].sort((a, b) => a - b);
    const ratio = (bright + 0.05) / (dark + 0.05);
    if (ratio < 4.5) weak.push(`${walker.currentNode.data.trim().slice(0, 20)} ${ratio.toFixed(2)}`);
  }
  return weak;
}"""


@pytest.fixture
async def mq(town: Town) -> AsyncIterator[Client]:
    """The queue of the playground, for what a bot would say."""
    client: Any = Redis(port=int(town.env["MQ_PORT"]), protocol=2)
    yield client
    await client.aclose()


_marks = itertools.count()


async def bot_says(mq: Client, room: str, text: str, **fields: str) -> None:
    """A reply as a bot writes it."""
    reply = {"chatId": room, "text": text, "type": "final", "bot": "test", "dedupKey": f"test/{next(_marks)}"}
    await mq.xadd(REPLIES, reply | fields)


def picture(width: int = 320, height: int = 200) -> bytes:
    """A PNG with a little sunset."""
    rows = b"".join(
        b"\0"
        + bytes(part for x in range(width) for part in (250 - y // 3, 150 - y // 2 + x // 9, 90 + y // 4))
        for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def room_of(visitor: Visitor) -> str:
    """The id of the open room."""
    return visitor.page.url.rpartition("=")[2]


async def test_three_people_play_to_the_end_in_two_rooms(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await page.get_by_role("heading", name="카카오톡 방처럼 놀아 보세요").wait_for()
    await visitor.new_room("고양이를 찾는 방", "민지", "준", "하나")
    await visitor.says("민지", "/스자 시작 생물", "[생물 · ")
    await visitor.says("준", "/스자 다리가 네 개인가요?", "→ 예")
    await visitor.new_room("김치를 찾는 방", "민지", "준", "하나")
    await visitor.says("하나", "/스자 시작 음식", "[음식 · ")
    await visitor.says("민지", "/스자 매운가요?", "→ 예")
    await visitor.says("준", "/스자 정답 김치", "🎉 준님이 맞혔어요!")
    await page.get_by_role("button", name="고양이를 찾는 방").click()
    await visitor.sees("→ 예")
    await visitor.says("하나", "/스자 사람보다 큰가요?", "→ 아니오")
    await visitor.says("하나", "/스자 집에서 키우나요?", "→ 예")
    await visitor.says("준", "/스자 힌트", "💡 힌트 1")
    await visitor.says("민지", "/스자 정답 고양이", "🎉 민지님이 맞혔어요! 정답은 '고양이'")

    log = page.get_by_role("log", name="대화")
    mine = log.locator(".message.mine")
    assert [await mine.nth(at).locator(".text").inner_text() for at in range(await mine.count())] == [
        "/스자 시작 생물",
        "/스자 정답 고양이",
    ]
    assert "김치" not in await log.inner_text()
    last = page.locator("#rooms li").filter(has_text="김치를 찾는 방")
    assert "준님이 맞혔어요" in await last.inner_text()
    assert await log.locator(".day").count() == 1
    await visitor.shoot("chat-light")


async def test_chips_play_a_game_with_the_mouse_alone(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await visitor.new_room("누르기만 하는 방", "민지")
    await page.get_by_role("button", name="시작 생물").click()
    await visitor.sees("[생물 · ")
    chips = page.get_by_role("group", name="눌러서 바로 보내는 말")
    await chips.get_by_role("button", name="동물인가요?").click()
    await visitor.sees("→ 예")
    assert await chips.get_by_role("button", name="동물인가요?").count() == 0
    await chips.get_by_role("button", name="정답 외치기…").click()
    assert await page.get_by_label("메시지", exact=True).input_value() == "/스자 정답 "
    await page.keyboard.type("고양이\n")
    await visitor.sees("🎉 민지님이 맞혔어요!")
    await chips.get_by_role("button", name="시작", exact=True).wait_for()


async def test_a_picture_a_notice_and_a_long_answer(visitor: Visitor, mq: Client) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await visitor.new_room("사진이 오는 방", "민지")
    room = room_of(visitor)
    key = await pictures.put(mq, picture())
    await bot_says(mq, room, "이번 달 달력이에요", type="image", imageKey=key)
    await bot_says(mq, room, "곰곰이 생각하고 있어요…", type="waiting", dedupKey="1-1/notice", replyTo="1-1")
    await bot_says(mq, room, "가" * BUBBLE)
    await bot_says(mq, room, "나" * (BUBBLE + 1))
    shown = page.get_by_role("img", name="놀이봇님이 보낸 사진")
    await page.wait_for_function("() => document.querySelector('.bubble img')?.naturalWidth === 320")
    assert await shown.is_visible()
    await page.locator(".message.notice").wait_for()
    assert "잠깐 안내" in await page.locator(".message.notice").inner_text()
    await visitor.sees("나나나")
    assert await page.locator(".bubble .more").count() == 1
    assert await page.locator(".message", has_text="가가가").locator(".count").inner_text() == f"{BUBBLE}자"
    await page.get_by_role("button", name="전체보기").click()
    whole = page.get_by_role("dialog", name="전체보기 · 놀이봇")
    assert await whole.locator(".text").inner_text() == "나" * (BUBBLE + 1)
    await page.keyboard.press("Escape")
    await whole.wait_for(state="hidden")


async def test_everything_can_be_done_with_the_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await page.get_by_role("heading", name="우리 반 놀이방").wait_for()

    async def reach(name: str) -> None:
        for _ in range(60):
            await page.keyboard.press("Tab")
            if (
                await page.evaluate(
                    "() => document.activeElement.ariaLabel || document.activeElement.textContent.trim()"
                )
                == name
            ):
                return
        raise AssertionError(f"Tab does not reach {name}")

    await reach("입력 칸으로 건너뛰기")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "line"
    await reach("새 방 만들기")
    await page.keyboard.press("Enter")
    await page.keyboard.type("손만 쓰는 방\n")
    await page.get_by_role("heading", name="손만 쓰는 방").wait_for()
    await reach("사람 초대하기")
    await page.keyboard.press("Enter")
    await page.keyboard.type("두리\n")
    await page.get_by_role("radio", name="두리").wait_for(state="attached")

    field = page.get_by_role("combobox", name="메시지")
    await field.focus()
    await page.keyboard.type("/")
    palette = page.get_by_role("listbox", name="명령")
    await palette.wait_for()
    assert await field.get_attribute("aria-expanded") == "true"
    first = await palette.locator("[aria-selected=true] b").inner_text()
    await page.keyboard.press("ArrowDown")
    second = await palette.locator("[aria-selected=true] b").inner_text()
    assert (first, second) == ("/스자 시작 [주제] [쉬움/어려움] [20]", "/스자 오늘")
    chosen = await field.get_attribute("aria-activedescendant")
    assert await page.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
    await page.keyboard.press("Escape")
    await palette.wait_for(state="hidden")
    assert await field.input_value() == "/"
    await page.keyboard.type("스자 시")
    await palette.wait_for()
    await page.keyboard.press("Enter")
    assert await field.input_value() == "/스자 시작 "
    await page.keyboard.type("생물")
    await page.keyboard.press("Enter")
    await visitor.sees("[생물 · ")
    await page.keyboard.type("한 줄")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("두 줄")
    await page.keyboard.press("Enter")
    await visitor.sees("한 줄\n두 줄")

    await page.get_by_role("button", name="두리님의 이 말이 온 길 보기").first.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="한 줄이 온 길").wait_for()
    await page.get_by_role("tab", name="길").focus()
    await page.keyboard.press("ArrowRight")
    assert await page.get_by_role("tab", name="장애").get_attribute("aria-selected") == "true"
    await page.keyboard.press("Escape")
    await page.locator("#panel").wait_for(state="hidden")
    assert await page.evaluate("document.activeElement.ariaLabel") == "두리님의 이 말이 온 길 보기"


async def test_what_a_screen_reader_is_told(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await visitor.new_room("소리로 듣는 방", "민지")
    await visitor.says("민지", "/스자 도움말", "🎈 스무고개. 모든 말은")
    told = await page.locator("body").aria_snapshot()
    for part in (
        'navigation "채팅"',
        'main "소리로 듣는 방"',
        'region "대화 내용"',
        'log "대화"',
        'radio "민지" [checked]',
        'combobox "메시지"',
        'button "사람 초대하기"',
        'button "전송"',
    ):
        assert part in told, told
    log = page.locator("#log")
    assert await log.get_attribute("aria-live") == "polite"
    spoken = await log.locator(".message").last.locator(".sr").inner_text()
    assert spoken.startswith("놀이봇, 오")
    unnamed = await page.evaluate(
        "() => [...document.querySelectorAll('button, input, textarea, [role=tabpanel]')]"
        ".filter((one) => !one.ariaLabel && !one.textContent.trim() && !one.labels?.length"
        " && !one.getAttribute('aria-labelledby')).map((one) => one.outerHTML)"
    )
    assert unnamed == []
    doubled = await page.evaluate(
        "() => [...document.querySelectorAll('[id]')].map((one) => one.id)"
        ".filter((id, at, all) => all.indexOf(id) !== at)"
    )
    assert doubled == []


@pytest.mark.parametrize(
    "look",
    [("light", "낮에 노는 방", "고기를 먹나요?"), ("dark", "밤에 노는 방", "포유류인가요?")],
    ids=lambda look: look[0],
)
async def test_every_text_has_contrast(
    browser: Browser, town: Town, mq: Client, look: tuple[Any, str, str]
) -> None:
    scheme, room, question = look
    context = await browser.new_context(
        viewport={"width": 1280, "height": 800},
        locale="ko-KR",
        timezone_id="Asia/Seoul",
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    visitor = Visitor(await context.new_page(), town.url)
    page = visitor.page
    await page.goto(visitor.url)
    await page.get_by_role("heading", name="카카오톡 방처럼 놀아 보세요").wait_for()
    assert await page.evaluate(CONTRAST) == []
    await visitor.new_room(room, "민지", "준")
    await visitor.says("민지", "/스자 시작 생물", "[생물 · ")
    await visitor.says("준", "/스자 동물인가요?", "→ 예")
    await visitor.says("민지", "/스자 날개가 있나요?", "→ 아니오")
    await bot_says(mq, room_of(visitor), "생각하고 있어요…", type="waiting", dedupKey="2-2/notice")
    await page.locator(".message.notice").wait_for()
    await visitor.says("준", f"/스자 {question}", "→ 예")
    await page.locator(".message.mine").last.hover()
    await page.locator(".message.mine .trace").last.click()
    await page.get_by_text("만에 마지막 답까지 방에 보였어요").wait_for()
    assert await page.evaluate(CONTRAST) == []
    await visitor.shoot(f"way-{scheme}")
    for tab, shown in (("장애", "일부러 내는 장애"), ("상태", "누가 답하나요?")):
        await page.get_by_role("tab", name=tab).click()
        await page.get_by_role("heading", name=shown).wait_for()
        assert await page.evaluate(CONTRAST) == []
    await page.get_by_label("메시지", exact=True).fill("/")
    await page.get_by_role("listbox", name="명령").wait_for()
    assert await page.evaluate(CONTRAST) == []
    assert visitor.complaints == []


async def test_light_and_dark_are_switched_and_remembered(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    ground = "() => getComputedStyle(document.querySelector('.chat')).backgroundColor"
    await page.emulate_media(color_scheme="light")
    light = await page.evaluate(ground)
    await page.emulate_media(color_scheme="dark")
    dark = await page.evaluate(ground)
    assert light != dark
    switch = page.locator("#theme")
    for name, colour in (("밝게", light), ("어둡게", dark)):
        await switch.click()
        assert await switch.get_attribute("aria-label") == f"화면 밝기: {name}"
        assert await page.evaluate(ground) == colour
    await page.emulate_media(color_scheme="light")
    await page.reload()
    assert await page.evaluate(ground) == dark
    await page.get_by_role("heading", name="우리 반 놀이방").wait_for()
    await switch.click()
    assert await page.evaluate(ground) == light


async def test_on_a_phone(browser: Browser, town: Town) -> None:
    context = await browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        has_touch=True,
        is_mobile=True,
        locale="ko-KR",
        timezone_id="Asia/Seoul",
    )
    visitor = Visitor(await context.new_page(), town.url)
    page = visitor.page
    await page.goto(visitor.url)
    await page.get_by_role("heading", name="채팅", exact=True).wait_for()
    assert not await page.locator(".chat").is_visible()
    await visitor.new_room("손바닥 방", "민지", "준", "하나")
    assert not await page.get_by_role("heading", name="채팅", exact=True).is_visible()
    await visitor.says("민지", "/스자 시작 생물", "[생물 · ")
    await visitor.says("준", "/스자 집에서 키우나요?", "→ 예")
    await visitor.says("하나", "/스자 바다에서 사나요?", "→ 아니오")
    await visitor.says("민지", "/스자 정답 고양이", "🎉 민지님이 맞혔어요!")
    assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    small = await page.evaluate(
        "() => [...document.querySelectorAll('button, .people label')].filter((one) => one.checkVisibility())"
        ".filter((one) => one.getBoundingClientRect().height < 24).map((one) => one.outerHTML)"
    )
    assert small == []
    await page.locator("#line").blur()
    await visitor.shoot("chat-phone")
    await page.get_by_role("button", name="뒷면 보기").click()
    await page.locator("#panel").wait_for()
    await page.get_by_role("button", name="뒷면 닫기").click()
    await page.go_back()
    await page.get_by_role("heading", name="채팅", exact=True).wait_for()
    assert "민지님이 맞혔어요" in await page.locator("#rooms li").first.inner_text()
    assert visitor.complaints == []


async def test_kakaotalk_dies_and_comes_back(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await visitor.new_room("끊기는 방", "민지")
    await page.get_by_role("button", name="뒷면 보기").click()
    await page.get_by_role("tab", name="장애").click()
    dead = page.get_by_role("switch", name="카카오톡 멈춤")
    await dead.check()
    await page.get_by_text("장애 스위치 1개가 켜져 있어요.").wait_for()
    await page.get_by_label("메시지", exact=True).fill("/스자 도움말")
    await page.get_by_label("메시지", exact=True).press("Enter")
    await page.get_by_text("카카오톡이 멈춰 있어요. 살아나면 도착해요.").wait_for()
    assert await page.locator("#log .message").count() == 0
    await dead.uncheck()
    await visitor.sees("🎈 스무고개. 모든 말은")
    await page.locator("#banner").wait_for(state="hidden")


async def test_another_room_is_marked_until_it_is_opened(visitor: Visitor, mq: Client) -> None:
    page = visitor.page
    await page.goto(visitor.url)
    await visitor.new_room("조용한 방", "민지")
    room = room_of(visitor)
    await visitor.new_room("다른 방", "민지")
    for number in range(2):
        await bot_says(mq, room, f"여기 봐요 {number}")
    entry = page.locator("#rooms li").filter(has_text="조용한 방")
    await entry.locator(".badge").filter(has_text="2").wait_for()
    await entry.get_by_role("button").click()
    await visitor.sees("여기 봐요 1")
    await entry.locator(".badge").wait_for(state="detached")


async def test_the_page_goes_on_where_it_was_when_the_connection_comes_back(
    browser: Browser, valkey_server: Valkey, valkey: Client, tmp_path: Path
) -> None:
    env = {"MQ_PORT": str(valkey_server.port), "LOG_DIR": str(tmp_path)}
    async with Neighbours(env) as neighbours, Trail(env) as trail:
        iris = FakeIris(port=free_port(), more=Site(neighbours, trail).routes())
        room, person = iris.world.add_room("끊긴 방"), iris.world.add_person("민지")
        iris.world.say(room.id, person.id, "첫째")
        async with iris:
            page = await browser.new_page()
            await page.goto(f"{iris.url}/#room={room.id}")
            await page.locator("#log").get_by_text("첫째").wait_for()
            await iris.stop()
            await page.get_by_text("놀이터와 끊겼어요").wait_for()
            iris.world.say(room.id, person.id, "둘째")
            await iris.start()
            await page.locator("#log").get_by_text("둘째").wait_for()
            assert await page.locator("#log .text").all_inner_texts() == ["첫째", "둘째"]
            await iris.stop()
            for number in range(500):
                iris.world.say(room.id, person.id, f"줄 {number}")
            await iris.start()
            await page.locator("#log").get_by_text("줄 499").wait_for()
            shown = await page.locator("#log .text").all_inner_texts()
            assert shown == [f"줄 {number}" for number in range(100, 500)]
            await page.close()
