/** A menu that opens under a button and gives the focus back. */

import { h } from "./dom.js";

/** @typedef {{label: string, act: () => void, group?: string}} MenuItem items of one `group` stand together, under its name */

/** @type {(() => void) | null} */
let closeOpen = null;

/**
 * @param {string} name what the button is called
 * @param {string} face what it shows
 * @param {() => MenuItem[]} items asked for when it opens
 * @returns {HTMLElement}
 */
export function menuButton(name, face, items) {
  const button = h("button", { type: "button", class: "more", "aria-label": name, "aria-haspopup": "menu", "aria-expanded": "false", on: { click: () => toggle(button, name, items()) } }, face);
  return h("span", { class: "menu-holder" }, button);
}

/** @param {HTMLElement} button @param {string} name @param {MenuItem[]} items */
function toggle(button, name, items) {
  const wasOpen = button.getAttribute("aria-expanded") === "true";
  closeOpen?.();
  if (wasOpen) return;
  const menu = h("div", { role: "menu", "aria-label": name, class: "menu" }, menuParts(items));
  if (items.length === 0) menu.append(h("button", { type: "button", role: "menuitem", "aria-disabled": "true" }, "Nothing here"));
  closeOpen = () => {
    closeOpen = null;
    menu.remove();
    button.setAttribute("aria-expanded", "false");
  };
  menu.addEventListener("keydown", (event) => onKey(event, menu, button));
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(/** @type {Node | null} */ (event.relatedTarget)) && event.relatedTarget !== button) closeOpen?.();
  });
  button.after(menu);
  button.setAttribute("aria-expanded", "true");
  menu.querySelector("button")?.focus();
  menu.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** @param {MenuItem[]} items @returns {Node[]} */
function menuParts(items) {
  /** @type {Map<string, HTMLElement>} */
  const groups = new Map();
  const parts = items.map((item) => {
    if (item.group === undefined) return menuItem(item);
    const known = groups.get(item.group);
    const group = known ?? h("div", { role: "group", "aria-label": item.group }, h("span", { class: "menu-heading", "aria-hidden": "true" }, item.group));
    groups.set(item.group, group);
    group.append(menuItem(item));
    return known ? null : group;
  });
  return parts.filter((part) => part !== null);
}

/** @param {MenuItem} item */
function menuItem(item) {
  const act = () => {
    const button = /** @type {HTMLElement | null} */ (document.activeElement?.closest(".menu-holder")?.querySelector("button"));
    closeOpen?.();
    button?.focus();
    item.act();
  };
  return h("button", { type: "button", role: "menuitem", tabindex: "-1", on: { click: act } }, item.label);
}

/** @param {KeyboardEvent} event @param {HTMLElement} menu @param {HTMLElement} button */
function onKey(event, menu, button) {
  const items = [...menu.querySelectorAll("button")];
  const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowDown: () => items[(at + 1) % items.length].focus(),
    ArrowUp: () => items[(at - 1 + items.length) % items.length].focus(),
    Home: () => items[0].focus(),
    End: () => items[items.length - 1].focus(),
    Escape: () => {
      closeOpen?.();
      button.focus();
    },
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}
