/** Draws one message. */

import { drawComponents } from "./components.js";
import { h } from "./dom.js";
import { drawEmbed } from "./embed.js";
import { parse, plainText } from "./markdown.js";
import { drawAttachments } from "./media.js";
import { menuButton } from "./menu.js";
import { localized, nameOf } from "./state.js";
import { richText } from "./text.js";

/** @typedef {import("./types.js").Context} Context */

const LOADING = 1 << 7;
const SUPPRESS_EMBEDS = 1 << 2;
const USER_COMMAND = 2;
const MESSAGE_COMMAND = 3;
/** What Discord calls the part of a menu where commands are. */
const APPS = "Apps";
/** The message type of an answer to a command from a menu, which has no slash. */
const CONTEXT_MENU = 23;
const PREVIEW_LENGTH = 90;

/** @param {any} message @param {Context} context @returns {HTMLElement} */
export function drawMessage(message, context) {
  const when = new Date(message.timestamp);
  const clock = new Intl.DateTimeFormat(context.store.locale, { dateStyle: "medium", timeStyle: "short" }).format(when);
  const classes = ["message", message.ephemeral && "ephemeral", message.author.bot && "from-bot"].filter(Boolean).join(" ");
  return h(
    "article",
    { class: classes, "aria-label": `${nameOf(message.author)}, ${clock}`, data: { testid: "message", messageId: message.id } },
    drawCause(message, context),
    h("div", { class: "avatar", "aria-hidden": "true" }, initials(nameOf(message.author))),
    drawHead(message, when, clock, context),
    h("div", { class: "body" }, drawBody(message, context)),
    message.ephemeral && drawEphemeralNote(message, context),
  );
}

/** What the message answers. @param {any} message @param {Context} context */
function drawCause(message, context) {
  const command = message.reply_to_command;
  if (command) return h("p", { class: "cause" }, h("strong", {}, personName(command.user, context)), " used ", h("span", { class: "mention" }, message.type === CONTEXT_MENU ? command.name : `/${command.name}`));
  const original = message.referenced_message;
  return original ? h("p", { class: "cause reply" }, "Replying to ", h("strong", {}, nameOf(original.author)), `: ${preview(original)}`) : null;
}

/** @param {string} username @param {Context} context */
function personName(username, context) {
  const user = context.store.people.find((person) => person.username === username);
  return user ? nameOf(user) : username;
}

/** @param {string} name */
function initials(name) {
  return [...name.trim()].slice(0, 1).join("").toUpperCase();
}

/** @param {any} message @param {Date} when @param {string} clock @param {Context} context */
function drawHead(message, when, clock, context) {
  const name = nameOf(message.author);
  return h(
    "header",
    {},
    h("strong", { class: "author" }, name),
    message.author.bot && h("span", { class: "bot-tag" }, "BOT"),
    h("time", { datetime: when.toISOString() }, clock),
    message.edited_timestamp && h("span", { class: "edited" }, "(edited)"),
    !message.ephemeral && menuButton(`More for the message of ${name}, ${clock}`, "More", () => menuItems(message, context)),
  );
}

/** @param {any} message @param {Context} context @returns {import("./menu.js").MenuItem[]} */
function menuItems(message, context) {
  return [...commandsFor(MESSAGE_COMMAND, message.id, context), ...userMenu(message.author, context)];
}

/** Whether there is anything in the menus here. @param {Context} context */
export function hasMenus(context) {
  return context.store.known.commands.some((command) => command.type === USER_COMMAND || command.type === MESSAGE_COMMAND);
}

/** The user commands for somebody. @param {import("./types.js").User} user @param {Context} context @returns {import("./menu.js").MenuItem[]} */
export function userMenu(user, context) {
  return commandsFor(USER_COMMAND, user.id, context).map((item) => ({ ...item, label: `${item.label} (${nameOf(user)})` }));
}

/** @param {number} type @param {string} target @param {Context} context @returns {import("./menu.js").MenuItem[]} */
function commandsFor(type, target, context) {
  const { known, locale } = context.store;
  return known.commands
    .filter((command) => command.type === type)
    .map((command) => {
      const label = localized(command, "name", locale);
      return { label, group: APPS, act: () => void context.runOn({ fullName: command.name, label, type, target }) };
    });
}

/** @param {any} message @param {Context} context */
function drawBody(message, context) {
  if (isLoading(message)) return h("p", { class: "thinking" }, `${nameOf(message.author)} is thinking…`);
  const embeds = message.flags & SUPPRESS_EMBEDS ? [] : (message.embeds ?? []);
  return [
    message.content ? richText(message.content, context) : null,
    ...embeds.map((/** @type {any} */ embed) => drawEmbed(embed, context)),
    drawAttachments(attachmentsOutside(message)),
    ...drawComponents(message.components, message, context),
  ];
}

/** Files that a component or an embed already shows are not shown twice. @param {any} message */
function attachmentsOutside(message) {
  const shown = JSON.stringify([message.embeds ?? [], message.components ?? []]);
  return (message.attachments ?? []).filter((/** @type {any} */ attachment) => !shown.includes(JSON.stringify(attachment.url)));
}

/** @param {any} message whether the bot has deferred and not yet answered */
function isLoading(message) {
  return Boolean(message.flags & LOADING);
}

/** @param {any} message @param {Context} context */
function drawEphemeralNote(message, context) {
  const dismiss = h("button", { type: "button", class: "link-button", on: { click: () => context.dismiss(message) } }, "Dismiss message");
  return h("p", { class: "ephemeral-note" }, "Only you can see this · ", dismiss);
}

/** The first line of a message, as a lock screen would show it. @param {any} message @returns {string} */
export function preview(message) {
  const line = plainText(parse(firstText(message))).split("\n").map((part) => part.trim()).find(Boolean) ?? "";
  const letters = [...line];
  return letters.length > PREVIEW_LENGTH ? `${letters.slice(0, PREVIEW_LENGTH - 1).join("")}…` : line;
}

/** @param {any} message @returns {string} */
function firstText(message) {
  const embed = message.embeds?.[0];
  const text = message.content || componentText(message.components ?? []) || embed?.title || embed?.description;
  return text || (message.attachments?.length ? "Sent a file" : "Sent a message");
}

/** @param {any[]} components @returns {string} */
function componentText(components) {
  for (const component of components) {
    const text = component.type === 10 ? component.content : componentText(component.components ?? []);
    if (text) return text;
  }
  return "";
}
