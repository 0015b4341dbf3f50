"""Somebody's first day with the real bot, by mouse and keyboard, on desktop and phone; a picture of each step."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from supportbot.sandbox.server import Sandbox
from tests.browser import audits
from tests.browser.conftest import Visits
from tests.support.running import running_bot
from tests.support.wordings import LINES, MOOD_QUESTIONS

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

ARTEFACTS = Path(__file__).parents[2] / "artefacts"
MORNING = "2030-06-03T07:30:00+00:00"
WIDTHS = {"desktop": 1280, "phone": 390}


@pytest_asyncio.fixture(loop_scope="session")
async def real_bot(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[None]:
    """The bot as members meet it, connected, in a week without a change to summer time or back."""
    await sandbox.actor.move_clock(to=MORNING)
    async with running_bot(sandbox, tmp_path / "supportbot.db"):
        yield


@dataclass
class Day:
    """The page, and how its user finds their way; `picture` keeps what they see."""

    page: Page
    device: str
    taken: int = 0

    async def picture(self, name: str) -> None:
        """Look the page over, and save how it looks."""
        self.taken += 1
        for script in (audits.UNNAMED_CONTROLS, audits.BROKEN_REFERENCES, audits.SIDEWAYS_SCROLL):
            assert await self.page.evaluate(script) == [], name
        ARTEFACTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=ARTEFACTS / f"{self.device}-{self.taken:02}-{name}.png")

    async def go(self, place: str) -> None:
        """To a place by mouse; on a phone the list of places is opened first."""
        if self.device == "phone":
            await self.page.get_by_role("button", name="Places").click()
            await self.picture("places")
        await self.page.get_by_role("navigation", name="Places").get_by_role("button", name=place).click()

    async def type_command(self, name: str) -> Locator:
        """By keyboard: its name, then Enter; returns its form."""
        await self.page.get_by_role("textbox", name=re.compile("^Message ")).click()
        await self.page.keyboard.type(f"/{name}")
        await expect(self.page.get_by_role("option", name=f"/{name}:")).to_have_attribute("aria-selected", "true")
        await self.picture(f"typed-{name.replace(' ', '-')}")
        await self.page.keyboard.press("Enter")
        return self.page.get_by_role("form", name=f"/{name}")

    async def press(self, name: str) -> None:
        """A button of the newest message that has it."""
        await self.page.get_by_role("log").get_by_role("button", name=name, exact=True).last.click()

    @property
    def last(self) -> Locator:
        """The newest message."""
        return self.page.get_by_test_id("message").last


@pytest.mark.parametrize("device", WIDTHS)
@pytest.mark.usefixtures("real_bot")
async def test_first_day(visit: Visits, sandbox: Sandbox, device: str) -> None:
    page = await visit(sandbox.url, width=WIDTHS[device], where="Riverside Recovery/welcome")
    day = Day(page, device)
    await expect(page.get_by_test_id("bot-state")).to_have_text("bot connected")
    await expect(page.get_by_role("log")).to_contain_text("Type / to see what supportbot can do")
    await day.picture("first-look")
    await day.go("#general")
    await compare_roles(day)
    await start_a_checkin(day)
    await it_comes(day, sandbox)
    await answer_it(day)
    await crisis_help(day)
    await the_next_days(day, sandbox)


async def compare_roles(day: Day) -> None:
    form = await day.type_command("roles compare")
    await form.get_by_role("button", name="Run command").click()
    await expect(day.last).to_contain_text("Sam used /roles compare")
    await expect(day.last.get_by_test_id("embed")).to_contain_text("Interventionist or therapist?")
    await expect(day.last).to_contain_text("Only you can see this")
    await day.picture("roles-compared")
    await day.press("As a picture")
    picture = day.last.get_by_role("img", name=re.compile("^A table: Interventionist or therapist[?] On the left:"))
    await expect(picture).to_be_visible()
    assert await picture.evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") == 1080
    await day.picture("roles-as-a-picture")


async def start_a_checkin(day: Day) -> None:
    form = await day.type_command("checkin start")
    await expect(form.get_by_label(re.compile("^when"))).to_be_focused()
    await day.page.keyboard.type("20:30")
    await day.page.keyboard.press("Tab")
    await day.page.keyboard.type("copenh")
    suggested = form.get_by_role("option", name="Copenhagen, Denmark (Europe/Copenhagen)")
    await expect(suggested).to_have_attribute("aria-selected", "true")
    await day.picture("zones-suggested")
    await day.page.keyboard.press("Enter")
    await expect(form.get_by_role("combobox", name=re.compile("^zone"))).to_have_value(
        "Copenhagen, Denmark (Europe/Copenhagen)"
    )
    await day.page.keyboard.press("Enter")
    await expect(day.last).to_contain_text("Every day at 20:30, time zone Europe/Copenhagen")
    await expect(day.last).to_contain_text("What you agree to")
    await day.picture("consent-asked")
    await day.press("I agree, start")
    await expect(day.last).to_contain_text("Your check-in runs")
    toast = day.page.get_by_role("status", name="Notifications")
    await expect(toast).to_contain_text("Hello. This is where I will write to you.")
    await expect(day.page.get_by_role("button", name="To the next check-in")).to_be_enabled()
    await day.picture("agreed")


async def it_comes(day: Day, sandbox: Sandbox) -> None:
    due = sandbox.clock.alarms["checkins"]
    await day.page.get_by_role("button", name="To the next check-in").click()
    toast = day.page.get_by_role("status", name="Notifications")
    await expect(toast).to_contain_text("A moment for yourself?")
    assert sandbox.clock.now() >= due
    await expect(day.page.get_by_test_id("clock-local")).to_contain_text(re.compile("20:3[0-2]"))
    await expect(day.last).to_contain_text(re.compile(r"\((\d+ seconds? ago|now)\)"))
    await day.picture("it-rings")
    await day.go("Direct message with supportbot")
    await expect(day.page.get_by_role("heading", name="Direct message with supportbot")).to_be_visible()
    await expect(toast.get_by_role("button")).to_have_count(0)
    await expect(day.page.get_by_test_id("message")).to_have_count(2)
    await expect(day.last).to_contain_text("A moment for yourself?")
    await day.picture("direct-message")


async def answer_it(day: Day) -> None:
    await day.press("Open")
    await expect(day.last).to_contain_text(re.compile("|".join(map(re.escape, MOOD_QUESTIONS))))
    await expect(day.page.get_by_role("log").get_by_role("button", name=re.compile("^[1-5] "))).to_have_count(5)
    await day.picture("question")
    await day.press("1 very low")
    await expect(day.last).to_contain_text("you do not have to carry it alone")
    await expect(day.page.get_by_test_id("message").nth(1)).to_contain_text("Done.")
    await day.picture("answered")


async def crisis_help(day: Day) -> None:
    await day.press("Crisis help")
    await expect(day.last).to_contain_text("call your local emergency number")
    await expect(day.last.get_by_role("link", name="findahelpline.com")).to_be_visible()
    await day.picture("crisis-help")


async def the_next_days(day: Day, sandbox: Sandbox) -> None:
    """A day passes as days do: the check-in in it comes, at its time."""
    invitations = day.page.get_by_test_id("message").filter(has_text=re.compile("|".join(map(re.escape, LINES))))
    button = day.page.get_by_role("button", name="+1 day")
    for count in (1, 2):
        before = sandbox.clock.now()
        await button.click()
        await expect(invitations).to_have_count(count)
        await sandbox.actor.until(lambda start=before: (sandbox.clock.now() - start).days >= 1)
        await expect(day.page.get_by_role("group", name="Move the clock")).not_to_have_attribute("aria-busy", "true")
    await expect(day.last).to_contain_text("8:30 PM")
    await day.picture("two-days-later")
