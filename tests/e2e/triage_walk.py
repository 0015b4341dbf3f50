"""Walking through the triage as a person does, by the words on its buttons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supportbot.content import load
from tests.support.running import GENERAL, Json, Person, words

TEXTS = load().catalogues["en"]


def label(text_id: str) -> str:
    """What a button with this text says in English."""
    found = TEXTS.gettext(text_id)
    assert found != text_id
    return found


def cells(message: Json) -> list[Json]:
    """Every button and select of a message."""
    return [cell for row in message["components"] for cell in row["components"]]


class Walk:
    """One flow of one person. `page` is the message it stands in, as last seen; `pages` is all that was seen of it."""

    def __init__(self, person: Person, sandbox: Any) -> None:
        self.person = person
        self._actor = sandbox.actor
        self.reply: Json = {}
        self.page: Json = {}
        self.pages: list[Json] = []
        self.pressed: list[str] = []
        """Custom ids of what was pressed; of a choice in a select, with the value."""

    async def start(self, place: str | None = None) -> None:
        """`/triage`; leaves the door, or the first question where direct messages are closed, as the page."""
        self.reply = await self.person.run("triage", place)
        closed = any(cell.get("custom_id", "").startswith("t:") for cell in cells(self.reply))
        self._see(self.reply if closed else (await self.person.dms())[-1])

    async def open(self) -> None:
        """Through the door, if there is one."""
        if label("triage.door.open") in self.labels():
            await self.press("triage.door.open")

    async def press(self, text_id: str) -> Json:
        """Press the button with this text; gives the whole result."""
        wanted = label(text_id)
        found = [cell for cell in cells(self.page) if cell.get("label") == wanted]
        assert len(found) == 1, f"{wanted!r} is on {self.labels()}"
        return await self._press(found[0]["custom_id"])

    async def answer(self, question: str, answer: str) -> Json:
        """Give this answer to the question on the page, which must be that question."""
        asked = label(f"triage.ask.{question}")
        own = TEXTS.gettext(f"triage.ask.{question}.self")
        assert asked in words(self.page) or own in words(self.page), f"{question} is not asked: {words(self.page)}"
        wanted = label(f"triage.answer.{question}.{answer}")
        for cell in cells(self.page):
            if cell["type"] == 3:
                position = [option["label"] for option in cell["options"]].index(wanted)
                return await self._press(cell["custom_id"], [str(position)])
        return await self.press(f"triage.answer.{question}.{answer}")

    async def all(self, answers: Mapping[str, str]) -> None:
        """Give every answer in order; **Continue** where the crisis page stands in between."""
        for question, answer in answers.items():
            if question == "under_18":
                continue
            await self.answer(question, answer)
            if label("triage.continue") in self.labels():
                await self.press("triage.continue")

    def labels(self) -> list[str]:
        """What the buttons of the page say."""
        return [cell["label"] for cell in cells(self.page) if "label" in cell]

    async def _press(self, custom_id: str, values: list[str] | None = None) -> Json:
        self.pressed.append(":".join([custom_id, *(values or [])]))
        result = await self._actor.press(
            user=self.person.name, message=self.page["id"], custom_id=custom_id, values=values, wait="final"
        )
        if "message" in result and result["message"]["id"] == self.page["id"]:
            self._see(result["message"])
        return result

    def _see(self, page: Json) -> None:
        self.page = page
        self.pages.append(page)


async def shown_now(walk: Walk) -> Json | None:
    """The page as it is at this moment, None when it is gone."""
    place = GENERAL if walk.page["ephemeral"] else "dm"
    messages = await walk.person._actor.messages(user=walk.person.name, channel=place)
    return next((message for message in messages if message["id"] == walk.page["id"]), None)
