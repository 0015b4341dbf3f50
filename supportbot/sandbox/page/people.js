/** The small panel with everybody in it, and the form that adds somebody. */

import { byId, h } from "./dom.js";
import { menuButton } from "./menu.js";
import { userMenu } from "./message.js";
import { nameOf } from "./state.js";

/** @typedef {import("./types.js").Context} Context @typedef {import("./types.js").User} User */

const LOCALES = ["en-US", "en-GB", "da", "de", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko", "id"];

/**
 * @param {Context} context
 * @param {{become: (userId: string) => void, changed: () => Promise<void>, complain: (problem: unknown) => void}} on
 */
export function showPeople(context, on) {
  const form = byId("add-person");
  byId("person-locale").append(...LOCALES.map((locale) => h("option", { value: locale }, locale)));
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    void add(context, form, on.changed);
  });
  let drawn = "";
  context.store.watch(() => {
    const { world } = context.store.known;
    const now = JSON.stringify([world?.users, world?.guilds]);
    if (now === drawn) return;
    drawn = now;
    byId("people-list").replaceChildren(...context.store.people.map((user) => drawPerson(user, context, on)));
    drawBoxes(byId("person-guilds"), "guild", (world?.guilds ?? []).map((guild) => guild.name), true);
    drawBoxes(byId("person-roles"), "role", roleNames(context), false);
  });
}

/** @param {Context} context @returns {string[]} */
function roleNames(context) {
  const { world } = context.store.known;
  const bot = world?.bot.user?.username;
  const names = (world?.guilds ?? []).flatMap((guild) => guild.roles).map((role) => role.name);
  return [...new Set(names)].filter((name) => name !== "@everyone" && name !== bot);
}

/** @param {User} user @param {Context} context @param {{become: (userId: string) => void, changed: () => Promise<void>, complain: (problem: unknown) => void}} on */
function drawPerson(user, context, on) {
  const guilds = (context.store.known.world?.guilds ?? []).filter((guild) => user.guilds.includes(guild.id)).map((guild) => guild.name);
  const note = [user.locale, user.dms_open ? null : "DMs closed", guilds.join(", ") || "in no community"].filter(Boolean).join(" · ");
  return h(
    "li",
    {},
    h("span", { class: "person" }, h("strong", {}, nameOf(user)), h("span", { class: "help" }, note)),
    menuButton(`More for ${nameOf(user)}`, "More", () => [...changes(user, context, on), ...userMenu(user, context)]),
  );
}

/** @param {User} user @param {Context} context @param {{become: (userId: string) => void, changed: () => Promise<void>, complain: (problem: unknown) => void}} on */
function changes(user, context, on) {
  const change = async (/** @type {object} */ what) => {
    try {
      await context.api.changeUser(user.id, what);
      await on.changed();
    } catch (problem) {
      on.complain(problem);
    }
  };
  const guilds = (context.store.known.world?.guilds ?? []).map((guild) =>
    user.guilds.includes(guild.id)
      ? { label: `Leave ${guild.name}`, act: () => void change({ leave: guild.id }) }
      : { label: `Join ${guild.name}`, act: () => void change({ join: guild.id }) },
  );
  return [
    { label: `Become ${nameOf(user)}`, act: () => on.become(user.id) },
    { label: user.dms_open ? "Close direct messages" : "Open direct messages", act: () => void change({ dms_open: !user.dms_open }) },
    ...guilds,
  ];
}

/** @param {HTMLElement} fieldset @param {string} name @param {string[]} labels @param {boolean} checked */
function drawBoxes(fieldset, name, labels, checked) {
  const rows = labels.map((label) => h("label", { class: "box" }, h("input", { type: "checkbox", name, value: label, checked }), " ", label));
  fieldset.replaceChildren(/** @type {Node} */ (fieldset.querySelector("legend")), ...rows);
  fieldset.hidden = labels.length === 0;
}

/** @param {Context} context @param {HTMLFormElement} form @param {() => Promise<void>} changed */
async function add(context, form, changed) {
  const status = byId("person-status");
  const data = new FormData(form);
  const username = String(data.get("username")).trim();
  const person = {
    username,
    global_name: String(data.get("global_name")).trim() || null,
    locale: data.get("locale"),
    guilds: data.getAll("guild"),
    roles: data.getAll("role"),
    dms_open: data.get("dms_open") === "on",
  };
  try {
    const user = await context.api.addUser(person);
    form.reset();
    await changed();
    status.textContent = `${nameOf(user)} was added.`;
  } catch (problem) {
    status.textContent = /** @type {Error} */ (problem).message;
  }
}
