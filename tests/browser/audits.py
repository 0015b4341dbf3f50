"""Scripts that look over the whole page for what makes it hard to use; each returns sentences, or none."""

UNNAMED_CONTROLS = """
() => {
  const named = (node) => {
    const by = (node.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
    const pieces = [
      node.getAttribute("aria-label"),
      ...by.map((id) => document.getElementById(id)?.textContent),
      ...[...(node.labels ?? [])].map((label) => label.textContent),
      node.tagName === "SELECT" || node.tagName === "TEXTAREA" ? "" : node.textContent,
      ...[...node.querySelectorAll("img")].map((image) => image.alt),
    ];
    return pieces.some((piece) => piece?.trim());
  };
  const controls = document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, dialog, [tabindex], " +
      "[role=log], [role=listbox], [role=option], [role=menu], [role=menuitem]",
  );
  return [...controls].filter((node) => !named(node)).map((node) => `no name: ${node.outerHTML.slice(0, 120)}`);
}
"""

BROKEN_REFERENCES = """
() => {
  const found = [];
  for (const name of ["aria-labelledby", "aria-describedby", "aria-controls", "aria-activedescendant", "for"]) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
      for (const id of node.getAttribute(name).split(" ")) {
        if (!document.getElementById(id)) found.push(`${name}=${id} points nowhere`);
      }
    }
  }
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  return [...found, ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `two elements have the id ${id}`)];
}
"""

# The contrast of each visible piece of text with what is painted behind it, after WCAG 2.2 (1.4.3).
FAINT_TEXT = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
  const behind = (node) => {
    if (!node) return rgba(getComputedStyle(document.documentElement).backgroundColor);
    const own = rgba(getComputedStyle(node).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(node.parentElement));
  };
  const light = (color) => {
    const [r, g, b] = color.slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || !node.checkVisibility() || node.closest("option, :disabled, [aria-disabled=true]")) continue;
    const ground = behind(node);
    const ink = over(rgba(getComputedStyle(node).color), ground);
    const [more, less] = [light(ink), light(ground)].sort((a, b) => b - a);
    const ratio = (more + 0.05) / (less + 0.05);
    if (ratio < 4.5) found.add(`${ratio.toFixed(2)} to 1: ${text.slice(0, 40)}`);
  }
  return [...found];
}
"""

SIDEWAYS_SCROLL = """
() => {
  const parts = [document.documentElement, document.querySelector("[role=log]")];
  const wide = parts.filter((node) => node.scrollWidth > node.clientWidth);
  return wide.map((node) => `${node.tagName} is ${node.scrollWidth} px wide, not ${node.clientWidth}`);
}
"""
