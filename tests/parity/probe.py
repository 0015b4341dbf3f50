"""A small bot that does what a scenario tells it, with discord.py as it is."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

AnyInteraction = discord.Interaction[Any]
Script = Callable[[AnyInteraction], Awaitable[Any]]
INTENTS = discord.Intents(guilds=True, dm_messages=True)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Discord refused a request with."""

    status: int
    code: int


class Probe(discord.Client):
    """`/do` runs the scenario's `script`, a press its `presses[custom_id]`; `handed` keeps the messages whose menu was
    used, `errors` what went wrong.
    """

    def __init__(self) -> None:
        super().__init__(
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=0.05,
            max_messages=None,
        )
        self.script: Script = _nothing
        self.presses: dict[str, Script] = {}
        self.heard: list[str] = []
        self.errors: list[BaseException] = []
        self.go_on = asyncio.Event()
        self.holding = asyncio.Event()
        self._held: set[asyncio.Task[Any] | None] = set()
        self.wait: Callable[[Awaitable[Any]], Awaitable[Any]] = _plain
        self.tree = _Tree(self)
        self.handed: list[discord.Message] = []
        self.in_menu: Script = self._count_letters
        for command in (do, suggest, explain, moderators, administrators, in_guilds, in_dms):
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def _count_letters(self, interaction: AnyInteraction) -> None:
        await interaction.response.send_message(f"{len(self.handed[-1].content)} letters", ephemeral=True)

    async def hold(self) -> None:
        """Wait until the scenario sets `go_on`."""
        self._held.add(asyncio.current_task())
        self.holding.set()
        await self.wait(self.go_on.wait())

    def is_held(self, task: asyncio.Task[Any]) -> bool:
        """Whether this task waits for the scenario."""
        return task in self._held and not self.go_on.is_set()

    async def on_message(self, message: discord.Message) -> None:
        if not message.author.bot:
            self.heard.append(message.content)

    async def on_interaction(self, interaction: AnyInteraction) -> None:
        if interaction.type is discord.InteractionType.component:
            await self.presses[str((interaction.data or {}).get("custom_id"))](interaction)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        error = sys.exc_info()[1]
        assert error is not None
        self.errors.append(error)


class _Tree(app_commands.CommandTree[Probe]):
    async def on_error(self, interaction: AnyInteraction, error: app_commands.AppCommandError, /) -> None:
        interaction.client.errors.append(error)


async def _nothing(interaction: AnyInteraction) -> None:
    raise AssertionError("the scenario gave no script")


async def _plain(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


async def refusal(awaitable: Awaitable[Any]) -> Refusal:
    """How Discord refused this. Raises AssertionError when it did not."""
    try:
        await awaitable
    except discord.HTTPException as error:
        return Refusal(error.status, error.code)
    raise AssertionError("Discord did not refuse")


def forget_answer(interaction: AnyInteraction) -> None:
    """Take discord.py's own guard away, so that the next first answer goes out and Discord itself judges it."""
    interaction.response._response_type = None


def buttons(*custom_ids: str, disabled: bool = False) -> discord.ui.View:
    """A row of buttons, labelled with their ids."""
    view = discord.ui.View(timeout=None)
    for custom_id in custom_ids:
        view.add_item(discord.ui.Button(label=custom_id, custom_id=custom_id, disabled=disabled))
    return view


class Form(discord.ui.Modal, title="A form"):
    """Two fields; what was typed goes to `then`."""

    name: discord.ui.Label[Any] = discord.ui.Label(
        text="Name", component=discord.ui.TextInput(custom_id="name", min_length=2, max_length=20)
    )
    note: discord.ui.Label[Any] = discord.ui.Label(
        text="Note", component=discord.ui.TextInput(custom_id="note", required=False)
    )

    def __init__(self, then: Script) -> None:
        super().__init__(timeout=None, custom_id="form")
        self._then = then

    async def on_submit(self, interaction: AnyInteraction, /) -> None:
        await self._then(interaction)

    async def on_error(self, interaction: AnyInteraction, error: Exception, /) -> None:
        interaction.client.errors.append(error)

    def typed(self) -> tuple[str, str]:
        """What stands in the fields."""
        fields = (self.name.component, self.note.component)
        return tuple(str(getattr(field, "value", "")) for field in fields)  # type: ignore[return-value]


@app_commands.command(description="Whatever the scenario says")
async def do(interaction: AnyInteraction) -> None:
    await interaction.client.script(interaction)


@app_commands.context_menu(name="Explain Words")
async def explain(interaction: AnyInteraction, message: discord.Message) -> None:
    interaction.client.handed.append(message)
    await interaction.client.in_menu(interaction)


@app_commands.command(description="Has suggestions")
@app_commands.describe(kind="First", word="Then")
async def suggest(interaction: AnyInteraction, kind: int, word: str) -> None:
    await interaction.response.send_message(f"{kind} {word}")


@suggest.autocomplete("word")
async def _words(interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
    found = [word for word in ("hope", "home", "rest") if current in word]
    return [app_commands.Choice(name=f"{word} {interaction.namespace.kind}", value=word) for word in found]


@app_commands.command(description="For those who manage the community")
@app_commands.default_permissions(manage_guild=True)
async def moderators(interaction: AnyInteraction) -> None:
    await interaction.response.send_message("done")


@app_commands.command(description="For administrators, until a community says otherwise")
@app_commands.default_permissions()
async def administrators(interaction: AnyInteraction) -> None:
    await interaction.response.send_message("done")


@app_commands.command(description="Not in DMs")
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
async def in_guilds(interaction: AnyInteraction) -> None:
    await interaction.response.send_message("done")


@app_commands.command(description="Only in DMs")
@app_commands.allowed_contexts(guilds=False, dms=True, private_channels=False)
async def in_dms(interaction: AnyInteraction) -> None:
    await interaction.response.send_message("done")
