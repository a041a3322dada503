// Writing: who speaks, the line, the palette of commands, the chips.

import { find, make, refill, toast } from "./dom.js";
import * as palette from "./palette.js";
import * as phone from "./phone.js";
import { choose, on, openRoom, speaker, state } from "./state.js";
import { hue, initial } from "./text.js";

const line = () => find("#line");

function fit() {
  line().style.height = "auto";
  line().style.height = `${line().scrollHeight + 2}px`;
  find("#send").disabled = !line().value.trim();
}

/** Put a text into the field, ready to go on writing. */
export function write(text) {
  line().value = text;
  fit();
  line().focus();
  line().setSelectionRange(text.length, text.length);
  palette.update();
}

/** Say something in the open room as whoever speaks; whether it was taken. */
export async function send(text) {
  const room = openRoom();
  const person = speaker();
  if (!room || !text.trim()) return false;
  if (!person) {
    toast("먼저 사람을 초대해 주세요.");
    return false;
  }
  const answer = await phone.say(room.id, person.id, text);
  if (answer.status === 202) toast("카카오톡이 멈춰 있어요. 살아나면 도착해요.");
  else if (!answer.ok) toast("보내지 못했어요. 놀이터가 켜져 있나요?");
  return answer.ok;
}

async function submit() {
  const text = line().value;
  if (!text.trim()) return;
  line().value = "";
  fit();
  palette.close();
  if (!(await send(text)) && !line().value) write(text); // to be sent again
}

function showSpeakers() {
  const room = openRoom();
  const now = speaker();
  refill(
    find("#speakers .people"),
    ...(room?.people || []).map((person) =>
      make(
        "label",
        {},
        make("input", { type: "radio", name: "speaker", value: person.id, checked: person === now, onchange: () => choose(room.id, person.id) }),
        make("span", { class: "avatar", style: { "--hue": hue(person.id) }, "aria-hidden": "true" }, initial(person.name)),
        person.name,
      ),
    ),
  );
}

function onKey(event) {
  if (event.isComposing || event.keyCode === 229) return; // a Hangul syllable is not finished; Safari says 229
  if (palette.onKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  }
}

export function start() {
  palette.start({ field: line(), write });
  for (const topic of ["room", "rooms"]) on(topic, showSpeakers);
  on("room", () => {
    fit();
    palette.close();
    if (state.room && matchMedia("(hover: hover)").matches) line().focus(); // no keyboard pops up on a phone
  });
  line().addEventListener("input", () => {
    fit();
    palette.update();
  });
  line().addEventListener("keydown", onKey);
  line().addEventListener("blur", () => setTimeout(() => document.activeElement === line() || palette.close(), 150)); // who is back at once goes on
  find("#composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    line().focus();
  });
}
