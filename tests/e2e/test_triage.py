"""The triage end to end: every row of the table in a DM and in the closed-DM reply, and the ways out."""

from __future__ import annotations

import asyncio
import re

import pytest

from supportbot.app import App
from supportbot.content import load_triage
from supportbot.domain.triage import UNDER_18, Answers, QuestionId
from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.e2e.triage_walk import Walk, cells, label, shown_now
from tests.support.running import GENERAL, Json, Person, custom_id, words

FLOW = load_triage()
EPHEMERAL = 64


def a_path_to(row: str | None, outcome: str | None = None, *, under_18: bool = False) -> Answers:
    """The shortest path to a row of the table, or to an early end."""
    fitting = [
        path
        for path in FLOW.paths()
        if (UNDER_18 in path) == under_18
        and FLOW.result(path).row == row
        and (outcome is None or FLOW.result(path).outcome == outcome)
    ]
    return min(fitting, key=len)


ENDS: dict[str, Answers] = {
    **{f"row {row.id}": a_path_to(row.id) for row in FLOW.rows},
    "crisis by safety": {QuestionId("safety"): a_path_to(None, "crisis")[QuestionId("safety")]},
    "crisis by withdrawal": next(path for path in FLOW.paths() if path.get(QuestionId("withdrawal")) == "now"),
    "safe_help": a_path_to(None, "safe_help"),
    "trusted_adult": a_path_to("9", "trusted_adult", under_18=True),
}


def text_of(walk: Walk) -> str:
    return words(walk.page)


@pytest.mark.parametrize("closed", [False, pytest.param(True, marks=pytest.mark.long)], ids=["in a DM", "DMs closed"])
@pytest.mark.parametrize("end", ENDS)
async def test_every_row_and_end(app: App, sandbox: Sandbox, end: str, closed: bool) -> None:
    path = ENDS[end]
    sam = Person(sandbox)
    if closed:
        await sandbox.actor.edit_user(user="sam", dms_open=False)
    walk = Walk(sam, sandbox)
    await walk.start()
    assert walk.page["ephemeral"] == closed
    await walk.open()
    if UNDER_18 in path:
        await walk.press("triage.under_18")
    await walk.all({str(question): str(answer) for question, answer in path.items()})
    result = FLOW.result(path)
    shown = text_of(walk)
    if result.outcome == "crisis":
        assert label("crisis.title") in shown
    else:
        assert label(f"triage.outcome.{result.outcome}.title") in shown
        for reason in result.reasons:
            assert label(f"triage.reason.{reason.replace('=', '.')}") in shown
    for entry in result.also:
        assert label(f"triage.entry.{entry}.title") in shown
    for page in walk.pages:
        has_help = any(cell.get("custom_id") == "crisis" for cell in cells(page))
        assert has_help or page["content"] == label("triage.door")
    assert len({page["id"] for page in walk.pages}) == 1, "one message, edited in place"


@pytest.mark.parametrize("place", [GENERAL, "dm"])
async def test_what_a_lock_screen_shows(app: App, sandbox: Sandbox, place: str) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start(place)
    await walk.open()
    await walk.all({"safety": "unsure", "about": "self", "concern": "life", "willing": "yes"})
    await walk.press("triage.plain")
    new = [body for body in new_messages(sandbox) if not body.get("flags", 0) & EPHEMERAL]
    assert [(body.get("content"), body.get("embeds", [])) for body in new] == [("Your private page is ready.", [])]
    (row,) = new[0]["components"]
    assert [cell["label"] for cell in row["components"]] == ["Open", "Clear this"]


async def test_danger_brings_the_page_with_one_press_and_nothing_is_asked(app: App, sandbox: Sandbox) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start()
    await walk.open()
    before = sandbox.log.last
    result = await walk.answer("safety", "yes")
    assert result["outcome"] == "update"
    assert label("crisis.title") in words(walk.page)
    assert [each.method for each in sandbox.log if each.n > before] == ["POST"], "one answer, and nothing else"
    assert not any(re.fullmatch(r"t:.*:\d", cell.get("custom_id", "")) for cell in cells(walk.page))
    for text_id in ("resources.button", "handover.ask", "triage.start_over"):
        assert label(text_id) in walk.labels()


async def test_an_orderly_end_closes_the_page_and_offers_a_new_start(sandbox: Sandbox, start_bot: StartBot) -> None:
    walk = Walk(Person(sandbox), sandbox)
    async with start_bot():
        await walk.start()
        await walk.open()
        await walk.answer("safety", "no")
        before = walk.page
    page = await shown_now(walk)
    assert page is not None
    walk.page = page
    assert (page["content"], page["embeds"]) == (label("triage.closed.restart"), [])
    assert walk.labels() == [label("triage.start_new"), label("triage.crisis"), label("triage.clear")]
    async with start_bot():
        result = await walk.press("triage.crisis")
        assert result["message"]["ephemeral"]
        assert label("crisis.title") in words(result["message"])
        await walk.press("triage.start_new")
        assert label("triage.ask.safety") in words(walk.page)
        await walk.answer("safety", "no")
        assert set(custom_ids(walk.page)).isdisjoint(custom_ids(before)), "nothing of before counts any more"
        await walk.press("triage.clear")
        assert await shown_now(walk) is None


async def test_in_a_dm_help_is_that_of_the_community_the_flow_is_from(app: App, sandbox: Sandbox) -> None:
    await Person(sandbox, "mika").run("setup region", country="DE")
    walk = Walk(Person(sandbox, "alex"), sandbox)
    await walk.start()
    await walk.open()
    assert "112" in words((await walk.press("triage.crisis"))["message"])
    await walk.answer("safety", "unsure")
    assert "112" in words(walk.page)
    result = await walk.press("crisis.need.b")
    assert result["message"]["id"] != walk.page["id"]
    assert "112" in words(result["message"])
    await walk.press("triage.stop")
    assert "112" in words((await walk.press("triage.crisis"))["message"])
    await walk.press("triage.start_new")
    await walk.answer("safety", "yes")
    assert "112" in words(walk.page), "also after a new start on the same page"


async def test_a_seizure_now_is_answered_first(app: App, sandbox: Sandbox) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start()
    await walk.open()
    await walk.all({"safety": "no", "about": "self", "concern": "substance", "withdrawal": "now"})
    said = label("triage.crisis.withdrawal")
    assert said in walk.page["embeds"][1]["description"], "right after the emergency number"


async def test_what_was_said_beside_the_page_goes_with_it(app: App, sandbox: Sandbox) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start()
    await walk.open()
    await walk.all({"safety": "no", "about": "self", "concern": "combined", "withdrawal": "yes", "willing": "unsure"})
    beside = [
        (await walk.press(each))["message"]["id"] for each in ("triage.plain", "triage.explain", "triage.check_ins")
    ]
    assert set(beside) <= {message["id"] for message in await walk.person.dms()}
    await walk.press("triage.clear")
    await sandbox.actor.until(lambda: [each.method for each in sandbox.log].count("DELETE") == 6 or None)
    assert set(beside).isdisjoint(message["id"] for message in await walk.person.dms())


async def test_a_role_is_explained_as_far_as_the_result_names_it(app: App, sandbox: Sandbox) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start()
    await walk.open()
    await walk.all({"safety": "no", "about": "pressed", "concern": "life", "family": "no"})
    explained = words((await walk.press("triage.explain"))["message"])
    assert "Therapist" in explained
    assert "ntervention" not in explained


async def test_an_old_screen_and_a_double_press_change_nothing(app: App, sandbox: Sandbox) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start()
    await walk.open()
    old = walk.page
    await walk.answer("safety", "no")
    about = custom_id(walk.page, label("triage.answer.about.self"))
    for again in (custom_id(old, label("triage.answer.safety.yes")), custom_id(old, label("triage.stop"))):
        # Discord's client would not offer it any more; two presses in a hurry would.
        assert again != about
    twice = [
        sandbox.actor.press(user="sam", message=walk.page["id"], custom_id=about, wait="final", as_if_visible=True)
        for _ in range(2)
    ]
    results = await asyncio.gather(*twice)
    assert [result["outcome"] for result in results] == ["update", "update"]
    walk.page = results[-1]["message"]
    assert label("triage.ask.concern") in words(walk.page), "the second press is not an answer to the next question"


async def test_a_strangers_press_is_refused_kindly(app: App, sandbox: Sandbox) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start()
    await walk.open()
    for text_id in ("triage.answer.safety.yes", "triage.stop", "triage.clear", "triage.under_18"):
        result = await sandbox.actor.press(
            user="alex",
            message=walk.page["id"],
            custom_id=custom_id(walk.page, label(text_id)),
            wait="final",
            as_if_visible=True,
        )
        assert "belongs to somebody else" in result["message"]["content"]
    await walk.answer("safety", "no")
    assert label("triage.ask.about") in words(walk.page)


async def test_two_flows_of_one_person(app: App, sandbox: Sandbox) -> None:
    sam = Person(sandbox)
    first, second = Walk(sam, sandbox), Walk(sam, sandbox)
    await first.start()
    await first.open()
    await first.answer("safety", "no")
    await second.start()
    closed = label("triage.closed.another")
    await sandbox.actor.until(lambda: was_said(sandbox, closed))
    messages = await sam.dms()
    (old,) = [message for message in messages if message["id"] == first.page["id"]]
    assert old["content"] == closed
    await second.open()
    await second.answer("safety", "no")
    assert label("triage.ask.about") in words(second.page)


@pytest.mark.parametrize("closed", [False, True], ids=["in a DM", "DMs closed"])
async def test_a_quiet_page_closes_itself_and_says_so(app: App, sandbox: Sandbox, closed: bool) -> None:
    if closed:
        await sandbox.actor.edit_user(user="sam", dms_open=False)
    walk = Walk(Person(sandbox), sandbox)
    await walk.start()
    await walk.open()
    await walk.answer("safety", "no")
    await sandbox.actor.move_clock(advance=60 * (14 if closed else 15) - 5)
    assert await shown_now(walk) == walk.page
    await sandbox.actor.move_clock(advance=10)
    quiet = label("triage.closed.idle")
    await sandbox.actor.until(lambda: was_said(sandbox, quiet))
    walk.page = await shown_now(walk)
    assert walk.page["content"] == quiet
    assert walk.page["embeds"] == []
    assert walk.labels() == [label("triage.start_new"), label("triage.crisis"), label("triage.clear")]
    result = await walk.press("triage.crisis")
    assert label("crisis.title") in words(result["message"])


async def test_dms_that_close_in_the_middle(app: App, sandbox: Sandbox) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start()
    await walk.open()
    await walk.answer("safety", "no")
    await sandbox.actor.edit_user(user="sam", dms_open=False)
    await walk.answer("about", "self")
    assert label("triage.ask.concern") in words(walk.page), "the page that is there goes on"


async def test_stop_and_clear(app: App, sandbox: Sandbox) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start()
    await walk.open()
    await walk.press("triage.stop")
    assert "Stopped." in words(walk.page)
    await walk.press("triage.start_new")
    await walk.answer("safety", "unsure")
    await walk.press("triage.back")
    await walk.answer("safety", "no")
    await walk.press("triage.clear")
    assert await shown_now(walk) is None


async def test_clear_takes_the_note_in_the_server_away_too(app: App, sandbox: Sandbox) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start()
    await walk.press("triage.clear")
    assert await shown_now(walk) is None
    await sandbox.actor.until(lambda: [each.method for each in sandbox.log].count("DELETE") == 2 or None)
    here = await sandbox.actor.messages(user="sam", channel=GENERAL)
    assert walk.reply["id"] not in [message["id"] for message in here]


async def test_plain_text_and_where_a_result_leads(app: App, sandbox: Sandbox) -> None:
    walk = Walk(Person(sandbox), sandbox)
    await walk.start()
    await walk.open()
    await walk.all({"safety": "no", "about": "self", "concern": "combined", "withdrawal": "yes", "willing": "unsure"})
    result = await walk.press("triage.plain")
    assert result["message"]["ephemeral"]
    text = await sandbox.actor.until(lambda: said_in_full(sandbox))
    assert "**" not in text
    for text_id in (
        "triage.outcome.therapist.body",
        "triage.entry.medical_first.body",
        "triage.note.one_talk",
        "triage.note.prescribed_medicine",
        "triage.reason.willing.unsure",
        "triage.result.footer",
    ):
        assert label(text_id).replace("**", "") in text
    result = await walk.press("triage.explain")
    assert "A therapist works with one person" in words(result["message"])
    result = await walk.press("triage.check_ins")
    assert "/checkin start" in words(result["message"])


def new_messages(sandbox: Sandbox) -> list[Json]:
    """What the bot said that was not an edit."""
    found: list[Json] = []
    for exchange in sandbox.log:
        body = exchange.body or {}
        if exchange.method == "POST" and exchange.path.endswith("/messages"):
            found.append(body)
        elif exchange.path.endswith("/callback") and body.get("type") == 4:
            found.append(body["data"])
        elif exchange.method == "POST" and exchange.path.startswith("/webhooks/"):
            found.append(body)
    return found


def said_in_full(sandbox: Sandbox) -> str | None:
    """Everything said to the person alone, once its closing line is there."""
    said = (body.get("content") or "" for body in new_messages(sandbox) if body.get("flags", 0) & EPHEMERAL)
    text = "\n".join(said)
    return text if label("triage.result.footer") in text else None


def custom_ids(page: Json) -> list[str]:
    """Of the flow's own buttons."""
    return [cell["custom_id"] for cell in cells(page) if cell.get("custom_id", "").startswith("t:")]


def was_said(sandbox: Sandbox, text: str) -> bool | None:
    """True once a request of the bot held this text, and was answered."""
    said = [each for each in sandbox.log if isinstance(each.body, dict) and each.body.get("content") == text]
    return True if said else None
