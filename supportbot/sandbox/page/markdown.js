/** Parses Discord's subset of Markdown into a tree of plain objects; knows nothing of the DOM. */

/**
 * @typedef {{kind: string, text?: string, children?: Tree[], level?: number, ordered?: boolean, start?: number, items?: Tree[][], url?: string,
 *   id?: string, style?: string, name?: string, unix?: number}} Tree
 * @typedef {{kind: string, pattern: RegExp, build: (match: RegExpExecArray, depth: number, links: boolean) => Tree | null}} Rule
 */

const MAX_DEPTH = 8;
const BODY = String.raw`((?:\\[\s\S]|[^\\])+?)`;

/** @param {string} source @param {string} [flags] */
function sticky(source, flags = "") {
  return new RegExp(source, `y${flags}`);
}

/** A rule whose inside is parsed again. @param {string} kind @param {string} source @returns {Rule} */
function wrap(kind, source) {
  return { kind, pattern: sticky(source, "u"), build: (match, depth, links) => ({ kind, children: parseInline(match[1], depth + 1, links) }) };
}

/** @param {string} address @returns {string | null} the address, if it is one that a person may follow */
export function safeUrl(address) {
  try {
    const url = new URL(address);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** @param {string} address @param {Tree[]} children @returns {Tree | null} */
function link(address, children) {
  const url = safeUrl(address);
  return url ? { kind: "link", url, children } : null;
}

/** Drops what is punctuation of the sentence rather than part of the address. @param {string} address */
function trimAddress(address) {
  let end = address.replace(/[.,:;"'!?\]*_~|]+$/, "");
  while (end.endsWith(")") && end.split(")").length > end.split("(").length) end = end.slice(0, -1).replace(/[.,:;"'!?]+$/, "");
  return end;
}

/** In the order in which they are tried. @type {Rule[]} */
const INLINE = [
  { kind: "escape", pattern: sticky(String.raw`\\([^0-9A-Za-z\s])`), build: (match) => ({ kind: "text", text: match[1] }) },
  { kind: "code", pattern: sticky("(`+)([\\s\\S]*?[^`])\\1(?!`)"), build: (match) => ({ kind: "code", text: match[2].replace(/^ (?=`)|(?<=`) $/g, "") }) },
  {
    kind: "mention",
    pattern: sticky(String.raw`<(@!?|@&|#)(\d{1,20})>`),
    build: (match) => ({ kind: { "@": "user", "@!": "user", "@&": "role", "#": "channel" }[match[1]] ?? "user", id: match[2] }),
  },
  { kind: "everyone", pattern: sticky(String.raw`@(everyone|here)\b`), build: (match) => ({ kind: "everyone", text: match[0] }) },
  { kind: "command", pattern: sticky(String.raw`<\/([-_\p{L}\p{N}]+(?: [-_\p{L}\p{N}]+){0,2}):(\d{1,20})>`, "u"), build: (match) => ({ kind: "command", name: match[1], id: match[2] }) },
  { kind: "emoji", pattern: sticky(String.raw`<a?:(\w{2,32}):\d{1,20}>`), build: (match) => ({ kind: "emoji", name: match[1] }) },
  { kind: "time", pattern: sticky(String.raw`<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>`), build: (match) => timestamp(Number(match[1]), match[2] ?? "f") },
  { kind: "quietLink", pattern: sticky(String.raw`<(https?:\/\/[^\s<>]+)>`), build: (match) => link(match[1], [{ kind: "text", text: match[1] }]) },
  {
    kind: "maskedLink",
    pattern: sticky(String.raw`\[((?:\\[\s\S]|\[[^\[\]]*\]|[^\\\[\]])+)\]\(<?(https?:\/\/(?:[^\s()<>]|\([^\s()<>]*\))+)>?(?:\s+"[^"]*")?\)`),
    build: (match, depth) => link(match[2], parseInline(match[1], depth + 1, false)),
  },
  {
    kind: "bareLink",
    pattern: sticky(String.raw`https?:\/\/[^\s<]+`),
    build: (match) => link(trimAddress(match[0]), [{ kind: "text", text: trimAddress(match[0]) }]),
  },
  wrap("bold", String.raw`\*\*${BODY}\*\*(?!\*)`),
  wrap("underline", `__${BODY}__(?!_)`),
  wrap("strike", `~~${BODY}~~`),
  wrap("spoiler", String.raw`\|\|${BODY}\|\|`),
  wrap("italic", String.raw`\*(?=\S)((?:\\[\s\S]|\*\*(?:\\[\s\S]|[^\\*])+?\*\*|[^\\*])+?)(?<!\s)\*(?!\*)`),
  wrap("italic", String.raw`(?<![\p{L}\p{N}_])_(?=\S)((?:\\[\s\S]|__(?:\\[\s\S]|[^\\_])+?__|[^\\_]|_(?=[\p{L}\p{N}]))+?)(?<!\s)_(?![\p{L}\p{N}_])`),
];

const LINKS = new Set(["quietLink", "maskedLink", "bareLink"]);

/** @param {number} unix @param {string} style @returns {Tree | null} */
function timestamp(unix, style) {
  return Math.abs(unix) <= 8_640_000_000_000 ? { kind: "time", unix, style } : null;
}

/**
 * @param {string} text
 * @param {number} [depth]
 * @param {boolean} [links] whether addresses become links here
 * @returns {Tree[]}
 */
export function parseInline(text, depth = 0, links = true) {
  /** @type {Tree[]} */
  const out = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const hit = depth < MAX_DEPTH ? firstRule(text, at, depth, links) : null;
    if (hit?.tree.kind === "text") plain += hit.tree.text;
    else if (hit) {
      if (plain) out.push({ kind: "text", text: plain });
      plain = "";
      out.push(hit.tree);
    } else plain += text[at];
    at += hit?.length ?? 1;
  }
  if (plain) out.push({ kind: "text", text: plain });
  return out;
}

const STARTS = /[\\`<@[h*_~|]/;

/** @param {string} text @param {number} at @param {number} depth @param {boolean} links @returns {{tree: Tree, length: number} | null} */
function firstRule(text, at, depth, links) {
  if (!STARTS.test(text[at])) return null;
  for (const rule of INLINE) {
    if (!links && LINKS.has(rule.kind)) continue;
    rule.pattern.lastIndex = at;
    const match = rule.pattern.exec(text);
    const tree = match && rule.build(match, depth, links);
    if (match && tree) return { tree, length: rule.kind === "bareLink" ? trimAddress(match[0]).length : match[0].length };
  }
  return null;
}

const FENCE = /(?<!\\)```(?:([A-Za-z0-9_+\-.#]*)\n)?([\s\S]+?)\n?```\n?/g;

/** @param {string} text @returns {Tree[]} the blocks of a message */
export function parse(text) {
  return parseBlocks(text.replace(/\r\n?/g, "\n"), 0);
}

/** @param {string} text @param {number} depth @returns {Tree[]} */
function parseBlocks(text, depth) {
  const whole = /^>>> /m.exec(text);
  const quoteAt = whole && depth === 0 && !insideFence(text, whole.index) ? whole.index : -1;
  if (quoteAt >= 0) {
    const quote = { kind: "quote", children: parseBlocks(text.slice(quoteAt + 4), depth + 1) };
    return quoteAt === 0 ? [quote] : [...parseBlocks(text.slice(0, quoteAt).replace(/\n$/, ""), depth + 1), quote];
  }
  /** @type {Tree[]} */
  const out = [];
  let from = 0;
  for (const fence of text.matchAll(FENCE)) {
    if (fence.index > from) out.push(...parseLines(text.slice(from, fence.index).replace(/\n$/, "").split("\n"), depth));
    out.push({ kind: "codeBlock", text: fence[2] });
    from = fence.index + fence[0].length;
  }
  if (from < text.length) out.push(...parseLines(text.slice(from).split("\n"), depth));
  return out;
}

/** @param {string} text @param {number} index */
function insideFence(text, index) {
  return [...text.matchAll(FENCE)].some((fence) => fence.index < index && index < fence.index + fence[0].length);
}

const HEADING = /^(#{1,3}) +(?=\S)(.*?)(?: +#+)?$/;
const SUBTEXT = /^-# +(?=\S)(.*)$/;
const QUOTE = /^> (.*)$|^>$/;
const ITEM = /^( *)([-*]|\d{1,9}\.) +(?=\S)(.*)$/;

/** @param {string[]} lines @param {number} depth @returns {Tree[]} */
function parseLines(lines, depth) {
  /** @type {Tree[]} */
  const out = [];
  /** @type {string[]} */
  let paragraph = [];
  const endParagraph = () => {
    if (paragraph.length > 0) out.push({ kind: "paragraph", children: parseInline(paragraph.join("\n")) });
    paragraph = [];
  };
  let at = 0;
  while (at < lines.length) {
    const block = blockAt(lines, at, depth);
    if (block) {
      endParagraph();
      out.push(block.tree);
    } else paragraph.push(lines[at]);
    at += block?.lines ?? 1;
  }
  endParagraph();
  return out;
}

/** @param {string[]} lines @param {number} at @param {number} depth @returns {{tree: Tree, lines: number} | null} */
function blockAt(lines, at, depth) {
  const heading = HEADING.exec(lines[at]);
  if (heading) return { tree: { kind: "heading", level: heading[1].length, children: parseInline(heading[2]) }, lines: 1 };
  const subtext = SUBTEXT.exec(lines[at]);
  if (subtext) return { tree: { kind: "subtext", children: parseInline(subtext[1]) }, lines: 1 };
  if (QUOTE.test(lines[at]) && depth < MAX_DEPTH) return quoteAt(lines, at, depth);
  return ITEM.test(lines[at]) ? listAt(lines, at) : null;
}

/** @param {string[]} lines @param {number} at @param {number} depth */
function quoteAt(lines, at, depth) {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  const inside = lines.slice(at, end).map((line) => line.slice(2));
  return { tree: { kind: "quote", children: parseLines(inside, MAX_DEPTH) }, lines: end - at };
}

/** @param {string[]} lines @param {number} at @returns {{tree: Tree, lines: number}} */
function listAt(lines, at) {
  const first = /** @type {RegExpExecArray} */ (ITEM.exec(lines[at]));
  const indent = first[1].length;
  const ordered = /\d/.test(first[2]);
  /** @type {Tree[][]} */
  const items = [];
  let end = at;
  while (end < lines.length) {
    const item = ITEM.exec(lines[end]);
    if (!item || item[1].length < indent || (item[1].length === indent && /\d/.test(item[2]) !== ordered)) break;
    if (item[1].length > indent && items.length > 0) {
      const below = listAt(lines, end);
      items[items.length - 1].push(below.tree);
      end += below.lines;
    } else {
      items.push(parseInline(item[3]));
      end += 1;
    }
  }
  return { tree: { kind: "list", ordered, start: ordered ? Number.parseInt(first[2], 10) : 1, items }, lines: end - at };
}

/** @param {Tree[]} trees @returns {string} the words alone; spoilers stay hidden */
export function plainText(trees) {
  return trees.map(plainOf).join("");
}

/** @param {Tree} tree @returns {string} */
function plainOf(tree) {
  if (tree.kind === "spoiler") return "▇▇▇";
  if (tree.kind === "command") return `/${tree.name}`;
  if (tree.kind === "emoji") return `:${tree.name}:`;
  if (tree.kind === "list") return `${(tree.items ?? []).map(plainText).join("\n")}\n`;
  const inside = tree.text ?? plainText(tree.children ?? []);
  return ["paragraph", "heading", "subtext", "quote", "codeBlock"].includes(tree.kind) ? `${inside}\n` : inside;
}
