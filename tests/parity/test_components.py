"""Buttons, selects and suggestions."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.parity.probe import AnyInteraction, Refusal, buttons, refusal
from tests.parity.stage import ANN, BEA, CannotBeDone, Outcome, Shown, Stage


def shown(outcome: Outcome) -> Shown:
    assert outcome.message is not None
    return outcome.message


async def test_a_press_changes_its_message_in_place(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("before", view=buttons("go", "stay"))

    async def go(interaction: AnyInteraction) -> None:
        assert interaction.message is not None
        assert interaction.message.content == "before"
        await interaction.response.edit_message(content="after", view=None)

    stage.bot.script, stage.bot.presses["go"] = script, go
    asked = shown(await stage.slash(ANN, "do"))
    assert asked.custom_ids == ("go", "stay")
    pressed = shown(await stage.press(BEA, asked, "go"))
    assert pressed.id == asked.id
    assert [(row.id, row.content, row.custom_ids) for row in await stage.seen(ANN)] == [(asked.id, "after", ())]


async def test_a_silent_wait_after_a_press_is_completed_by_an_edit(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("before", view=buttons("go"), ephemeral=True)

    async def go(interaction: AnyInteraction) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="after", view=None)
        await interaction.followup.send("more", ephemeral=True)

    stage.bot.script, stage.bot.presses["go"] = script, go
    asked = shown(await stage.slash(ANN, "do"))
    await stage.press(ANN, asked, "go")
    assert [(row.content, row.custom_ids) for row in await stage.seen(ANN)] == [("after", ()), ("more", ())]
    assert (await stage.seen(ANN))[0].id == asked.id
    assert await stage.seen(BEA) == []


async def test_a_press_can_take_its_message_away(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("before", view=buttons("clear"))

    async def clear(interaction: AnyInteraction) -> None:
        await interaction.response.defer()
        await interaction.delete_original_response()

    stage.bot.script, stage.bot.presses["clear"] = script, clear
    done = await stage.press(ANN, shown(await stage.slash(ANN, "do")), "clear")
    assert done.answered
    assert await stage.seen(ANN) == []


async def test_nobody_else_can_press_what_one_person_sees(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("for you", view=buttons("go"), ephemeral=True)

    stage.bot.script = script
    asked = shown(await stage.slash(ANN, "do"))
    with pytest.raises(CannotBeDone):
        await stage.press(BEA, asked, "go")


async def test_a_greyed_out_button_cannot_be_pressed(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("no", view=buttons("go", disabled=True))

    stage.bot.script = script
    asked = shown(await stage.slash(ANN, "do"))
    with pytest.raises(CannotBeDone):
        await stage.press(ANN, asked, "go")
    with pytest.raises(CannotBeDone):
        await stage.press(ANN, asked, "not there")


async def test_what_is_chosen_arrives(stage: Stage) -> None:
    chosen: list[Any] = []

    async def script(interaction: AnyInteraction) -> None:
        menu: discord.ui.Select[Any] = discord.ui.Select(custom_id="days", min_values=1, max_values=2)
        for day in ("mon", "tue", "wed"):
            menu.add_option(label=day.title(), value=day)
        await interaction.response.send_message("When?", view=discord.ui.View(timeout=None).add_item(menu))

    async def days(interaction: AnyInteraction) -> None:
        chosen.append((interaction.data or {}).get("values"))
        await interaction.response.edit_message(content="Thanks", view=None)

    stage.bot.script, stage.bot.presses["days"] = script, days
    asked = shown(await stage.slash(ANN, "do"))
    for wrong in ([], ["sun"], ["mon", "tue", "wed"]):
        with pytest.raises(CannotBeDone):
            await stage.choose(ANN, asked, "days", *wrong)
    await stage.choose(ANN, asked, "days", "mon", "wed")
    assert chosen == [["mon", "wed"]]
    assert [row.content for row in await stage.seen(ANN)] == ["Thanks"]


@pytest.mark.malformed
async def test_two_buttons_with_one_id_are_refused(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        refused.append(await refusal(interaction.response.send_message("twins", view=buttons("go", "go"))))
        await interaction.response.send_message("single", view=buttons("go"))

    stage.bot.script = script
    assert shown(await stage.slash(ANN, "do")).custom_ids == ("go",)
    assert refused == [Refusal(400, 50035)]


async def test_suggestions_know_what_is_typed_and_filled_in(stage: Stage) -> None:
    assert await stage.suggest(ANN, "suggest", "word", "ho", kind=3) == [("hope 3", "hope"), ("home 3", "home")]
    assert await stage.suggest(ANN, "suggest", "word", "zzz", kind=3) == []
    assert await stage.seen(ANN) == []


async def test_an_option_that_is_not_there_or_of_another_kind_cannot_be_sent(stage: Stage) -> None:
    assert shown(await stage.slash(ANN, "suggest", kind=1, word="any")).content == "1 any"
    for wrong in ({"kind": 1}, {"kind": "one", "word": "any"}, {"kind": 1, "word": "any", "more": 1}):
        with pytest.raises(CannotBeDone):
            await stage.slash(ANN, "suggest", **wrong)
