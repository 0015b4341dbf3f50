"""Who may use which command in a community: what its admins set under Integrations, and the rule for reading it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from supportbot.sandbox.model import Channel, Guild, Json
from supportbot.sandbox.permissions import ALL, base_permissions, permissions_in

ROLE, USER, CHANNEL = 1, 2, 3
MOST = 100


@dataclass(frozen=True, slots=True)
class Right:
    """A command is allowed, or not, for a role (kind 1), a user (2) or in a channel (3).

    The community's own id stands for @everyone, and that id less one for all channels.
    """

    target: int
    kind: int
    allowed: bool

    def as_json(self) -> Json:
        """As Discord gives it."""
        return {"id": str(self.target), "type": self.kind, "permission": self.allowed}


class CommandRights:
    """What is set, by community and by the id of a command, or of the application for all of its commands."""

    def __init__(self) -> None:
        self._rights: dict[tuple[int, int], tuple[Right, ...]] = {}

    def of(self, guild: int, target: int) -> tuple[Right, ...]:
        """What is set; empty when nothing is."""
        return self._rights.get((guild, target), ())

    def set(self, guild: int, target: int, rights: Iterable[Right]) -> None:
        """Replace what is set; nothing takes it away."""
        self._rights[guild, target] = tuple(rights)


def may_use(row: Json, rights: CommandRights, guild: Guild, channel: Channel, user_id: int) -> bool:
    """Whether somebody may use a command here (Discord's pages "Application Commands", "Permissions", and its change
    log of 2022-11-17): what is set for the command comes before what is set for the whole application, and only the
    former lifts the permissions that the command asks for.
    """
    if base_permissions(guild, user_id) == ALL:
        return True
    own, all_commands = rights.of(guild.id, int(row["id"])), rights.of(guild.id, int(row["application_id"]))
    if _first(_in_channel(own, guild, channel), _in_channel(all_commands, guild, channel)) is False:
        return False
    said = _for_member(own, guild, user_id)
    if said is not None:
        return said
    if _for_member(all_commands, guild, user_id) is False:
        return False
    needed = row["default_member_permissions"]
    if needed is None:
        return True
    bits = int(needed)
    return bits != 0 and permissions_in(guild, channel, user_id) & bits == bits


def _in_channel(rights: Iterable[Right], guild: Guild, channel: Channel) -> bool | None:
    return _first(*(_said(rights, CHANNEL, lambda each, one=one: each == one) for one in (channel.id, guild.id - 1)))


def _for_member(rights: Iterable[Right], guild: Guild, user_id: int) -> bool | None:
    """The member's own comes before their roles', any role that allows before those that do not, @everyone last."""
    member = guild.members.get(user_id)
    roles = member.roles if member else ()
    return _first(
        _said(rights, USER, lambda each: each == user_id),
        _said(rights, ROLE, lambda each: each in roles),
        _said(rights, ROLE, lambda each: each == guild.id),
    )


def _said(rights: Iterable[Right], kind: int, fits: Callable[[int], bool]) -> bool | None:
    found = [right.allowed for right in rights if right.kind == kind and fits(right.target)]
    return any(found) if found else None


def _first(*answers: bool | None) -> bool | None:
    return next((answer for answer in answers if answer is not None), None)
