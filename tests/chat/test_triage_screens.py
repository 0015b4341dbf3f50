"""Every screen of the triage, on every path and in every language, is one that Discord takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import discord
import pytest

from supportbot.chat import triage_screens
from supportbot.chat.triage_items import view_of
from supportbot.chat.triage_screens import Shown
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.content import load
from supportbot.domain.people import CommunityId
from supportbot.domain.triage import UNDER_18, Answers, Step
from supportbot.services.triage import Closing, Screen, View

CONTENT = load()
FLOW = CONTENT.triage
TOKEN = "0123456789abcdef"
LANGUAGES = sorted(CONTENT.catalogues)


def voice(language: str) -> Voice:
    return Voice(Words(CONTENT.catalogues), language, Mentions({}))


def view(path: Answers, screen: Screen, **more: Any) -> View:
    return View(
        token=TOKEN,
        number=7,
        screen=screen,
        community=CommunityId(1_140_123_456_789_012_345),
        under_18=UNDER_18 in path,
        can_go_back=True,
        about_self=path.get("about") == "self",  # type: ignore[call-overload]
        **more,
    )


def questions(step: Step, answers: Answers) -> Iterator[View]:
    if step.question is None:
        return
    for chosen in (None, *step.question.answers):
        yield view(answers, Screen.QUESTION, question=step.question, chosen=chosen, position=(1, 8))
    for answer, after in step.after.items():
        yield from questions(after, {**answers, step.question.id: answer})


def distinct(views: Iterator[View]) -> list[View]:
    """One of each that looks different."""
    return list({repr(each): each for each in views}.values())


ALL = distinct(
    iter([
        *questions(FLOW.start, {}),
        *(view(path, Screen.RESULT, result=FLOW.result(path)) for path in FLOW.paths()),
        view({}, Screen.PAUSE),
    ])
)  # fmt: skip


def check(shown: Shown, which: View | None) -> None:
    embeds = [embed.to_dict() for embed in shown.embeds]
    assert shown.text is not None or embeds
    assert len(shown.text or "") <= 2000
    assert sum(map(len, shown.embeds)) <= 6000
    for embed in embeds:
        assert len(embed.get("description", "")) <= 4096
        assert len(embed.get("fields", [])) <= 25
        for field in embed.get("fields", []):
            assert 0 < len(field["name"]) <= 256
            assert 0 < len(field["value"]) <= 1024, field["name"]
    rows = view_of(shown, which).to_components()
    assert 1 <= len(rows) <= 5
    ids = Counter[str]()
    for row in rows:
        assert 1 <= len(row["components"]) <= 5  # type: ignore[typeddict-item]
        for cell in row["components"]:  # type: ignore[typeddict-item]
            ids[cell["custom_id"]] += 1  # type: ignore[typeddict-item]
            assert len(cell.get("label", "x")) <= 80
            for option in cell.get("options", []):  # type: ignore[attr-defined]
                assert len(option["label"]) <= 100
    assert set(ids.values()) == {1}, ids
    assert "crisis" in ids or shown.text is not None, "help is on every screen but the door"
    assert max(map(len, ids)) <= 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_discord_takes_every_screen(language: str) -> None:
    speak = voice(language)
    assert len(ALL) > 300
    for which in ALL:
        if triage_screens.shows_crisis(which):
            own = triage_screens.beside_crisis(speak, which)
            assert len(own) <= 900, "the crisis page needs the rest"
            check(triage_screens.with_crisis(speak, which, own, Shown()), which)
        else:
            check(triage_screens.screen(speak, which), which)
        if which.result is not None and which.result.outcome != "crisis":
            pieces = list(triage_screens.plain_text(speak, which))
            assert pieces
            assert all(0 < len(piece) <= 2000 for piece in pieces)
    for why in Closing:
        check(triage_screens.closed(speak, why), None)
    check(triage_screens.stopped(speak), None)
    check(triage_screens.forgotten(speak), None)
    check(triage_screens.door(speak), ALL[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_with_getting_safe_leaves_room_for_lines(language: str) -> None:
    for which in ALL:
        if which.result is not None and which.result.outcome == "safe_help":
            assert sum(map(len, triage_screens.screen(voice(language), which).embeds)) <= 3500


def test_a_custom_id_holds_token_number_and_position_only() -> None:
    for which in ALL:
        if triage_screens.shows_crisis(which):
            continue
        for item in view_of(triage_screens.screen(voice("en"), which), which).children:
            assert isinstance(item, discord.ui.DynamicItem)
            if item.custom_id.startswith("t:"):
                token, number, what = item.custom_id.removeprefix("t:").split(":")
                assert (token, number) == (TOKEN, "7")
                assert what.isdecimal() or what in set(triage_screens.What)


def test_nobody_under_18_is_led_to_one_grown_up() -> None:
    for which in ALL:
        if which.result is None:
            continue
        shown = (
            triage_screens.with_crisis(voice("en"), which, discord.Embed(), Shown())
            if triage_screens.shows_crisis(which)
            else triage_screens.screen(voice("en"), which)
        )
        ids = [getattr(item, "custom_id", "") for item in view_of(shown, which).children]
        assert any(each.startswith("handover:ask") for each in ids) != which.under_18


TELLING = [
    "crisis",
    "danger",
    "help",
    "recover",
    "support",
    "therap",
    "suicid",
    "triage",
    "drug",
    "alcohol",
    "mental",
    "emergency",
    "treatment",
    "safe",
]


def test_what_a_list_of_messages_shows_of_a_page_tells_nothing() -> None:
    """Discord's list of messages shows the text of the newest one; embeds and buttons it does not."""
    speak = voice("en")
    over = [triage_screens.closed(speak, why) for why in Closing]
    for shown in (triage_screens.door(speak), triage_screens.stopped(speak), triage_screens.forgotten(speak), *over):
        assert shown.text
        assert not shown.embeds
        assert not [word for word in TELLING if word in shown.text.lower()], shown.text
