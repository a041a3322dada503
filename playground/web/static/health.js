// How the programs are, and where their own pages are.

import { find, make, refill } from "./dom.js";
import { isShown } from "./panel.js";
import * as phone from "./phone.js";
import { on, state } from "./state.js";

const WORDS = { ok: ["괜찮아요", "ok"], degraded: ["일부만 돼요", "degraded"], draining: ["끝내는 중", "bad"], away: ["꺼져 있어요", "bad"] };

function program(one) {
  const [word, kind] = WORDS[one.status] || [one.status, "bad"];
  const weak = Object.entries(one.weak).map(([name, status]) => `${name}: ${status}`);
  const link = (href, text) => href && make("a", { href, target: "_blank", rel: "noopener" }, text);
  return make(
    "div",
    { class: "program" },
    make("b", {}, one.title, " ", make("span", { class: kind }, word)),
    weak.length ? make("p", {}, weak.join(", ")) : null,
    link(one.ready, "상태"),
    link(one.docs, "API 문서"),
    link(one.metrics, "지표"),
  );
}

async function refresh() {
  if (!isShown("health")) return;
  const found = await phone.health();
  refill(
    find("#health"),
    make("h3", {}, "프로그램"),
    ...(found ? found.map(program) : [make("p", {}, "놀이터가 대답하지 않아요.")]),
    make("h3", {}, "누가 답하나요?"),
    make(
      "p",
      {},
      state.demo
        ? "지금은 데모 모델이 답해요. 인공지능이 아니라 표에서 찾아 답하는 작은 서버예요. .env 파일에 GOOGLE_API_KEY를 적고 다시 켜면 Gemini가 답해요."
        : "Gemini가 답해요.",
    ),
  );
}

export function start() {
  on("panel", refresh);
  setInterval(refresh, 4000);
}
