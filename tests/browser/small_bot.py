"""A small discord.py bot that uses what the page must be able to use."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands

from supportbot.sandbox.server import Sandbox
from tests.browser.discord_side import TOKEN
from tests.support.pictures import png

ROLES = ["Counsellor", "Interventionist", "Therapist"]


class SmallBot(discord.Client):
    """Answers a few commands, buttons and a modal. `go_on` lets slow answers finish; `seen` keeps what came in."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
        self.go_on = asyncio.Event()
        self.seen: list[dict[str, Any]] = []
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(roles_group())
        for command in (plan, later, table, write_me, silent, report, offer):
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        await self.tree.set_translator(Spanish())
        await self.tree.sync()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component:
            await self.pressed(interaction)

    async def pressed(self, interaction: discord.Interaction) -> None:
        data: Any = interaction.data
        self.seen.append({"custom_id": data["custom_id"], "values": data.get("values")})
        answer = interaction.response
        match data["custom_id"]:
            case "primary":
                await answer.edit_message(content="Pressed")
            case "secondary":
                await answer.send_message("Only for you", ephemeral=True)
            case "success":
                await answer.send_modal(Plan())
            case "open":
                await answer.defer()
                await self.go_on.wait()
                await interaction.edit_original_response(view=Layout("Opened"))
            case "row":
                pass  # never answered
            case custom_id:
                await answer.send_message(f"{custom_id}: {', '.join(data.get('values', []))}")


class Layout(discord.ui.LayoutView):
    """A Components V2 message of one text."""

    def __init__(self, text: str) -> None:
        super().__init__(timeout=None)
        self.add_item(discord.ui.TextDisplay(text))


class Plan(discord.ui.Modal, title="Plan a check-in"):
    """Every kind of field, with Labels."""

    name: discord.ui.Label[Any] = discord.ui.Label(
        text="Name of the plan",
        description="So that you know it again",
        component=discord.ui.TextInput(min_length=3, max_length=20),
    )
    day: discord.ui.Label[Any] = discord.ui.Label(
        text="Day",
        component=discord.ui.Select(options=[discord.SelectOption(label=day) for day in ("Monday", "Friday")]),
    )
    way: discord.ui.Label[Any] = discord.ui.Label(
        text="Where",
        component=discord.ui.RadioGroup(
            options=[
                discord.RadioGroupOption(label="Direct message", value="dm"),
                discord.RadioGroupOption(label="In a channel", value="channel", description="Others can read it"),
            ]
        ),
    )
    topics: discord.ui.Label[Any] = discord.ui.Label(
        text="Topics",
        component=discord.ui.CheckboxGroup(
            required=False,
            options=[discord.CheckboxGroupOption(label=topic, value=topic.lower()) for topic in ("Sleep", "Mood")],
        ),
    )
    agree: discord.ui.Label[Any] = discord.ui.Label(text="I agree", component=discord.ui.Checkbox())

    async def on_submit(self, interaction: discord.Interaction) -> None:
        day, topics = self.day.component.values, self.topics.component.values
        words = [
            self.name.component.value,
            *day,
            str(self.way.component.value),
            *topics,
            str(self.agree.component.value),
        ]
        await interaction.response.send_message("Planned: " + ", ".join(words), ephemeral=True)


class OldPlan(discord.ui.Modal, title="A few words"):
    """The older shape: text inputs in action rows."""

    words: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Your words", style=discord.TextStyle.long)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"You wrote: {self.words.value}", ephemeral=True)


def roles_group() -> app_commands.Group:
    """`/roles compare` and `/roles note`."""
    group = app_commands.Group(name="roles", description="Who does what")

    @group.command(name="compare", description="Compare two roles")
    @app_commands.describe(
        first="The first role", second="The second role", count="How many lines", private="Only for you"
    )
    @app_commands.choices(second=[app_commands.Choice(name=role, value=role.lower()) for role in ROLES])
    async def compare(
        interaction: discord.Interaction,
        first: str,
        second: app_commands.Choice[str] | None = None,
        count: app_commands.Range[int, 1, 5] = 1,
        private: bool = False,
    ) -> None:
        words = f"{first} and {second.value if second else 'nobody'}, {count}"
        await interaction.response.send_message(words, ephemeral=private)

    @compare.autocomplete("first")
    async def first_role(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        fits = [role for role in ROLES if current.lower() in role.lower()]
        return [app_commands.Choice(name=role, value=f"role:{role.lower()}") for role in fits]

    @group.command(name="note", description="Write a few words")
    async def note(interaction: discord.Interaction, person: discord.User | None = None) -> None:
        await interaction.response.send_modal(OldPlan())

    return group


@app_commands.command(description="Plan a check-in")
async def plan(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Plan())


@app_commands.command(description="Answers when it may")
async def later(interaction: discord.Interaction[SmallBot]) -> None:
    await interaction.response.defer(thinking=True)
    await interaction.client.go_on.wait()
    await interaction.edit_original_response(content="Thought it over")


@app_commands.command(description="A table as a picture, for one person, after a moment")
async def table(interaction: discord.Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    file = discord.File(io.BytesIO(png(1200, 900)), "table.png", description="Two columns, five rows")
    await interaction.edit_original_response(content="As a picture", attachments=[file])


@app_commands.command(name="write-me", description="Writes to you")
async def write_me(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Look into your direct messages", ephemeral=True)
    await interaction.user.send("**How** was today?\nNobody else should read this line.")


@app_commands.command(description="Never answers")
async def silent(interaction: discord.Interaction) -> None:
    """Leaves the person alone with Discord's own words."""


class Spanish(app_commands.Translator):
    """Knows the one name that a Spanish speaker's client shows."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        return "Denunciar" if str(string) == "Report" and locale is discord.Locale.spain_spanish else None


@app_commands.context_menu(name="Report")
async def report(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"Reported {message.id}", ephemeral=True)


@app_commands.context_menu(name="Offer help")
async def offer(interaction: discord.Interaction, user: discord.User) -> None:
    await interaction.response.send_message(f"Offered help to {user.name}", ephemeral=True)


@asynccontextmanager
async def running_bot(sandbox: Sandbox, patch: pytest.MonkeyPatch) -> AsyncIterator[SmallBot]:
    """The bot, connected to this sandbox and ready."""
    patch.setattr(discord.http.Route, "BASE", sandbox.api_url)
    patch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(sandbox.gateway_url))
    bot = SmallBot()
    await bot.login(TOKEN)
    connection = asyncio.create_task(bot.connect())
    await bot.wait_until_ready()
    yield bot
    bot.go_on.set()
    await bot.close()
    await connection
