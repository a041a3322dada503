// The palette of commands: opens when a line begins like a command, out of what the bots say they understand.

import { find, make } from "./dom.js";
import { state } from "./state.js";

let field;
let write;
let options = []; // {usage, summary}
let at = 0;
let dismissed = ""; // what stood there when Escape was pressed

const box = () => find("#palette");
const isOpen = () => !box().hidden;

/** What of a usage can be written as it stands: `/스자 정답 [낱말]` → `/스자 정답 `. */
export function fixed(usage) {
  const cut = usage.search(/[[(]/);
  return cut < 0 ? usage : usage.slice(0, cut).trimEnd() + " ";
}

/** The commands that go on as what is written began, bot by bot. */
function fitting(written) {
  const text = written.trimStart();
  const goesOn = (bot) => ({ usage }) => {
    const words = (line) => line.slice(bot.prefix.length).trim();
    return bot.prefix.startsWith(text.trim()) || words(fixed(usage)).startsWith(words(text));
  };
  return state.commands
    .filter((bot) => bot.prefix.startsWith(text.trim()) || text.startsWith(bot.prefix))
    .map((bot) => ({ ...bot, commands: bot.commands.filter(goesOn(bot)) }))
    .filter((bot) => bot.commands.length);
}

export function close() {
  box().hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function mark() {
  box().querySelectorAll('[role="option"]').forEach((item, number) => {
    item.setAttribute("aria-selected", String(number === at));
    if (number === at) item.scrollIntoView({ block: "nearest" });
  });
  field.setAttribute("aria-activedescendant", `option-${at}`);
}

function take(number) {
  close();
  dismissed = fixed(options[number].usage);
  write(dismissed);
}

export function update() {
  const text = field.value;
  if (text !== dismissed) dismissed = "";
  const bots = /^\s*[/!]/.test(text) && !text.includes("\n") && text !== dismissed ? fitting(text) : [];
  options = bots.flatMap((bot) => bot.commands);
  if (!options.length || (options.length === 1 && options[0].usage === text.trim())) return close();
  at = 0;
  let number = 0;
  box().replaceChildren(
    ...bots.map((bot) =>
      make(
        "div",
        { role: "group", "aria-label": bot.title },
        make("div", { class: "group", "aria-hidden": "true" }, `${bot.title} ${bot.prefix}`),
        bot.commands.map(({ usage, summary }) => {
          const mine = number++;
          return make(
            "div",
            { role: "option", id: `option-${mine}`, "aria-selected": "false", onmousedown: (event) => event.preventDefault(), onclick: () => take(mine) },
            make("b", {}, usage),
            make("span", {}, summary),
          );
        }),
      ),
    ),
    make("div", { class: "keys", "aria-hidden": "true" }, "↑↓ 고르기 · Enter 넣기 · Esc 닫기"),
  );
  box().hidden = false;
  field.setAttribute("aria-expanded", "true");
  mark();
}

/** Whether a key meant the palette. */
export function onKey(event) {
  if (!isOpen()) return false;
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in moves) at = (at + moves[event.key] + options.length) % options.length;
  else if (event.key === "Home") at = 0;
  else if (event.key === "End") at = options.length - 1;
  else if (event.key === "Escape") {
    dismissed = field.value;
    close();
  } else if ((event.key === "Enter" && !event.shiftKey && fixed(options[at].usage).trim() !== field.value.trim()) || (event.key === "Tab" && !event.shiftKey)) take(at);
  else return false;
  event.preventDefault();
  if (isOpen()) mark();
  return true;
}

export function start(given) {
  ({ field, write } = given);
}
