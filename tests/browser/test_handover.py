"""A helpline under four eyes, and asking for somebody to talk to, by mouse on a phone and a desktop, with pictures."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from supportbot.content import load
from supportbot.sandbox.server import Sandbox
from tests.browser import audits
from tests.browser.conftest import GENERAL, Visits
from tests.browser.test_triage import ARTEFACTS, LOCALES, WIDTHS, Walker
from tests.e2e.triage_walk import Walk
from tests.support.running import Person, running_bot

pytestmark = [
    pytest.mark.long,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
    # How it looks is what these are about, not how fast a loaded machine draws it.
    pytest.mark.parametrize("sandbox", [{"answer_within": 10.0}], indirect=True, ids=[""]),
]

HELPERS = "Riverside Recovery/helpers"
ANSWERS = {"safety": "no", "about": "self", "concern": "life", "willing": "yes"}
LANGUAGES = [each for each, texts in load().catalogues.items() if texts.gettext("handover.ask") != "handover.ask"]


class Asking(Walker):
    """Keeps its pictures apart from those of the triage."""

    story = "handover"

    async def picture(self, name: str) -> None:
        """Look the page over, and save how all of it looks."""
        self.taken += 1
        for script in (audits.UNNAMED_CONTROLS, audits.BROKEN_REFERENCES, audits.SIDEWAYS_SCROLL):
            assert await self.page.evaluate(script) == [], name
        ARTEFACTS.mkdir(exist_ok=True)
        file = f"{self.story}-{self.language}-{self.device}-{self.taken:02}-{name}.png"
        await self.page.screenshot(path=ARTEFACTS / file, full_page=True)


@pytest_asyncio.fixture(loop_scope="session")
async def community(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[None]:
    """The bot as members meet it, in a community with a staff channel and a country."""
    async with running_bot(sandbox, tmp_path / "supportbot.db"):
        mika = Person(sandbox, "mika")
        await mika.run("setup region", country="DE")
        await mika.run("setup staff-channel", channel="helpers")
        yield


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("device", WIDTHS)
@pytest.mark.usefixtures("community")
async def test_asking_for_somebody_to_talk_to(visit: Visits, sandbox: Sandbox, device: str, language: str) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start(GENERAL)
    await walk.open()
    await walk.all(ANSWERS)
    await sandbox.actor.edit_user(user="sam", locale=LOCALES[language])
    await walk.press("handover.ask")
    page = await visit(sandbox.url, width=WIDTHS[device], where="dm")
    await page.set_viewport_size({"width": WIDTHS[device], "height": 1500})
    sam = Asking(page, language, device)
    await sam.sees("handover.preview.title")
    await sam.picture("preview")
    await sam.press("handover.add_line")
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox").fill("It was a *long* week.\nEvenings are hardest.")
    await sam.picture("form")
    await form.get_by_role("button", name="Submit").click()
    await expect(page.get_by_role("log")).to_contain_text("It was a *long* week.")
    await sam.picture("line")
    await sam.press("handover.send")
    await sam.sees("handover.sent")
    await sam.picture("sent")
    team = await visit(sandbox.url, width=WIDTHS[device], who="mika", where=HELPERS)
    await expect(team.get_by_role("log")).to_contain_text("It was a *long* week.")
    await Asking(team, language, f"{device}-team").picture("post")


@pytest.mark.parametrize("device", WIDTHS)
@pytest.mark.usefixtures("community")
async def test_a_helpline_under_four_eyes(visit: Visits, sandbox: Sandbox, device: str) -> None:
    mika = Person(sandbox, "mika")
    await mika.run(
        "setup helpline add",
        kind="warmline",
        service="Night *talk*",
        source="https://night.example/contact",
        phone="0900-0113",
        chat="https://night.example/chat",
        hours="Europe/Berlin Mo-Fr 18:00-22:00",
        languages="de, Plattdeutsch",
        note="Ask for the night shift.",
    )
    page = await visit(sandbox.url, width=WIDTHS[device], who="olu", where=HELPERS)
    await page.set_viewport_size({"width": WIDTHS[device], "height": 1200})
    olu = Asking(page, "en", f"{device}-lines")
    await expect(page.get_by_role("log")).to_contain_text("Night *talk*")
    await olu.picture("waits")
    await olu.press("setup.approve.yes")
    await expect(page.get_by_role("log")).to_contain_text("Members see this line from now on")
    await olu.picture("approved")
    await Person(sandbox, "olu").run("setup helpline list", HELPERS)
    await expect(page.get_by_role("log")).to_contain_text("Approved by", use_inner_text=True)
    await olu.picture("list")
