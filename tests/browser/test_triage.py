"""The triage in a browser, as a member goes through it on a phone and on a desktop; a picture of each screen."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from supportbot.content import load
from supportbot.sandbox.server import Sandbox
from tests.browser import audits
from tests.browser.conftest import GENERAL, Visits
from tests.support.running import Person, running_bot

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

ARTEFACTS = Path(__file__).parents[2] / "artefacts"
WIDTHS = {"desktop": 1280, "phone": 390}
LOCALES = {"en": "en-US", "es": "es-ES"}
LANGUAGES = [each for each, texts in load().catalogues.items() if texts.gettext("triage.door") != "triage.door"]


@pytest_asyncio.fixture(loop_scope="session")
async def real_bot(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[None]:
    """The bot as members meet it, connected."""
    async with running_bot(sandbox, tmp_path / "supportbot.db"):
        yield


@dataclass
class Walker:
    """Presses what a member sees, in their language."""

    page: Page
    language: str
    device: str
    taken: int = 0

    def says(self, text_id: str) -> str:
        """The words of a text."""
        return load().catalogues[self.language].gettext(text_id)

    async def press(self, text_id: str) -> None:
        """The newest button with this text."""
        await self.page.get_by_role("log").get_by_role("button", name=self.says(text_id), exact=True).last.click()

    async def sees(self, text_id: str) -> None:
        """Wait until the beginning of this text is there."""
        start = re.split(r"[\n{<*]", self.says(text_id).lstrip("*"))[0].strip()
        await expect(self.page.get_by_role("log")).to_contain_text(start)

    async def picture(self, name: str) -> None:
        """Look the page over, and save how all of it looks."""
        self.taken += 1
        for script in (audits.UNNAMED_CONTROLS, audits.BROKEN_REFERENCES, audits.SIDEWAYS_SCROLL):
            assert await self.page.evaluate(script) == [], name
        ARTEFACTS.mkdir(exist_ok=True)
        await self.page.screenshot(
            path=ARTEFACTS / f"triage-{self.language}-{self.device}-{self.taken:02}-{name}.png", full_page=True
        )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("device", WIDTHS)
@pytest.mark.usefixtures("real_bot")
async def test_through_the_triage(visit: Visits, sandbox: Sandbox, device: str, language: str) -> None:
    await sandbox.actor.edit_user(user="sam", locale=LOCALES[language])
    await Person(sandbox).run("triage", GENERAL)
    page = await visit(sandbox.url, width=WIDTHS[device], where="dm")
    await page.set_viewport_size({"width": WIDTHS[device], "height": 1500})
    walker = Walker(page, language, device)
    await walker.sees("triage.door")
    await walker.picture("door")
    await walker.press("triage.door.open")
    await walker.sees("triage.ask.safety")
    await walker.picture("safety")
    await walker.press("triage.answer.safety.unsure")
    await walker.sees("triage.pause")
    await walker.picture("pause")
    await walker.press("triage.continue")
    await walker.sees("triage.ask.about")
    await walker.picture("about")
    await walker.press("triage.answer.about.someone_else")
    await walker.sees("triage.ask.concern")
    await walker.picture("concern")
    await page.get_by_role("log").get_by_role("combobox", name=walker.says("triage.choose")).click()
    await walker.picture("concern-open")
    await page.get_by_role("option", name=walker.says("triage.answer.concern.substance"), exact=True).click()
    await walker.sees("triage.ask.withdrawal")
    await walker.press("triage.answer.withdrawal.yes")
    await walker.sees("triage.ask.family")
    await walker.press("triage.answer.family.yes")
    await walker.sees("triage.ask.willing")
    await walker.press("triage.answer.willing.no")
    await walker.sees("triage.outcome.interventionist.title")
    await walker.picture("interventionist")
    await walker.press("triage.under_18")
    await walker.sees("triage.outcome.trusted_adult.title")
    await walker.picture("trusted-adult")
    await walker.press("triage.start_over")
    await walker.sees("triage.ask.safety")
    await walker.press("triage.answer.safety.yes")
    await walker.sees("triage.after_crisis")
    await walker.picture("crisis")
    await walker.press("triage.stop")
    await walker.sees("triage.stopped")
    await walker.picture("stopped")
