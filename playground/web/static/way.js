// The way of one line: bridge → stream → bot → LLM server → model → and back into the room.

import { find, make } from "./dom.js";
import { isShown } from "./panel.js";
import * as phone from "./phone.js";
import { changed, on, rowsOf, state } from "./state.js";
import { milliseconds, oneLine } from "./text.js";

const PLACES = {
  bridge: "카카오톡 → 브리지 → 스트림",
  bot: "봇",
  llm: "LLM 서버",
  model: "모델",
  iris: "답 → 스트림 → 브리지",
  room: "답 → 스트림 → 브리지 → 방",
};
const AGAIN_MS = 600;
const PATIENCE = 60; // looks

let line = null; // the row that was asked about
let looks = 0;

const rowOf = (log) => [...state.rows.values()].flat().find((row) => row.log === log);

function step(one, whole) {
  const left = (Math.max(0, one.began) / whole) * 100;
  const width = Math.max(0, ((one.ended - one.began) / whole) * 100);
  return make(
    "li",
    {},
    make("div", { class: "head" }, make("b", {}, PLACES[one.place]), make("span", {}, `+${milliseconds(one.began)} · ${milliseconds(one.ended - one.began)}`)),
    make("div", { class: "bar", "aria-hidden": "true" }, make("i", { style: { "margin-left": `${Math.min(left, 99)}%`, width: `${Math.min(width, 100 - Math.min(left, 99))}%` } })),
    one.detail ? make("p", { class: "detail" }, one.detail) : null,
  );
}

function show(way) {
  const page = find("#way");
  if (!line) {
    page.replaceChildren(
      make("h3", {}, "한 줄이 온 길"),
      make("p", {}, "말풍선 옆의 ‘길’을 누르면, 그 줄이 브리지, 스트림, 봇, LLM 서버, 모델을 지나 답이 되어 돌아온 시간을 보여 줘요."),
      make("p", {}, "시간은 재지 않고 읽어요. 카카오톡 글 번호와 스트림 번호가 이미 시각이고, 나머지는 프로그램들의 기록에 그 번호로 남아 있어요."),
    );
    return;
  }
  const typed = rowOf(way?.log) || line;
  const head = [make("h3", {}, "한 줄이 온 길"), make("p", { class: "way-line" }, make("bdi", {}, typed.name || "?"), `: ${oneLine(typed.text).slice(0, 160)}`)];
  if (!way) {
    const isCommand = state.commands.some((bot) => line.text.trim().startsWith(bot.prefix));
    const none = line.mine
      ? "누가 물어서 한 말이 아니에요. 봇이 스스로 알려 준 거예요."
      : isCommand
      ? "이 줄의 길은 남아 있지 않아요. 브리지는 글 번호를 16분 동안만 기억해요."
      : "봇에게 가는 말이 아니에요. ‘/’나 ‘!’로 시작하는 명령만 스트림으로 가요.";
    const text = looks < 5 ? "찾고 있어요 …" : none;
    page.replaceChildren(...head, make("p", {}, text));
    return;
  }
  const whole = Math.max(1, ...way.steps.map((one) => one.ended));
  page.replaceChildren(
    ...head,
    make("ol", { class: "steps" }, way.steps.map((one) => step(one, whole))),
    make("p", {}, way.done ? `쓰인 뒤 ${milliseconds(whole)} 만에 마지막 답까지 방에 보였어요.` : "아직 가는 중이에요 …"),
    make("h3", {}, "번호"),
    make("p", { class: "id" }, `카카오톡 글 ${way.log || "?"}`),
    make("p", { class: "id" }, `스트림 ${way.entry} (= 로그의 entry, request_id)`),
  );
}

async function look() {
  if (!line || !isShown("way")) return;
  const asked = line;
  const told = state.told.get(asked.log);
  const way = asked.mine ? told?.replyTo && (await phone.wayOfReply(told.replyTo)) : await phone.wayOfLine(asked.log);
  if (asked !== line) return;
  looks += 1;
  state.traced = way ? { log: way.log || asked.log, entry: way.entry } : { log: asked.log };
  changed("traced");
  show(way || null);
  const steps = way?.steps.map((one) => one.place) || [];
  const isWhole = way?.done && steps.includes("bot") && looks > 2;
  if (!isWhole && looks < PATIENCE) setTimeout(look, AGAIN_MS);
}

export function start() {
  show(null);
  on("trace", (row) => {
    line = row;
    looks = 0;
    look();
  });
  on("room", () => {
    if (line && line.room !== state.room) {
      line = state.traced = null;
      show(null);
    }
  });
}
