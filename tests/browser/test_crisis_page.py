"""The crisis page on a phone, by touch, in each language: what somebody in a bad night sees. A picture of each."""

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
from supportbot.domain.crisis import Need
from supportbot.sandbox.server import Sandbox
from supportbot.services.names import country_name
from tests.browser import audits
from tests.browser.conftest import Visits
from tests.support.running import running_bot

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

ARTEFACTS = Path(__file__).parents[2] / "artefacts"
PHONE = 390
NIGHT = "2030-06-04T02:00:00+00:00"
LANGUAGES = sorted(content.load().catalogues)
LOCALES = {"en": "en-US", "es": "es-ES"}
"""The locale of somebody who speaks a language of ours, where it is more than the language."""


@pytest_asyncio.fixture(loop_scope="session")
async def app(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[App]:
    """The bot as members meet it, in the middle of a night in Europe."""
    await sandbox.actor.move_clock(to=NIGHT)
    async with running_bot(sandbox, tmp_path / "supportbot.db") as app:
        yield app


@dataclass
class Night:
    """The page of somebody who looks for help."""

    page: Page
    voice: Voice

    @property
    def last(self) -> Locator:
        return self.page.get_by_test_id("message").last

    async def open(self) -> None:
        """By the command, without saying where they are."""
        await self.page.get_by_role("textbox", name=re.compile("^Message ")).click()
        await self.page.keyboard.type("/crisis")
        await expect(self.page.get_by_role("option", name="/crisis:")).to_have_attribute("aria-selected", "true")
        await self.page.keyboard.press("Enter")
        await self.page.get_by_role("form", name="/crisis").get_by_role("button", name="Run command").click()
        await expect(self.last).to_contain_text(self.voice("crisis.title"))

    async def press(self, label: str) -> None:
        await self.last.get_by_role("button", name=label, exact=True).click()

    async def choose(self, iso: str) -> None:
        """A country of the list, or by its name."""
        name, hint = country_name(iso, self.voice.language), self.voice("crisis.region.choose")
        await self.last.get_by_role("combobox", name=hint).click()
        options = self.last.get_by_role("listbox").get_by_role("option")
        if await options.filter(has_text=name).count():
            await options.filter(has_text=name).first.click()
        else:
            await options.last.click()
            form = self.page.get_by_role("dialog", name=self.voice("crisis.form.title"))
            await form.get_by_role("textbox").fill(name)
            await form.get_by_role("button", name="Submit").click()
        await expect(self.last).to_contain_text(f"({name})")

    async def picture(self, name: str) -> str:
        """Look the page over, save how the message looks as a whole, and return what it says."""
        for script in (audits.UNNAMED_CONTROLS, audits.BROKEN_REFERENCES, audits.SIDEWAYS_SCROLL):
            assert await self.page.evaluate(script) == [], name
        ARTEFACTS.mkdir(exist_ok=True)
        await self.page.set_viewport_size({"width": PHONE, "height": 3000})
        await self.last.screenshot(path=ARTEFACTS / f"crisis-{self.voice.language}-{name}.png")
        await self.page.set_viewport_size({"width": PHONE, "height": 900})
        return await self.last.inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_bad_night(visit: Visits, sandbox: Sandbox, app: App, language: str) -> None:
    await sandbox.actor.edit_user(user="sam", locale=LOCALES.get(language, language))
    voice = app.bot.voice(language)
    page = await visit(sandbox.url, width=PHONE)
    night = Night(page, voice)
    await expect(page.get_by_test_id("bot-state")).to_have_text("bot connected")
    await night.open()

    said = await night.picture("unknown")
    assert "findahelpline.com" in said
    assert not {"911", "112", "999", "988"} & set(said.split())

    await night.choose("GB")
    said = await night.picture("official")
    assert "116 123" in said
    assert voice("place.gb_eng") in said
    assert voice.cell("England. Then choose option 2.") in said
    await night.press(voice(f"crisis.need.{Need.HURT}"))
    await expect(night.last).to_contain_text("0808 2000 247")
    await night.picture("hurt")

    await night.choose("SE")
    await night.press(voice(f"crisis.need.{Need.LIFE}"))
    await expect(night.last).to_contain_text("90101")
    said = await night.picture("listed")
    assert voice("line.seen.listed") in said

    await night.choose("HR")
    said = await night.picture("emergency-only")
    assert "112" in said
    assert "befrienders.org" in said

    await night.choose("CA")
    await night.press(voice(f"crisis.need.{Need.HURT}"))
    await expect(night.last).to_contain_text(voice("place.ca_on"))
    await night.picture("one-province")

    await night.choose("IT")
    await night.press(voice(f"crisis.need.{Need.LIFE}"))
    await expect(night.last).to_contain_text("02 2327 2327")
    said = await night.picture("closed")
    assert voice("line.hours.closed_now", when="").split("**")[1] in said

    await night.choose("CL")
    await expect(night.last).to_contain_text("*4141")
    assert "\\" not in await night.picture("star")

    await night.choose("US")
    await night.press(voice(f"crisis.need.{Need.ASLEEP}"))
    await expect(night.last).to_contain_text("1-800-222-1222")
    await night.picture("not-waking")
    await night.press(voice(f"crisis.need.{Need.WRITTEN}"))
    await expect(night.last).to_contain_text("741741")
    await night.picture("writing")
    await night.press(voice(f"crisis.need.{Need.OTHER}"))
    await expect(night.last).to_contain_text("1-800-662-4357")
    await night.picture("other-lines")

    await night.press(voice("crisis.remember"))
    await expect(night.last).to_contain_text(country_name("US", language))
    await night.picture("remember")
    await night.press(voice("remember.agree"))
    await night.press(voice("crisis.button"))
    await expect(night.last).to_contain_text("911")
    await night.picture("remembered")
    await night.press(voice("crisis.forget"))
    await expect(night.last).to_contain_text(voice("crisis.forget.done"))
    await night.picture("forgotten")
