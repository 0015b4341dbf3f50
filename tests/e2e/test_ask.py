"""Questions and words explained, with the real bot in the sandbox: over the wire, and in a DM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.support.running import GENERAL, Person, buttons, words

pytestmark = pytest.mark.timeout(120)
Json = dict[str, Any]
EPHEMERAL = 64


async def explain(sandbox: Sandbox, place: str, message: Json) -> Json:
    """Sam opens the message's menu."""
    asked = sandbox.actor.invoke(user="sam", channel=place, command="Explain words", target=message["id"], wait="final")
    return (await asked)["message"]


async def visible(sandbox: Sandbox, user: str) -> list[str]:
    return [words(each) for each in await sandbox.actor.messages(user=user, channel=GENERAL)]


@pytest.mark.parametrize("place", [GENERAL, "dm"])
async def test_a_question(sandbox: Sandbox, start_bot: StartBot, place: str) -> None:
    async with start_bot():
        answer = await Person(sandbox).run("ask", place, question="whats the diffrence between detox and rehab")
        assert answer["flags"] & EPHEMERAL
        assert "Crisis help" in buttons(answer)
        assert not [each for each in await visible(sandbox, "mika") if "detox" in each.lower()]
        sure = await Person(sandbox).run("ask", place, question="what is narcan")
        assert sure["embeds"][0]["title"] == "Naloxone"
        hard = await Person(sandbox).run("ask", place, question="@everyone ' or 1=1; -- **qwertz**")
        assert "nothing that fits" in words(hard)
        assert "qwertz" not in words(hard)


async def test_crisis_help_alone(sandbox: Sandbox, start_bot: StartBot) -> None:
    async with start_bot():
        result = await sandbox.actor.invoke(
            user="sam",
            channel=GENERAL,
            command="ask",
            options={"question": "what is dbt? " * 300 + "i want to kill myself"},
            wait="final",
        )
        first = result["message"]
        assert first["flags"] & EPHEMERAL
        assert "emergency" in words(first)
        asked = await sandbox.actor.invoke(
            user="sam", channel=GENERAL, command="ask", options={"question": "what is dbt"}, wait="final"
        )
        following = await sandbox.actor.wait_for_message(user="sam", channel=GENERAL, after=first["id"])
        assert following["id"] == asked["message"]["id"], "something was said below crisis help"


@pytest.mark.parametrize(("place", "author"), [(GENERAL, "mika"), ("dm", "sam")])
async def test_words_in_a_message(sandbox: Sandbox, start_bot: StartBot, place: str, author: str) -> None:
    async def said(text: str) -> Json:
        if place == "dm":
            await sandbox.actor.open_dm(user=author)
        return await sandbox.actor.send_message(user=author, channel=place, content=text)

    async with start_bot():
        answer = await explain(sandbox, place, await said("my sponsor says the cravings come and go"))
        assert answer["flags"] & EPHEMERAL
        assert {"Craving", "Sponsor"} <= buttons(answer).keys()
        assert not [each for each in await visible(sandbox, "mika") if "Words in this message" in each]
        assert "no word in this message" in words(await explain(sandbox, place, await said("see you at eight")))


async def test_an_operator_adds_a_word_and_how_people_ask_for_it(
    sandbox: Sandbox, start_bot: StartBot, tmp_path: Path
) -> None:
    shelf = tmp_path / "content" / "knowledge" / "glossary"
    shelf.mkdir(parents=True)
    (shelf / "tea-round.en.md").write_text(
        '+++\nid = "tea-round"\ntitle = "Tea round"\nsummary = "Our Friday call."\nsynonyms = []\n'
        'silent = ["when do we chat with a cuppa"]\ntopics = []\nfacts = []\nsources = []\nnext = []\n'
        "reviewed_on = 2026-11-01\n+++\nFridays at seven.\n",
        encoding="utf-8",
    )
    async with start_bot(SUPPORTBOT_CONTENT_DIR=str(tmp_path / "content")):
        for question in ("tea rounds", "when is the cuppa chat"):
            answer = await Person(sandbox).run("ask", GENERAL, question=question)
            assert answer["embeds"][0]["title"] == "Tea round"
