"""Discord's Markdown as the page draws it: source text to HTML, without a message around it."""

import pytest
from playwright.async_api import Page

pytestmark = pytest.mark.asyncio(loop_scope="session")

DRAW = """
async (source) => {
  const [{ richText }, { Store }] = await Promise.all([import("/text.js"), import("/state.js")]);
  const store = new Store();
  const user = { id: "1", username: "sam", global_name: "Sam", locale: "en-GB", bot: false, guilds: ["10"] };
  const roles = [{ id: "12", name: "Moderators" }];
  const guild = { id: "10", channels: [{ id: "11", name: "general", seen_by: ["1"] }], roles, members: [] };
  store.set({ userId: "1", world: { users: [user], guilds: [guild], bot: { user: null } } });
  return richText(source, { store, now: () => new Date("2026-01-01T00:00:00Z"), prefill() {} }).innerHTML;
}
"""

TIME_TO_DRAW = f"""
async (source) => {{
  const draw = {DRAW};
  const start = performance.now();
  await draw(source);
  return performance.now() - start;
}}
"""

LINK = 'target="_blank" rel="noopener noreferrer"'


def _link(url: str, inside: str) -> str:
    return f'<a href="{url}" {LINK} title="{url}">{inside}</a>'


INLINE = {
    "**bold**": "<strong>bold</strong>",
    "*it*": "<em>it</em>",
    "_it_": "<em>it</em>",
    "__under__": "<u>under</u>",
    "~~gone~~": "<s>gone</s>",
    "***both***": "<strong><em>both</em></strong>",
    "__**two**__": "<u><strong>two</strong></u>",
    "**a *b* c**": "<strong>a <em>b</em> c</strong>",
    "*a **b** c*": "<em>a <strong>b</strong> c</em>",
    "snake_case_word": "snake_case_word",
    "2 * 3 * 4": "2 * 3 * 4",
    "a ** b": "a ** b",
    "**open": "**open",
    "\\*star\\*": "*star*",
    "\\`tick\\`": "`tick`",
    "\\a": "\\a",
    "**a \\** b**": "<strong>a ** b</strong>",
    "`a **b**`": "<code>a **b**</code>",
    "``a ` b``": "<code>a ` b</code>",
    "a & b < c": "a &amp; b &lt; c",
    "<b>x</b>": "&lt;b&gt;x&lt;/b&gt;",
    "[go](https://example.org/x)": _link("https://example.org/x", "go"),
    "[**go**](https://example.org/x)": _link("https://example.org/x", "<strong>go</strong>"),
    "[go](https://example.org/a_(b))": _link("https://example.org/a_(b)", "go"),
    "[go](<https://example.org/x>)": _link("https://example.org/x", "go"),
    "[go](javascript:alert(1))": "[go](javascript:alert(1))",
    "[https://good.example](https://evil.example/)": _link("https://evil.example/", "https://good.example"),
    "(see https://example.org/x).": f"(see {_link('https://example.org/x', 'https://example.org/x')}).",
    "https://example.org/a_(b)": _link("https://example.org/a_(b)", "https://example.org/a_(b)"),
    "**https://example.org/x**": f"<strong>{_link('https://example.org/x', 'https://example.org/x')}</strong>",
    "<https://example.org/x>": _link("https://example.org/x", "https://example.org/x"),
    "https://": "https://",
    "<@1> <@!1> <@2>": " ".join(f'<span class="mention">@{name}</span>' for name in ("Sam", "Sam", "unknown-user")),
    "<@&12>": '<span class="mention">@Moderators</span>',
    "<#11>": '<span class="mention">#general</span>',
    "@everyone": '<span class="mention">@everyone</span>',
    "<:smile:123456789>": ":smile:",
    "</roles compare:5>": '<button type="button" class="mention command-mention">/roles compare</button>',
    "||psst||": '<button type="button" class="spoiler">Spoiler: show</button>',
    "one\ntwo": "one\ntwo",
}

BLOCKS = {
    "# One": '<p class="heading heading-1" role="heading" aria-level="4">One</p>',
    "### Three": '<p class="heading heading-3" role="heading" aria-level="6">Three</p>',
    "#### four": "<p>#### four</p>",
    "#no": "<p>#no</p>",
    "-# small *print*": '<p class="subtext"><small>small <em>print</em></small></p>',
    "> a\n> b\nc": "<blockquote><p>a\nb</p></blockquote><p>c</p>",
    "a\n>>> b\n# c": (
        '<p>a</p><blockquote><p>b</p><p class="heading heading-1" role="heading" aria-level="4">c</p></blockquote>'
    ),
    "- a\n- **b**": "<ul><li>a</li><li><strong>b</strong></li></ul>",
    "* a\n  * b\n* c": "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
    "3. a\n4. b": '<ol start="3"><li>a</li><li>b</li></ol>',
    "text\n- a\nmore": "<p>text</p><ul><li>a</li></ul><p>more</p>",
    "```\n<b>&\n```": '<pre tabindex="0" role="group" aria-label="Code"><code>&lt;b&gt;&amp;</code></pre>',
    "a\n```py\n# x\n- y\n```\nb": (
        '<p>a</p><pre tabindex="0" role="group" aria-label="Code"><code># x\n- y</code></pre><p>b</p>'
    ),
}


async def test_inline_marks(page: Page) -> None:
    drawn = {source: await page.evaluate(DRAW, source) for source in INLINE}
    assert drawn == {source: f"<p>{html}</p>" for source, html in INLINE.items()}


async def test_blocks(page: Page) -> None:
    drawn = {source: await page.evaluate(DRAW, source) for source in BLOCKS}
    assert drawn == BLOCKS


TIMES = {
    "<t:1767268800:t>": "13:00",
    "<t:1767268800:d>": "01/01/2026",
    "<t:1767268800:D>": "1 January 2026",
    "<t:1767268800>": "1 January 2026 at 13:00",
    "<t:1767268800:R>": "in 12 hours",
    "<t:1767052800:R>": "2 days ago",
}


async def test_timestamps_are_in_the_readers_zone_and_language(page: Page) -> None:
    for source, words in TIMES.items():
        html = await page.evaluate(DRAW, source)
        assert html.startswith('<p><time datetime="20')
        assert html.endswith(f">{words}</time></p>")


async def test_hostile_repetition_is_quick(page: Page) -> None:
    for piece in ("*", "_", "**a", "||", "[", "[a](", "<", "`", "> ", "- ", "https://", "\\", "~~*__", "_a ", "||a"):
        milliseconds = await page.evaluate(TIME_TO_DRAW, piece * (4000 // len(piece)))
        assert milliseconds < 1000, piece
