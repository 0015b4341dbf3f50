/** A select as Discord has it in messages: a button that opens a list; one choice sends at once, several need "Done". */

import { h, uniqueId } from "./dom.js";

/**
 * @typedef {{value: string, label: string, description?: string | null, emoji?: string, chosen?: boolean}} PickerOption
 * @typedef {{label: string, options: PickerOption[], min: number, max: number, disabled?: boolean, customId?: string}} PickerSpec
 */

/** @param {PickerSpec} spec @param {(values: string[]) => void} send @returns {HTMLElement} */
export function picker(spec, send) {
  return new Picker(spec, send).root;
}

class Picker {
  /** @param {PickerSpec} spec @param {(values: string[]) => void} send */
  constructor(spec, send) {
    this.spec = spec;
    this.send = send;
    this.active = -1;
    this.chosen = new Set(spec.options.filter((option) => option.chosen).map((option) => option.value));
    this.multiple = spec.max > 1 || spec.min === 0;
    this.listId = uniqueId("picker");
    this.items = spec.options.map((option, index) => this.#item(option, index));
    this.list = h("ul", { id: this.listId, role: "listbox", "aria-label": spec.label, "aria-multiselectable": this.multiple ? "true" : null, class: "picker-list" }, this.items);
    this.button = this.#button();
    this.popup = h("div", { class: "picker-popup", hidden: true }, this.list, this.multiple ? this.#done() : null);
    this.root = h("div", { class: "picker", on: { focusout: (/** @type {FocusEvent} */ event) => this.#leave(event) } }, this.button, this.popup);
    this.#mark();
  }

  #button() {
    return h("button", {
      type: "button",
      class: "picker-button",
      role: "combobox",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-controls": this.listId,
      "aria-label": this.spec.label,
      "aria-disabled": this.spec.disabled ? "true" : null,
      disabled: this.spec.disabled,
      data: { customId: this.spec.customId ?? "" },
      on: { click: () => this.#toggle(), keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) },
    });
  }

  /** @param {PickerOption} option @param {number} index */
  #item(option, index) {
    const description = option.description ? h("span", { class: "option-description" }, option.description) : null;
    const listeners = { mousedown: (/** @type {Event} */ event) => event.preventDefault(), click: () => this.#choose(index) };
    return h("li", { id: uniqueId("option"), role: "option", "aria-selected": "false", on: listeners }, h("span", {}, [option.emoji, option.label].filter(Boolean).join(" ")), description);
  }

  #done() {
    return h("button", { type: "button", class: "picker-done", on: { click: () => this.#finish() } }, "Done");
  }

  get isOpen() {
    return !this.popup.hidden;
  }

  #toggle() {
    if (this.button.getAttribute("aria-disabled") === "true") return;
    this.#open(!this.isOpen);
  }

  /** @param {boolean} open */
  #open(open) {
    this.popup.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    const first = this.spec.options.findIndex((option) => this.chosen.has(option.value));
    this.#move(open ? Math.max(first, 0) : -1);
    if (open) this.popup.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  #move(index) {
    this.active = this.items.length === 0 ? -1 : index;
    this.items.forEach((item, at) => item.classList.toggle("active", at === this.active));
    const item = this.items[this.active];
    if (item) {
      this.button.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else this.button.removeAttribute("aria-activedescendant");
  }

  /** @param {number} index */
  #choose(index) {
    const { value } = this.spec.options[index];
    if (!this.multiple) {
      this.chosen = new Set([value]);
      this.#mark();
      this.#finish();
      return;
    }
    if (this.chosen.has(value)) this.chosen.delete(value);
    else if (this.chosen.size < this.spec.max) this.chosen.add(value);
    this.#move(index);
    this.#mark();
  }

  #mark() {
    this.items.forEach((item, at) => item.setAttribute("aria-selected", String(this.chosen.has(this.spec.options[at].value))));
    const names = this.spec.options.filter((option) => this.chosen.has(option.value)).map((option) => option.label);
    this.button.textContent = names.length > 0 ? names.join(", ") : this.spec.label;
    const done = this.popup?.querySelector("button");
    if (done) done.disabled = this.chosen.size < this.spec.min;
  }

  #finish() {
    this.#open(false);
    this.button.focus();
    this.send(this.spec.options.map((option) => option.value).filter((value) => this.chosen.has(value)));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.button.getAttribute("aria-disabled") === "true") return;
    const handled = this.isOpen ? this.#keyOpen(event) : this.#keyClosed(event);
    if (handled) event.preventDefault();
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  #keyClosed(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return false;
    this.#open(true);
    return true;
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  #keyOpen(event) {
    const last = this.items.length - 1;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => this.#move(Math.min(this.active + 1, last)),
      ArrowUp: () => this.#move(Math.max(this.active - 1, 0)),
      Home: () => this.#move(0),
      End: () => this.#move(last),
      Escape: () => this.#open(false),
      Enter: () => this.active >= 0 && this.#choose(this.active),
      " ": () => this.active >= 0 && this.#choose(this.active),
    };
    if (keys[event.key]) keys[event.key]();
    else this.#typeAhead(event);
    return event.key in keys;
  }

  /** @param {KeyboardEvent} event */
  #typeAhead(event) {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey) return;
    const starts = (/** @type {PickerOption} */ option) => option.label.replace(/^[#@]/, "").toLowerCase().startsWith(event.key.toLowerCase());
    const after = this.spec.options.findIndex((option, at) => at > this.active && starts(option));
    const found = after >= 0 ? after : this.spec.options.findIndex(starts);
    if (found >= 0) this.#move(found);
  }

  /** @param {FocusEvent} event */
  #leave(event) {
    if (this.isOpen && !this.root.contains(/** @type {Node | null} */ (event.relatedTarget))) this.#open(false);
  }
}
