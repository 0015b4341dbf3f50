"""Routes about the application's commands."""

from __future__ import annotations

from supportbot.sandbox.admin import rights_object
from supportbot.sandbox.commands import without_localizations
from supportbot.sandbox.compose import as_list
from supportbot.sandbox.model import Json
from supportbot.sandbox.posting import Refused
from supportbot.sandbox.refusals import (
    TOO_MANY_COMMAND_CREATES,
    UNKNOWN_APPLICATION,
    UNKNOWN_COMMAND,
    UNKNOWN_COMMAND_PERMISSIONS,
)
from supportbot.sandbox.rest.calls import Answer, Call, Routes
from supportbot.sandbox.rest.checks import check_commands
from supportbot.sandbox.rest.places import own_guild
from supportbot.sandbox.state import State


def add_routes(routes: Routes) -> None:
    """List and overwrite, globally and for one community, and who may use which."""
    routes.add("GET", "/applications/{application}/commands", _list)
    routes.add("PUT", "/applications/{application}/commands", _overwrite)
    routes.add("GET", "/applications/{application}/guilds/{guild}/commands", _list)
    routes.add("PUT", "/applications/{application}/guilds/{guild}/commands", _overwrite)
    routes.add("GET", "/applications/{application}/guilds/{guild}/commands/{command}/permissions", _permissions)


def _scope(state: State, call: Call) -> int | None:
    if call.id("application") != state.world.bot_id:
        raise Refused(UNKNOWN_APPLICATION)
    return own_guild(state, call).id if "guild" in call.params else None


def _list(state: State, call: Call) -> Answer:
    rows: list[Json] = state.commands.of(_scope(state, call))
    if call.query.get("with_localizations", "").lower() not in {"1", "true"}:
        rows = [without_localizations(row) for row in rows]
    return Answer(body=rows)


def _permissions(state: State, call: Call) -> Answer:
    """What is set for one command, or under the application's own id for all; nothing set is a 404."""
    _scope(state, call)
    guild, target = own_guild(state, call), call.id("command")
    known = {int(row["id"]) for row in [*state.commands.of(None), *state.commands.of(guild.id)]}
    if target not in known | {state.world.bot_id}:
        raise Refused(UNKNOWN_COMMAND)
    if not state.command_rights.of(guild.id, target):
        raise Refused(UNKNOWN_COMMAND_PERMISSIONS)
    return Answer(body=rights_object(state, guild, target))


def _overwrite(state: State, call: Call) -> Answer:
    scope = _scope(state, call)
    check_commands(call, guild=scope is not None)
    rows = state.commands.overwrite(scope, as_list(call.body), state.world.bot_id, state.ids, state.clock.now())
    if rows is None:
        raise Refused(TOO_MANY_COMMAND_CREATES)
    state.hub.publish("commands", {})
    return Answer(body=rows)
