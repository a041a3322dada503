// The fake phone and the page's own routes, over HTTP, WebSocket and server-sent events.

/** A request that is told as {ok, status, body}; it never throws. */
async function call(method, path, body) {
  const options = { method };
  if (body !== undefined) Object.assign(options, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  try {
    const response = await fetch(path, options);
    return { ok: response.ok, status: response.status, body: await response.json() };
  } catch {
    return { ok: false, status: 0, body: null };
  }
}

const get = async (path, otherwise) => {
  const answer = await call("GET", path);
  return answer.ok ? answer.body : otherwise;
};

export const rooms = () => get("/playground/rooms", []);
export const people = () => get("/playground/people", []);
export const addRoom = (name) => call("POST", "/playground/rooms", { name });
export const addPerson = (name) => call("POST", "/playground/people", { name });
export const join = (room, person) => call("POST", `/playground/rooms/${room}/people`, { person });
export const say = (room, person, text) => call("POST", `/playground/rooms/${room}/lines`, { person, text });
export const faults = () => get("/playground/faults", null);
export const switchFaults = (all) => call("PUT", "/playground/faults", all);
export const restart = (seconds) => call("POST", "/playground/restart", { seconds });
export const history = (room, person, texts) => call("POST", "/playground/history", { room, person, texts });

export const about = () => get("/page/about", { demo: false });
export const commands = () => get("/page/commands", []);
export const suggestions = () => get("/page/suggestions", {});
export const health = () => get("/page/health", null);
export const wayOfLine = (log) => get(`/page/ways?log=${log}`, null);
export const wayOfReply = (entry) => get(`/page/ways?entry=${entry}`, null);

/** A WebSocket that comes back when it breaks; `address` is asked each time. */
function listen(address, onMessage, onState = () => {}) {
  let pause = 500;
  const open = () => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${address()}`);
    socket.onopen = () => {
      pause = 500;
      onState(true);
    };
    socket.onmessage = (event) => onMessage(JSON.parse(event.data));
    socket.onclose = () => {
      onState(false);
      setTimeout(open, pause);
      pause = Math.min(pause * 2, 5000);
    };
  };
  open();
}

/** Every row, old ones first, then each new one; goes on behind the last one when the connection comes back. */
export function watch({ onRow, onState }) {
  let last = 0;
  const onMessage = (row) => {
    if (row.row <= last) return;
    last = row.row;
    onRow(row);
  };
  listen(() => `/playground/ws?after=${last}`, onMessage, onState);
}

/** What becomes of each bubble: {id, log, replyTo, type, dedupKey, state, at}. */
export function watchDeliveries(onTold) {
  let last = "0";
  const onMessage = (told) => {
    last = told.id;
    onTold(told);
  };
  listen(() => `/page/deliveries?after=${last}`, onMessage);
}
