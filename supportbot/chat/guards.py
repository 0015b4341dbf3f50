"""Who may do what moderators do. For commands Discord asks too; for buttons nobody does but us."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TypeAlias

import discord
import structlog
from discord import AppCommandPermissionType as Kind
from discord import app_commands

from supportbot.chat.host import AnyInteraction, host_of
from supportbot.chat.messenger import translated
from supportbot.errors import DeliveryError, UserError

log = structlog.stdlib.get_logger(__name__)

COMMAND = "setup"
"""Whoever may use this command is a moderator."""

PATIENCE = 2.0
"""How many seconds Discord may take to tell; it waits three for our answer."""

NOTHING_SET = 10066
"""Unknown application command permissions: the community's admins changed nothing for this command."""

Rights: TypeAlias = Iterable[app_commands.AppCommandPermissions]


async def require_moderator(interaction: AnyInteraction) -> None:
    """Raises UserError unless this member may use `/setup` in this community, or when Discord does not tell."""
    held = interaction.permissions
    if interaction.guild is None or not (
        held.administrator or held.manage_guild or await is_let(interaction, COMMAND) is True
    ):
        raise UserError("not_allowed")


async def is_let(interaction: AnyInteraction, command: str) -> bool | None:
    """What the community's admins set for one command, as it concerns this member; None when that is nothing.

    What they set for the whole application is not asked: it can take a command away, and never lifts the permissions
    that a command asks for (Discord's change log, 2022-11-17). Raises UserError when Discord does not tell.
    """
    member, guild = interaction.user, interaction.guild
    known = host_of(interaction.client).command_at_discord(command)
    if guild is None or known is None or not isinstance(member, discord.Member):
        return None
    return _said(await _rights(known, guild), member)


def _said(rights: Rights, member: discord.Member) -> bool | None:
    """The member's own comes before their roles', any role that allows before those that do not, @everyone last."""
    everyone = member.guild.id
    mine = {role.id for role in member.roles} - {everyone}
    for kind, targets in ((Kind.user, {member.id}), (Kind.role, mine), (Kind.role, {everyone})):
        found = [right.permission for right in rights if right.type is kind and right.id in targets]
        if found:
            return any(found)
    return None


async def _rights(command: app_commands.AppCommand, guild: discord.Guild) -> list[app_commands.AppCommandPermissions]:
    try:
        async with asyncio.timeout(PATIENCE), translated():
            try:
                return (await command.fetch_permissions(guild)).permissions
            except discord.NotFound as error:
                if error.code == NOTHING_SET:
                    return []
                raise
    except (DeliveryError, TimeoutError) as error:
        log.warning("guard.unsure", community=guild.id, command=command.id, error=type(error).__name__)
        raise UserError("not_sure") from None
