/** What one can do to the bot: run commands, press, send modals in; and what becomes of the bot's answer. */

import { openModal } from "./modal.js";

/** @typedef {import("./types.js").Result} Result @typedef {import("./types.js").Context} Context */

const SILENT = "The application did not respond";
const FAILED = "This interaction failed";

export class Actions {
  /**
   * @param {() => Context} context
   * @param {import("./log.js").Log} log
   * @param {{place: () => {user: string, channel: string}, restFocus: () => void, complain: (problem: unknown) => void}} page
   */
  constructor(context, log, page) {
    this.context = context;
    this.log = log;
    this.page = page;
  }

  /** @param {string} content */
  async say(content) {
    const { user, channel } = this.page.place();
    const message = await this.context().api.say(user, channel, content);
    this.#show(message);
    this.log.scrollToEnd();
  }

  /** @param {import("./types.js").CommandEntry} entry @param {Record<string, any>} options */
  async run(entry, options) {
    await this.#invoke(`/${entry.label}`, { command: entry.fullName, options });
  }

  /** @param {{fullName: string, label: string, type: number, target: string}} entry a context-menu command */
  async runOn({ fullName, label, type, target }) {
    try {
      await this.#invoke(label, { command: fullName, type, target });
    } catch (problem) {
      this.page.complain(problem);
    }
  }

  /** @param {string} name @param {object} what */
  async #invoke(name, what) {
    const place = this.page.place();
    const done = this.log.progress(`Sending ${name}…`);
    try {
      const result = await this.context().api.invoke({ ...place, ...what });
      if (result.outcome === "failed") this.log.notice(`${name}: ${result.error ?? SILENT}`);
      else this.#settle(result, this.page.restFocus);
    } finally {
      done();
    }
  }

  /** @param {any} message @param {string} customId @param {string[]} [values] */
  async press(message, customId, values) {
    const { user } = this.page.place();
    this.log.setWaiting(message.id, true);
    try {
      const result = await this.context().api.press({ user, message: message.id, custom_id: customId, values });
      this.log.setWaiting(message.id, false);
      if (result.outcome === "failed") this.log.fail(message.id, FAILED);
      else this.#settle(result, () => (this.log.control(message.id, customId) ?? this.log.root).focus());
    } catch (problem) {
      this.log.setWaiting(message.id, false);
      this.log.fail(message.id, /** @type {Error} */ (problem).message);
    }
  }

  /** @param {Result} result @param {() => void} restFocus where the focus belongs after a modal */
  #settle(result, restFocus) {
    if (result.outcome === "modal" && result.modal) this.#ask(result.modal, restFocus);
    else if (result.message) this.#show(result.message);
  }

  /** @param {import("./types.js").Modal} modal @param {() => void} restFocus */
  #ask(modal, restFocus) {
    const { user } = this.page.place();
    const send = async (/** @type {Record<string, any>} */ values) => {
      const result = await this.context().api.submit({ user, modal: modal.id, values });
      if (result.outcome === "failed") throw new Error("Something went wrong. Try again.");
      if (result.message) this.#show(result.message);
    };
    openModal(modal, this.context(), { send, closed: restFocus });
  }

  /** Events bring every message too, and later news of it; so what is drawn already is left alone. @param {any} message */
  #show(message) {
    if (this.context().store.isOpen(message.channel_id) && !this.log.has(message.id)) this.log.put(message);
  }
}
