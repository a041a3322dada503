// What one could say next: to begin with, and questions that the demo model surely understands.

import { send, write } from "./composer.js";
import { find, make, refill, soon } from "./dom.js";
import { fixed } from "./palette.js";
import { on, rowsOf, state } from "./state.js";

const CATEGORIES = {
  생물: "organism", 음식: "food", 사물: "object", 장소: "place", 개념: "concept", 영화: "movie", "사자성어/속담": "idiom_proverb",
};
const BEGAN = /\[(생물|음식|사물|장소|개념|영화|사자성어\/속담)( · [^\]]+)?\]/;
const ENDED = /정답은 '|열린 판이 없어요/;
const MOST = 8;

const twentyq = () => state.commands.find((bot) => bot.bot === "twentyq");
const others = () => state.commands.filter((bot) => bot.bot !== "twentyq");

/** How a bot is asked what it can do. */
const help = (bot) => fixed(bot.commands.find(({ usage }) => usage.includes("도움"))?.usage || bot.prefix).trim();

/** The category of the open game, as far as the bubbles tell; null when there is none. */
function playing(rows) {
  for (const row of rows.toReversed()) {
    if (!row.mine) continue;
    if (ENDED.test(row.text)) return null;
    const found = row.text.match(BEGAN);
    if (found) return CATEGORIES[found[1]];
  }
  return null;
}

/** Lines that could be said now. */
function ideas() {
  const bot = twentyq();
  if (!bot) return [];
  const { prefix } = bot;
  const rows = rowsOf(state.room);
  const category = playing(rows);
  if (!category) return ["시작", "시작 생물", "도움말", "전적 룸"].map((tail) => `${prefix} ${tail}`);
  const said = new Set(rows.filter((row) => !row.mine).map((row) => row.text.trim()));
  const asked = (state.suggestions[category] || []).map((question) => `${prefix} ${question}`).filter((text) => !said.has(text));
  return [...asked.slice(0, MOST), ...["힌트", "상태", "포기"].map((tail) => `${prefix} ${tail}`)];
}

function show() {
  const bot = twentyq();
  const chip = (text, onclick) => make("button", { type: "button", onclick }, text);
  const chips = state.room ? ideas().map((text) => chip(text.slice(bot.prefix.length + 1), () => send(text))) : [];
  if (chips.length && playing(rowsOf(state.room))) chips.splice(-3, 0, chip("정답 외치기…", () => write(`${bot.prefix} 정답 `)));
  else if (state.room) chips.push(...others().map((one) => chip(`${one.title} 도움말`, () => send(help(one)))));
  refill(find("#chips"), ...chips);
}

function welcome() {
  const box = find("#welcome");
  box.hidden = !state.room || rowsOf(state.room).length > 0;
  if (box.hidden) return;
  const start = (text, said) => make("button", { type: "button", onclick: () => send(said) }, text);
  const starts = others().map((bot) => start(`${bot.title} 도움말`, help(bot)));
  if (twentyq()) starts.unshift(start("스무고개 시작하기", `${twentyq().prefix} 시작`));
  box.replaceChildren(
    make("h3", {}, "카카오톡 방처럼 놀아 보세요"),
    make(
      "ol",
      {},
      make("li", {}, make("span", {}, "아래에서 ", make("b", {}, "말하는 사람"), "을 골라요. 한 방에서 여러 사람이 함께 놀 수 있어요.")),
      make("li", {}, make("span", {}, make("b", {}, "/스자 시작"), "을 보내면 봇이 하나를 떠올려요. 예/아니오로 답할 질문을 던져서 맞혀 보세요.")),
      make("li", {}, make("span", {}, make("b", {}, "/"), " 또는 ", make("b", {}, "!"), "를 치면 쓸 수 있는 명령이 모두 나와요.")),
    ),
    make("div", { class: "starts" }, starts),
    make("p", {}, "오른쪽 위 ☰ 뒷면에서는 한 줄이 온 길과 걸린 시간을 보고, 일부러 장애를 낼 수도 있어요."),
  );
}

export function start() {
  const showSoon = soon(() => {
    show();
    welcome();
  });
  for (const topic of ["room", "row", "commands"]) on(topic, showSoon);
}
