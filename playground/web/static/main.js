// Puts the page together. No build step, no outside resource: these files are all there is.

import * as chips from "./chips.js";
import * as composer from "./composer.js";
import { closable, find, make, toast } from "./dom.js";
import * as faults from "./faults.js";
import * as health from "./health.js";
import * as log from "./log.js";
import * as panel from "./panel.js";
import * as phone from "./phone.js";
import * as rooms from "./rooms.js";
import { changed, on, openRoom, state, take } from "./state.js";
import * as way from "./way.js";

const THEMES = { auto: ["자동", "◐"], light: ["밝게", "☀"], dark: ["어둡게", "☾"] };

function showTheme(name) {
  const [word, sign] = THEMES[name];
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  const button = find("#theme");
  button.textContent = sign;
  button.setAttribute("aria-label", `화면 밝기: ${word}`);
  button.title = `화면 밝기: ${word}`;
}

function startTheme() {
  let name = localStorage.getItem("theme") in THEMES ? localStorage.getItem("theme") : "auto";
  showTheme(name);
  find("#theme").addEventListener("click", () => {
    const names = Object.keys(THEMES);
    name = names[(names.indexOf(name) + 1) % names.length];
    localStorage.setItem("theme", name);
    showTheme(name);
    toast(`화면 밝기: ${THEMES[name][0]}`);
  });
}

async function refresh() {
  const [all, people] = await Promise.all([phone.rooms(), phone.people()]);
  state.rooms = new Map(all.map((room) => [room.id, room]));
  state.people = new Map(people.map((person) => [person.id, person]));
  changed("rooms");
}

/** Ask for a name, or for one of those that are known; `use` gets {name} or {person}. */
function ask({ title, label, known = [], use }) {
  find("#ask-title").textContent = title;
  find("#ask-label").textContent = label;
  find("#ask-name").value = "";
  const pick = (person) => () => {
    find("#ask").close();
    use({ person });
  };
  find("#ask-known").replaceChildren(...known.map((person) => make("button", { type: "button", class: "plain", onclick: pick(person.id) }, person.name)));
  find("#ask-form").onsubmit = (event) => {
    event.preventDefault();
    const name = find("#ask-name").value.trim();
    if (!name) return;
    find("#ask").close();
    use({ name });
  };
  find("#ask").showModal();
  find("#ask-name").focus();
}

async function newRoom({ name }) {
  const answer = await phone.addRoom(name);
  if (!answer.ok) return toast("방을 만들지 못했어요.");
  await refresh();
  rooms.open(answer.body.id);
  toast("방을 만들었어요. 사람을 초대해 보세요.");
}

async function invite({ name, person }) {
  const id = person || (await phone.addPerson(name)).body?.id;
  const answer = id && (await phone.join(state.room, id));
  if (!answer?.ok) return toast("초대하지 못했어요.");
  await refresh();
  toast("초대했어요.");
}

function startDialogs() {
  closable(find("#ask"));
  closable(find("#whole"));
  find("#new-room").addEventListener("click", () => ask({ title: "새 방 만들기", label: "방 이름", use: newRoom }));
  find("#invite").addEventListener("click", () => {
    const here = new Set(openRoom().people.map((person) => person.id));
    ask({ title: "사람 초대하기", label: "새 사람의 별명", known: [...state.people.values()].filter((person) => !here.has(person.id)), use: invite });
  });
}

function listen() {
  let wasOpen = true;
  phone.watch({
    onRow: (row) => {
      take(row);
      if (!state.rooms.has(row.room) || (!row.mine && !state.rooms.get(row.room).people.some((one) => one.id === row.person))) refresh();
    },
    onState: (isOpen) => {
      if (!isOpen && wasOpen) toast("놀이터와 끊겼어요. 다시 잇는 중 …");
      if (isOpen && !wasOpen) refresh();
      wasOpen = isOpen;
    },
  });
  phone.watchDeliveries((told) => {
    if (!told.logId) return;
    state.told.set(told.logId, told);
    changed("told");
  });
}

async function loadCommands() {
  state.commands = await phone.commands();
  changed("commands");
  if (!state.commands.length) setTimeout(loadCommands, 2000); // the bots are still starting
}

async function start() {
  startTheme();
  for (const part of [rooms, log, composer, chips, panel, way, faults, health]) part.start();
  startDialogs();
  find("#back").addEventListener("click", rooms.leave);
  find(".skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address belongs to the rooms
    find("#line").focus();
  });
  on("room", () => state.room && state.unseen.delete(state.room));
  await refresh();
  rooms.openFromAddress();
  if (!state.room && matchMedia("(min-width: 761px)").matches && state.rooms.size) rooms.open([...state.rooms.keys()][0]);
  listen();
  loadCommands();
  state.demo = (await phone.about()).demo;
  find("#about").replaceChildren(
    ...(state.demo ? [make("strong", {}, "데모 모델"), "이 답하고 있어요. 답 앞의 [데모]가 그 표시예요."] : [make("strong", {}, "Gemini"), "가 답하고 있어요."]),
  );
  state.suggestions = await phone.suggestions();
  changed("commands");
}

start();
