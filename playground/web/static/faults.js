// Switches of what can go wrong on the fake phone.

import { find, make, refill, toast } from "./dom.js";
import { isShown } from "./panel.js";
import * as phone from "./phone.js";
import { on, openRoom, speaker } from "./state.js";

const WORDS = {
  conflated: ["전송 대기줄에 하나만 남기기", "진짜 Iris의 버릇: 기다리는 글 가운데 마지막만 나가요"],
  dead: ["카카오톡 멈춤", "아무것도 오가지 않고, 쓴 말은 살아난 뒤에 와요"],
  mute: ["보내기만 멈춤", "Iris는 성공이라고 하지만 방에는 보이지 않아요"],
  send_delay_ms: ["보내기 지연 (ms)", "글이 방에 보이기까지 더 걸려요"],
  event_delay_ms: ["받기 지연 (ms)", "새 글이 브리지에 늦게 알려져요"],
  drop_events: ["알림 놓치기 (개)", "다음 몇 줄은 브리지에 알려지지 않아요"],
  drop_sends: ["답 사라지기 (개)", "다음 몇 개의 답이 사라져요"],
  fail_replies: ["전송 요청 실패 (번)", "Iris가 500으로 답해요"],
  fail_queries: ["조회 요청 실패 (번)", "빠진 글을 물을 때 500으로 답해요"],
  duplicate: ["알림 두 번씩", "같은 글이 두 번 알려져요"],
  reorder: ["알림 순서 바꾸기", "두 줄씩 자리를 바꿔 알려져요"],
  null_nicknames: ["이름 없음", "누가 썼는지 알려지지 않아요"],
  odd_json: ["이상한 JSON", "아주 큰 숫자와 모르는 칸이 섞여요"],
};
const HISTORY = ["/스자 시작", "이건 한 시간 전에 한 말이에요", "/스자 힌트"];

let standing = {};

const struck = () => Object.values(standing).filter(Boolean).length;

/** Written only when it changes: a screen reader would say it every time. */
function banner() {
  const text = struck() ? `장애 스위치 ${struck()}개가 켜져 있어요.` : "";
  if (find("#banner").textContent === text) return;
  find("#banner").hidden = !text;
  find("#banner").textContent = text;
}

async function put(changes) {
  const now = await phone.faults(); // counts have run down since, and other pages switch, too
  const answer = await phone.switchFaults({ ...(now || standing), ...changes });
  if (answer.ok) standing = answer.body;
  else toast("스위치를 바꾸지 못했어요.");
  show();
}

function control([name, value]) {
  const [title, help] = WORDS[name] || [name, ""];
  const input =
    typeof value === "boolean"
      ? make("input", { type: "checkbox", role: "switch", id: `fault-${name}`, checked: value, onchange: (event) => put({ [name]: event.target.checked }) })
      : make("input", { type: "number", min: 0, max: 60000, id: `fault-${name}`, value, onchange: (event) => put({ [name]: Math.max(0, Number(event.target.value) || 0) }) });
  return make("label", { class: "switch", for: `fault-${name}` }, make("span", {}, title, make("small", {}, help)), input);
}

async function remember() {
  if (!openRoom() || !speaker()) return toast("먼저 방을 열어 주세요.");
  await phone.history(openRoom().id, speaker().id, HISTORY);
  toast("한 시간 전 대화를 밀어 넣었어요. 봇은 답하지 않아야 해요.");
}

function show() {
  banner();
  if (!isShown("faults")) return;
  refill(
    find("#faults"),
    make("h3", {}, "일부러 내는 장애"),
    make("p", {}, "가짜 전화기에서 일어나는 일이에요. 그래도 답은 한 번씩, 차례대로 와야 해요."),
    ...Object.entries(standing).map(control),
    make("h3", {}, "한 번 일으키기"),
    make("button", { type: "button", class: "plain", onclick: () => phone.restart(3).then(() => toast("Iris가 3초 동안 꺼져요.")) }, "Iris 껐다 켜기"),
    make("button", { type: "button", class: "plain", onclick: remember }, "옛 대화 동기화"),
    make("button", { type: "button", class: "plain", onclick: () => put(Object.fromEntries(Object.entries(standing).map(([name, value]) => [name, typeof value === "boolean" ? false : 0]))) }, "모두 끄기"),
  );
}

async function refresh() {
  if (isShown("faults") && find("#faults").contains(document.activeElement)) return; // not while somebody types
  standing = (await phone.faults()) || standing;
  show();
}

export function start() {
  on("panel", refresh);
  refresh();
  setInterval(refresh, 3000); // counts run down by themselves
}
