"""What is explained, on a phone, by touch, in each language. A picture of each page."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from supportbot import content
from supportbot.app import App
from supportbot.chat.words import Voice
from supportbot.sandbox.server import Sandbox
from tests.browser import audits
from tests.browser.conftest import Visits
from tests.browser.test_crisis_page import ARTEFACTS, LANGUAGES, LOCALES, PHONE
from tests.support.running import running_bot

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@pytest_asyncio.fixture(loop_scope="session")
async def app(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[App]:
    """The bot as members meet it."""
    async with running_bot(sandbox, tmp_path / "supportbot.db") as app:
        yield app


@dataclass
class Reading:
    """The page of somebody who wants to understand."""

    page: Page
    voice: Voice

    @property
    def last(self) -> Locator:
        return self.page.get_by_test_id("message").last

    async def run(self, command: str, **options: str) -> None:
        """A command of the menu, with its options filled in."""
        await self.page.get_by_role("textbox", name=re.compile("^Message ")).click()
        await self.page.keyboard.type(f"/{command}")
        await expect(self.page.get_by_role("option", name=f"/{command}:").first).to_be_visible()
        await self.page.keyboard.press("Enter")
        form = self.page.get_by_role("form", name=f"/{command}")
        for name, value in options.items():
            await form.get_by_role("combobox", name=name).fill(value)
        await form.get_by_role("button", name="Run command").click()

    async def press(self, text_id: str) -> None:
        await self.last.get_by_role("button", name=self.voice(text_id), exact=True).click()

    async def picture(self, name: str) -> str:
        """Look the page over, save how the message looks as a whole, and return what it says."""
        for script in (audits.UNNAMED_CONTROLS, audits.BROKEN_REFERENCES, audits.SIDEWAYS_SCROLL):
            assert await self.page.evaluate(script) == [], name
        ARTEFACTS.mkdir(exist_ok=True)
        await self.page.set_viewport_size({"width": PHONE, "height": 3000})
        await self.last.screenshot(path=ARTEFACTS / f"knowledge-{self.voice.language}-{name}.png")
        await self.page.set_viewport_size({"width": PHONE, "height": 900})
        return await self.last.inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_somebody_wants_to_understand(visit: Visits, sandbox: Sandbox, app: App, language: str) -> None:
    await sandbox.actor.edit_user(user="sam", locale=LOCALES.get(language, language))
    voice, known = app.bot.voice(language), content.load().knowledge
    page = await visit(sandbox.url, width=PHONE)
    reading = Reading(page, voice)
    await expect(page.get_by_test_id("bot-state")).to_have_text("bot connected")

    await reading.run("roles compare")
    await expect(reading.last).to_contain_text(voice("compare.together"))
    await reading.picture("compare")
    await reading.press("compare.picture")
    await expect(reading.last.get_by_role("img")).to_have_js_property("complete", True)
    await expect(reading.last.get_by_role("img")).to_have_attribute("alt", re.compile(".{200}", re.DOTALL))
    await reading.picture("compare-picture")

    await reading.run("intervention models")
    models = known.entry("intervention-models", [language])
    for number in range(len(models.pages)):
        if number:
            await reading.press("knowledge.more")
        await expect(reading.last).to_contain_text(voice("knowledge.page", number=number + 1, of=len(models.pages)))
        await reading.picture(f"models-{number + 1}")
    await reading.press("knowledge.sources")
    await expect(reading.last).to_contain_text("1999")
    await reading.picture("models-sources")

    term = known.entry("trauma", [language])
    await reading.run("glossary", term=term.title)
    await expect(reading.last).to_contain_text(term.pages[0].splitlines()[0][:40].replace("**", ""))
    await reading.picture("glossary")

    await reading.run("ask", question="cbt")
    await expect(reading.last).to_contain_text(known.entry("cbt", [language]).title)
    await reading.picture("ask")
