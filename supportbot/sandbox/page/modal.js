/** Shows the bot's modals as native dialogs. */

import { channelOptions, roleOptions, userOptions } from "./components.js";
import { h, uniqueId } from "./dom.js";
import { readFile } from "./fields.js";
import { richText } from "./text.js";

/** @typedef {import("./types.js").Context} Context @typedef {{node: HTMLElement, id?: string, read?: () => any}} Part */

const ACTION_ROW = 1, TEXT_DISPLAY = 10, LABEL = 18;

/**
 * @param {import("./types.js").Modal} modal
 * @param {Context} context
 * @param {{send: (values: Record<string, any>) => Promise<void>, closed: () => void}} on `send` throws an Error with the sentence to show
 */
export function openModal(modal, context, on) {
  const parts = modal.components.flatMap((component) => drawTop(component, context));
  const titleId = uniqueId("modal");
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = h("button", { type: "submit", class: "button primary" }, "Submit");
  const cancel = h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Cancel");
  const form = h("form", {}, parts.map((part) => part.node), problem, h("div", { class: "form-actions" }, submit, cancel));
  const dialog = h("dialog", { class: "modal", "aria-labelledby": titleId, data: { testid: "modal" } }, h("h2", { id: titleId }, modal.title), form);
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    void send(parts, { dialog, submit, problem }, on.send);
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    on.closed();
  });
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector("input, textarea, select")?.focus();
}

/** @param {Part[]} parts @param {{dialog: HTMLDialogElement, submit: HTMLButtonElement, problem: HTMLElement}} ui @param {(values: any) => Promise<void>} deliver */
async function send(parts, { dialog, submit, problem }, deliver) {
  if (submit.getAttribute("aria-disabled") === "true") return;
  submit.setAttribute("aria-disabled", "true");
  problem.textContent = "";
  try {
    await deliver(await readAll(parts));
    dialog.close();
  } catch (reason) {
    problem.textContent = /** @type {Error} */ (reason).message;
  } finally {
    submit.removeAttribute("aria-disabled");
  }
}

/** @param {Part[]} parts */
async function readAll(parts) {
  /** @type {Record<string, any>} */
  const values = {};
  for (const part of parts) if (part.id && part.read) values[part.id] = await part.read();
  return values;
}

/** @param {any} component @param {Context} context @returns {Part[]} */
function drawTop(component, context) {
  if (component.type === ACTION_ROW) return component.components.map((/** @type {any} */ input) => drawField(input, input.label, null, context));
  if (component.type === LABEL) return [drawField(component.component, component.label, component.description, context)];
  return component.type === TEXT_DISPLAY ? [{ node: richText(component.content, context) }] : [];
}

/** @type {Record<number, (component: any, face: Face, context: Context) => Part>} */
const FIELDS = {
  3: (component, face) => choice(component, component.options, face),
  4: textInput,
  5: (component, face, context) => choice(component, userOptions(context), face),
  6: (component, face, context) => choice(component, roleOptions(context), face),
  7: (component, face, context) => choice(component, [...userOptions(context), ...roleOptions(context)], face),
  8: (component, face, context) => choice(component, channelOptions(context, component.channel_types), face),
  19: fileUpload,
  21: (component, face) => boxes("radio", component, component.options, face, oneValue),
  22: (component, face) => boxes("checkbox", component, component.options, face, (values) => values),
  23: checkbox,
};

/** @typedef {{label: string, description: string | null | undefined, required: boolean}} Face */

/** @param {any} component @param {string} label @param {string | null} description @param {Context} context @returns {Part} */
function drawField(component, label, description, context) {
  const face = { label: label ?? "", description, required: component.required !== false };
  const part = FIELDS[component.type]?.(component, face, context) ?? { node: h("p", {}, `The sandbox cannot show this field: ${face.label}`) };
  return { ...part, id: component.custom_id };
}

/** @param {Face} face */
function need(face) {
  return h("span", { class: "need" }, face.required ? " (required)" : " (optional)");
}

/** Label, control and description of a single control. @param {any} control @param {Face} face */
function labelled(control, face) {
  control.id = uniqueId("field");
  const help = face.description ? h("span", { class: "help", id: uniqueId("help") }, face.description) : null;
  if (help) control.setAttribute("aria-describedby", help.id);
  return h("div", { class: "field" }, h("label", { for: control.id }, face.label, need(face)), help, control);
}

/** @param {any} component @param {Face} face @returns {Part} */
function textInput(component, face) {
  const long = component.style === 2;
  const control = h(long ? "textarea" : "input", {
    type: long ? null : "text", rows: long ? "4" : null, required: face.required, placeholder: component.placeholder,
    minlength: component.min_length, maxlength: component.max_length ?? 4000, autocomplete: "off",
  });
  control.value = component.value ?? "";
  control.addEventListener("input", () => checkLength(control, component.min_length ?? 0));
  return { node: labelled(control, face), read: () => control.value };
}

/** Browsers check `minlength` of typed text only; this also counts what was put in. @param {HTMLInputElement} control @param {number} least */
function checkLength(control, least) {
  const short = control.value.length > 0 && control.value.length < least;
  control.setCustomValidity(short ? `Write at least ${least} characters.` : "");
}

/** @param {any} component @param {any[]} options @param {Face} face @returns {Part} */
function choice(component, options, face) {
  const required = face.required && component.min_values !== 0;
  if ((component.max_values ?? 1) > 1) return boxes("checkbox", { ...component, min_values: component.min_values ?? 1 }, options, face, (values) => values);
  const preset = (component.default_values ?? []).map((/** @type {any} */ value) => value.id);
  const words = (/** @type {any} */ option) => (option.description ? `${option.label} - ${option.description}` : option.label);
  const chosen = (/** @type {any} */ option) => option.default || preset.includes(option.value);
  const control = h(
    "select",
    { required },
    h("option", { value: "" }, component.placeholder || "Choose…"),
    options.map((option) => h("option", { value: option.value, selected: chosen(option) }, words(option))),
  );
  return { node: labelled(control, { ...face, required }), read: () => (control.value === "" ? [] : [control.value]) };
}

/** @param {string[]} values */
function oneValue(values) {
  return values[0] ?? null;
}

/**
 * @param {"radio" | "checkbox"} type
 * @param {any} component
 * @param {any[]} options
 * @param {Face} face
 * @param {(values: string[]) => any} shape
 * @returns {Part}
 */
function boxes(type, component, options, face, shape) {
  const name = uniqueId("group");
  const rows = options.map((option) => box(type, name, option, type === "radio" && face.required));
  const inputs = rows.map((row) => row.input);
  const help = face.description ? h("p", { class: "help" }, face.description) : null;
  const node = h("fieldset", { class: "field" }, h("legend", {}, face.label, need(face)), help, rows.map((row) => row.node));
  const values = () => inputs.filter((input) => input.checked).map((input) => input.value);
  if (type === "checkbox" && inputs.length > 0) keepCount(node, inputs, component, face);
  return { node, read: () => shape(values()) };
}

/** @param {string} type @param {string} name @param {any} option @param {boolean} required */
function box(type, name, option, required) {
  const input = h("input", { type, name, value: option.value, id: uniqueId("box"), required, checked: option.default });
  const help = option.description ? h("span", { class: "help", id: uniqueId("help") }, option.description) : null;
  if (help) input.setAttribute("aria-describedby", help.id);
  return { input, node: h("div", { class: "box" }, input, h("label", { for: input.id }, option.label), help) };
}

/** Keeps the number of ticked boxes within what the bot asked for. @param {HTMLElement} node @param {any[]} inputs @param {any} component @param {Face} face */
function keepCount(node, inputs, component, face) {
  const least = face.required ? (component.min_values ?? 1) : 0;
  const most = component.max_values ?? inputs.length;
  const check = () => {
    const count = inputs.filter((input) => input.checked).length;
    const fits = (count >= least || (count === 0 && !face.required)) && count <= most;
    inputs[0].setCustomValidity(fits ? "" : least === most ? `Choose ${least}.` : `Choose ${least} to ${most}.`);
  };
  node.addEventListener("change", check);
  check();
}

/** @param {any} component @param {Face} face @returns {Part} */
function checkbox(component, face) {
  const input = h("input", { type: "checkbox", id: uniqueId("box"), checked: component.default });
  const help = face.description ? h("span", { class: "help", id: uniqueId("help") }, face.description) : null;
  if (help) input.setAttribute("aria-describedby", help.id);
  return { node: h("div", { class: "field box" }, input, h("label", { for: input.id }, face.label), help), read: () => input.checked };
}

/** @param {any} component @param {Face} face @returns {Part} */
function fileUpload(component, face) {
  const control = h("input", { type: "file", required: face.required && component.min_values !== 0, multiple: (component.max_values ?? 1) > 1 });
  return { node: labelled(control, face), read: () => Promise.all([...control.files].map(readFile)) };
}
