/** An input that asks the bot for suggestions while one types; only the latest answer counts. */

import { h, uniqueId } from "./dom.js";

const DEBOUNCE_MS = 150;

/**
 * @typedef {import("./types.js").Choice} Choice
 * @typedef {{input: HTMLInputElement, node: HTMLElement, read: () => {text: string, choice: Choice | null}, isOpen: () => boolean, close: () => void}} Suggest
 */

/**
 * @param {HTMLInputElement} input
 * @param {(text: string, signal: AbortSignal) => Promise<Choice[]>} ask
 * @returns {Suggest}
 */
export function suggest(input, ask) {
  const box = new SuggestBox(input, ask);
  return {
    input,
    node: box.root,
    read: () => ({ text: input.value, choice: box.chosen }),
    isOpen: () => box.isOpen,
    close: () => box.close(),
  };
}

class SuggestBox {
  /** @type {Choice[]} */
  #choices = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {AbortController | null} */
  #asking = null;
  #active = -1;
  /** @type {Choice | null} */
  chosen = null;

  /** @param {HTMLInputElement} input @param {(text: string, signal: AbortSignal) => Promise<Choice[]>} ask */
  constructor(input, ask) {
    this.input = input;
    this.ask = ask;
    this.list = h("ul", { id: uniqueId("suggestions"), role: "listbox", "aria-label": "Suggestions", class: "suggestions", hidden: true });
    this.status = h("span", { class: "visually-hidden", role: "status" });
    this.root = h("div", { class: "suggest" }, input, this.list, this.status);
    this.#wire();
  }

  #wire() {
    const attrs = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id, autocomplete: "off" };
    for (const [name, value] of Object.entries(attrs)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => {
      this.chosen = null;
      this.#later();
    });
    this.input.addEventListener("focus", () => {
      if (!this.chosen) this.#later();
    });
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("keydown", (event) => this.#key(event));
  }

  get isOpen() {
    return !this.list.hidden;
  }

  close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#choices = [];
    this.#draw();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetch(), DEBOUNCE_MS);
  }

  async #fetch() {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const choices = await this.ask(this.input.value, asking.signal).catch(() => null);
    if (asking.signal.aborted || this.#asking !== asking) return;
    this.#choices = choices ?? [];
    this.#draw();
    this.status.textContent = choices === null ? "Suggestions could not be loaded" : `${this.#choices.length} suggestions`;
  }

  #draw() {
    this.list.replaceChildren(...this.#choices.map((choice, index) => this.#option(choice, index)));
    this.list.hidden = this.#choices.length === 0;
    this.input.setAttribute("aria-expanded", String(this.isOpen));
    this.#move(this.isOpen && this.input.value !== "" ? 0 : -1);
  }

  /** @param {Choice} choice @param {number} index */
  #option(choice, index) {
    const listeners = { mousedown: (/** @type {Event} */ event) => event.preventDefault(), click: () => this.#choose(index) };
    return h("li", { id: uniqueId("suggestion"), role: "option", "aria-selected": "false", on: listeners }, choice.name);
  }

  /** @param {number} index */
  #move(index) {
    this.#active = index;
    const options = [...this.list.children];
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = options[index];
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {number} index */
  #choose(index) {
    const choice = this.#choices[index];
    this.input.value = choice.name;
    this.close();
    this.chosen = choice;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.isOpen) {
      if (event.key === "ArrowDown") this.#later();
      return;
    }
    const count = this.#choices.length;
    if (event.key === "ArrowDown") this.#move((this.#active + 1) % count);
    else if (event.key === "ArrowUp") this.#move((this.#active - 1 + count) % count);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.#active >= 0) this.#choose(this.#active);
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  }
}
