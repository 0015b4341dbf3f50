"""Pictures that the bot sends, on the page: inline, in words for those who do not see them, for whom they are."""

import asyncio
import base64
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from supportbot.sandbox.pictures import picture_in
from supportbot.sandbox.server import Sandbox
from tests.browser import audits
from tests.browser.conftest import Visits
from tests.browser.discord_side import DiscordSide
from tests.browser.small_bot import SmallBot
from tests.support.pictures import png

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

DRAWN_SIZE = "(image) => [image.naturalWidth, image.naturalHeight, image.clientWidth, image.clientHeight]"
ENCODE = """
(kind) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 321, height: 123 });
  canvas.getContext("2d").fillRect(10, 10, 100, 100);
  return canvas.toDataURL(kind).split(",")[1];
}
"""


def described(description: str | None, name: str = "table.png") -> dict[str, Any]:
    return {"attachments": [{"id": 0, "filename": name, "description": description}]}


async def test_a_picture_for_one_person(bot: SmallBot, sandbox: Sandbox, visit: Visits) -> None:
    sam, alex = await visit(sandbox.url, width=390), await visit(sandbox.url, who="alex")
    await sandbox.actor.invoke(user="sam", channel="Riverside Recovery/general", command="table", wait="final")
    picture = sam.get_by_role("img", name="Two columns, five rows")
    await expect(picture).to_have_js_property("naturalWidth", 1200)
    wide, high, shown_wide, shown_high = await picture.evaluate(DRAWN_SIZE)
    assert shown_wide <= 390
    assert shown_wide / shown_high == pytest.approx(wide / high, abs=0.02), "not squeezed"
    await expect(sam.get_by_test_id("message").last).to_contain_text("Only you can see this")
    for audit in (audits.UNNAMED_CONTROLS, audits.BROKEN_REFERENCES, audits.FAINT_TEXT, audits.SIDEWAYS_SCROLL):
        assert await sam.evaluate(audit) == []
    await sandbox.actor.send_message(user="mika", channel="Riverside Recovery/general", content="for all")
    await expect(alex.get_by_test_id("message")).to_have_count(1)
    await expect(alex.get_by_role("img")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_picture_opens_in_its_own_size_and_closes_again(
    visit: Visits, sandbox: Sandbox, side: DiscordSide, width: int
) -> None:
    page = await visit(sandbox.url, width=width, scheme="dark")
    await side.post(described("Two columns"), files={"table.png": png(1080, 2000)})
    link = page.get_by_role("link", name="Two columns")
    await link.focus()
    await page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog", name="table.png")
    large = viewer.get_by_role("img", name="Two columns")
    await expect(large).to_have_js_property("naturalHeight", 2000)
    _, _, shown_wide, shown_high = await large.evaluate(DRAWN_SIZE)
    assert shown_wide >= min(width - 40, 1080), "as wide as the page, or as it is"
    assert shown_wide / shown_high == pytest.approx(0.54, abs=0.01)
    for audit in (audits.UNNAMED_CONTROLS, audits.BROKEN_REFERENCES, audits.FAINT_TEXT, audits.SIDEWAYS_SCROLL):
        assert await page.evaluate(audit) == []
    await expect(viewer.get_by_role("button", name="Close")).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(link).to_be_focused()
    await link.click()
    await viewer.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_picture_has_its_place_before_it_is_there(page: Page, side: DiscordSide) -> None:
    arrives = asyncio.Event()

    async def hold(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    await page.route("**/attachments/**", hold)
    shape = await side.post(described("A tall table"), files={"table.png": png(400, 704)})
    picture = page.locator(f'[data-message-id="{shape["id"]}"] img')
    await expect(picture).to_have_js_property("naturalWidth", 0)
    before = await picture.bounding_box()
    assert before is not None
    assert before["width"] == 200
    assert before["height"] == pytest.approx(352, abs=3)  # the border takes its part
    arrives.set()
    await expect(picture).to_have_js_property("naturalWidth", 400)
    assert await picture.bounding_box() == before


async def test_an_edit_puts_another_picture(page: Page, side: DiscordSide) -> None:
    shape = await side.post(described("Before"), files={"table.png": png(60, 30)})
    drawn = page.locator(f'[data-message-id="{shape["id"]}"]')
    await expect(drawn.get_by_role("img", name="Before")).to_have_js_property("naturalWidth", 60)
    path = f"/channels/{shape['channel_id']}/messages/{shape['id']}"
    await side._send("PATCH", path, described("After"), {"table.png": png(80, 30)})
    await expect(drawn.get_by_role("img", name="After")).to_have_js_property("naturalWidth", 80)
    await expect(drawn.get_by_role("img")).to_have_count(1)


async def test_the_picture_of_an_embed_is_named_by_its_file(page: Page, side: DiscordSide) -> None:
    body = {**described("Two columns"), "embeds": [{"title": "T", "image": {"url": "attachment://table.png"}}]}
    shape = await side.post(body, files={"table.png": png(90, 30)})
    drawn = page.locator(f'[data-message-id="{shape["id"]}"]')
    await expect(drawn.get_by_test_id("embed").get_by_role("img", name="Two columns")).to_have_js_property(
        "naturalWidth", 90
    )
    await expect(drawn.get_by_role("img")).to_have_count(1)


async def test_what_is_no_picture_is_a_file(page: Page, side: DiscordSide) -> None:
    shape = await side.post(described("Broken"), files={"table.png": b"no picture"})
    drawn = page.locator(f'[data-message-id="{shape["id"]}"]')
    await expect(drawn.get_by_role("link", name="table.png")).to_be_visible()
    await expect(drawn).to_contain_text("Broken")
    await expect(drawn.get_by_role("img")).to_have_count(0)


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "image/webp"])
async def test_what_a_browser_encodes_is_known(page: Page, kind: str) -> None:
    found = picture_in(base64.b64decode(await page.evaluate(ENCODE, kind)))
    assert found is not None
    assert (found.content_type, found.width, found.height) == (kind, 321, 123)
