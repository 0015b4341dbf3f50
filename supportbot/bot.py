"""SupportBot: intents, extensions, commands at Discord, and the last handlers before a person."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from supportbot.chat import one_try
from supportbot.chat.components import Press
from supportbot.chat.described import described
from supportbot.chat.door import Door, Unreadable, carries
from supportbot.chat.host import AnyInteraction, AnyItem, Services, Taker, template_of, voice_of
from supportbot.chat.replies import answered, explain, is_unreadable, say
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.content import Content
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import ConfigError, UserError, without_words
from supportbot.services.pacer import Pacer
from supportbot.services.ports import Store

log = structlog.stdlib.get_logger(__name__)

COGS = (
    "cogs.about",
    "cogs.crisis",
    "cogs.triage",
    "cogs.roles",
    "cogs.guides",
    "cogs.ask",
    "cogs.checkin",
    "cogs.checkin_history",
    "cogs.checkin_nudge",
    "cogs.checkin_plans",
    "cogs.checkin_times",
    "cogs.notices",
    "cogs.calm",
    "cogs.consent",
    "cogs.mydata",
    "cogs.language",
    "cogs.typed",
    "cogs.handover",
    "cogs.setup",
    "cogs.prompts",
    "cogs.audit",
)
INTENTS = discord.Intents(guilds=True, dm_messages=True)
SYNCED = "commands.synced"
LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where Discord is. `api` has no slash at its end."""

    api: str
    gateway: str


class _Tree(app_commands.CommandTree["SupportBot"]):
    def run(self, interaction: AnyInteraction) -> None:
        """Run the command, or ask it for suggestions, in a task of its own."""
        self._from_interaction(interaction)

    async def _call(self, interaction: AnyInteraction) -> None:
        """Also what discord.py cannot read ends at `on_error`, and suggestions that fail are none."""
        try:
            self._require_types(interaction)
            await super()._call(interaction)
        except app_commands.AppCommandError as error:
            # Not raised: before it asks `on_error`, discord.py would look for the command once more.
            await self.on_error(interaction, error)
        except Exception as error:  # noqa: BLE001 (its own reading of what came)
            unreadable = Unreadable()
            unreadable.__cause__ = error
            await self.on_error(interaction, unreadable)
        finally:
            if interaction.type is discord.InteractionType.autocomplete and not interaction.response.is_done():
                await _suggest_nothing(interaction)

    def _require_types(self, interaction: AnyInteraction) -> None:
        """Raises CommandSignatureMismatch for an option of another kind than the command's, or none of its choices.

        discord.py passes both on.
        """
        command = interaction.command
        if isinstance(command, app_commands.Command):
            for option in self._get_app_command_options(cast("Any", interaction.data))[1]:
                known = command.get_parameter(option["name"])
                if known is not None and not _fits(option, known):
                    raise app_commands.CommandSignatureMismatch(command)

    async def interaction_check(self, interaction: AnyInteraction, /) -> bool:
        """Refuse places where the bot is not, such as group DMs."""
        if not interaction.context.private_channel:
            return True
        if interaction.type is not discord.InteractionType.autocomplete:
            await say(interaction, voice_of(interaction)("wrong_place"))
        return False

    async def on_error(self, interaction: AnyInteraction, error: app_commands.AppCommandError, /) -> None:
        """The one error handler of commands."""
        if interaction.type is not discord.InteractionType.autocomplete:
            await explain(interaction, error)
        elif is_unreadable(error):
            log.warning("interaction.unreadable", interaction=interaction.id, failure=without_words(error))
        else:
            log.error("autocomplete.failed", interaction=interaction.id, failure=without_words(error))


def _fits(option: Any, known: app_commands.Parameter) -> bool:
    choices = {choice.value for choice in known.choices}
    return known.type.value == option["type"] and (not choices or option["value"] in choices)


async def _suggest_nothing(interaction: AnyInteraction) -> None:
    try:
        await interaction.response.autocomplete([])
    except (discord.HTTPException, discord.InteractionResponded) as error:
        log.info("autocomplete.no_answer", interaction=interaction.id, error=type(error).__name__)


class SupportBot(commands.Bot):
    """The Discord client. It knows its services only once `serve` has given them."""

    def __init__(
        self, content: Content, store: Store, *, guild_ready_timeout: float, pacer: Pacer | None = None
    ) -> None:
        # It warns of missing voice libraries; this bot has no voice.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            commands.when_mentioned,
            help_command=None,
            tree_cls=_Tree,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            guild_ready_timeout=guild_ready_timeout,
            http_trace=one_try.trace(pacer or Pacer()),
            max_messages=None,
        )
        self.content = content
        self.services: Services
        self.set_up = asyncio.Event()
        self._store = store
        self._words = Words(content.catalogues, content.cells())
        self._command_ids: dict[str, int] = {}
        self._commands: dict[str, app_commands.AppCommand] = {}
        self._buttons: dict[re.Pattern[str], type[AnyItem]] = {}
        self._forms: list[type[Taker]] = []
        Door(self, cast("_Tree", self.tree).run, lambda locale: self.voice(locale)("outdated")).open()

    def serve(self, services: Services) -> None:
        """Give the services that the cogs call; before `run_with`."""
        self.services = services
        self.add_listener(self._seen, "on_interaction")
        self.add_listener(self._heard, "on_message")

    def add_buttons(self, *buttons: type[AnyItem]) -> None:
        """Listen for these buttons and selects, also on messages from before a restart."""
        self._buttons.update({template_of(button): button for button in buttons})

    def add_forms(self, *forms: type[Taker]) -> None:
        """Take what is sent in these forms, also in those that were opened before a restart."""
        self._forms.extend(forms)

    def knows_button(self, custom_id: str) -> bool:
        """Whether some button listens for this id."""
        return any(template.fullmatch(custom_id) for template in self._buttons)

    @property
    def templates(self) -> list[re.Pattern[str]]:
        """The patterns of every custom_id that a button or a select listens for, and those of forms."""
        return [*self._buttons, *(form.template for form in self._forms)]

    def command_at_discord(self, name: str) -> app_commands.AppCommand | None:
        """A top-level command as Discord knows it; None until Discord was asked."""
        return self._commands.get(name)

    def voice(self, *locales: discord.Locale | str) -> Voice:
        """Speak the language that fits these locales best; those that come first count most."""
        language, *others = self._words.languages(*locales)
        return Voice(self._words, language, Mentions(self._command_ids), *others)

    async def run_with(self, token: str, addresses: Addresses) -> None:
        """Log in, connect, and stay until closed; a Discord that cannot be reached is tried again.

        Raises ConfigError for a token or intents that Discord refuses.
        """
        point_at(addresses)
        try:
            await self._login(token)
            await self.connect()
        except discord.LoginFailure:
            raise ConfigError("SUPPORTBOT_TOKEN is not accepted by Discord; copy it again from the portal.") from None
        except discord.PrivilegedIntentsRequired:
            raise ConfigError(
                "Discord refuses the intents of this bot, though it asks for no privileged one."
            ) from None
        except discord.ConnectionClosed as error:
            raise ConfigError(
                f"Discord ended the connection for good, code {error.code}; 4004 means that SUPPORTBOT_TOKEN was reset."
            ) from None

    async def setup_hook(self) -> None:
        """Load the cogs and tell Discord of the commands; called once, between login and gateway."""
        for name in COGS:
            if name not in self.extensions:  # a login that failed after this point is tried again
                await self.load_extension(name)
        await self._sync()
        self.set_up.set()

    async def connect(self, *, reconnect: bool = True) -> None:
        """Stay connected. discord.py retries by itself, but for the very first connection, where it fails on its own
        missing session; that one is retried here.
        """
        pause = 1.0
        while not self.is_closed():
            try:
                await super().connect(reconnect=reconnect)
            except AttributeError:
                if self.ws is not None:  # pyright: ignore[reportUnnecessaryComparison]
                    raise
                log.warning("discord.gateway_unreachable", retry_in_seconds=pause)
                await self.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Drop events once closed: discord.py still makes some, and has taken its loop away by then."""
        if not self.is_closed():
            super().dispatch(event_name, *args, **kwargs)

    async def wait(self, seconds: float) -> None:
        """Between two tries to reach Discord."""
        await asyncio.sleep(seconds)

    async def on_ready(self) -> None:
        """Repeats after each new session: only a line in the log."""
        log.info("discord.ready", communities=len(self.guilds))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed; of an outage there is another event."""
        await self.services.graces.left(CommunityId(guild.id))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was invited."""
        await self.services.graces.joined(CommunityId(guild.id))

    async def _seen(self, interaction: discord.Interaction[Any]) -> None:
        await self.services.graces.seen(PersonId(interaction.user.id))

    async def _heard(self, message: discord.Message) -> None:
        if message.guild is None and not message.author.bot:
            await self.services.graces.seen(PersonId(message.author.id))

    async def on_message(self, message: discord.Message, /) -> None:
        """There are no prefix commands; `cogs.typed` listens to DMs."""

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Take a press or a form, and answer one that nothing listens for: it is of another version, or made up."""
        custom_id = str((interaction.data or {}).get("custom_id", ""))
        async with answered(interaction):
            if interaction.type is discord.InteractionType.component:
                await self._press(interaction, custom_id)
            elif interaction.type is discord.InteractionType.modal_submit:
                await self._form(interaction, custom_id)

    async def _press(self, interaction: AnyInteraction, custom_id: str) -> None:
        for template, button in self._buttons.items():
            if (match := template.fullmatch(custom_id)) and carries(interaction, custom_id):
                await cast("type[Press]", button).rebuilt(match).callback(interaction)
                return
        raise UserError("outdated")

    async def _form(self, interaction: AnyInteraction, custom_id: str) -> None:
        for form in self._forms:
            if match := form.template.fullmatch(custom_id):
                await form.take(interaction, match)
                return
        raise UserError("outdated")

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """The last resort of events that belong to no interaction; discord.py calls it from inside its handler."""
        error = sys.exception()
        log.error("event.failed", discord_event=event_method, failure=without_words(error) if error else [])

    async def _login(self, token: str) -> None:
        pause = 1.0
        while True:
            try:
                await self.login(token)
            except (aiohttp.ClientConnectionError, TimeoutError, discord.DiscordServerError) as error:
                log.warning("discord.unreachable", error=type(error).__name__, retry_in_seconds=pause)
                await self.http.close()
                self.http.clear()
                self.http.connector = discord.utils.MISSING  # closed with its session; the next try makes a new one
                await self.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return

    async def _sync(self) -> None:
        """Overwrite the commands at Discord if they are not the ones we sent last. What Discord has is asked for too:
        somebody else may have changed it, and its ids are what pressable command names need.
        """
        wanted = await described(self.tree, self._words)
        there = await self.tree.fetch_commands()
        async with self._store.read() as tx:
            synced = await tx.app_state.get(SYNCED)
        if synced != _fingerprint(wanted, there):
            there = await self._overwrite(there, wanted)
        self._command_ids.update({command.name: command.id for command in there})
        self._commands.update({command.name: command for command in there})

    async def _overwrite(
        self, there: Sequence[app_commands.AppCommand], wanted: list[dict[str, Any]]
    ) -> Sequence[app_commands.AppCommand]:
        try:
            await self.http.bulk_upsert_global_commands(self.application_id or 0, wanted)
        except discord.DiscordServerError:
            raise
        except discord.HTTPException as error:
            # Too many changes in a day, say: what is there already still works.
            log.error("discord.commands_not_synced", status=error.status, code=error.code)  # noqa: TRY400
            return there
        # Asked for once more: what an overwrite gives back has the translations, and a list has not.
        now_there = await self.tree.fetch_commands()
        async with self._store.write() as tx:
            await tx.app_state.set(SYNCED, _fingerprint(wanted, now_there))
        log.info("discord.commands_synced", commands=len(now_there))
        return now_there


def _fingerprint(wanted: Sequence[Any], there: Sequence[app_commands.AppCommand]) -> str:
    at_discord = sorted((command.id, json.dumps(command.to_dict(), sort_keys=True)) for command in there)
    return hashlib.sha256(json.dumps([wanted, at_discord], sort_keys=True).encode()).hexdigest()


def point_at(addresses: Addresses) -> None:
    """Tell discord.py where Discord is. It keeps the addresses as class attributes, so this holds for the process."""
    Route.BASE = addresses.api
    DiscordWebSocket.DEFAULT_GATEWAY = URL(addresses.gateway)


def invite_url(application: int) -> str:
    """The address with which a community adds the bot; it asks for no permission that is not used."""
    permissions = discord.Permissions(view_channel=True, send_messages=True, embed_links=True)
    return discord.utils.oauth_url(application, permissions=permissions)
