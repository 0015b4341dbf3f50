/** Builds DOM nodes: the only way this page makes elements, so text from outside can never become markup. */

/**
 * @param {string} tag
 * @param {Record<string, any>} [attrs] `class`, `on` (event name to listener), `data` (dataset), or plain attributes;
 *   null, undefined and false leave an attribute out, true sets it empty
 * @param {...(Node | string | number | null | undefined | false | Array<any>)} children strings become text nodes
 * @returns {any} the new HTMLElement
 */
export function h(tag, attrs = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) setAttribute(node, name, value);
  node.append(...children.flat(Infinity).filter(isPresent).map(asChild));
  return node;
}

/** @param {HTMLElement} node @param {string} name @param {any} value */
function setAttribute(node, name, value) {
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) node.addEventListener(event, /** @type {any} */ (listener));
  } else if (name === "data") {
    Object.assign(node.dataset, value);
  } else if (isPresent(value)) {
    node.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {any} value */
function isPresent(value) {
  return value !== null && value !== undefined && value !== false;
}

/** @param {any} child */
function asChild(child) {
  return child instanceof Node ? child : String(child);
}

let lastId = 0;

/** @param {string} stem @returns {string} an id that no other element has */
export function uniqueId(stem) {
  lastId += 1;
  return `${stem}-${lastId}`;
}

/** @param {string} id @returns {any} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Text for screen readers only. @param {string} text */
export function hidden(text) {
  return h("span", { class: "visually-hidden" }, text);
}
