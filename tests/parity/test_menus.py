"""Commands in the menu of a message."""

from __future__ import annotations

import pytest

from tests.parity.probe import AnyInteraction, buttons
from tests.parity.stage import ANN, BEA, GENERAL, QUIET, CannotBeDone, Stage


async def test_a_message_is_handed_over_with_its_content(stage: Stage) -> None:
    await stage.write(BEA, "what is CBT?", GENERAL)
    (said,) = await stage.seen(ANN)
    done = await stage.use_menu(ANN, said, "Explain Words")
    assert done.message is not None
    assert (done.message.content, done.message.ephemeral) == ("12 letters", True)
    (handed,) = stage.bot.handed
    assert (handed.id, handed.content, handed.author.id) == (said.id, "what is CBT?", stage.person(BEA))
    assert handed.channel.id == stage.place(GENERAL)
    assert stage.bot.heard == [], "no other message of a channel is told"
    assert [row.content for row in await stage.seen(BEA)] == ["what is CBT?"]


async def test_a_menu_works_on_the_bots_own_messages_and_answers_beside_them(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("mine", view=buttons("go"))

    async def beside(interaction: AnyInteraction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content="beside")

    stage.bot.script, stage.bot.in_menu = script, beside
    asked = await stage.slash(ANN, "do")
    assert asked.message is not None
    await stage.use_menu(BEA, asked.message, "Explain Words")
    (handed,) = stage.bot.handed
    assert stage.bot.user is not None
    assert handed.author.id == stage.bot.user.id
    assert len(handed.components) == 1
    assert [row.content for row in await stage.seen(BEA)] == ["mine", "beside"]
    assert [row.content for row in await stage.seen(ANN)] == ["mine"]


async def test_a_target_is_of_this_channel(stage: Stage) -> None:
    await stage.write(BEA, "elsewhere", QUIET)
    (said,) = await stage.seen(ANN, QUIET)
    with pytest.raises(CannotBeDone):
        await stage.use_menu(ANN, said, "Explain Words")
    assert stage.bot.handed == []


async def test_a_name_is_of_one_kind_and_one_case(stage: Stage) -> None:
    await stage.write(BEA, "here", GENERAL)
    (said,) = await stage.seen(ANN)
    for name in ("do", "Explain words"):
        with pytest.raises(CannotBeDone):
            await stage.use_menu(ANN, said, name)
