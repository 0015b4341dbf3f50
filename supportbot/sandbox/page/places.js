/** The left side: who you are, your communities' channels, your DM with the bot. */

import { byId, h, hidden } from "./dom.js";
import { isText, nameOf } from "./state.js";

/** @typedef {import("./state.js").Store} Store @typedef {import("./types.js").Place} Place */

/**
 * @param {Store} store
 * @param {{become: (userId: string) => void, go: (place: Place) => void}} on
 */
export function showPlaces(store, on) {
  const select = byId("you-are");
  select.addEventListener("change", () => on.become(select.value));
  let drawn = "";
  store.watch(() => {
    const { world, userId, place, unread } = store.known;
    const now = JSON.stringify([world?.users, world?.guilds, userId, place, unread]);
    if (now === drawn) return;
    drawn = now;
    drawPeople(select, store);
    byId("you-note").textContent = noteOn(store.me);
    byId("menu-button").replaceChildren("Places", ...drawBadge(unread));
    keepFocus(byId("places"), drawPlaces(store, on.go));
  });
}

/** @param {HTMLSelectElement} select @param {Store} store */
function drawPeople(select, store) {
  select.replaceChildren(...store.people.map((user) => h("option", { value: user.id }, optionWords(user))));
  select.value = store.known.userId ?? "";
}

/** @param {import("./types.js").User} user */
function optionWords(user) {
  return [nameOf(user), user.locale, user.dms_open ? null : "DMs closed"].filter(Boolean).join(" · ");
}

/** @param {import("./types.js").User | undefined} user */
function noteOn(user) {
  if (!user) return "";
  return `Username ${user.username}, language ${user.locale}, direct messages ${user.dms_open ? "open" : "closed"}.`;
}

/** @param {Store} store @param {(place: Place) => void} go */
function drawPlaces(store, go) {
  const { place, unread } = store.known;
  const dm = placeButton(["Direct message with supportbot", ...drawBadge(unread)], place?.kind === "dm", () => go({ kind: "dm", id: "dm" }), "dm");
  const guilds = store.myGuilds.map((guild) => drawGuild(guild, store, go));
  const none = guilds.length === 0 ? h("p", { class: "help" }, "In no community.") : null;
  return [h("ul", { class: "channels" }, h("li", {}, dm)), ...guilds, none].filter((node) => node !== null);
}

/** @param {number} unread */
function drawBadge(unread) {
  return unread > 0 ? [" ", h("span", { class: "badge" }, String(unread), hidden(" unread"))] : [];
}

/** @param {import("./types.js").Guild} guild @param {Store} store @param {(place: Place) => void} go */
function drawGuild(guild, store, go) {
  const { place } = store.known;
  const rows = store.channelsOf(guild).filter(isText).map((channel) => {
    const open = () => go({ kind: "channel", id: channel.id });
    return h("li", {}, placeButton([`#${channel.name}`], place?.id === channel.id, open, channel.id));
  });
  const titleId = `guild-${guild.id}`;
  return h("section", { "aria-labelledby": titleId }, h("h3", { id: titleId }, guild.name), h("ul", { class: "channels" }, rows));
}

/** @param {any[]} face @param {boolean} current @param {() => void} open @param {string} key */
function placeButton(face, current, open, key) {
  return h("button", { type: "button", class: "place", "aria-current": current ? "page" : null, data: { place: key }, on: { click: open } }, face);
}

/** @param {HTMLElement} root @param {Node[]} nodes */
function keepFocus(root, nodes) {
  const key = root.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.place : undefined;
  root.replaceChildren(...nodes);
  if (key) /** @type {HTMLElement | null} */ (root.querySelector(`[data-place="${key}"]`))?.focus();
}
