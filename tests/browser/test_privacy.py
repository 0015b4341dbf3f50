"""What somebody agreed to, what is held, and making it go: by mouse on a phone and a desktop, with pictures."""

import pytest
from playwright.async_api import expect

from supportbot.sandbox.server import Sandbox
from tests.browser.conftest import GENERAL, Visits
from tests.browser.test_handover import LANGUAGES, Asking, community
from tests.browser.test_triage import LOCALES, WIDTHS
from tests.support.running import Person

__all__ = ["community"]

pytestmark = [
    pytest.mark.long,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
    # How it looks is what these are about, not how fast a loaded machine draws it.
    pytest.mark.parametrize("sandbox", [{"answer_within": 10.0}], indirect=True, ids=[""]),
]


class Asked(Asking):
    """Keeps its pictures apart from those of the hand-over."""

    story = "privacy"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("device", WIDTHS)
@pytest.mark.usefixtures("community")
async def test_seeing_taking_back_and_erasing(visit: Visits, sandbox: Sandbox, device: str, language: str) -> None:
    person = Person(sandbox)
    await sandbox.actor.edit_user(user="sam", locale=LOCALES[language])
    page = await visit(sandbox.url, width=WIDTHS[device], where=GENERAL)
    await page.set_viewport_size({"width": WIDTHS[device], "height": 1500})
    sam = Asked(page, language, device)
    await person.run("checkin start", when="20:30", zone="Europe/Berlin")
    await sam.press("checkin.draft.agree")
    await sam.sees("checkin.started")
    await person.run("consent show")
    await sam.sees("consent.title")
    await sam.picture("agreed")
    await page.get_by_role("log").get_by_role("combobox", name=sam.says("consent.look")).click()
    await page.get_by_role("option", name=sam.says("consent.scope.checkins")).click()
    await sam.sees("consent.yours")
    await sam.picture("text")
    await sam.press("consent.withdraw")
    await sam.sees("consent.withdraw.yes")
    await sam.picture("take-back")
    await sam.press("consent.withdraw.no")
    await person.run("mydata what")
    await sam.sees("mydata.what.title")
    await sam.picture("held")
    await person.run("mydata export")
    await sam.sees("mydata.export.body")
    await sam.picture("export")
    await person.run("mydata delete")
    await sam.sees("mydata.delete.title")
    await sam.picture("erase")
    await sam.press("mydata.delete.yes")
    await sam.sees("mydata.sweep.button")
    await sam.picture("erased")
    await sam.press("mydata.sweep.button")
    await expect(page.get_by_role("log").get_by_role("button", name=sam.says("mydata.sweep.button"))).to_have_count(0)
    await sam.picture("swept")


@pytest.mark.parametrize("device", WIDTHS)
@pytest.mark.usefixtures("community")
async def test_what_moderators_changed(visit: Visits, sandbox: Sandbox, device: str) -> None:
    page = await visit(sandbox.url, width=WIDTHS[device], who="mika", where=GENERAL)
    await page.set_viewport_size({"width": WIDTHS[device], "height": 1200})
    mika = Asked(page, "en", f"{device}-team")
    await Person(sandbox, "mika").run("audit")
    await mika.sees("audit.title")
    await mika.picture("audit")
