// The list of rooms on the left, and who is where.

import { find, make, soon, spoken } from "./dom.js";
import { changed, on, rowsOf, state } from "./state.js";
import { hue, initial, lately, oneLine } from "./text.js";

/** Only names that are rooms can be opened; the address keeps the open one, so that "back" works. */
export function openFromAddress() {
  const wanted = location.hash.match(/^#room=(\d+)$/)?.[1];
  state.room = state.rooms.has(wanted) ? wanted : null;
  if (state.room) state.unseen.delete(state.room);
  find("#app").dataset.view = state.room ? "room" : "rooms";
  changed("room");
}

export const open = (room) => (location.hash = `room=${room}`);
export const leave = () => (location.hash = "");

function entry(room) {
  const rows = rowsOf(room.id);
  const last = rows.at(-1);
  const unseen = state.unseen.get(room.id);
  return make(
    "li",
    {},
    make(
      "button",
      { type: "button", onclick: () => open(room.id), "aria-current": room.id === state.room ? "true" : null },
      make("span", { class: "avatar", style: { "--hue": hue(room.id) }, "aria-hidden": "true" }, initial(room.name)),
      make("span", { class: "name" }, make("bdi", {}, room.name), make("small", { "aria-hidden": "true" }, room.people.length || ""), spoken(`, ${room.people.length}명`)),
      last ? make("time", {}, lately(last.at)) : make("span"),
      make("span", { class: "last" }, last ? oneLine(last.image ? "사진" : last.text).slice(0, 80) : "아직 조용해요"),
      unseen ? make("span", { class: "badge" }, unseen, spoken("개의 새 메시지")) : null,
    ),
  );
}

function show() {
  const newest = (room) => rowsOf(room.id).at(-1)?.row || 0;
  const sorted = [...state.rooms.values()].sort((one, other) => newest(other) - newest(one));
  const focused = [...find("#rooms").children].findIndex((item) => item.contains(document.activeElement));
  const kept = focused >= 0 ? find("#rooms").children[focused].dataset.room : null;
  find("#rooms").replaceChildren(
    ...sorted.map((room) => {
      const item = entry(room);
      item.dataset.room = room.id;
      return item;
    }),
  );
  if (kept) find(`#rooms [data-room="${kept}"] button`)?.focus();
}

export function start() {
  const showSoon = soon(show);
  for (const topic of ["rooms", "room", "row"]) on(topic, showSoon);
  addEventListener("hashchange", openFromAddress);
}
