// Elements out of descriptions: texts are always texts, never markup.

export const find = (selector, from = document) => from.querySelector(selector);

/** `make("button", { class: "more", onclick }, "전체보기")`. Null and false children are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.entries(value).forEach(([key, one]) => element.style.setProperty(key, one));
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const sameness = (element) => element.id || element.href || element.value || element.textContent;

/** Put new children into a box. Who was in it with the keyboard stays there, on the child that reads the same. */
export function refill(box, ...children) {
  const focused = document.activeElement;
  const wanted = focused !== box && box.contains(focused) ? sameness(focused) : null;
  box.replaceChildren(...children);
  if (wanted === null) return;
  const all = [...box.querySelectorAll("button, a, input")];
  (all.find((one) => sameness(one) === wanted) || all[0])?.focus({ preventScroll: true });
}

/** Read by screen readers only. */
export const spoken = (text) => make("span", { class: "sr" }, text);

/** However often it is called, the work is done once, before the next picture. */
export function soon(work) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      work();
    });
  };
}

let clearing;
/** A short word at the bottom. */
export function toast(text) {
  find("#toast").textContent = text;
  clearTimeout(clearing);
  clearing = setTimeout(() => (find("#toast").textContent = ""), 3500);
}

/** Dialogs close by their buttons, by Escape (the browser's), and by a click that begins and ends beside them. */
export function closable(dialog) {
  let pressed;
  dialog.addEventListener("pointerdown", (event) => (pressed = event.target));
  dialog.addEventListener("click", (event) => {
    if ((event.target === dialog && pressed === dialog) || event.target.closest("[data-close]")) dialog.close();
  });
}
