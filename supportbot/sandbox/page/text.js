/** Draws parsed Markdown as DOM nodes. */

import { h } from "./dom.js";
import { parse, parseInline } from "./markdown.js";
import { nameOf } from "./state.js";

/** @typedef {import("./markdown.js").Tree} Tree @typedef {import("./types.js").Context} Context */

/** @type {Record<string, string>} */
const PLAIN_TAGS = { bold: "strong", italic: "em", underline: "u", strike: "s", quote: "blockquote", paragraph: "p" };

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const TIME_STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** @param {string} source @param {Context} context @returns {HTMLElement} */
export function richText(source, context) {
  return h("div", { class: "rich" }, parse(source).map((tree) => draw(tree, context)));
}

/** For titles and names, where only inline marks work. @param {string} source @param {Context} context @returns {Node[]} */
export function inlineText(source, context) {
  return parseInline(source).map((tree) => draw(tree, context));
}

/** @type {Record<string, (tree: Tree, context: Context) => Node>} */
const DRAWERS = {
  text: (tree) => document.createTextNode(tree.text ?? ""),
  code: (tree) => h("code", {}, tree.text),
  codeBlock: (tree) => h("pre", { tabindex: "0", role: "group", "aria-label": "Code" }, h("code", {}, tree.text)),
  heading: (tree, context) => h("p", { class: `heading heading-${tree.level}`, role: "heading", "aria-level": (tree.level ?? 1) + 3 }, inside(tree, context)),
  subtext: (tree, context) => h("p", { class: "subtext" }, h("small", {}, inside(tree, context))),
  list: drawList,
  link: (tree, context) => h("a", { href: tree.url, target: "_blank", rel: "noopener noreferrer", title: tree.url }, inside(tree, context)),
  user: (tree, context) => mention("@", nameById(context.store.user(tree.id ?? "")) ?? "unknown-user"),
  role: (tree, context) => mention("@", context.store.role(tree.id ?? "")?.name.replace(/^@/, "") ?? "unknown-role"),
  channel: (tree, context) => mention("#", channelName(context, tree.id ?? "")),
  everyone: (tree) => mention("", tree.text ?? ""),
  emoji: (tree) => document.createTextNode(`:${tree.name}:`),
  command: (tree, context) =>
    h("button", { type: "button", class: "mention command-mention", on: { click: () => context.prefill(tree.name ?? "") } }, `/${tree.name}`),
  time: (tree, context) => drawTime(tree, context),
  spoiler: drawSpoiler,
};

/** @param {Tree} tree @param {Context} context @returns {Node} */
function draw(tree, context) {
  const tag = PLAIN_TAGS[tree.kind];
  return tag ? h(tag, {}, inside(tree, context)) : DRAWERS[tree.kind](tree, context);
}

/** @param {Tree} tree @param {Context} context */
function inside(tree, context) {
  return (tree.children ?? []).map((child) => draw(child, context));
}

/** @param {string} sign @param {string} name */
function mention(sign, name) {
  return h("span", { class: "mention" }, sign + name);
}

/** Discord too hides the name of a channel that one does not see. @param {Context} context @param {string} id */
function channelName(context, id) {
  const channel = context.store.channel(id);
  if (!channel) return "unknown";
  return context.store.sees(channel) ? channel.name : " No Access";
}

/** @param {import("./types.js").User | undefined} user */
function nameById(user) {
  return user && nameOf(user);
}

/** @param {Tree} tree @param {Context} context */
function drawList(tree, context) {
  const items = (tree.items ?? []).map((item) => h("li", {}, item.map((child) => draw(child, context))));
  return tree.ordered ? h("ol", { start: tree.start }, items) : h("ul", {}, items);
}

/** The inside is not in the document before it is asked for. @param {Tree} tree @param {Context} context */
function drawSpoiler(tree, context) {
  const reveal = () => {
    const shown = h("span", { class: "spoiler-shown", tabindex: "-1" }, inside(tree, context));
    button.replaceWith(shown);
    shown.focus();
  };
  const button = h("button", { type: "button", class: "spoiler", on: { click: reveal } }, "Spoiler: show");
  return button;
}

/** @param {Tree} tree @param {Context} context */
function drawTime(tree, context) {
  const date = new Date((tree.unix ?? 0) * 1000);
  const full = new Intl.DateTimeFormat(context.store.locale, TIME_STYLES.F).format(date);
  const node = h("time", { datetime: date.toISOString(), title: full, class: "timestamp" });
  if (tree.style === "R") {
    node.dataset.relative = "yes";
    node.textContent = relative(date, context.now(), context.store.locale);
  } else {
    node.textContent = new Intl.DateTimeFormat(context.store.locale, TIME_STYLES[tree.style ?? "f"]).format(date);
  }
  return node;
}

/** @param {Date} date @param {Date} now @param {string} locale */
function relative(date, now, locale) {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[UNITS.length - 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/** Brings "in 2 hours" up to date. @param {ParentNode} root @param {Date} now @param {string} locale */
export function refreshRelativeTimes(root, now, locale) {
  for (const node of root.querySelectorAll("time[data-relative]")) {
    const words = relative(new Date(/** @type {HTMLTimeElement} */ (node).dateTime), now, locale);
    if (node.textContent !== words) node.textContent = words;
  }
}
