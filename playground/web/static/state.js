// What the page knows. Who changes it says so with `changed(topic)`, who shows it listens with `on(topic, show)`.

export const state = {
  rooms: new Map(), // id → {id, name, people}
  people: new Map(), // id → {id, name}
  rows: new Map(), // room → rows, oldest first
  told: new Map(), // log id of a bubble → what the bridge told of it
  unseen: new Map(), // room → rows that came while it was not open
  speakers: JSON.parse(localStorage.getItem("speakers") || "{}"), // room → person
  room: null, // the open one
  traced: null, // {log} or {entry}: the line whose way is shown
  demo: false,
  commands: [],
  suggestions: {},
};

const OPENED = Date.now();
const listeners = new Map();

export const on = (topic, show) => listeners.set(topic, [...(listeners.get(topic) || []), show]);
export const changed = (topic, ...facts) => (listeners.get(topic) || []).forEach((show) => show(...facts));

export const rowsOf = (room) => state.rows.get(room) || [];
export const openRoom = () => state.rooms.get(state.room);

/** Who speaks in a room: the one chosen last, else the first. */
export function speaker(room = openRoom()) {
  const people = room?.people || [];
  return people.find((person) => person.id === state.speakers[room.id]) || people[0] || null;
}

export function choose(room, person) {
  state.speakers[room] = person;
  localStorage.setItem("speakers", JSON.stringify(state.speakers));
  changed("speaker");
}

export function take(row) {
  if (!state.rows.has(row.room)) state.rows.set(row.room, []);
  state.rows.get(row.room).push(row);
  const isNew = row.at * 1000 >= OPENED - 1000; // else it was said before this page was opened
  if (isNew && row.room !== state.room) state.unseen.set(row.room, (state.unseen.get(row.room) || 0) + 1);
  changed("row", row);
}
