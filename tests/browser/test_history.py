"""Looking back with the real bot: the chart on the page, light and dark, phone and desktop; a picture of each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from supportbot.sandbox.server import Sandbox
from tests.browser import audits
from tests.browser.conftest import Visits
from tests.browser.test_first_day import ARTEFACTS, MORNING
from tests.support.running import Person, running_bot

pytestmark = [
    pytest.mark.long,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
    pytest.mark.parametrize("sandbox", [{"answer_within": 10.0}], indirect=True, ids=[""]),
]

MOODS = ("4 good", "2 low", "3 in between")


@pytest_asyncio.fixture(loop_scope="session")
async def sam(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Person]:
    """Somebody who keeps their answers, and has a few."""
    await sandbox.actor.move_clock(to=MORNING)
    async with running_bot(sandbox, tmp_path / "supportbot.db"):
        sam = Person(sandbox)
        await sam.press(await sam.run("checkin start", when="20:30", zone="Europe/Berlin"), "I agree, start")
        await sam.next_dm()
        await sam.press(await sam.run("checkin history"), "I am 18 or older and agree")
        for mood in MOODS:
            await sam.press((await sam.press(await sam.checkin(), "Open"))["message"], mood)
        yield sam


async def test_the_chart_as_people_see_it(sam: Person, sandbox: Sandbox, visit: Visits) -> None:
    for device, width, scheme in (("phone", 390, "dark"), ("desktop", 1280, "light")):
        page = await visit(sandbox.url, width=width, scheme=scheme)
        await sam.run("checkin history", period="7")
        chart = page.get_by_role("img", name="A chart. Your answers").last
        await expect(chart).to_have_js_property("naturalWidth", 1080)
        await expect(page.get_by_text("You answered on 3 of 7 days.").last).to_be_visible()
        for script in (audits.UNNAMED_CONTROLS, audits.BROKEN_REFERENCES, audits.SIDEWAYS_SCROLL, audits.FAINT_TEXT):
            assert await page.evaluate(script) == [], device
        ARTEFACTS.mkdir(exist_ok=True)
        await page.screenshot(path=ARTEFACTS / f"history-{device}-{scheme}.png", full_page=True)
