"""Using a small bot through the page: commands, buttons, selects, modals, direct messages, the clock."""

import asyncio
import re
from contextlib import suppress
from datetime import timedelta

import pytest
from playwright.async_api import Error, Locator, Page, Route, expect

from supportbot.sandbox.server import Sandbox
from tests.browser import audits, samples
from tests.browser.conftest import GENERAL, Visits
from tests.browser.discord_side import DiscordSide
from tests.browser.small_bot import SmallBot, running_bot
from tests.support.pictures import png

pytestmark = pytest.mark.asyncio(loop_scope="session")

IMPATIENT = pytest.mark.parametrize("sandbox", [{"answer_within": 0.4}], indirect=True)


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message #general")


def last(page: Page) -> Locator:
    """The newest message."""
    return page.get_by_test_id("message").last


async def choose_command(page: Page, name: str) -> Locator:
    """Types a command's name and takes it; returns its form."""
    await composer(page).fill(f"/{name}")
    await page.get_by_role("option", name=f"/{name}:").wait_for()
    await page.keyboard.press("Enter")
    return page.get_by_role("form", name=f"/{name}")


async def run(page: Page, name: str) -> None:
    """Runs a command without options by keyboard."""
    form = await choose_command(page, name)
    await form.get_by_role("button", name="Run command").press("Enter")


async def test_plain_text_is_sent(page: Page) -> None:
    await composer(page).focus()
    await page.keyboard.type("first line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second line")
    await page.keyboard.press("Enter")
    await expect(last(page)).to_contain_text("first line\nsecond line")
    await expect(last(page)).to_contain_text("Sam")
    await expect(composer(page)).to_have_value("")
    await expect(composer(page)).to_be_focused()


async def test_a_command_by_keyboard_alone(bot: SmallBot, page: Page) -> None:
    await composer(page).focus()
    await page.keyboard.type("/ro")
    listed = page.get_by_role("listbox", name="Commands").get_by_role("option")
    await expect(listed).to_have_text([re.compile("/roles compare"), re.compile("/roles note")])
    await page.keyboard.press("ArrowDown")
    await expect(listed.nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowUp")
    await expect(composer(page)).to_have_attribute("aria-activedescendant", re.compile(".+"))
    await page.keyboard.press("Tab")
    form = page.get_by_role("form", name="/roles compare")
    first = form.get_by_role("combobox", name="first (required)")
    await expect(first).to_be_focused()
    await expect(first).to_have_accessible_description("The first role")
    await page.keyboard.type("ther")
    suggestion = form.get_by_role("listbox", name="Suggestions").get_by_role("option", name="Therapist")
    await expect(suggestion).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect(first).to_have_value("Therapist")
    await expect(suggestion).to_have_count(0)
    await page.keyboard.press("Tab")
    await expect(form.get_by_role("combobox", name="second (optional)")).to_be_focused()
    await page.keyboard.type("Int")
    await page.keyboard.press("Tab")
    await expect(form.get_by_role("spinbutton", name="count (optional)")).to_be_focused()
    await page.keyboard.type("3")
    await page.keyboard.press("Enter")
    await expect(last(page)).to_contain_text("role:therapist and interventionist, 3")
    await expect(last(page)).to_contain_text("Sam used /roles compare")
    await expect(composer(page)).to_be_focused()


@pytest.mark.long
async def test_only_the_latest_suggestions_count(bot: SmallBot, page: Page) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def hold_the_first(route: Route) -> None:
        if route.request.post_data_json["value"] == "c":
            asked.set()
            await go_on.wait()
        with suppress(Error):  # the page has given up the first
            await route.continue_()

    await page.route("**/autocomplete", hold_the_first)
    form = await choose_command(page, "roles compare")
    first = form.get_by_role("combobox", name="first")
    await first.fill("c")
    await asked.wait()
    async with page.expect_event("requestfailed"):
        await first.fill("th")
    suggestions = form.get_by_role("listbox", name="Suggestions").get_by_role("option")
    await expect(suggestions).to_have_text(["Therapist"])
    go_on.set()
    await expect(suggestions).to_have_text(["Therapist"])


@pytest.mark.long
async def test_the_list_of_commands_narrows_and_closes(bot: SmallBot, page: Page) -> None:
    options = page.get_by_role("listbox", name="Commands").get_by_role("option")
    await page.get_by_role("button", name="Commands").click()
    await expect(options).to_have_count(7)
    await expect(composer(page)).to_be_focused()
    await page.keyboard.type("check-in")
    await expect(options).to_have_text([re.compile("/plan")])
    await page.keyboard.press("Escape")
    await expect(options).to_have_count(0)
    await composer(page).fill("/plan ")
    form = page.get_by_role("form", name="/plan")
    await expect(form).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await expect(composer(page)).to_be_focused()


async def test_a_required_option_is_asked_for(bot: SmallBot, page: Page) -> None:
    form = await choose_command(page, "roles compare")
    await form.get_by_role("button", name="Run command").click()
    await expect(form.get_by_role("combobox", name="first")).to_be_focused()
    await expect(page.get_by_test_id("message")).to_have_count(0)
    await form.get_by_role("button", name="Cancel").click()
    await expect(form).to_have_count(0)


async def test_a_mentioned_command_opens_its_form(bot: SmallBot, page: Page, side: DiscordSide) -> None:
    await side.post({"content": "Try </roles compare:12345>"})
    await page.get_by_role("button", name="/roles compare").click()
    await expect(page.get_by_role("form", name="/roles compare").get_by_role("combobox").first).to_be_focused()


async def test_an_ephemeral_answer_is_for_one_person(bot: SmallBot, page: Page) -> None:
    form = await choose_command(page, "roles compare")
    await form.get_by_role("combobox", name="first").fill("one")
    await form.get_by_role("combobox", name="private").select_option("True")
    await form.get_by_role("combobox", name="private").press("Enter")
    mine = page.get_by_test_id("message").filter(has_text="Only you can see this")
    await expect(mine).to_contain_text("one and nobody")
    await page.get_by_role("combobox", name="You are").select_option(label="Mika · en-US")
    await expect(page.get_by_role("log")).to_contain_text("No messages here yet.")
    await expect(mine).to_have_count(0)
    await page.get_by_role("combobox", name="You are").select_option(label="Sam · en-US")
    await expect(mine).to_have_count(1)
    await mine.get_by_role("button", name="Dismiss message").click()
    await expect(mine).to_have_count(0)
    await expect(composer(page)).to_be_focused()


async def test_a_slow_answer_says_that_it_is_thought_over(bot: SmallBot, page: Page) -> None:
    await run(page, "later")
    await expect(last(page)).to_contain_text("supportbot is thinking…")
    bot.go_on.set()
    await expect(last(page)).to_contain_text("Thought it over")
    await expect(page.get_by_text("is thinking")).to_have_count(0)
    await expect(last(page)).not_to_contain_text("(edited)")


@IMPATIENT
@pytest.mark.long
async def test_a_silent_bot_is_reported(bot: SmallBot, page: Page, side: DiscordSide) -> None:
    await run(page, "silent")
    notice = page.get_by_test_id("notice")
    await expect(notice).to_contain_text("/silent: The application did not respond")
    await notice.get_by_role("button", name="Dismiss").click()
    await expect(notice).to_have_count(0)
    shape = await side.post(samples.layout_message(), files={"picture.png": png()})
    drawn = page.locator(f'[data-message-id="{shape["id"]}"]')
    button = drawn.get_by_role("button", name="In a row")
    await button.press("Enter")
    await expect(button).to_be_disabled()
    await expect(drawn).to_contain_text("This interaction failed")
    await expect(button).to_be_enabled()
    await expect(button).to_be_focused()


async def test_pressing_buttons(bot: SmallBot, page: Page, side: DiscordSide) -> None:
    shape = await side.post(samples.controls_message())
    drawn = page.locator(f'[data-message-id="{shape["id"]}"]')
    await drawn.get_by_role("button", name="Primary").press("Enter")
    await expect(drawn).to_contain_text("Pressed")
    await expect(drawn.get_by_role("button", name="Primary")).to_be_focused()
    await drawn.get_by_role("button", name="Secondary").click()
    await expect(last(page)).to_contain_text("Only you can see this")
    assert bot.seen == [{"custom_id": "primary", "values": None}, {"custom_id": "secondary", "values": None}]


async def test_a_deferred_press_changes_the_message_later(bot: SmallBot, page: Page, side: DiscordSide) -> None:
    await side.post(samples.layout_message(), files={"picture.png": png()})
    await last(page).get_by_role("button", name="Open").click()
    await expect(last(page).get_by_role("button", name="Open")).to_be_enabled()
    bot.go_on.set()
    await expect(last(page)).to_contain_text("Opened")
    await expect(last(page).get_by_role("button", name="Open")).to_have_count(0)


async def test_selects(bot: SmallBot, page: Page, side: DiscordSide) -> None:
    shape = await side.post(samples.controls_message())
    drawn = page.locator(f'[data-message-id="{shape["id"]}"]')
    await drawn.get_by_role("combobox", name="Choose a role").click()
    await drawn.get_by_role("option", name="Therapist").click()
    await expect(last(page)).to_contain_text("one: t")
    many = drawn.get_by_role("combobox", name="Choose days")
    await many.press("ArrowDown")
    await expect(drawn.get_by_role("button", name="Done")).to_be_disabled()
    for key in ("Enter", "f", "Space"):
        await many.press(key)
    await expect(drawn.get_by_role("option", selected=True)).to_have_text(["Monday", "Friday"])
    await drawn.get_by_role("button", name="Done").press("Enter")
    await expect(last(page)).to_contain_text("many: monday, friday")
    await drawn.get_by_role("combobox", name="Choose somebody").press("ArrowDown")
    await drawn.get_by_role("option", name="Mika").click()
    await expect(last(page)).to_contain_text(re.compile(r"who: \d+"))
    await drawn.get_by_role("combobox", name="Choose a place").press("ArrowDown")
    await page.keyboard.press("s")
    await page.keyboard.press("Enter")
    await expect(last(page)).to_contain_text(re.compile(r"where: \d+"))


async def test_a_modal_with_every_field(bot: SmallBot, page: Page, side: DiscordSide) -> None:
    await side.post(samples.controls_message())
    button = page.get_by_role("button", name="Success")
    await button.press("Enter")
    modal = page.get_by_role("dialog", name="Plan a check-in")
    name = modal.get_by_role("textbox", name="Name of the plan (required)")
    await expect(name).to_be_focused()
    await expect(name).to_have_accessible_description("So that you know it again")
    await expect(name).to_have_attribute("maxlength", "20")
    assert await page.evaluate(audits.UNNAMED_CONTROLS) == []
    assert await page.evaluate(audits.BROKEN_REFERENCES) == []
    await page.keyboard.type("ab")
    await page.keyboard.press("Enter")
    await expect(modal).to_be_visible()
    await page.keyboard.type("cd")
    await modal.get_by_role("combobox", name="Day (required)").select_option("Friday")
    where = modal.get_by_role("group", name="Where (required)")
    await where.get_by_role("radio", name="In a channel").check()
    await expect(where.get_by_role("radio", name="In a channel")).to_have_accessible_description("Others can read it")
    await modal.get_by_role("checkbox", name="Mood").check()
    await modal.get_by_role("checkbox", name="I agree").check()
    await modal.get_by_role("button", name="Submit").click()
    await expect(last(page)).to_contain_text("Planned: abcd, Friday, channel, mood, True")
    await expect(modal).to_have_count(0)
    await expect(button).to_be_focused()


@pytest.mark.long
async def test_a_modal_of_the_older_shape_can_be_left(bot: SmallBot, page: Page) -> None:
    form = await choose_command(page, "roles note")
    await expect(form.get_by_role("combobox", name="person")).to_be_focused()
    await page.keyboard.press("Enter")
    modal = page.get_by_role("dialog", name="A few words")
    await expect(modal.get_by_role("textbox", name="Your words")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)
    await expect(composer(page)).to_be_focused()
    form = await choose_command(page, "roles note")
    await form.get_by_role("button", name="Run command").click()
    await modal.get_by_role("textbox", name="Your words").fill("a calm\nevening")
    await modal.get_by_role("button", name="Submit").click()
    await expect(last(page)).to_contain_text("You wrote: a calm\nevening")


async def test_context_menus(bot: SmallBot, page: Page, sandbox: Sandbox) -> None:
    shape = await sandbox.actor.send_message(user="mika", channel=GENERAL, content="hello")
    await page.get_by_role("button", name=re.compile("More for the message of Mika")).press("Enter")
    menu = page.get_by_role("menu")
    await expect(menu.get_by_role("menuitem")).to_have_text(["Report", "Offer help (Mika)"])
    await expect(menu.get_by_role("menuitem", name="Report")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(last(page)).to_contain_text(f"Reported {shape['id']}")
    await page.get_by_text("People", exact=True).click()
    await page.get_by_role("button", name="More for Noor").click()
    await menu.get_by_role("menuitem", name="Offer help (Noor)").click()
    await expect(last(page)).to_contain_text("Offered help to noor")


@pytest.mark.long
async def test_a_messages_menu_on_a_phone_in_another_language(bot: SmallBot, visit: Visits, sandbox: Sandbox) -> None:
    sandbox_person = {"username": "rosa", "global_name": "Rosa of the long long name", "guilds": ["Riverside Recovery"]}
    await sandbox.actor.add_user(**sandbox_person, locale="es-ES")
    shape = await sandbox.actor.send_message(user="rosa", channel=GENERAL, content="hola")
    page = await visit(sandbox.url, who="rosa", width=360)
    more = page.get_by_role("button", name=re.compile("More for the message of Rosa"))
    await more.click()
    apps = page.get_by_role("menu").get_by_role("group", name="Apps")
    await expect(apps).to_contain_text("Apps")
    await expect(apps.get_by_role("menuitem")).to_have_text(["Denunciar", "Offer help (Rosa of the long long name)"])
    menu = await page.get_by_role("menu").bounding_box()
    assert menu is not None
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= 360
    for audit in (audits.UNNAMED_CONTROLS, audits.BROKEN_REFERENCES, audits.FAINT_TEXT, audits.SIDEWAYS_SCROLL):
        assert await page.evaluate(audit) == []
    await page.keyboard.press("End")
    await expect(apps.get_by_role("menuitem").last).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(last(page)).to_contain_text(f"Reported {shape['id']}")
    await expect(last(page).get_by_role("button", name=re.compile("^More for"))).to_have_count(0)


async def test_a_direct_message_rings_with_its_first_line_only(bot: SmallBot, page: Page) -> None:
    await run(page, "write-me")
    toast = page.get_by_role("status", name="Notifications")
    await expect(toast).to_contain_text("How was today?")
    await expect(toast).to_contain_text("supportbot")
    await expect(toast).not_to_contain_text("Nobody else")
    dm = page.get_by_role("button", name="Direct message with supportbot")
    await expect(dm).to_have_accessible_name("Direct message with supportbot 1 unread")
    await toast.get_by_role("button", name="How was today?").click()
    await expect(page.get_by_role("heading", name="Direct message with supportbot")).to_be_visible()
    await expect(last(page)).to_contain_text("Nobody else should read this line.")
    await expect(dm).to_have_accessible_name("Direct message with supportbot")
    await expect(toast.get_by_role("button")).to_have_count(0)
    await page.get_by_role("textbox", name="Message supportbot").fill("A good day")
    await page.keyboard.press("Enter")
    await expect(last(page)).to_contain_text("A good day")


@pytest.mark.long
async def test_the_clock(page: Page, sandbox: Sandbox) -> None:
    next_check_in = page.get_by_role("button", name="To the next check-in")
    await expect(next_check_in).to_be_disabled()
    await expect(next_check_in).to_have_accessible_description("No check-in is planned.")
    before = sandbox.clock.offset_ms
    await page.get_by_role("button", name="+1 hour").click()
    await expect_offset(page, sandbox, before + 3_600_000)
    await page.get_by_role("button", name="+1 day").click()
    await expect_offset(page, sandbox, before + 90_000_000)
    await sandbox.actor.set_alarm(name="checkins", at="2031-05-06T07:08:00+00:00")
    await expect(next_check_in).to_be_enabled()
    await expect(next_check_in).to_have_accessible_description(re.compile("6 May 2031.* 07:08 UTC"))
    await next_check_in.press("Enter")
    await expect(page.get_by_test_id("clock-utc")).to_contain_text(re.compile("6 May 2031.* 07:08"))
    await expect(page.get_by_test_id("clock-local")).to_contain_text(re.compile("6 May 2031.* 09:08"))


@pytest.mark.long
async def test_a_day_passes_through_the_alarms_in_it(page: Page, sandbox: Sandbox) -> None:
    due = sandbox.clock.now() + timedelta(hours=5)
    await sandbox.actor.set_alarm(name="checkins", at=due)
    moves = page.get_by_role("group", name="Move the clock")
    await page.get_by_role("button", name="+1 day").click()
    await expect(moves).to_have_attribute("aria-busy", "true")
    await sandbox.actor.until(lambda: sandbox.clock.now() >= due)
    assert sandbox.clock.now() < due + timedelta(hours=1)
    await sandbox.actor.set_alarm(name="checkins", at=due + timedelta(days=1))
    await sandbox.actor.until(lambda: sandbox.clock.now() >= due + timedelta(hours=19))
    await expect(moves).not_to_have_attribute("aria-busy", "true")


async def expect_offset(page: Page, sandbox: Sandbox, wanted: int) -> None:
    await sandbox.actor.until(lambda: abs(sandbox.clock.offset_ms - wanted) < 60_000)
    shown = (await sandbox.actor.clock())["now"][:16]
    await expect(page.get_by_test_id("clock-utc")).to_have_attribute("datetime", re.compile(f"^{shown[:13]}"))


@pytest.mark.long
async def test_whether_the_bot_is_there(page: Page, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    state = page.get_by_test_id("bot-state")
    await expect(state).to_have_text("bot not connected")
    async with running_bot(sandbox, monkeypatch):
        await expect(state).to_have_text("bot connected")
        await composer(page).fill("/")
        await expect(page.get_by_role("option", name="/plan: ")).to_be_visible()
    await expect(state).to_have_text("bot not connected")


@pytest.mark.long
async def test_people(page: Page, sandbox: Sandbox) -> None:
    await page.get_by_text("People", exact=True).click()
    people = page.get_by_role("list", name="People")
    await expect(people.get_by_role("listitem").filter(has_text="Noor")).to_contain_text("DMs closed")
    form = page.get_by_role("form", name="Add a person")
    await form.get_by_role("textbox", name="Username").fill("robin")
    await form.get_by_role("textbox", name="Display name").fill("Robin")
    await form.get_by_role("combobox", name="Language").select_option("de")
    await form.get_by_role("checkbox", name="Night Owls").uncheck()
    await form.get_by_role("checkbox", name="Moderators").check()
    await form.get_by_role("button", name="Add person").click()
    await expect(form.get_by_role("status")).to_have_text("Robin was added.")
    await page.get_by_role("button", name="More for Robin").click()
    await page.get_by_role("menuitem", name="Close direct messages").click()
    await expect(people.get_by_role("listitem").filter(has_text="Robin")).to_contain_text("DMs closed")
    await page.get_by_role("combobox", name="You are").select_option(label="Robin · de · DMs closed")
    await expect(page.get_by_role("region", name="Riverside Recovery")).to_be_visible()
    await expect(page.get_by_role("region", name="Night Owls")).to_have_count(0)
    user = next(user for user in (await sandbox.actor.state())["users"] if user["username"] == "robin")
    assert (user["locale"], user["dms_open"], len(user["guilds"])) == ("de", False, 1)


@pytest.mark.long
async def test_a_place_that_one_may_not_see(page: Page, visit: Visits, side: DiscordSide) -> None:
    staff = page.get_by_role("button", name="#staff")
    await expect(page.get_by_role("button", name="#support")).to_be_visible()
    await expect(staff).to_have_count(0)
    await side.post({"content": f"Ask in <#{await side.channel_id('Riverside Recovery/staff')}>"})
    await expect(last(page)).to_contain_text("Ask in # No Access")
    you = page.get_by_role("combobox", name="You are")
    await you.select_option(label="Mika · en-US")
    await expect(last(page)).to_contain_text("Ask in #staff")
    await staff.click()
    await expect(page.get_by_role("textbox", name="Message #staff")).to_be_visible()
    await you.select_option(label="Sam · en-US")
    await expect(page.get_by_role("textbox", name="Message #welcome")).to_be_visible()
    await expect(page.get_by_role("button", name="#welcome")).to_have_attribute("aria-current", "page")
    await expect(staff).to_have_count(0)


@pytest.mark.long
async def test_an_address_of_a_place_that_one_may_not_see(visit: Visits, sandbox: Sandbox) -> None:
    page = await visit(sandbox.url, where="Riverside Recovery/staff")
    await expect(page.get_by_role("textbox", name="Message #welcome")).to_be_visible()


@pytest.mark.long
async def test_relative_times_follow_the_sandbox_clock(visit: Visits, sandbox: Sandbox, side: DiscordSide) -> None:
    await sandbox.actor.move_clock(advance=10 * 365 * 86_400)
    page = await visit(sandbox.url)
    due = int(sandbox.clock.now().timestamp()) + 3 * 3600 + 600
    await side.post({"content": f"Due <t:{due}:R>", "embeds": [{"description": f"Again <t:{due + 86_400}:R>"}]})
    await expect(last(page)).to_contain_text("Due in 3 hours")
    await expect(last(page)).to_contain_text("Again tomorrow")
    await page.get_by_role("button", name="+1 day").click()
    await expect(last(page)).to_contain_text("Due 21 hours ago")
    await expect(last(page)).to_contain_text("Again in 3 hours")
    await sandbox.actor.move_clock(advance=-86_400)
    await expect(last(page)).to_contain_text("Due in 3 hours")


@pytest.mark.long
async def test_the_phone_shows_one_thing_at_a_time(visit: Visits, sandbox: Sandbox, side: DiscordSide) -> None:
    page = await visit(sandbox.url, width=390)
    places = page.get_by_role("button", name="Places")
    await expect(page.get_by_role("button", name="#support")).to_be_hidden()
    await side.post({"content": "A word with you"}, "sam's dm")
    await expect(places).to_have_accessible_name("Places 1 unread")
    await places.press("Enter")
    await expect(places).to_have_attribute("aria-expanded", "true")
    await expect(composer(page)).to_be_hidden()
    await page.get_by_role("button", name="#support").click()
    await expect(page.get_by_role("textbox", name="Message #support")).to_be_visible()
    await expect(page.get_by_role("button", name="#support")).to_be_hidden()
    assert await page.evaluate(audits.SIDEWAYS_SCROLL) == []


@pytest.mark.long
async def test_news_missed_while_the_line_was_cut(visit: Visits, sandbox: Sandbox, side: DiscordSide) -> None:
    page = await visit(sandbox.url)
    await page.route("**/sandbox/api/events*", lambda route: route.abort())
    await page.get_by_role("combobox", name="You are").select_option(label="Mika · en-US")
    await expect(page.get_by_text("Connection to the sandbox lost")).to_be_visible()
    await side.post({"content": "while you were away"})
    await page.unroute("**/sandbox/api/events*")
    await expect(page.get_by_text("while you were away")).to_be_visible(timeout=15_000)
    await expect(page.get_by_text("Connection to the sandbox lost")).to_have_count(0)
    visit.complaints.clear()  # the browser itself reports the cut requests
