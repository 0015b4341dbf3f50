"""First answers, deferred ones, follow-ups, and what Discord refuses of them."""

from __future__ import annotations

import io
from datetime import timedelta

import discord
import pytest

from tests.parity.differences import differs
from tests.parity.probe import AnyInteraction, Form, Refusal, buttons, forget_answer, refusal
from tests.parity.stage import ANN, BEA, DM, Stage
from tests.support.pictures import png

MINUTES = timedelta(minutes=1).total_seconds()


async def test_a_public_answer_is_seen_by_everybody(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("hello")

    stage.bot.script = script
    done = await stage.slash(ANN, "do")
    assert done.answered
    assert done.message is not None
    assert (done.message.content, done.message.ephemeral, done.message.by_bot) == ("hello", False, True)
    assert await stage.seen(ANN) == await stage.seen(BEA) == [done.message]


async def test_an_ephemeral_answer_is_seen_by_one_person(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("for you", ephemeral=True)
        sent = await interaction.original_response()
        channel = interaction.client.get_partial_messageable(sent.channel.id)
        refused.append(await refusal(channel.fetch_message(sent.id)))

    stage.bot.script = script
    done = await stage.slash(ANN, "do")
    assert done.message is not None
    assert done.message.ephemeral
    assert await stage.seen(ANN) == [done.message]
    assert await stage.seen(BEA) == []
    assert refused == [Refusal(404, 10008)]


async def test_a_second_answer_is_refused_and_the_first_stands(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("first")
        forget_answer(interaction)
        refused.append(await refusal(interaction.response.send_message("second")))

    stage.bot.script = script
    await stage.slash(ANN, "do")
    assert refused == [Refusal(400, 40060)]
    assert [row.content for row in await stage.seen(ANN)] == ["first"]


@pytest.mark.parametrize("ephemeral", [False, True])
async def test_the_first_follow_up_of_a_deferral_is_the_answer(stage: Stage, ephemeral: bool) -> None:
    """Who sees it was said by the deferral, whatever the follow-up says; the second one is a message of its own."""
    loading: list[bool] = []

    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.defer(ephemeral=ephemeral, thinking=True)
        loading.append((await interaction.original_response()).flags.loading)
        await interaction.followup.send("answer", ephemeral=not ephemeral)
        await interaction.followup.send("more", ephemeral=not ephemeral)

    stage.bot.script = script
    done = await stage.slash(ANN, "do")
    assert loading == [True]
    assert done.message is not None
    assert (done.message.content, done.message.ephemeral, done.message.loading) == ("answer", ephemeral, False)
    assert [(row.content, row.ephemeral) for row in await stage.seen(ANN)] == [
        ("answer", ephemeral),
        ("more", not ephemeral),
    ]
    assert [row.content for row in await stage.seen(BEA)] == (["more"] if ephemeral else ["answer"])


async def test_a_deferral_is_completed_by_an_edit(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.edit_original_response(content="there")

    stage.bot.script = script
    done = await stage.slash(ANN, "do")
    assert done.message is not None
    assert (done.message.content, done.message.loading) == ("there", False)
    assert done.message.edited is differs(stage, "edited mark", sandbox=False, simcord=True)


async def test_the_answer_is_edited_and_deleted(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("one")
        await interaction.edit_original_response(content="two")
        await stage.bot.hold()
        await interaction.delete_original_response()
        refused.append(await refusal(interaction.edit_original_response(content="three")))
        refused.append(await refusal(interaction.delete_original_response()))

    stage.bot.script = script
    await stage.slash(ANN, "do")
    assert [(row.content, row.edited) for row in await stage.seen(BEA)] == [("two", True)]
    stage.bot.go_on.set()
    await stage.settle()
    assert await stage.seen(BEA) == []
    assert refused == [Refusal(404, 10008)] * 2


async def test_a_follow_up_can_be_for_one_person(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("for all")
        told = await interaction.followup.send("for you", ephemeral=True, wait=True)
        await told.edit(content="only for you")

    stage.bot.script = script
    await stage.slash(ANN, "do")
    assert [row.content for row in await stage.seen(ANN)] == ["for all", "only for you"]
    assert [row.content for row in await stage.seen(BEA)] == ["for all"]


async def test_a_file_is_given_to_one_person(stage: Stage) -> None:
    read: list[bytes] = []

    async def script(interaction: AnyInteraction) -> None:
        file = discord.File(io.BytesIO(b'{"a": 1}'), filename="yours.json")
        await interaction.response.send_message("take it", file=file, ephemeral=True)
        (attachment,) = (await interaction.original_response()).attachments
        read.append(await attachment.read())

    stage.bot.script = script
    done = await stage.slash(ANN, "do")
    assert done.message is not None
    assert done.message.files == ("yours.json",)
    assert read == [b'{"a": 1}']
    assert await stage.seen(BEA) == []


@pytest.mark.malformed  # discord.py sends all it knows of a file along when it keeps it, which the schema does not
async def test_a_deferred_answer_becomes_a_picture_with_words_for_it(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        file = discord.File(io.BytesIO(png()), filename="table.png", description="Two columns")
        message = await interaction.edit_original_response(attachments=[file])
        second = discord.File(io.BytesIO(png()), filename="more.png", description="One more")
        message = await message.edit(attachments=[*message.attachments, second])
        types.extend(attachment.content_type for attachment in message.attachments)

    types: list[str | None] = []
    stage.bot.script = script
    await stage.slash(ANN, "do")
    (shown,) = await stage.seen(ANN)
    assert shown.files == ("table.png", "more.png")
    assert shown.described == ("Two columns", "One more")
    assert types == ["image/png", "image/png"]
    assert await stage.seen(BEA) == []


@pytest.mark.malformed
async def test_a_message_too_long_is_refused_and_the_answer_is_still_open(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        refused.append(await refusal(interaction.response.send_message("x" * 2001)))
        await interaction.response.send_message("x" * 2000)

    stage.bot.script = script
    done = await stage.slash(ANN, "do")
    assert refused == [Refusal(400, 50035)]
    assert done.message is not None
    assert len(done.message.content) == 2000


@pytest.mark.malformed
async def test_an_empty_message_is_refused(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        refused.append(await refusal(interaction.response.send_message("")))
        await interaction.response.send_message("x")

    stage.bot.script = script
    await stage.slash(ANN, "do")
    code = differs(stage, "empty message", sandbox=50006, simcord=50035)
    assert refused == [Refusal(400, code)]


@pytest.mark.short_deadline
async def test_an_answer_after_three_seconds_is_refused(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        await stage.bot.hold()
        refused.append(await refusal(interaction.response.send_message("late")))

    stage.bot.script = script
    done = await stage.slash(ANN, "do")
    assert not done.answered
    await stage.pass_deadline()
    stage.bot.go_on.set()
    await stage.settle()
    assert refused == [Refusal(404, 10062)]
    assert await stage.seen(ANN) == []


async def test_a_follow_up_before_the_answer_is_refused(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        try:
            refused.append(await refusal(interaction.followup.send("too soon")))
        except AssertionError:
            refused.append(Refusal(200, 0))
        await interaction.response.send_message("answer")

    stage.bot.script = script
    await stage.slash(ANN, "do")
    expected = differs(stage, "follow-up before the answer", sandbox=Refusal(404, 10015), simcord=Refusal(200, 0))
    assert refused == [expected]


async def test_a_token_ends_after_fifteen_minutes(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("answer")
        await interaction.followup.send("in time")
        await stage.bot.hold()
        refused.append(await refusal(interaction.followup.send("late")))

    stage.bot.script = script
    await stage.slash(ANN, "do")
    await stage.pass_time(16 * MINUTES)
    stage.bot.go_on.set()
    await stage.settle()
    expected = differs(stage, "expired token", sandbox=Refusal(401, 50027), simcord=Refusal(404, 10015))
    assert refused == [expected]
    assert [row.content for row in await stage.seen(ANN)] == ["answer", "in time"]


async def test_a_form_opens_and_is_sent_in(stage: Stage) -> None:
    typed: list[tuple[str, str]] = []

    async def sent(interaction: AnyInteraction) -> None:
        typed.append(form.typed())
        await interaction.response.send_message("got it", ephemeral=True)

    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_modal(form)

    form = Form(sent)
    stage.bot.script = script
    opened = await stage.slash(ANN, "do")
    assert opened.answered
    assert opened.message is None
    assert opened.modal is not None
    assert (opened.modal["custom_id"], opened.modal["title"]) == ("form", "A form")
    done = await stage.submit(ANN, opened, name="Ann", note="hello")
    assert typed == [("Ann", "hello")]
    assert done.message is not None
    assert done.message.ephemeral
    assert await stage.seen(BEA) == []


async def test_a_form_of_a_button_can_edit_the_message(stage: Stage) -> None:
    async def sent(interaction: AnyInteraction) -> None:
        await interaction.response.edit_message(content=f"for {form.typed()[0]}", view=None)

    async def opens(interaction: AnyInteraction) -> None:
        await interaction.response.send_modal(form)

    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message("press", view=buttons("fill"))

    form = Form(sent)
    stage.bot.script, stage.bot.presses["fill"] = script, opens
    asked = await stage.slash(ANN, "do")
    assert asked.message is not None
    opened = await stage.press(ANN, asked.message, "fill")
    await stage.submit(ANN, opened, name="Ann")
    assert [(row.content, row.custom_ids) for row in await stage.seen(BEA)] == [("for Ann", ())]


@pytest.mark.malformed
async def test_a_form_cannot_open_a_form(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def sent(interaction: AnyInteraction) -> None:
        try:
            refused.append(await refusal(interaction.response.send_modal(Form(sent))))
        except AssertionError:
            refused.append(Refusal(200, 0))
        else:
            await interaction.response.send_message("done")

    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_modal(Form(sent))

    stage.bot.script = script
    await stage.submit(ANN, await stage.slash(ANN, "do"), name="Ann")
    expected = differs(stage, "form from a form", sandbox=Refusal(400, 50035), simcord=Refusal(200, 0))
    assert refused == [expected]


async def test_answers_work_in_direct_messages(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        assert interaction.guild_id is None
        assert interaction.context.dm_channel
        await interaction.response.send_message("hello", ephemeral=True)

    stage.bot.script = script
    done = await stage.slash(ANN, "do", DM)
    assert done.message is not None
    assert done.message.ephemeral
    assert await stage.seen(ANN, DM) == [done.message]
    assert await stage.seen(BEA, DM) == []
