/** The form that a chosen command becomes: one field an option, Enter sends, Escape cancels. */

import { h, uniqueId } from "./dom.js";
import { makeField } from "./fields.js";

/** @typedef {import("./types.js").Context} Context @typedef {import("./types.js").CommandEntry} CommandEntry */

/**
 * @param {CommandEntry} entry
 * @param {Context} context
 * @param {{send: (options: Record<string, any>) => Promise<void>, cancel: () => void, place: () => {user: string, channel: string}}} on
 * @returns {{node: HTMLFormElement, focus: () => void}}
 */
export function commandForm(entry, context, on) {
  const ask = (/** @type {string} */ focused, /** @type {string} */ value, /** @type {AbortSignal} */ signal) => askSuggestions(entry, fields, on.place(), focused, value, signal, context);
  const fields = entry.options.map((option) => makeField(option, context, ask));
  const titleId = uniqueId("command");
  const problem = h("p", { class: "problem", role: "alert" });
  const send = h("button", { type: "submit", class: "button primary" }, "Run command");
  const node = h(
    "form",
    { class: "command-form", "aria-labelledby": titleId },
    h("h3", { id: titleId }, `/${entry.label}`),
    h("p", { class: "help" }, entry.description),
    h("div", { class: "fields" }, fields.map((field) => field.node)),
    problem,
    h("div", { class: "form-actions" }, send, h("button", { type: "button", class: "button secondary", on: { click: on.cancel } }, "Cancel")),
  );
  node.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    void submit(fields, send, problem, on.send);
  });
  node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => onKey(event, node, on.cancel));
  return { node, focus: () => (fields[0]?.control ?? send).focus() };
}

/** @param {KeyboardEvent} event @param {HTMLFormElement} form @param {() => void} cancel */
function onKey(event, form, cancel) {
  if (event.key === "Escape") {
    event.preventDefault();
    cancel();
  } else if (event.key === "Enter" && /** @type {HTMLElement} */ (event.target).tagName === "SELECT") {
    event.preventDefault();
    form.requestSubmit();
  }
}

/** @param {import("./fields.js").Field[]} fields @param {HTMLButtonElement} button @param {HTMLElement} problem @param {(options: any) => Promise<void>} send */
async function submit(fields, button, problem, send) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  problem.textContent = "";
  try {
    await send(await readAll(fields));
  } catch (reason) {
    problem.textContent = /** @type {Error} */ (reason).message;
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

/** @param {import("./fields.js").Field[]} fields @param {string} [except] */
async function readAll(fields, except) {
  /** @type {Record<string, any>} */
  const options = {};
  for (const field of fields) {
    const value = field.name === except ? undefined : await field.read();
    if (value !== undefined) options[field.name] = value;
  }
  return options;
}

/**
 * @param {CommandEntry} entry
 * @param {import("./fields.js").Field[]} fields
 * @param {{user: string, channel: string}} place
 * @param {string} focused
 * @param {string} value
 * @param {AbortSignal} signal
 * @param {Context} context
 */
async function askSuggestions(entry, fields, place, focused, value, signal, context) {
  const options = await readAll(fields, focused);
  const answer = await context.api.autocomplete({ ...place, command: entry.fullName, options, focused, value }, signal);
  return answer.choices;
}
