/** Where one types: plain text sends a message, "/" opens the list of commands, a chosen command becomes a form. */

import { commandForm } from "./command_form.js";
import { byId, h } from "./dom.js";
import { flatten } from "./state.js";

/** @typedef {import("./types.js").Context} Context @typedef {import("./types.js").CommandEntry} CommandEntry */

/**
 * @typedef {object} Doors what the composer may ask of the page
 * @property {(content: string) => Promise<void>} say
 * @property {(entry: CommandEntry, options: Record<string, any>) => Promise<void>} run
 * @property {() => {user: string, channel: string}} place
 */

export class Composer {
  /** @type {CommandEntry[]} */
  #shown = [];
  #active = -1;
  #closedByHand = false;

  /** @param {Context} context @param {Doors} doors */
  constructor(context, doors) {
    this.context = context;
    this.doors = doors;
    this.form = byId("composer");
    this.box = byId("composer-text");
    this.list = byId("command-list");
    this.status = byId("composer-status");
    this.problem = byId("composer-problem");
    this.holder = byId("command-holder");
    this.#wire();
  }

  #wire() {
    this.form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.#send();
    });
    this.box.addEventListener("input", () => {
      this.#closedByHand = false;
      this.#refresh();
    });
    this.box.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#key(event));
    this.box.addEventListener("blur", () => this.#show([]));
    this.box.addEventListener("focus", () => this.#refresh());
    byId("composer-commands").addEventListener("click", () => this.#startSlash());
  }

  /** The place or its commands have changed. */
  update() {
    const name = this.context.store.addressee;
    byId("composer-label").textContent = `Message ${name}`;
    this.box.placeholder = `Message ${name}`;
    if (document.activeElement === this.box) this.#refresh();
  }

  /** Back to an empty composer. */
  reset() {
    this.holder.replaceChildren();
    this.form.hidden = false;
    this.box.value = "";
    this.problem.textContent = "";
    this.#show([]);
  }

  focus() {
    (this.holder.querySelector("input, select, button") ?? this.box).focus();
  }

  /** Opens the form of this command. @param {string} fullName */
  prefill(fullName) {
    const entry = this.#entries().find((candidate) => candidate.fullName === fullName || candidate.label === fullName);
    if (entry) this.#open(entry);
    else {
      this.reset();
      this.box.value = `/${fullName}`;
      this.box.focus();
      this.#refresh();
    }
  }

  #entries() {
    return flatten(this.context.store.known.commands, this.context.store.locale);
  }

  #startSlash() {
    if (!this.box.value.startsWith("/")) this.box.value = "/";
    this.#closedByHand = false;
    this.box.focus();
    this.#refresh();
  }

  #refresh() {
    const text = this.box.value;
    this.problem.textContent = "";
    if (!text.startsWith("/") || text.includes("\n") || this.#closedByHand) {
      this.#show([]);
      return;
    }
    const asked = text.slice(1).toLowerCase();
    const whole = asked.endsWith(" ") && this.#entries().find((entry) => entry.label.toLowerCase() === asked.trim());
    if (whole) this.#open(whole);
    else this.#show(rank(this.#entries(), asked.trim()));
  }

  /** @param {CommandEntry[]} entries */
  #show(entries) {
    const wasShown = this.#shown.length > 0;
    this.#shown = entries;
    this.list.replaceChildren(...entries.map((entry, index) => this.#option(entry, index)));
    this.list.hidden = entries.length === 0;
    this.#move(entries.length > 0 ? 0 : -1);
    const open = this.box.value.startsWith("/") && document.activeElement === this.box && !this.#closedByHand;
    if (open || wasShown) this.status.textContent = open ? countWords(entries.length) : "";
  }

  /** @param {CommandEntry} entry @param {number} index */
  #option(entry, index) {
    const listeners = { mousedown: (/** @type {Event} */ event) => event.preventDefault(), click: () => this.#open(entry) };
    return h(
      "li",
      { id: `command-option-${index}`, role: "option", "aria-selected": "false", "aria-label": `/${entry.label}: ${entry.description}`, on: listeners },
      h("span", { class: "command-name" }, `/${entry.label}`),
      h("span", { class: "option-description" }, entry.description),
    );
  }

  /** @param {number} index */
  #move(index) {
    this.#active = index;
    const options = [...this.list.children];
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (options[index]) {
      this.box.setAttribute("aria-activedescendant", options[index].id);
      options[index].scrollIntoView({ block: "nearest" });
    } else this.box.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.#shown.length > 0) this.#keyInList(event);
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void this.#send();
    }
  }

  /** @param {KeyboardEvent} event */
  #keyInList(event) {
    const count = this.#shown.length;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => this.#move((this.#active + 1) % count),
      ArrowUp: () => this.#move((this.#active - 1 + count) % count),
      Enter: () => this.#open(this.#shown[this.#active]),
      Tab: () => this.#open(this.#shown[this.#active]),
      Escape: () => {
        this.#closedByHand = true;
        this.#show([]);
      },
    };
    if (!keys[event.key] || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    keys[event.key]();
  }

  /** @param {CommandEntry} entry */
  #open(entry) {
    const form = commandForm(entry, this.context, {
      send: async (options) => {
        await this.doors.run(entry, options);
        if (form.node.isConnected) this.#close();
      },
      cancel: () => this.#close(),
      place: this.doors.place,
    });
    this.reset();
    this.form.hidden = true;
    this.holder.replaceChildren(form.node);
    form.focus();
  }

  #close() {
    const hadFocus = this.holder.contains(document.activeElement);
    this.reset();
    if (hadFocus) this.box.focus();
  }

  async #send() {
    const content = this.box.value.trim();
    if (!content) return;
    this.problem.textContent = "";
    try {
      await this.doors.say(content);
      if (this.box.value.trim() === content) this.reset();
    } catch (reason) {
      this.problem.textContent = /** @type {Error} */ (reason).message;
    }
  }
}

/** Best first: names that begin so, names that contain it, descriptions that contain it. @param {CommandEntry[]} entries @param {string} asked */
function rank(entries, asked) {
  const score = (/** @type {CommandEntry} */ entry) => {
    const label = entry.label.toLowerCase();
    if (label.startsWith(asked)) return 0;
    if (label.includes(asked)) return 1;
    return entry.description.toLowerCase().includes(asked) ? 2 : 3;
  };
  return entries.filter((entry) => score(entry) < 3).sort((a, b) => score(a) - score(b));
}

/** @param {number} count */
function countWords(count) {
  if (count === 0) return "No such command here";
  return count === 1 ? "1 command" : `${count} commands; arrow keys to move, Enter to choose`;
}
