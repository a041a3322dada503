// Behind the scenes: the frame with its three tabs.

import { find } from "./dom.js";
import { changed, on } from "./state.js";

let opener = null; // who gets the focus back

const tabs = () => [...document.querySelectorAll('.panel [role="tab"]')];
const pageOf = (tab) => find(`#${tab.getAttribute("aria-controls")}`);

export const isShown = (page) => !find("#panel").hidden && !find(`#${page}`).hidden;

function select(tab) {
  for (const one of tabs()) {
    one.setAttribute("aria-selected", String(one === tab));
    one.tabIndex = one === tab ? 0 : -1;
    pageOf(one).hidden = one !== tab;
  }
  changed("panel");
}

export function showPanel(page) {
  if (find("#panel").hidden) opener = document.activeElement;
  find("#panel").hidden = false;
  find("#app").classList.add("with-panel");
  find("#panel-switch").setAttribute("aria-expanded", "true");
  select(tabs().find((tab) => tab.getAttribute("aria-controls") === page) || tabs().find((tab) => tab.ariaSelected === "true"));
}

function hide() {
  const inside = find("#panel").contains(document.activeElement);
  find("#panel").hidden = true;
  find("#app").classList.remove("with-panel");
  find("#panel-switch").setAttribute("aria-expanded", "false");
  if (inside) (opener?.isConnected ? opener : find("#panel-switch")).focus();
  changed("panel");
}

function onKey(event) {
  const all = tabs();
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  select(next);
  next.focus();
}

export function start() {
  find("#panel-switch").addEventListener("click", () => {
    if (!find("#panel").hidden) return hide();
    showPanel();
    find('.panel [aria-selected="true"]').focus();
  });
  find("#panel-close").addEventListener("click", hide);
  find("#panel").addEventListener("keydown", (event) => event.key === "Escape" && hide());
  find('.panel [role="tablist"]').addEventListener("keydown", onKey);
  tabs().forEach((tab) => tab.addEventListener("click", () => select(tab)));
  on("trace", () => {
    showPanel("way");
    if (matchMedia("(max-width: 760px)").matches) find("#tab-way").focus(); // the rest is covered
  });
}
