/** One labelled field for each kind of command option. */

import { channelOptions, roleOptions, userOptions } from "./components.js";
import { h, uniqueId } from "./dom.js";
import { localized } from "./state.js";
import { suggest } from "./suggest.js";

/** @typedef {import("./types.js").Context} Context @typedef {import("./types.js").Option} Option */

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {HTMLElement} node label and control together
 * @property {HTMLElement} control
 * @property {() => any} read the option's value, undefined when left empty; may be a promise (files)
 * @property {() => boolean} [isOpen] whether a list of suggestions is open
 */

const STRING = 3, INTEGER = 4, BOOLEAN = 5, USER = 6, CHANNEL = 7, ROLE = 8, MENTIONABLE = 9, NUMBER = 10, ATTACHMENT = 11;

/**
 * @param {Option} option
 * @param {Context} context
 * @param {(name: string, text: string, signal: AbortSignal) => Promise<import("./types.js").Choice[]>} ask for suggestions
 * @returns {Field}
 */
export function makeField(option, context, ask) {
  const locale = context.store.locale;
  const ids = { control: uniqueId("option"), help: uniqueId("help") };
  const { control, node, read, isOpen } = makeControl(option, context, ask);
  control.id = ids.control;
  control.setAttribute("aria-describedby", ids.help);
  if (option.required) control.setAttribute("required", "");
  const label = h("label", { for: ids.control }, localized(option, "name", locale), h("span", { class: "need" }, option.required ? " (required)" : " (optional)"));
  const help = h("span", { class: "help", id: ids.help }, localized(option, "description", locale));
  return { name: option.name, node: h("div", { class: "field" }, label, node ?? control, help), control, read, isOpen };
}

/** @param {Option} option @param {Context} context @param {any} ask @returns {{control: any, node?: HTMLElement, read: () => any, isOpen?: () => boolean}} */
function makeControl(option, context, ask) {
  if (option.choices?.length) return choiceSelect(option, context.store.locale);
  switch (option.type) {
    case BOOLEAN:
      return select([{ value: "true", label: "True" }, { value: "false", label: "False" }], (value) => value === "true");
    case USER:
      return select(userOptions(context), String);
    case ROLE:
      return select(roleOptions(context), String);
    case MENTIONABLE:
      return select([...userOptions(context), ...roleOptions(context)], String);
    case CHANNEL:
      return select(channelOptions(context, option.channel_types), String);
    case ATTACHMENT:
      return fileInput();
    default:
      return option.autocomplete ? suggestInput(option, ask) : plainInput(option);
  }
}

/** @param {{value: string, label: string}[]} options @param {(value: string) => any} convert */
function select(options, convert) {
  const control = h("select", {}, h("option", { value: "" }, "Choose…"), options.map((option) => h("option", { value: option.value }, option.label)));
  return { control, read: () => (control.value === "" ? undefined : convert(control.value)) };
}

/** @param {Option} option @param {string} locale */
function choiceSelect(option, locale) {
  const choices = option.choices ?? [];
  const options = choices.map((choice, at) => ({ value: String(at), label: localized(choice, "name", locale) }));
  return select(options, (at) => choices[Number(at)].value);
}

/** @param {Option} option */
function plainInput(option) {
  const numeric = option.type === INTEGER || option.type === NUMBER;
  const control = h("input", {
    type: numeric ? "number" : "text",
    step: option.type === INTEGER ? "1" : numeric ? "any" : null,
    min: option.min_value, max: option.max_value, minlength: option.min_length, maxlength: option.max_length,
    autocomplete: "off",
  });
  return { control, read: () => (control.value === "" ? undefined : numeric ? Number(control.value) : control.value) };
}

/** @param {Option} option @param {any} ask */
function suggestInput(option, ask) {
  const input = h("input", { type: "text", maxlength: option.max_length });
  const box = suggest(input, (text, signal) => ask(option.name, text, signal));
  const read = () => {
    const { text, choice } = box.read();
    if (text === "") return undefined;
    if (choice) return choice.value;
    return option.type === STRING ? text : Number(text);
  };
  return { control: input, node: box.node, read, isOpen: box.isOpen };
}

/** Reads to `{filename, content_type, data}`, data in base64. */
function fileInput() {
  const control = h("input", { type: "file" });
  return { control, read: () => (control.files[0] ? readFile(control.files[0]) : undefined) };
}

/** @param {File} file @returns {Promise<{filename: string, content_type: string, data: string}>} */
export async function readFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { filename: file.name, content_type: file.type || "application/octet-stream", data: btoa(binary) };
}
