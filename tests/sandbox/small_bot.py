"""A small real discord.py bot, and running it against a sandbox with nothing changed but the two addresses."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import yarl
from discord import app_commands

from supportbot.sandbox import TOKEN
from supportbot.sandbox.server import Sandbox
from tests.support.pictures import png

INTENTS = discord.Intents(guilds=True, dm_messages=True, guild_messages=True)


class Ask(discord.ui.Modal, title="Tell us"):
    """A form with a required and an optional field."""

    why: discord.ui.TextInput[Ask] = discord.ui.TextInput(label="Why", custom_id="why", min_length=2, max_length=10)
    more: discord.ui.TextInput[Ask] = discord.ui.TextInput(label="More", custom_id="more", required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        text = f"because {self.why.value}|{self.more.value}"
        if interaction.message is not None:
            await interaction.response.edit_message(content=text)
        else:
            await interaction.response.send_message(text, ephemeral=True)


class Buttons(discord.ui.View):
    """Buttons and selects that outlive the process."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Update", custom_id="update")
    async def update(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.edit_message(content="updated", view=None)

    @discord.ui.button(label="Reply", custom_id="reply")
    async def reply(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.send_message("reply", ephemeral=True)

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="later")

    @discord.ui.button(label="Form", custom_id="form")
    async def form(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.send_modal(Ask(custom_id="ask"))

    @discord.ui.button(label="Off", custom_id="off", disabled=True)
    async def off(self, interaction: discord.Interaction, _: Any) -> None:
        raise AssertionError

    @discord.ui.select(
        custom_id="pick", max_values=2, options=[discord.SelectOption(label=name, value=name) for name in "abc"]
    )
    async def pick(self, interaction: discord.Interaction, select: discord.ui.Select[Any]) -> None:
        await interaction.response.edit_message(content=",".join(select.values))

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who")
    async def who(self, interaction: discord.Interaction, select: discord.ui.UserSelect[Any]) -> None:
        await interaction.response.edit_message(content=f"{select.values[0]!s} {type(select.values[0]).__name__}")


class SmallBot(discord.Client):
    """Records what it hears in `heard`, and the interactions that it was sent in `interactions`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("intents", INTENTS)
        super().__init__(guild_ready_timeout=0.02, max_messages=10, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[str] = []
        self.interactions: list[discord.Interaction] = []
        self.hold = asyncio.Event()
        add_commands(self)

    async def setup_hook(self) -> None:
        self.add_view(Buttons())
        await self.tree.sync()

    async def on_ready(self) -> None:
        self.heard.append("ready")

    async def on_resumed(self) -> None:
        self.heard.append("resumed")

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.interactions.append(interaction)

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.append(f"message {message.content!r} in {message.channel!s}")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.heard.append(f"join {guild.name}")

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.heard.append(f"remove {guild.name}")

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord wants five seconds between two IDENTIFYs; the sandbox does not."""


def add_commands(bot: SmallBot) -> None:  # noqa: C901 - one small function a command
    """All commands of the small bot."""
    tree = bot.tree

    @tree.command(description="Greets")
    @app_commands.describe(name="whom", times="how often", mood="how", who="somebody", where="a place", role="a role")
    async def hello(
        interaction: discord.Interaction,
        name: app_commands.Range[str, 2, 8],
        times: app_commands.Range[int, 1, 5] = 1,
        mood: app_commands.Choice[str] | None = None,
        who: discord.User | None = None,
        where: discord.TextChannel | None = None,
        role: discord.Role | None = None,
        loud: bool = False,
    ) -> None:
        words = [name, times, mood.value if mood else None, who, type(who).__name__, where, role, loud]
        await interaction.response.send_message(" ".join(map(str, words)), ephemeral=True)

    app_commands.choices(mood=[app_commands.Choice(name=name, value=name) for name in ("good", "bad")])(hello)

    @tree.command(description="Buttons")
    async def buttons(interaction: discord.Interaction, ephemeral: bool = False) -> None:
        await interaction.response.send_message("buttons", view=Buttons(), ephemeral=ephemeral)

    @tree.command(description="A form")
    async def form(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Ask(custom_id="ask"))

    @tree.command(description="Answers late")
    async def slow(interaction: discord.Interaction, followup: bool = False) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        if followup:
            await interaction.followup.send("first")
            await interaction.followup.send("second", ephemeral=True)
        else:
            await interaction.edit_original_response(content="edited")

    @tree.command(description="Never answers")
    async def silent(_interaction: discord.Interaction) -> None:
        await bot.hold.wait()

    @tree.command(description="A file")
    async def file(interaction: discord.Interaction) -> None:
        sheet = discord.File(io.BytesIO(b"a,b\n1,2\n"), "sheet.csv", description="numbers")
        await interaction.response.send_message("file", file=sheet, ephemeral=True)

    @tree.command(description="A picture")
    async def picture(interaction: discord.Interaction, late: bool = False) -> None:
        file = discord.File(io.BytesIO(png(64, 40)), "table.png", description="Two columns")
        if late:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await interaction.edit_original_response(content="late", attachments=[file])
        else:
            await interaction.response.send_message(file=file, ephemeral=True)

    @tree.command(description="A direct message")
    async def direct(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        channel = await bot.create_dm(discord.Object(interaction.user.id))
        try:
            await channel.send("for you", embed=discord.Embed(title="T", description="D"))
        except discord.Forbidden as error:
            await interaction.followup.send(f"no {error.code}")
        else:
            await interaction.followup.send("sent")

    @tree.command(description="Suggests")
    async def suggest(interaction: discord.Interaction, word: str) -> None:
        await interaction.response.send_message(word)

    @suggest.autocomplete("word")
    async def words(_interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=word, value=word) for word in ("apple", "avocado", "beet") if current in word]

    group = app_commands.Group(name="roles", description="Roles")
    inner = app_commands.Group(name="more", description="More", parent=group)

    @group.command(description="Compares")
    async def compare(interaction: discord.Interaction, one: str) -> None:
        await interaction.response.send_message(f"compare {one}")

    @inner.command(description="Deep")
    async def deep(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("deep")

    tree.add_command(group)

    @tree.command(description="For moderators")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def setup(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("set up", ephemeral=True)

    @tree.context_menu(name="Greet them")
    async def greet(interaction: discord.Interaction, user: discord.User) -> None:
        await interaction.response.send_message(f"hello {user.name}", ephemeral=True)

    @tree.context_menu(name="Quote it")
    async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"> {message.content}", ephemeral=True)


class RunningBot:
    """A bot and its task."""

    def __init__(self, client: SmallBot, task: asyncio.Task[None]) -> None:
        self.client = client
        self.task = task

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


@asynccontextmanager
async def run_bot(sandbox: Sandbox, client: SmallBot | None = None) -> AsyncIterator[RunningBot]:
    """Log a bot in at the sandbox and wait until it is ready; the addresses are put back afterwards."""
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = sandbox.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.gateway_url)
    try:
        client = client or SmallBot()
        task = asyncio.create_task(client.start(TOKEN))
        try:
            await asyncio.wait([task, asyncio.create_task(sandbox.actor.bot_ready())], return_when="FIRST_COMPLETED")
            if not task.done():
                await client.wait_until_ready()
            yield RunningBot(client, task)
        finally:
            client.hold.set()
            await client.close()
            await asyncio.wait([task], timeout=5)
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
    if task.done() and not task.cancelled():
        task.result()
