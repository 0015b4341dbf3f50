/** Draws embeds. */

import { h } from "./dom.js";
import { parseInline, plainText, safeUrl } from "./markdown.js";
import { picture } from "./media.js";
import { inlineText, richText } from "./text.js";

/** @typedef {import("./types.js").Context} Context */

/** @param {any} embed @param {Context} context @returns {HTMLElement} */
export function drawEmbed(embed, context) {
  const node = h(
    "div",
    { class: "embed", role: "group", "aria-label": embed.title ? `Embed: ${plainText(parseInline(embed.title))}` : "Embed", data: { testid: "embed" } },
    embed.thumbnail && picture(embed.thumbnail, "embed-thumbnail"),
    embed.author?.name && h("p", { class: "embed-author" }, linked(embed.author.url, [embed.author.name])),
    embed.title && h("p", { class: "embed-title" }, linked(embed.url, inlineText(embed.title, context))),
    embed.description && richText(embed.description, context),
    drawFields(embed.fields ?? [], context),
    embed.image && picture(embed.image, "embed-image"),
    drawFooter(embed, context),
  );
  paintBar(node, embed.color);
  return node;
}

/** @param {HTMLElement} node @param {number | null | undefined} color Discord's integer */
export function paintBar(node, color) {
  if (color !== null && color !== undefined) node.style.setProperty("--bar", `#${color.toString(16).padStart(6, "0")}`);
}

/** @param {string | undefined} address @param {any[]} children */
function linked(address, children) {
  const url = address && safeUrl(address);
  return url ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children) : children;
}

/** @param {any[]} fields @param {Context} context */
function drawFields(fields, context) {
  if (fields.length === 0) return null;
  return h("dl", { class: "embed-fields" }, fields.map((field) => drawField(field, context)));
}

/** @param {any} field @param {Context} context */
function drawField(field, context) {
  return h("div", { class: field.inline ? "embed-field inline" : "embed-field" }, h("dt", {}, inlineText(field.name, context)), h("dd", {}, richText(field.value, context)));
}

/** @param {any} embed @param {Context} context */
function drawFooter(embed, context) {
  if (!embed.footer?.text && !embed.timestamp) return null;
  const when = embed.timestamp && new Date(embed.timestamp);
  const time = when && h("time", { datetime: when.toISOString() }, new Intl.DateTimeFormat(context.store.locale, { dateStyle: "medium", timeStyle: "short" }).format(when));
  return h("p", { class: "embed-footer" }, embed.footer?.text, embed.footer?.text && time ? " · " : null, time);
}
