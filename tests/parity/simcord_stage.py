"""The scenarios' stage over SimCord."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import discord
import simcord

from tests.parity.probe import Probe
from tests.parity.stage import ANN, BEA, DM, DORA, GENERAL, HIDDEN, MIA, QUIET, CannotBeDone, Kind, Outcome, Shown

Env = simcord.Env


class SimCordStage:
    """SimCord settles the bot after each call by itself."""

    kind: Kind = "simcord"

    def __init__(self, env: Env, bot: Probe) -> None:
        self._env = env
        self.bot = bot
        bot.wait = lambda awaitable: env.external_wait(awaitable, reason="the scenario holds it")
        self._guild = guild = env.create_guild("Riverside")
        me = bot.user
        assert me is not None
        managers = guild.create_role("Moderators", permissions=discord.Permissions(manage_guild=True))
        self._people = {name: guild.add_member(env.create_user(name)) for name in (ANN, BEA, DORA)}
        self._people[MIA] = guild.add_member(env.create_user(MIA), roles=[managers])
        self._channels = {
            GENERAL: guild.create_text_channel(GENERAL),
            QUIET: guild.create_text_channel(QUIET, overwrites={me: discord.PermissionOverwrite(send_messages=False)}),
            HIDDEN: guild.create_text_channel(HIDDEN, overwrites={me: discord.PermissionOverwrite(view_channel=False)}),
        }

    def person(self, who: str) -> int:
        return self._people[who].id

    def place(self, where: str) -> int:
        return self._channels[where].id

    async def offered(self, who: str, where: str = GENERAL) -> set[str]:
        member = self._people[who]
        names = member.user.available_commands() if where == DM else member.available_commands(self._channels[where])
        return {name.split()[0] for name in names}

    async def slash(self, who: str, command: str, where: str = GENERAL, **options: Any) -> Outcome:
        member = self._people[who]
        with self._client_rules():
            if where == DM:
                return self._outcome(await member.user.slash(command, **options))
            return self._outcome(await member.slash(self._channels[where], command, **options))

    async def use_menu(self, who: str, message: Shown, command: str) -> Outcome:
        with self._client_rules():
            target = self._handle(message)
            return self._outcome(await self._people[who].context_menu(self._channels[GENERAL], command, target))

    async def suggest(
        self, who: str, command: str, option: str, typed: str, **filled: Any
    ) -> Sequence[tuple[str, str | int]]:
        with self._client_rules():
            found = await self._people[who].autocomplete(self._channels[GENERAL], command, option, typed, **filled)
        return [(choice["name"], choice["value"]) for choice in found]

    async def press(self, who: str, message: Shown, custom_id: str) -> Outcome:
        with self._client_rules():
            return self._outcome(await self._hand(who, message).click(self._handle(message), custom_id=custom_id))

    async def choose(self, who: str, message: Shown, custom_id: str, *values: str) -> Outcome:
        with self._client_rules():
            return self._outcome(
                await self._hand(who, message).select(self._handle(message), values, custom_id=custom_id)
            )

    async def submit(self, who: str, opened: Outcome, **values: str) -> Outcome:
        with self._client_rules():
            return self._outcome(await self._people[who].submit_modal(opened.raw, values))

    async def write(self, who: str, content: str, where: str = DM) -> None:
        member = self._people[who]
        with self._client_rules():
            if where == DM:
                await member.send_dm(content)
            else:
                await member.send(self._channels[where], content)

    async def seen(self, who: str, where: str = GENERAL) -> list[Shown]:
        member = self._people[who]
        if where == DM:
            return [_shown(row) for row in member.user.dm_channel.history(viewer=member.user)]
        return [_shown(row) for row in self._channels[where].history(viewer=member)]

    async def close_dms(self, who: str) -> None:
        # SimCord has no closed DMs: its DMs refuse other bots only, so what Discord answers is injected.
        channel = self._people[who].user.dm_channel.id
        self._env.inject_error(
            "POST", f"/channels/{channel}/messages", status=403, code=50007, message="Cannot send", times=None
        )

    async def leave(self, who: str) -> None:
        # Not `remove_member`: a builder cannot be used while the bot is at work.
        self._env.backend.remove_member(self._guild.id, self._people[who].id)

    async def settle(self) -> None:
        await self._env.settle()

    async def pass_deadline(self) -> None:
        await self._env.advance_time(3.1)

    async def pass_time(self, seconds: float) -> None:
        await self._env.advance_time(seconds)

    @contextmanager
    def _client_rules(self) -> Iterator[None]:
        try:
            yield
        except simcord.SetupError as error:
            raise CannotBeDone(str(error)) from error

    def _outcome(self, result: simcord.InteractionResult) -> Outcome:
        message = None if result.response is None else _shown(result.response.message)
        return Outcome(result.acknowledged, message, result.modal, result)

    def _handle(self, message: Shown) -> discord.Message:
        channels = [*self._channels.values(), *(member.user.dm_channel for member in self._people.values())]
        return next(row for channel in channels for row in self._all(channel) if row.id == message.id)

    def _all(self, channel: simcord.ChannelHandle) -> list[discord.Message]:
        stored = self._env.backend.messages.get(channel.id, {}).values()
        return [simcord.ResponseMessage(self._env, row).message for row in stored]

    def _hand(self, who: str, message: Shown) -> Any:
        """SimCord's members press in communities, its users in DMs."""
        member = self._people[who]
        is_dm = self._handle(message).channel.id == member.user.dm_channel.id
        return member.user if is_dm else member


def _shown(message: discord.Message) -> Shown:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return Shown(
        message.id,
        message.author.bot,
        message.content,
        message.flags.ephemeral,
        message.flags.loading,
        message.edited_at is not None,
        tuple(str(child.custom_id) for row in rows for child in row.children),
        tuple(file.filename for file in message.attachments),
        tuple(file.description for file in message.attachments),
    )


@asynccontextmanager
async def simcord_stage() -> AsyncGenerator[SimCordStage]:
    """SimCord with the probe connected."""
    bot = Probe()
    env = Env(bot, check_errors=False)
    await env.start()
    try:
        yield SimCordStage(env, bot)
    finally:
        await env.shutdown()
        bot.errors += [error for error in env.errors if error not in bot.errors]
