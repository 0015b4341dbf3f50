/** Draws attachments and pictures. Only pictures of the sandbox itself are loaded; others become links. */

import { h } from "./dom.js";
import { safeUrl } from "./markdown.js";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** @param {string | undefined} address @returns {string | null} the path on this sandbox, or null if it lies elsewhere */
function localPath(address) {
  if (!address) return null;
  const url = new URL(address, location.origin);
  const here = url.origin === location.origin || (LOOPBACK.has(url.hostname) && url.port === location.port && url.protocol === location.protocol);
  return here ? url.pathname + url.search : null;
}

/** @param {string} address @returns {string | null} */
function followable(address) {
  return localPath(address) ?? safeUrl(address);
}

/** Of a picture that is higher than this, the page shows a smaller one; see `max-height` in the style. */
const MOST_HEIGHT_PX = 352;

/** What keeps a picture's place until it is there. @param {{width?: number | null, height?: number | null}} media */
function room({ width, height }) {
  if (!width || !height) return {};
  const scale = Math.min(1, MOST_HEIGHT_PX / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * @param {{url: string, description?: string | null, width?: number | null, height?: number | null}} media
 * @param {string} shape a class name
 * @returns {HTMLElement}
 */
export function picture(media, shape) {
  const path = URL.canParse(media.url, location.origin) ? localPath(media.url) : null;
  const words = media.description || "";
  if (path) return h("img", { class: shape, src: path, alt: words || fileName(media.url), loading: "lazy", ...room(media) });
  const url = safeUrl(media.url);
  if (!url) return h("span", { class: "outside-picture" }, words || "A picture that cannot be shown");
  return h("a", { class: "outside-picture", href: url, target: "_blank", rel: "noopener noreferrer" }, words || `Picture on ${new URL(url).host}`);
}

/** Hides a picture or file behind a button. @param {HTMLElement} node @param {boolean | undefined} spoiler */
export function behindSpoiler(node, spoiler) {
  if (!spoiler) return node;
  const button = h("button", { type: "button", class: "spoiler", on: { click: () => button.replaceWith(node) } }, "Spoiler: show");
  return button;
}

/** @param {any[]} attachments @returns {HTMLElement | null} */
export function drawAttachments(attachments) {
  if (!attachments?.length) return null;
  return h("ul", { class: "attachments", "aria-label": "Attachments" }, attachments.map((attachment) => h("li", {}, drawAttachment(attachment))));
}

/** A picture that opens in its own size over the page; without script, or with a modified click, it is a plain link. @param {any} media */
function enlargeable(media) {
  const open = (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showLarge(media);
  };
  return h("a", { href: followable(media.url), target: "_blank", rel: "noopener noreferrer", on: { click: open } }, picture(media, "attached-image"));
}

/** @param {any} media */
function showLarge(media) {
  const close = h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Close");
  const large = h("img", { class: "large-picture", src: localPath(media.url), alt: media.description, width: media.width, height: media.height });
  // The words for those who do not see the picture, for those who check them; they have been read out with it.
  const dialog = h("dialog", { class: "viewer", "aria-label": media.filename, on: { close: () => dialog.remove() } }, close, large, h("p", { class: "help", "aria-hidden": "true" }, media.description));
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {any} attachment */
function drawAttachment(attachment) {
  const spoiler = attachment.filename.startsWith("SPOILER_");
  if (isImage(attachment)) {
    return behindSpoiler(enlargeable({ ...attachment, description: attachment.description || attachment.filename }), spoiler);
  }
  return behindSpoiler(fileLink({ url: attachment.url, name: attachment.filename, size: attachment.size, description: attachment.description }), spoiler);
}

/** Discord too shows as a picture what it could read the size of. @param {any} attachment */
function isImage(attachment) {
  return /^image\/(png|jpeg|gif|webp)/.test(attachment.content_type ?? "") && attachment.width > 0 && localPath(attachment.url) !== null;
}

/** @param {{url: string, name: string, size?: number, description?: string | null}} file */
export function fileLink(file) {
  const size = file.size === undefined ? "" : ` (${readableSize(file.size)})`;
  return h("span", { class: "file" }, h("a", { href: followable(file.url), download: file.name }, file.name), size, file.description ? h("span", { class: "file-description" }, ` ${file.description}`) : null);
}

/** @param {string} address */
export function fileName(address) {
  return decodeURIComponent(address.split(/[?#]/)[0].split("/").pop() ?? "") || "file";
}

/** @param {number} bytes */
function readableSize(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
