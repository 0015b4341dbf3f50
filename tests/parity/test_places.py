"""Who may do what where: commands that are offered, channels, direct messages."""

from __future__ import annotations

import discord
import pytest

from tests.parity.differences import differs
from tests.parity.probe import AnyInteraction, Refusal, buttons, refusal
from tests.parity.stage import ANN, BEA, DM, DORA, GENERAL, HIDDEN, MIA, QUIET, CannotBeDone, Stage


async def test_commands_are_offered_by_permission_and_place(stage: Stage) -> None:
    anybody = {"do", "suggest"}
    assert await stage.offered(ANN) == anybody | {"in_guilds"}
    assert await stage.offered(MIA) == anybody | {"in_guilds", "moderators"}
    assert await stage.offered(ANN, DM) == anybody | {"in_dms", "moderators", "administrators"}


async def test_a_command_that_is_not_offered_cannot_be_run(stage: Stage) -> None:
    assert (await stage.slash(MIA, "moderators")).answered
    assert (await stage.slash(ANN, "in_dms", DM)).answered
    for command, where in (
        ("moderators", GENERAL),
        ("administrators", GENERAL),
        ("in_dms", GENERAL),
        ("in_guilds", DM),
    ):
        with pytest.raises(CannotBeDone):
            await stage.slash(ANN, command, where)


async def test_a_direct_message_arrives_and_only_there(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        channel = await interaction.client.create_dm(discord.Object(interaction.user.id))
        sent = await channel.send("hello")
        await interaction.response.send_message(str(sent.channel.id == channel.id), ephemeral=True)

    stage.bot.script = script
    done = await stage.slash(ANN, "do")
    assert done.message is not None
    assert done.message.content == "True"
    assert [(row.content, row.by_bot) for row in await stage.seen(ANN, DM)] == [("hello", True)]
    assert await stage.seen(BEA, DM) == []


async def test_closed_direct_messages_refuse_the_message_not_the_channel(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        channel = await interaction.client.create_dm(discord.Object(stage.person(BEA)))
        refused.append(await refusal(channel.send("hello")))
        await interaction.response.send_message("done")

    stage.bot.script = script
    await stage.close_dms(BEA)
    await stage.slash(ANN, "do")
    assert refused == [Refusal(403, 50007)]
    assert await stage.seen(BEA, DM) == []


async def test_the_bot_reads_direct_messages_and_no_others(stage: Stage) -> None:
    """With the intents of direct messages alone, and no privileged one."""
    await stage.write(ANN, "hello bot")
    await stage.write(ANN, "hello all", GENERAL)
    await stage.write(BEA, "and I")
    assert stage.bot.heard == ["hello bot", "and I"]
    assert [row.content for row in await stage.seen(BEA)] == ["hello all"]


async def test_missing_permissions_and_missing_access(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        for where in (QUIET, HIDDEN):
            channel = interaction.client.get_partial_messageable(stage.place(where))
            refused.append(await refusal(channel.send("hello")))
        await interaction.response.send_message("done")

    stage.bot.script = script
    await stage.slash(ANN, "do")
    assert refused == [Refusal(403, 50013), Refusal(403, 50001)]
    assert await stage.seen(ANN, QUIET) == []


async def test_an_answer_needs_no_permission_in_the_channel(stage: Stage) -> None:
    async def script(interaction: AnyInteraction) -> None:
        assert not interaction.app_permissions.send_messages
        await interaction.response.send_message("hello")

    stage.bot.script = script
    await stage.slash(ANN, "do", QUIET)
    assert [row.content for row in await stage.seen(BEA, QUIET)] == ["hello"]


@pytest.mark.malformed  # discord.py sends `tts` along when it edits, which the schema does not know there
async def test_what_is_not_there_and_what_is_somebody_elses(stage: Stage) -> None:
    refused: list[Refusal] = []
    await stage.write(BEA, "mine", GENERAL)
    (hers,) = await stage.seen(BEA)

    async def script(interaction: AnyInteraction) -> None:
        channel = interaction.client.get_partial_messageable(stage.place(GENERAL))
        refused.append(await refusal(channel.fetch_message(1)))
        refused.append(await refusal(channel.get_partial_message(1).edit(content="x")))
        refused.append(await refusal(channel.get_partial_message(1).delete()))
        refused.append(await refusal(channel.get_partial_message(hers.id).edit(content="x")))
        refused.append(await refusal(interaction.client.get_partial_messageable(1).send("x")))
        refused.append(await refusal(interaction.client.fetch_user(1)))
        await interaction.response.send_message("done")

    stage.bot.script = script
    await stage.slash(ANN, "do")
    assert refused == [
        Refusal(404, 10008),
        Refusal(404, 10008),
        Refusal(404, 10008),
        Refusal(403, 50005),
        Refusal(404, 10003),
        Refusal(404, 10013),
    ]


async def test_nobody_to_open_a_channel_with(stage: Stage) -> None:
    refused: list[Refusal] = []

    async def script(interaction: AnyInteraction) -> None:
        refused.append(await refusal(interaction.client.create_dm(discord.Object(1))))
        await interaction.response.send_message("done")

    stage.bot.script = script
    await stage.slash(ANN, "do")
    expected = differs(stage, "unknown recipient", sandbox=Refusal(400, 50033), simcord=Refusal(404, 10013))
    assert refused == [expected]


async def test_one_nonce_is_one_message(stage: Stage) -> None:
    sent: list[int] = []

    async def script(interaction: AnyInteraction) -> None:
        channel = await interaction.client.create_dm(discord.Object(interaction.user.id))
        sent.extend([(await channel.send("hello", nonce="n-1")).id for _ in range(2)])
        await interaction.response.send_message("done", ephemeral=True)

    stage.bot.script = script
    await stage.slash(ANN, "do")
    assert len(set(sent)) == differs(stage, "nonce", sandbox=1, simcord=2)
    assert len(await stage.seen(ANN, DM)) == len(set(sent))


async def test_the_bot_finds_its_own_messages_in_a_direct_message(stage: Stage) -> None:
    found: list[list[tuple[str, list[str]]]] = []

    async def script(interaction: AnyInteraction) -> None:
        channel = await interaction.client.create_dm(discord.Object(interaction.user.id))
        first = await channel.send("one", view=buttons("a"))
        for text in ("two", "three"):
            await channel.send(text, view=buttons(text))
        await (await channel.send("four")).delete()
        found.append([_told(row) async for row in channel.history(limit=None, after=first, oldest_first=True)])
        found.append([_told(row) async for row in channel.history(limit=1)])
        await interaction.response.send_message("done", ephemeral=True)

    stage.bot.script = script
    await stage.slash(ANN, "do", DM)
    assert found == [[("two", ["two"]), ("three", ["three"])], [("three", ["three"])]]
    assert [row.content for row in await stage.seen(ANN, DM)] == ["one", "two", "three", "done"]


def _told(message: discord.Message) -> tuple[str, list[str]]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return message.content, [str(child.custom_id) for row in rows for child in row.children]


async def test_what_a_person_wrote_in_a_direct_message_stays(stage: Stage) -> None:
    await stage.write(ANN, "mine")
    (hers,) = await stage.seen(ANN, DM)
    refused: list[Refusal] = []
    expected = differs(stage, "somebody's direct message", sandbox=[Refusal(403, 50003)], simcord=[])

    async def script(interaction: AnyInteraction) -> None:
        channel = await interaction.client.create_dm(discord.Object(interaction.user.id))
        deletion = channel.get_partial_message(hers.id).delete()
        if expected:
            refused.append(await refusal(deletion))
        else:
            await deletion
        await interaction.response.send_message("done", ephemeral=True)

    stage.bot.script = script
    await stage.slash(ANN, "do")
    assert refused == expected
    assert await stage.seen(ANN, DM) == ([hers] if expected else [])


async def test_mentions_that_are_not_allowed_ping_nobody(stage: Stage) -> None:
    pinged: list[list[int]] = []

    async def script(interaction: AnyInteraction) -> None:
        await interaction.response.send_message(f"<@{stage.person(BEA)}>")
        pinged.append([user.id for user in (await interaction.original_response()).mentions])
        told = await interaction.followup.send(
            f"<@{stage.person(BEA)}>", allowed_mentions=discord.AllowedMentions(users=True), wait=True
        )
        pinged.append([user.id for user in told.mentions])

    stage.bot.script = script
    await stage.slash(ANN, "do")
    assert pinged == [differs(stage, "mentions", sandbox=[], simcord=[stage.person(BEA)]), [stage.person(BEA)]]


async def test_an_interaction_says_whose_language_and_which_installation(stage: Stage) -> None:
    told: list[object] = []

    async def script(interaction: AnyInteraction) -> None:
        told.append((interaction.locale, interaction.is_guild_integration()))
        await interaction.response.send_message("done")

    stage.bot.script = script
    await stage.slash(DORA, "do")
    locale = differs(stage, "language", sandbox=discord.Locale.german, simcord=discord.Locale.american_english)
    assert told == [(locale, differs(stage, "installation", sandbox=True, simcord=False))]


async def test_without_a_community_in_common_no_message_goes_through(stage: Stage) -> None:
    refused: list[Refusal] = []
    expected = differs(stage, "no community in common", sandbox=[Refusal(403, 50278)], simcord=[])

    async def script(interaction: AnyInteraction) -> None:
        channel = await interaction.client.create_dm(discord.Object(stage.person(DORA)))
        await stage.leave(DORA)
        if expected:
            refused.append(await refusal(channel.send("hello")))
        else:
            await channel.send("hello")
        await interaction.response.send_message("done")

    stage.bot.script = script
    await stage.slash(ANN, "do")
    assert refused == expected
