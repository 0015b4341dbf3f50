/** What a lock screen would show: who wrote, and the first line only. */

import { byId, h } from "./dom.js";
import { preview } from "./message.js";
import { nameOf } from "./state.js";

/** @param {any} message @param {() => void} open */
export function showToast(message, open) {
  const name = nameOf(message.author);
  const act = () => {
    clearToast();
    open();
  };
  const body = h("button", { type: "button", class: "toast-body", on: { click: act } }, h("strong", {}, name), h("span", { class: "toast-line" }, preview(message)));
  const close = h("button", { type: "button", class: "toast-close", "aria-label": "Dismiss notification", on: { click: clearToast } }, "✕");
  byId("toasts").replaceChildren(h("div", { class: "toast", data: { testid: "toast" } }, body, close));
}

export function clearToast() {
  byId("toasts").replaceChildren();
}
