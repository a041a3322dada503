// The bubbles of the open room.

import { find, make, soon, spoken } from "./dom.js";
import { changed, on, openRoom, rowsOf, speaker, state } from "./state.js";
import { dayOf, folded, hue, initial, timeOf } from "./text.js";

const NEAR_THE_FOLD = 450;
const SHOWN = 400; // older rows of a room are not drawn
const MANY = 50; // rows that come together: a history, not a conversation

const SETTLE_MS = 80; // a history is drawn when no more of it comes

let settling;
let drawn = 0; // rows of the open room that have their bubbles

const log = () => find("#log");
const scroller = () => find("#scroll");

let atEnd = true; // and stays there, whatever grows: pictures that load, lines that break anew

function toEnd() {
  scroller().scrollTop = scroller().scrollHeight;
  atEnd = true;
  find("#newest").hidden = true;
}

function onScroll() {
  atEnd = scroller().scrollHeight - scroller().scrollTop - scroller().clientHeight < 80;
  if (atEnd) find("#newest").hidden = true;
}

const isMine = (row) => !row.mine && row.person === speaker()?.id;
const follows = (row, before) =>
  before && before.person === row.person && timeOf(before.at) === timeOf(row.at) && dayOf(before.at) === dayOf(row.at);

/** What the bridge told of a bubble, in words. */
function label(row) {
  const told = state.told.get(row.log);
  if (told?.type !== "waiting") return null;
  return told.dedupKey?.endsWith("/notice") ? "잠깐 안내" : "이어지는 답";
}

function bubble(row) {
  if (row.image) {
    const alt = `${row.name || "누군가"}님이 보낸 사진`;
    return make("div", { class: "bubble picture" }, make("img", { src: row.image, alt }));
  }
  const { shown, isFolded } = folded(row.text);
  const more = isFolded
    ? make("button", { type: "button", class: "more", onclick: () => showWhole(row) }, "전체보기", make("span", { "aria-hidden": "true" }, "›"))
    : null;
  return make("div", { class: "bubble" }, make("span", { class: "text" }, shown), more);
}

function message(row) {
  const name = row.name || "이름 없음";
  const { length } = folded(row.text);
  const trace = make(
    "button",
    { type: "button", class: "trace", "aria-label": `${name}님의 이 말이 온 길 보기`, "aria-pressed": "false", title: "이 말이 온 길", onclick: () => changed("trace", row) },
    "길",
  );
  return make(
    "li",
    { class: "message", "data-row": row.row, "data-log": row.log },
    make("span", { class: `avatar${row.mine ? " bot" : ""}`, style: { "--hue": hue(row.person) }, "aria-hidden": "true" }, row.mine ? "봇" : initial(name)),
    make(
      "div",
      {},
      make("p", { class: "who", "aria-hidden": "true" }, name),
      make("span", { class: "label" }),
      make(
        "div",
        { class: "line" },
        spoken(`${name}, ${timeOf(row.at)}: `),
        bubble(row),
        make(
          "div",
          { class: "meta" },
          length >= NEAR_THE_FOLD && !row.image ? make("span", { class: "count" }, `${length}자`) : null,
          trace,
          make("time", { datetime: new Date(row.at * 1000).toISOString(), "aria-hidden": "true" }, timeOf(row.at)),
        ),
      ),
    ),
  );
}

/** What depends on the rows around it, on who speaks, and on what the bridge tells later. */
function dress(item, row, before, after) {
  const words = label(row);
  item.classList.toggle("mine", isMine(row));
  item.classList.toggle("first", !follows(row, before));
  item.classList.toggle("last", !after || !follows(after, row));
  item.classList.toggle("notice", words === "잠깐 안내");
  find(".label", item).textContent = words || "";
  find(".label", item).hidden = !words;
}

function append(row, before) {
  if (!before || dayOf(before.at) !== dayOf(row.at)) log().append(make("li", { class: "day" }, dayOf(row.at)));
  const item = message(row);
  dress(item, row, before, null);
  log().append(item);
  return item;
}

/** Only the newest `most` rows, where nothing else can have changed. */
function redress(most = SHOWN) {
  const all = rowsOf(state.room);
  for (let at = Math.max(0, all.length - most); at < all.length; at += 1) {
    const item = find(`[data-row="${all[at].row}"]`, log());
    if (item) dress(item, all[at], all[at - 1], all[at + 1]);
  }
}

/** Draw the room anew; what was said before is not read out. */
function redraw() {
  log().setAttribute("aria-live", "off");
  log().replaceChildren();
  const rows = rowsOf(state.room).slice(-SHOWN);
  rows.forEach((row, at) => append(row, rows[at - 1]));
  drawn = rowsOf(state.room).length;
  redress();
  mark();
  toEnd();
  requestAnimationFrame(() => log().setAttribute("aria-live", "polite"));
}

function head() {
  const room = openRoom();
  find("#room-name").textContent = room?.name || "방을 고르세요";
  const names = room ? [...room.people.map((person) => person.name), "놀이봇"] : [];
  find("#members").replaceChildren(...names.flatMap((name, at) => [at ? ", " : "", make("bdi", {}, name)]));
  document.title = `${room ? `${room.name} · ` : ""}놀이터 · LLM 워크스페이스`;
  find("#composer").hidden = find("#invite").hidden = !room;
}

function show() {
  head();
  redraw();
}

/** Draw what has come since; a whole history at once is no news. */
function drawFresh() {
  const rows = rowsOf(state.room);
  const fresh = rows.slice(drawn);
  clearTimeout(settling);
  if (fresh.length > MANY) {
    settling = setTimeout(redraw, SETTLE_MS);
    return;
  }
  const stick = atEnd || fresh.some(isMine);
  for (; drawn < rows.length; drawn += 1) append(rows[drawn], rows[drawn - 1]).classList.add("fresh");
  redress(fresh.length + 1);
  if (stick) toEnd();
  else if (fresh.length) find("#newest").hidden = false;
}

function showWhole(row) {
  find("#whole-text").textContent = row.text;
  find("#whole-title").textContent = `전체보기 · ${row.name || "이름 없음"}`;
  find("#whole").showModal();
}

/** The line whose way is shown has a frame. */
function mark() {
  for (const item of log().querySelectorAll(".message")) {
    const told = state.told.get(item.dataset.log);
    const is = state.traced && (item.dataset.log === state.traced.log || (told?.replyTo && told.replyTo === state.traced.entry));
    item.classList.toggle("traced", Boolean(is));
    find(".trace", item).setAttribute("aria-pressed", String(Boolean(is)));
  }
}

export function start() {
  on("room", show);
  on("rooms", () => {
    head(); // the bubbles stay, and who reads above stays there
    redress(); // somebody may speak now
  });
  const drawSoon = soon(drawFresh);
  on("row", (row) => row.room === state.room && drawSoon());
  on("speaker", () => redress());
  on("told", soon(() => redress())); // they come by the thousand when the page is opened
  on("traced", mark);
  find("#newest").addEventListener("click", toEnd);
  scroller().addEventListener("scroll", onScroll);
  const sizes = new ResizeObserver(() => atEnd && toEnd());
  sizes.observe(scroller());
  sizes.observe(log());
}
