"""The application's commands as Discord stores them: global ones, and those of single communities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from supportbot.sandbox.command_rights import CommandRights, may_use
from supportbot.sandbox.compose import as_list, as_object, without_nulls
from supportbot.sandbox.model import Channel, Json, World
from supportbot.sandbox.permissions import USE_APPLICATION_COMMANDS, permissions_at

SLASH, ON_USER, ON_MESSAGE = 1, 2, 3
CREATES_A_DAY = 200
_IN_GUILD, _IN_BOT_DM = 0, 1
_LOCALIZED = ("name_localizations", "description_localizations")


class CommandStore:
    """Commands by scope: None is global, otherwise a community's id."""

    def __init__(self) -> None:
        self._scopes: dict[int | None, list[Json]] = {}
        self._creates: dict[int | None, list[datetime]] = {}

    def of(self, scope: int | None) -> list[Json]:
        """The commands of one scope."""
        return self._scopes.get(scope, [])

    def overwrite(
        self, scope: int | None, wanted: list[Any], application: int, new_id: Callable[[], int], now: datetime
    ) -> list[Json] | None:
        """Replace a scope's commands; a name that stays keeps its id. None when too many are new today."""
        old = {(row["type"], row["name"]): row for row in self.of(scope)}
        rows = [_command(as_object(row), scope, application) for row in wanted]
        fresh = [row for row in rows if (row["type"], row["name"]) not in old]
        recent = [then for then in self._creates.get(scope, []) if now - then < timedelta(days=1)]
        if len(recent) + len(fresh) > CREATES_A_DAY:
            return None
        self._creates[scope] = recent + [now] * len(fresh)
        for row in rows:
            before = old.get((row["type"], row["name"]))
            row["id"] = before["id"] if before else str(new_id())
            same = before is not None and {**before, "version": ""} == {**row, "version": ""}
            row["version"] = before["version"] if before and same else str(new_id())
        self._scopes[scope] = rows
        return rows


def _command(sent: Json, scope: int | None, application: int) -> Json:
    needed = sent.get("default_member_permissions")
    contexts = sent.get("contexts")
    in_dm = sent.get("dm_permission") is not False if contexts is None else _IN_BOT_DM in contexts
    kind = int(sent.get("type") or SLASH)
    row: Json = {
        "id": "",
        "application_id": str(application),
        "version": "",
        "type": kind,
        "name": sent["name"],
        "name_localizations": sent.get("name_localizations") or None,
        "description": sent.get("description") or "",
        "description_localizations": sent.get("description_localizations") or None,
        "default_member_permissions": None if needed is None else str(needed),
        "dm_permission": in_dm,
        "contexts": contexts,
        "integration_types": sent.get("integration_types") or [0],
        "nsfw": bool(sent.get("nsfw")),
    }
    if kind == SLASH and sent.get("options"):
        row["options"] = [_option(as_object(option)) for option in sent["options"]]
    if scope is not None:
        row["guild_id"] = str(scope)
        del row["dm_permission"]
    return row


def _option(sent: Json) -> Json:
    row = without_nulls(sent)
    for key in ("options", "choices"):
        if key in row:
            row[key] = [_option(as_object(inner)) for inner in as_list(row[key])]
    return row


def without_localizations(command: Json) -> Json:
    """The command as it is listed when `with_localizations` was not asked for."""
    row = {key: value for key, value in command.items() if key not in _LOCALIZED}
    for key in ("options", "choices"):
        if key in row:
            row[key] = [without_localizations(as_object(inner)) for inner in as_list(row[key])]
    return row


def visible_commands(
    store: CommandStore, rights: CommandRights, world: World, user_id: int, channel: Channel
) -> list[Json]:
    """What this person's client offers in this place."""
    if channel.guild_id is None:
        return [row for row in store.of(None) if _fits_dm(row)]
    guild = world.guilds[channel.guild_id]
    here = world.bot_id in guild.members
    if not here or not permissions_at(world, channel, user_id) & USE_APPLICATION_COMMANDS:
        return []
    rows = store.of(guild.id) + [row for row in store.of(None) if _fits_guild(row)]
    return [row for row in rows if may_use(row, rights, guild, channel, user_id)]


def _fits_dm(row: Json) -> bool:
    if row["contexts"] is None:
        return bool(row["dm_permission"])
    return _IN_BOT_DM in row["contexts"]


def _fits_guild(row: Json) -> bool:
    return 0 in row["integration_types"] and (row["contexts"] is None or _IN_GUILD in row["contexts"])
