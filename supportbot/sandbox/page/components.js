/** Draws message components: buttons, selects and the layouts of Components V2. */

import { h } from "./dom.js";
import { paintBar } from "./embed.js";
import { safeUrl } from "./markdown.js";
import { behindSpoiler, fileLink, fileName, picture } from "./media.js";
import { picker } from "./picker.js";
import { nameOf } from "./state.js";
import { richText } from "./text.js";

/** @typedef {import("./types.js").Context} Context */

const LINK_STYLE = 5;
/** @type {Record<number, string>} */
const BUTTON_STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

/** @type {Record<number, (component: any, message: any, context: Context) => Node | null>} */
const DRAWERS = {
  1: (row, message, context) => h("div", { class: "action-row" }, drawComponents(row.components, message, context)),
  2: drawButton,
  3: (select, message, context) => drawSelect(select, "Choose an option", select.options.map(stringOption), message, context),
  5: (select, message, context) => drawSelect(select, "Choose a person", userOptions(context), message, context),
  6: (select, message, context) => drawSelect(select, "Choose a role", roleOptions(context), message, context),
  7: (select, message, context) => drawSelect(select, "Choose a person or role", [...userOptions(context), ...roleOptions(context)], message, context),
  8: (select, message, context) => drawSelect(select, "Choose a channel", channelOptions(context, select.channel_types), message, context),
  9: drawSection,
  10: (text, _message, context) => richText(text.content, context),
  11: (thumbnail) => behindSpoiler(picture({ ...thumbnail.media, description: thumbnail.description }, "thumbnail"), thumbnail.spoiler),
  12: drawGallery,
  13: (file) => behindSpoiler(fileLink({ url: file.file.url, name: file.name ?? fileName(file.file.url), size: file.size }), file.spoiler),
  14: (line) => h(line.divider === false ? "div" : "hr", { class: `separator spacing-${line.spacing ?? 1}` }),
  17: drawContainer,
};

/** @param {any[]} components @param {any} message @param {Context} context @returns {Node[]} */
export function drawComponents(components, message, context) {
  return (components ?? []).map((component) => DRAWERS[component.type]?.(component, message, context)).filter((node) => node instanceof Node);
}

/** @param {any} emoji a partial emoji @returns {string} */
export function emojiText(emoji) {
  if (!emoji) return "";
  return emoji.id ? `:${emoji.name}:` : (emoji.name ?? "");
}

/** @param {any} button @param {any} message @param {Context} context */
function drawButton(button, message, context) {
  const emoji = emojiText(button.emoji);
  const face = [emoji && h("span", { class: "emoji", "aria-hidden": button.label ? "true" : null }, emoji), button.label && h("span", {}, button.label)];
  const look = `button ${BUTTON_STYLES[button.style] ?? "secondary"}`;
  if (button.style === LINK_STYLE) return drawLinkButton(button, face, look);
  const press = (/** @type {Event} */ event) => {
    const pressed = /** @type {HTMLElement} */ (event.currentTarget);
    if (pressed.getAttribute("aria-disabled") !== "true") context.press(message, button.custom_id);
  };
  return h("button", { type: "button", class: look, disabled: button.disabled, data: { customId: button.custom_id ?? "" }, on: { click: press } }, face);
}

/** @param {any} button @param {any[]} face @param {string} look */
function drawLinkButton(button, face, look) {
  const url = safeUrl(button.url);
  if (!url || button.disabled) return h("a", { class: look, role: "link", "aria-disabled": "true" }, face);
  return h("a", { class: look, href: url, target: "_blank", rel: "noopener noreferrer" }, face, h("span", { class: "outside", "aria-hidden": "true" }, "↗"));
}

/** @param {any} select @param {string} fallback @param {import("./picker.js").PickerOption[]} options @param {any} message @param {Context} context */
function drawSelect(select, fallback, options, message, context) {
  const preset = new Set((select.default_values ?? []).map((/** @type {any} */ value) => value.id));
  const spec = {
    label: select.placeholder || fallback,
    options: options.map((option) => ({ ...option, chosen: option.chosen || preset.has(option.value) })),
    min: select.min_values ?? 1,
    max: select.max_values ?? 1,
    disabled: select.disabled,
    customId: select.custom_id,
  };
  return picker(spec, (values) => context.press(message, select.custom_id, values));
}

/** @param {any} option @returns {import("./picker.js").PickerOption} */
function stringOption(option) {
  return { value: option.value, label: option.label, description: option.description, emoji: emojiText(option.emoji), chosen: option.default };
}

/** @param {Context} context @returns {import("./picker.js").PickerOption[]} */
export function userOptions(context) {
  return context.store.members.map((user) => ({ value: user.id, label: nameOf(user), description: user.username }));
}

/** @param {Context} context @returns {import("./picker.js").PickerOption[]} */
export function roleOptions(context) {
  return (context.store.guild?.roles ?? []).map((role) => ({ value: role.id, label: `@${role.name.replace(/^@/, "")}` }));
}

/** @param {Context} context @param {number[]} [types] @returns {import("./picker.js").PickerOption[]} */
export function channelOptions(context, types) {
  const fits = (/** @type {any} */ channel) => !types?.length || types.includes(channel.type);
  return context.store.channelsOf(context.store.guild).filter(fits).map((channel) => ({ value: channel.id, label: `#${channel.name}` }));
}

/** @param {any} section @param {any} message @param {Context} context */
function drawSection(section, message, context) {
  return h("div", { class: "section" }, h("div", { class: "section-text" }, drawComponents(section.components, message, context)), drawComponents([section.accessory], message, context));
}

/** @param {any} gallery */
function drawGallery(gallery) {
  const items = gallery.items.map((/** @type {any} */ item) => h("li", {}, behindSpoiler(picture({ ...item.media, description: item.description }, "gallery-image"), item.spoiler)));
  return h("ul", { class: "gallery", "aria-label": "Pictures" }, items);
}

/** @param {any} container @param {any} message @param {Context} context */
function drawContainer(container, message, context) {
  const node = h("div", { class: "container" }, drawComponents(container.components, message, context));
  paintBar(node, container.accent_color);
  return behindSpoiler(node, container.spoiler);
}
