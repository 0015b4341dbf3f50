/** The open channel's messages: keeps the drawn ones in step with what arrives, and the focus where it was. */

import { h } from "./dom.js";
import { drawMessage, hasMenus } from "./message.js";

/** @typedef {import("./types.js").Context} Context */

const NEAR_END_PX = 120;

export class Log {
  /** @type {Map<string, {message: any, json: string, node: HTMLElement}>} */
  #drawn = new Map();
  /** @type {Map<string, number>} message id to the number of the last event about it */
  #touched = new Map();
  /** @type {Set<string>} */
  #dismissed = new Set();
  /** @type {Set<string>} ids of messages with a press under way */
  #waiting = new Set();
  #events = 0;
  /** Whether to stay at the newest message when something grows or shrinks. */
  #pinned = true;

  /** @param {HTMLElement} root @param {Context} context */
  constructor(root, context) {
    this.root = root;
    this.context = context;
    root.addEventListener("scroll", () => (this.#pinned = this.#isNearEnd()));
    root.addEventListener("load", () => this.#follow(), true);
    new ResizeObserver(() => this.#follow()).observe(root);
    context.store.watch(() => root.classList.toggle("no-menu", !hasMenus(context)));
  }

  #follow() {
    if (this.#pinned) this.scrollToEnd();
  }

  /** Empties the log for another place or person. */
  clear() {
    this.#drawn.clear();
    this.#touched.clear();
    this.#waiting.clear();
    this.root.replaceChildren();
  }

  /** @returns {number} hand it to `replaceAll` with what was asked for at this moment */
  get mark() {
    return this.#events;
  }

  /** Shows exactly these messages, but trusts events that came after `mark` more. @param {any[]} messages @param {number} mark */
  replaceAll(messages, mark) {
    const newer = (/** @type {string} */ id) => (this.#touched.get(id) ?? -1) > mark;
    const listed = new Set(messages.map((message) => message.id));
    for (const id of [...this.#drawn.keys()]) if (!listed.has(id) && !newer(id)) this.#drop(id);
    for (const message of messages) if (!newer(message.id)) this.#put(message);
    const order = [...messages.map((message) => message.id), ...[...this.#drawn.keys()].filter((id) => !listed.has(id))];
    this.#sort(order.filter((id) => this.#drawn.has(id)));
    this.#note();
    this.scrollToEnd();
  }

  /** @param {string[]} order ids; moves only what is out of place, so that the focus is kept */
  #sort(order) {
    const nodes = [...this.root.children].filter((node) => node.matches("article"));
    const wanted = order.map((id) => /** @type {any} */ (this.#drawn.get(id)).node);
    if (wanted.every((node, at) => nodes[at] === node)) return;
    this.root.append(...wanted);
  }

  /** A message was sent or edited. @param {any} message */
  put(message) {
    this.#touch(message.id);
    this.#waiting.delete(message.id);
    this.#put(message);
    this.#note();
    this.#follow();
  }

  /** @param {string} id */
  remove(id) {
    this.#touch(id);
    this.#drop(id);
    this.#note();
  }

  /** Hides an ephemeral message until the page is loaded anew. @param {string} id */
  dismiss(id) {
    this.#dismissed.add(id);
    this.remove(id);
  }

  /** Draws everything again, since names or roles may have changed. */
  redraw() {
    for (const { message } of [...this.#drawn.values()]) this.#put(message, true);
  }

  /** @param {string} id @param {boolean} waiting whether its controls are at rest while the bot thinks */
  setWaiting(id, waiting) {
    if (waiting) this.#waiting.add(id);
    else this.#waiting.delete(id);
    this.#applyWaiting(id);
  }

  /** Says under a message that pressing went wrong. @param {string} id @param {string} words */
  fail(id, words) {
    const body = this.#drawn.get(id)?.node.querySelector(".body");
    body?.querySelector(".failed")?.remove();
    body?.append(h("p", { class: "failed" }, words));
  }

  /** A line that is no message, such as a failed command. @param {string} words */
  notice(words) {
    const dismiss = h("button", { type: "button", class: "link-button", on: { click: () => line.remove() } }, "Dismiss");
    const line = h("p", { class: "notice", data: { testid: "notice" } }, words, " ", h("span", { class: "ephemeral-note" }, "Only you can see this · ", dismiss));
    this.root.append(line);
    this.scrollToEnd();
  }

  /** A quiet line while a command is on its way. @param {string} words @returns {() => void} takes it away */
  progress(words) {
    const line = h("p", { class: "thinking" }, words);
    this.root.append(line);
    this.scrollToEnd();
    return () => line.remove();
  }

  /** Why there is nothing to see. @param {string} words */
  explain(words) {
    this.clear();
    this.root.append(h("p", { class: "empty" }, words));
  }

  /** @param {string} id */
  has(id) {
    return this.#drawn.has(id);
  }

  scrollToEnd() {
    this.#pinned = true;
    this.root.scrollTop = this.root.scrollHeight;
  }

  /** @param {string} id @param {string} customId @returns {HTMLElement | null} the control, for giving the focus back */
  control(id, customId) {
    return this.#drawn.get(id)?.node.querySelector(`[data-custom-id="${CSS.escape(customId)}"]`) ?? null;
  }

  /** @param {string} id */
  #touch(id) {
    this.#events += 1;
    this.#touched.set(id, this.#events);
  }

  /** @param {any} message @param {boolean} [force] */
  #put(message, force = false) {
    if (this.#dismissed.has(message.id)) return;
    const json = JSON.stringify(message);
    const before = this.#drawn.get(message.id);
    if (before?.json === json && !force) {
      this.#applyWaiting(message.id);
      return;
    }
    const node = drawMessage(message, this.context);
    if (before) replaceKeepingFocus(before.node, node);
    else this.root.append(node);
    this.#drawn.set(message.id, { message, json, node });
    this.#applyWaiting(message.id);
  }

  /** @param {string} id */
  #drop(id) {
    this.#drawn.get(id)?.node.remove();
    this.#drawn.delete(id);
  }

  /** @param {string} id */
  #applyWaiting(id) {
    const node = this.#drawn.get(id)?.node;
    if (!node) return;
    const waiting = this.#waiting.has(id);
    node.classList.toggle("waiting", waiting);
    for (const control of node.querySelectorAll(".body button[data-custom-id]")) {
      if (waiting) control.setAttribute("aria-disabled", "true");
      else control.removeAttribute("aria-disabled");
    }
    node.querySelector(".body > .press-state")?.remove();
    if (waiting) {
      node.querySelector(".failed")?.remove();
      node.querySelector(".body")?.append(h("p", { class: "press-state" }, "Waiting for supportbot…"));
    }
  }

  #note() {
    const empty = this.#drawn.size === 0;
    const note = this.root.querySelector(":scope > .empty");
    if (!empty) note?.remove();
    else if (!note) this.root.append(h("p", { class: "empty" }, "No messages here yet. Type / to see what supportbot can do."));
  }

  #isNearEnd() {
    return this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < NEAR_END_PX;
  }
}

/** @param {HTMLElement} before @param {HTMLElement} after */
function replaceKeepingFocus(before, after) {
  const focused = before.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
  const customId = focused?.dataset.customId;
  before.replaceWith(after);
  if (!focused) return;
  const same = customId ? /** @type {HTMLElement | null} */ (after.querySelector(`[data-custom-id="${CSS.escape(customId)}"]:not(:disabled)`)) : null;
  const next = same ?? /** @type {HTMLElement | null} */ (after.querySelector(".body button:not(:disabled)"));
  if (next) next.focus();
  else {
    after.tabIndex = -1;
    after.focus({ preventScroll: true });
  }
}
