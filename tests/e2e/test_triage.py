"""The triage end to end: every row of the table in a DM and in the closed-DM reply, and the ways out."""

from __future__ import annotations

import pytest

from supportbot.app import App
from supportbot.content import load_triage
from supportbot.domain.triage import UNDER_18, Answers, QuestionId
from supportbot.sandbox.server import Sandbox
from tests.e2e.triage_walk import Walk, cells, label
from tests.support.running import Person, words

FLOW = load_triage()


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


@pytest.mark.parametrize("closed", [False, True], ids=["in a DM", "DMs closed"])
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
        assert (
            label("triage.door.open") in words(page)
            or any(cell.get("custom_id") == "crisis" for cell in cells(page))
            or page["content"] == label("triage.door")
        )
    ids = {page["id"] for page in walk.pages}
    assert len(ids) == 1, "one message, edited in place"
