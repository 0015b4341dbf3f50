"""A member's whole life with check-ins, from the first words to the last, in the browser; a picture of what matters."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from supportbot.sandbox.server import Sandbox
from tests.browser import audits
from tests.browser.conftest import Visits
from tests.browser.test_handover import Asking
from tests.browser.test_triage import LOCALES, WIDTHS
from tests.support.running import Person, alarm, running_bot
from tests.support.wordings import MOOD_QUESTIONS

pytestmark = [
    pytest.mark.long,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(240),
    # How it looks is what these are about, not how fast a loaded machine draws it.
    pytest.mark.parametrize("sandbox", [{"answer_within": 10.0}], indirect=True, ids=[""]),
]

WEDNESDAY = "2030-10-23T07:30:00+00:00"
"""The clocks in Berlin and Copenhagen go back in the night to the Sunday after it."""
TELLING = ("check-in", "recover", "mood", "support", "crisis", "therap", "craving", "how are you")
TELLING_IN_SPANISH = ("saludo", "recuper", "ánimo", "apoyo", "crisis", "terap", "ganas", "cómo estás")
ANY_MOOD_QUESTION = re.compile("|".join(map(re.escape, MOOD_QUESTIONS)))


@pytest_asyncio.fixture(loop_scope="session")
async def real_bot(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[None]:
    """The bot as members meet it, connected, on a Wednesday in October."""
    await sandbox.actor.move_clock(to=WEDNESDAY)
    async with running_bot(sandbox, tmp_path / "supportbot.db"):
        yield


class Member(Asking):
    """Somebody with the page before them, in their direct messages with the bot."""

    story = "life"

    def __init__(self, page: Page, language: str, device: str, sandbox: Sandbox) -> None:
        super().__init__(page, language, device)
        self.sandbox = sandbox
        self._by_command = Person(sandbox, place="dm")

    @property
    def last(self) -> Locator:
        """The newest message."""
        return self.page.get_by_test_id("message").last

    async def tall_picture(self, name: str) -> None:
        """The same of what is longer than a screen."""
        width = WIDTHS[self.device]
        await self.page.set_viewport_size({"width": width, "height": 1700})
        await self.picture(name)
        await self.page.set_viewport_size({"width": width, "height": 900})

    async def runs(self, command: str, **options: Any) -> Locator:
        """Run a command; returns its answer, as the page draws it."""
        message = await self._by_command.run(command, **options)
        shown = self.message(message["id"])
        await expect(shown).to_be_visible()
        return shown

    def message(self, id_: str) -> Locator:
        """One message, whatever comes after it."""
        return self.page.locator(f'[data-message-id="{id_}"]')

    async def comes(self) -> Locator:
        """Move the clock to the next check-in, with the page's button; returns its message, before it is opened."""
        before = {message["id"] for message in await self._by_command.dms()}
        await alarm(self.sandbox)
        await self.page.get_by_role("button", name="To the next check-in").click()
        arrived = await self._by_command.next_dm(where=lambda message: message["id"] not in before)
        shown = self.message(arrived["id"])
        await expect(shown.get_by_role("button", name=self.says("checkin.invitation.open"), exact=True)).to_be_visible()
        return shown

    async def opens(self) -> Locator:
        """The next check-in comes, and is opened."""
        message = await self.comes()
        await self.press_on(message, "checkin.invitation.open")
        await expect(message.get_by_role("button", name=self.says("arrived.more"), exact=True)).to_be_visible()
        return message

    async def press_on(self, message: Locator, text_id: str) -> None:
        """A button of this message."""
        await message.get_by_role("button", name=self.says(text_id), exact=True).click()

    async def answers(self, message: Locator, text_id: str) -> None:
        """Press an answer; the message collapses, and nothing of the answer is left on it."""
        await self.press_on(message, text_id)
        await expect(message).to_contain_text(self.says("checkin.done"))
        await expect(message).not_to_contain_text(self.says(text_id))
        await expect(message.get_by_role("button", name=self.says("checkin.clear"), exact=True)).to_be_visible()

    async def writes(self, message: Locator, note: str) -> None:
        """The note's form, by keyboard."""
        await self.press_on(message, "arrived.note")
        form = self.page.get_by_role("dialog")
        await expect(form).to_contain_text(self.says("arrived.note.help"))
        await form.get_by_role("textbox").fill(note)
        await self.picture("note")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_have_count(0)

    async def shows(self, local: str) -> None:
        """The page's clock shows this local time, or a moment later."""
        hour, minute = local.split(":")
        await expect(self.page.get_by_test_id("clock-local")).to_contain_text(
            re.compile(rf"{hour}:({minute}|{int(minute) + 1:02})")
        )

    @property
    def utc(self) -> str:
        """What the clock shows in UTC, without its seconds and without the minute that a slow machine may take."""
        return f"{self.sandbox.clock.now():%a %H:%M}"


@pytest.mark.parametrize("device", WIDTHS)
@pytest.mark.usefixtures("real_bot")
async def test_some_days_in_spanish(visit: Visits, sandbox: Sandbox, device: str) -> None:
    await sandbox.actor.edit_user(user="sam", locale=LOCALES["es"])
    page = await visit(sandbox.url, width=WIDTHS[device], where="dm")
    sam = Member(page, "es", device, sandbox)
    draft = await sam.runs("checkin start", when="entre semana a las ocho y media", zone="Europe/Berlin")
    await expect(draft).to_contain_text("De lunes a viernes a las 08:30")
    await expect(draft).to_contain_text(re.compile(r"24 de octubre de 2030\D+8:30"))
    await sam.tall_picture("draft")
    await sam.press("checkin.draft.agree")
    await sam.sees("checkin.welcome")
    first = await sam.comes()
    seen = (await first.inner_text()).replace("supportbot", "").lower()
    assert [word for word in TELLING_IN_SPANISH if word in seen] == []
    await sam.picture("discreet")
    await sam.press_on(first, "checkin.invitation.open")
    await expect(first.get_by_role("button", name=re.compile("^[1-5] "))).to_have_count(5)
    await sam.picture("question")
    await sam.press_on(first, "arrived.more")
    await expect(first.get_by_role("button", name=sam.says("arrived.skip"), exact=True)).to_be_visible()
    await sam.picture("more")
    await sam.press_on(first, "arrived.back")
    await sam.answers(first, "checkin.mood.1")
    await sam.press("calm.button")
    await sam.press("calm.next")
    await sam.picture("ride-out")
    await sam.runs("checkin history")
    await sam.tall_picture("history-offered")
    await sam.press("history.agree")
    second = await sam.opens()
    await sam.press_on(second, "arrived.later")
    await expect(second).to_contain_text(sam.says("arrived.later.ask"))
    await sam.picture("later")
    await sam.press_on(second, "arrived.later.quarter")
    await sam.answers(await sam.opens(), "checkin.mood.4")
    history = await sam.runs("checkin history")
    await expect(history).to_contain_text("Respondiste 1 de 30 días.")
    await expect(history.get_by_role("img", name=re.compile("^Un gráfico[.]"))).to_have_js_property(
        "naturalWidth", 1080
    )
    await sam.tall_picture("history")
    await sam.runs("checkin list")
    await sam.picture("list")
    await sam.runs("checkin status")
    await sam.picture("status")
    await page.get_by_role("textbox", name=re.compile("^Message ")).fill("parar")
    await page.keyboard.press("Enter")
    await sam.sees("typed.stop.ask")
    await sam.picture("stop")
    await sam.press("typed.stop.yes")
    await expect(page.get_by_role("log")).to_contain_text("Tu saludo ya no llegará.")
    await expect(await sam.runs("checkin list")).to_contain_text(
        sam.says("checkin.list.none").split(".", maxsplit=1)[0]
    )


@pytest.mark.parametrize("device", WIDTHS)
@pytest.mark.usefixtures("real_bot")
async def test_a_whole_life(visit: Visits, sandbox: Sandbox, device: str, tmp_path: Path) -> None:
    page = await visit(sandbox.url, width=WIDTHS[device], where="Riverside Recovery/general")
    sam = Member(page, "en", device, sandbox)
    await starts_in_words(sam)
    await sam.picture("agreed")
    await goes_to_the_dm(sam)
    await answers_the_first(sam)
    await agrees_to_history(sam)
    await snoozes_and_rides_it_out(sam)
    await has_quiet_hours_over_the_change_of_clocks(sam)
    await skips_and_pauses(sam)
    await looks_back(sam)
    await takes_it_along(sam, tmp_path)
    await stops(sam)


async def starts_in_words(sam: Member) -> None:
    page = sam.page
    await page.get_by_role("textbox", name=re.compile("^Message ")).click()
    await page.keyboard.type("/checkin start")
    await expect(page.get_by_role("option", name="/checkin start:")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    form = page.get_by_role("form", name="/checkin start")
    await expect(form.get_by_label(re.compile("^when"))).to_be_focused()
    await page.keyboard.type("weekdays at half past eight")
    await page.keyboard.press("Tab")
    await page.keyboard.type("berl")
    await expect(form.get_by_role("option", name="Berlin, Germany (Europe/Berlin)")).to_have_attribute(
        "aria-selected", "true"
    )
    await sam.picture("form")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(sam.last).to_contain_text("Monday to Friday at 08:30, time zone Europe/Berlin")
    await expect(sam.last).to_contain_text("I took your time as it stands")
    for day in ("Thursday, October 24, 2030", "Friday, October 25, 2030", "Monday, October 28, 2030"):
        await expect(sam.last).to_contain_text(re.compile(rf"{day}\D+8:30 AM"))
    await expect(sam.last).to_contain_text(sam.says("checkin.draft.consent.name"))
    await expect(sam.last).to_contain_text("Only you can see this")
    await sam.tall_picture("draft")
    await sam.press("checkin.draft.agree")
    await expect(sam.last).to_contain_text("Your check-in runs. The next one comes Thursday, October 24, 2030")
    await expect(page.get_by_role("status", name="Notifications")).to_contain_text(
        "Hello. This is where I will write to you."
    )


async def goes_to_the_dm(sam: Member) -> None:
    await sam.page.get_by_role("status", name="Notifications").get_by_role("button").first.click()
    await expect(sam.page.get_by_role("heading", name="Direct message with supportbot")).to_be_visible()
    await expect(sam.last).to_contain_text('type "stop" here at any time')


async def answers_the_first(sam: Member) -> None:
    first = await sam.comes()
    assert sam.utc in {"Thu 06:30", "Thu 06:31"}
    await sam.shows("08:30")
    await expect(first).to_contain_text("A moment for yourself?")
    seen = (await first.inner_text()).replace("supportbot", "").lower()
    assert [word for word in TELLING if word in seen] == []
    await sam.picture("discreet")
    await sam.press_on(first, "checkin.invitation.open")
    await expect(first).to_contain_text(ANY_MOOD_QUESTION)
    await expect(first.get_by_role("button", name=re.compile("^[1-5] "))).to_have_count(5)
    await sam.picture("question")
    await sam.press_on(first, "arrived.more")
    await expect(first.get_by_role("button", name="Skip this one")).to_be_visible()
    await sam.picture("more")
    await sam.press_on(first, "arrived.back")
    await expect(first.get_by_role("button", name="Skip this one")).to_have_count(0)
    await sam.answers(first, "checkin.mood.4")
    await expect(sam.last).to_contain_text("I do not keep what you answered, and nobody was told.")
    await expect(sam.last).to_contain_text("Only you can see this")
    await sam.picture("answered")


async def agrees_to_history(sam: Member) -> None:
    await sam.press("history.offer.button")
    await expect(sam.last).to_contain_text("Keep your answers, for you alone?")
    await expect(sam.last).to_contain_text("18 or older")
    await sam.tall_picture("history-offered")
    await sam.press("history.agree")
    await expect(sam.last).to_contain_text("From now on I keep what you answer, for you alone.")


async def snoozes_and_rides_it_out(sam: Member) -> None:
    friday = await sam.opens()
    assert sam.utc in {"Fri 06:30", "Fri 06:31"}
    await sam.press_on(friday, "arrived.later")
    await expect(friday.get_by_role("button", name="In 15 minutes")).to_be_visible()
    await expect(friday).to_contain_text("When shall it come again?")
    await expect(friday).not_to_contain_text(ANY_MOOD_QUESTION)
    await sam.picture("later")
    await sam.press_on(friday, "arrived.later.quarter")
    await expect(friday).to_contain_text(re.compile(r"It comes again Friday, October 25, 2030\D+8:4[56] AM"))
    await expect(friday.get_by_role("button", name="In 15 minutes")).to_have_count(0)
    again = await sam.opens()
    assert sam.utc in {"Fri 06:45", "Fri 06:46", "Fri 06:47"}
    await sam.answers(again, "checkin.mood.1")
    await expect(sam.last).to_contain_text("Your answer is in your history, for you alone.")
    await sam.picture("low")
    await sam.press("calm.button")
    await expect(sam.last).to_contain_text("1 of 10, about a minute each.")
    await sam.press("calm.next")
    await expect(sam.last).to_contain_text("2 of 10, about a minute each.")
    await sam.picture("ride-out")
    await sam.press("calm.leave")
    await expect(sam.last).to_contain_text("you can come back to this at any time. Nothing was kept.")


async def has_quiet_hours_over_the_change_of_clocks(sam: Member) -> None:
    quiet = await sam.runs("checkin quiet", **{"from": "22:00", "to": "10:00"})
    await expect(quiet).to_contain_text("All of its times lie in your quiet hours")
    await expect(quiet).not_to_contain_text("October 25")  # which came and was answered
    await sam.picture("quiet-warned")
    await sam.press("quiet.yes")
    await expect(quiet).to_contain_text("What falls into them comes when they end.")
    await expect(quiet).to_contain_text(
        re.compile(r"Monday, October 28, 2030\D+10:00 AM [^•]*moved to the end of your quiet hours")
    )
    monday = await sam.opens()
    assert sam.utc in {"Mon 09:00", "Mon 09:01"}, "ten in the morning is an hour later in UTC now"
    await sam.shows("10:00")
    await sam.press_on(monday, "arrived.more")
    await sam.writes(monday, "A walk by the *river*.")
    await expect(sam.last).to_contain_text("Your note is in your history, for you alone.")
    await sam.answers(monday, "checkin.mood.3")
    await expect(sam.page.get_by_text("Next check-in: Tue, 29 Oct 2030, 09:00 UTC")).to_be_visible()
    off = await sam.runs("checkin quiet", off=True)
    await expect(off).to_contain_text("You have no quiet hours.")
    tuesday = await sam.opens()
    assert sam.utc in {"Tue 07:30", "Tue 07:31"}, "the local time stays as it was before the change"
    await sam.shows("08:30")
    await sam.press_on(tuesday, "arrived.more")
    await sam.press_on(tuesday, "arrived.skip")
    await expect(tuesday).to_contain_text(
        re.compile(r"Skipped, and that is fine. The next one comes Wednesday, October 30, 2030\D+8:30 AM")
    )


async def skips_and_pauses(sam: Member) -> None:
    skipped = await sam.runs("checkin skip")
    await expect(skipped).to_contain_text(re.compile(r"Skipped: the one Wednesday, October 30, 2030\D+8:30 AM"))
    await expect(skipped).to_contain_text("The next one comes Thursday, October 31, 2030")
    await expect(await sam.runs("checkin pause")).to_contain_text("Paused: Monday to Friday at 08:30.")
    rests = await sam.runs("checkin list")
    await expect(rests).to_contain_text("Paused by you.")
    await sam.picture("list-paused")
    await expect(await sam.runs("checkin resume")).to_contain_text("Your check-ins run again.")
    thursday = await sam.opens()
    assert sam.utc in {"Thu 07:30", "Thu 07:31"}, "nothing came on Wednesday"
    await sam.press_on(thursday, "arrived.more")
    await sam.press_on(thursday, "arrived.pause")
    await expect(thursday.get_by_role("button", name="Until I say so")).to_be_visible()
    await expect(thursday).to_contain_text("How long shall I pause?")
    await sam.picture("pause")
    await sam.press_on(thursday, "arrived.rest.open")
    await expect(thursday).to_contain_text("Paused.")
    await sam.press_on(thursday, "arrived.resume")
    await expect(thursday).to_contain_text("It goes on. The next one comes Friday, November 1, 2030")
    await sam.answers(await sam.opens(), "checkin.mood.5")
    listed = await sam.runs("checkin list")
    await expect(listed).to_contain_text("1. Monday to Friday at 08:30 (Europe/Berlin). Next: Monday, November 4, 2030")
    await sam.picture("list")


async def looks_back(sam: Member) -> None:
    history = await sam.runs("checkin history")
    await expect(history).to_contain_text("You answered on 3 of 30 days.")
    await expect(history).to_contain_text("There is 1 note.")
    chart = history.get_by_role("img", name=re.compile("^A chart[.] Your answers"))
    await expect(chart).to_have_js_property("naturalWidth", 1080)
    for scheme in ("dark", "light"):
        await sam.page.emulate_media(color_scheme=scheme)
        assert await sam.page.evaluate(audits.FAINT_TEXT) == [], scheme
        await sam.tall_picture(f"history-{scheme}")
    status = await sam.runs("checkin status")
    await expect(status).to_contain_text(re.compile(r"It reached you Friday, November 1, 2030\D+8:3[01] AM"))
    await expect(status).to_contain_text("Time zone: Europe/Berlin")
    await expect(status).to_contain_text("Nothing in the last 7 days.")
    await sam.picture("status")


async def takes_it_along(sam: Member, folder: Path) -> None:
    export = await sam.runs("mydata export")
    async with sam.page.expect_download() as loading:
        await export.get_by_role("link", name=re.compile("[.]zip$")).click()
    file = folder / "mine.zip"
    await (await loading.value).save_as(file)
    with ZipFile(file) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith(".json")]
        held: Any = json.loads(archive.read(name))
    text = json.dumps(held)
    assert [mood for mood in range(1, 6) if f'"mood": {mood}' in text] == [1, 3, 5], "the first was not kept"
    assert "A walk by the *river*." in text


async def stops(sam: Member) -> None:
    page = sam.page
    await page.get_by_role("textbox", name=re.compile("^Message ")).fill("stop")
    await page.keyboard.press("Enter")
    await expect(sam.last).to_contain_text("Shall I stop your check-in?")
    await sam.picture("stop")
    await sam.last.get_by_role("button", name="Yes, stop").click()
    await expect(page.get_by_role("log")).to_contain_text("will not come any more")
    await expect(await sam.runs("checkin list")).to_contain_text("You have no check-ins.")
    assert "checkins" not in sam.sandbox.clock.alarms
