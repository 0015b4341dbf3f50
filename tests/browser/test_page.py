"""What the page draws, and that nothing which comes from outside becomes more than text."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from supportbot.sandbox.server import Sandbox
from tests.browser import audits, samples
from tests.browser.conftest import GENERAL, Visits
from tests.browser.discord_side import DiscordSide
from tests.support.pictures import png

pytestmark = pytest.mark.asyncio(loop_scope="session")


SMUGGLED = """
() => {
  const log = document.querySelector("[role=log]");
  const handled = (node) => node.getAttributeNames().some((name) => name.startsWith("on"));
  return {
    elements: log.querySelectorAll("script, img, iframe, object, style, b, base, meta").length,
    handlers: [...log.querySelectorAll("*")].filter(handled).length,
    links: [...log.querySelectorAll("a")].map((link) => link.protocol).filter((name) => name !== "https:"),
    owned: window.owned ?? null,
  };
}
"""


def message(page: Page, shape: dict[str, Any]) -> Locator:
    """The drawn message."""
    return page.locator(f'[data-message-id="{shape["id"]}"]')


async def test_a_message_says_who_and_when(page: Page, side: DiscordSide) -> None:
    shape = await side.post({"content": "Good evening"})
    drawn = message(page, shape)
    await expect(drawn).to_contain_text("supportbot")
    await expect(drawn.get_by_text("BOT", exact=True)).to_be_visible()
    await expect(drawn.get_by_text("Good evening")).to_be_visible()
    assert await drawn.locator("time").first.get_attribute("datetime")
    await expect(drawn.get_by_text("(edited)")).to_have_count(0)
    await side.edit(shape, {"content": "Good night"})
    await expect(drawn.get_by_text("Good night")).to_be_visible()
    await expect(drawn.get_by_text("(edited)")).to_be_visible()
    await side.delete(shape)
    await expect(drawn).to_have_count(0)


async def test_markdown_in_a_message(page: Page, side: DiscordSide) -> None:
    shape = await side.post({"content": samples.MARKDOWN})
    drawn = message(page, shape)
    await expect(drawn.get_by_role("heading", name="Big heading")).to_be_visible()
    await expect(drawn.get_by_role("listitem")).to_have_count(5)
    await expect(drawn.get_by_role("link", name="masked")).to_have_attribute("href", "https://example.org/a_(b)")
    await expect(drawn.get_by_role("group", name="Code")).to_have_text('print("a *block*")')
    await expect(drawn.get_by_text("hidden words")).to_have_count(0)
    await drawn.get_by_role("button", name="Spoiler: show").press("Enter")
    await expect(drawn.get_by_text("hidden words")).to_be_focused()


async def test_an_embed(page: Page, side: DiscordSide) -> None:
    drawn = message(page, await side.post(samples.embed_message())).get_by_test_id("embed")
    await expect(drawn).to_have_accessible_name("Embed: Who can help")
    await expect(drawn.get_by_role("link", name="Who can help")).to_have_attribute("href", "https://example.org/help")
    await expect(drawn.get_by_role("link", name="Care team")).to_be_visible()
    await expect(drawn.locator("em")).to_have_text("interventionist")
    await expect(drawn.get_by_role("term")).to_have_text(["Interventionist", "Therapist", "Good to know"])
    await expect(drawn).to_contain_text("Checked in March · Jan 1, 2026")
    tops = [(await drawn.get_by_role("term").nth(at).bounding_box() or {})["y"] for at in range(3)]
    assert tops[0] == tops[1] < tops[2]
    await expect(drawn).to_have_css("border-left-color", "rgb(47, 93, 98)")


async def test_pictures_and_files(page: Page, side: DiscordSide) -> None:
    body = {
        "content": "Files",
        "attachments": [
            {"id": 0, "filename": "a.png", "description": "A green field"},
            {"id": 1, "filename": "plan.csv"},
        ],
    }
    drawn = message(page, await side.post(body, files={"a.png": png(), "plan.csv": b"day\nMonday\n"}))
    picture = drawn.get_by_role("img", name="A green field")
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("naturalWidth", 64)
    await expect(drawn.get_by_role("listitem").nth(1)).to_have_text("plan.csv (11 bytes)")
    async with page.expect_download() as download:
        await drawn.get_by_role("link", name="plan.csv").click()
    assert (await download.value).suggested_filename == "plan.csv"


async def test_pictures_elsewhere_are_links(page: Page, side: DiscordSide) -> None:
    drawn = message(
        page, await side.post({"embeds": [{"title": "Far", "image": {"url": "https://pictures.example.org/a.png"}}]})
    )
    await expect(drawn.get_by_role("link", name="Picture on pictures.example.org")).to_be_visible()
    await expect(drawn.get_by_role("img")).to_have_count(0)


async def test_every_button_and_select_is_there(page: Page, side: DiscordSide) -> None:
    first = message(page, await side.post(samples.controls_message()))
    for name in ("Primary", "Secondary", "Success"):
        await expect(first.get_by_role("button", name=name)).to_be_enabled()
    await expect(first.get_by_role("button", name="Danger")).to_be_disabled()
    await expect(first.get_by_role("link", name="Website")).to_have_attribute("href", "https://example.org/site")
    await options_are(first, "Choose a role", ["Interventionist Plans the first talk", "Therapist"])
    await options_are(first, "Choose days", ["Monday", "Tuesday", "Friday"])
    await options_are(first, "Choose somebody", ["supportbot", "Sam", "Mika", "Olu", "Noor", "Alex"])
    await options_are(first, "Choose a place", ["#welcome", "#general", "#support"])
    second = message(page, await side.post(samples.role_select_message()))
    await options_are(second, "Choose a rank", ["@everyone", "@Moderators", "@supportbot"])


async def options_are(drawn: Locator, name: str, wanted: list[str]) -> None:
    """Opens a select, looks, and closes it."""
    box = drawn.get_by_role("combobox", name=name)
    await box.press("ArrowDown")
    options = drawn.get_by_role("listbox", name=name).get_by_role("option")
    await expect(options).to_have_count(len(wanted))
    for at, words in enumerate(wanted):
        await expect(options.nth(at)).to_contain_text(words.split(" ")[0])
    await box.press("Escape")
    await expect(options).to_have_count(0)


async def test_components_v2(page: Page, side: DiscordSide) -> None:
    drawn = message(page, await side.post(samples.layout_message(), files={"picture.png": png()}))
    await expect(drawn.get_by_role("heading", name="Your plan")).to_be_visible()
    await expect(drawn.get_by_role("separator")).to_have_count(1)
    await expect(drawn.get_by_role("img", name="A thumbnail")).to_have_js_property("naturalWidth", 64)
    await expect(drawn.get_by_role("img", name="A gallery picture")).to_have_js_property("naturalWidth", 64)
    await expect(drawn.get_by_role("link", name="picture.png")).to_be_visible()
    await expect(drawn.get_by_role("button", name="Open")).to_be_enabled()
    await expect(drawn.get_by_role("button", name="In a row")).to_be_enabled()
    await expect(drawn.get_by_role("list", name="Attachments")).to_have_count(0)


@pytest.mark.parametrize("text", samples.HOSTILE)
async def test_nothing_from_outside_becomes_markup(page: Page, side: DiscordSide, text: str) -> None:
    short = text[:70]
    shapes = [
        await side.post({"content": text}),
        await side.post(
            {
                "embeds": [
                    {
                        "title": text,
                        "description": text,
                        "author": {"name": text},
                        "footer": {"text": text},
                        "fields": [{"name": text, "value": text}],
                    }
                ]
            }
        ),
        await side.post(
            {
                "content": short,
                "components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": short, "custom_id": text}]}],
            }
        ),
        await side.post({"flags": samples.COMPONENTS_V2, "components": [{"type": 10, "content": text}]}),
    ]
    for shape in shapes:
        await expect(message(page, shape)).to_be_visible()
    found = await page.evaluate(SMUGGLED)
    assert found == {"elements": 0, "handlers": 0, "links": [], "owned": None}


async def test_names_from_outside_stay_text(visit: Visits, sandbox: Sandbox) -> None:
    name = "<img src=x onerror=1>"
    await sandbox.actor.add_user(username="mallory", global_name=name, guilds=["Riverside Recovery"])
    page = await visit(sandbox.url, who="mallory")
    await sandbox.actor.send_message(user="mallory", channel=GENERAL, content="hello")
    await expect(page.get_by_test_id("message").get_by_text(name)).to_be_visible()
    await expect(page.locator("img")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_everything_is_named_readable_and_fits(
    visit: Visits, sandbox: Sandbox, side: DiscordSide, width: int, scheme: str
) -> None:
    page = await visit(sandbox.url, width=width, scheme=scheme)
    await side.post({"content": samples.MARKDOWN})
    await side.post(samples.embed_message())
    await side.post(samples.controls_message())
    await side.post({"content": "long" * 400})
    shape = await side.post(samples.layout_message(), files={"picture.png": png(1200, 300)})
    await expect(message(page, shape)).to_be_visible()
    await audit(page)
    if width == 390:
        await page.get_by_role("button", name="Places").click()
    await page.get_by_text("People", exact=True).click()
    await audit(page)


async def audit(page: Page) -> None:
    """Nothing without a name, no dangling reference, no faint text, no scrolling sideways."""
    for script in (audits.UNNAMED_CONTROLS, audits.BROKEN_REFERENCES, audits.FAINT_TEXT, audits.SIDEWAYS_SCROLL):
        assert await page.evaluate(script) == []
