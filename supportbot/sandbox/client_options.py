"""What Discord's client does with a command's options before it sends them: find, check, convert, resolve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from supportbot.sandbox.compose import as_list
from supportbot.sandbox.model import Channel, Guild, Json
from supportbot.sandbox.objects import member_object, partial_channel_object, role_object, user_object
from supportbot.sandbox.permissions import permissions_at
from supportbot.sandbox.places import ActorError, NotThere, find_channel, find_user
from supportbot.sandbox.refusals import UNKNOWN_COMMAND
from supportbot.sandbox.state import State

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(1, 11)
_SAFE_INTEGER = 2**53


def split_command(commands: list[Json], name: str, kind: int | None) -> tuple[Json, list[Json]]:
    """The command with this full name, and the way down to its subcommand. Raises NotThere."""
    for command in commands:
        if kind is not None and command["type"] != kind:
            continue
        if command["type"] != 1 and command["name"] == name:
            return command, []
        if command["type"] == 1 and (path := _path(command, name.removeprefix("/").split())):
            return command, path[1:]
    msg = f"There is no command {name[:100]!r} for this person in this place."
    raise NotThere(msg, UNKNOWN_COMMAND)


def _path(node: Json, words: list[str]) -> list[Json]:
    if not words or node["name"] != words[0]:
        return []
    inner = [option for option in as_list(node.get("options")) if option["type"] in {SUBCOMMAND, GROUP}]
    if not inner:
        return [node] if len(words) == 1 else []
    for option in inner:
        if below := _path(option, words[1:]):
            return [node, *below]
    return []


class Filler:
    """Fills in one command for one person in one place, and gathers `resolved`."""

    def __init__(self, state: State, user_id: int, channel: Channel) -> None:
        self._state = state
        self._user = state.world.users[user_id]
        self._channel = channel
        self.resolved: Json = {}

    def fill(self, wanted: list[Json], given: Json, *, focused: str | None = None, partial: bool = False) -> list[Json]:
        """The options as sent. Raises ActorError naming the option; with `partial`, required ones may be missing."""
        known = {option["name"]: option for option in wanted}
        if unknown := set(given) - set(known):
            msg = f"The command has no option {min(unknown)!r}."
            raise ActorError(msg)
        rows: list[Json] = []
        for name, option in known.items():
            if name == focused:
                value: Any = "" if given.get(name) is None else str(given[name])
                rows.append({"name": name, "type": option["type"], "value": value, "focused": True})
            elif given.get(name) is not None:
                rows.append({"name": name, "type": option["type"], "value": self._value(option, given[name])})
            elif option.get("required") and not partial:
                msg = f"The option {name!r} is required."
                raise ActorError(msg)
        return rows

    def _value(self, option: Json, value: Any) -> Any:
        convert: dict[int, Callable[[Json, Any], Any]] = {
            STRING: self._string,
            INTEGER: self._number,
            NUMBER: self._number,
            BOOLEAN: self._boolean,
            USER: self._one_user,
            CHANNEL: self._one_channel,
            ROLE: self._one_role,
            MENTIONABLE: self._mentionable,
        }
        if option["type"] not in convert:
            msg = f"The option {option['name']!r} takes a file, which cannot be given here."
            raise ActorError(msg)
        return convert[option["type"]](option, value)

    def _string(self, option: Json, value: Any) -> str:
        if not isinstance(value, str):
            raise _wrong(option, "takes text")
        shortest, longest = option.get("min_length", 0), option.get("max_length", 6000)
        if not shortest <= len(value) <= longest:
            raise _wrong(option, f"takes {shortest} to {longest} characters")
        return _choice(option, value)

    def _number(self, option: Json, value: Any) -> int | float:
        whole = option["type"] == INTEGER
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise _wrong(option, "takes a whole number" if whole else "takes a number")
        least, most = option.get("min_value", -_SAFE_INTEGER), option.get("max_value", _SAFE_INTEGER)
        if not least <= value <= most:
            raise _wrong(option, f"takes a number from {least} to {most}")
        return _choice(option, value)

    def _boolean(self, option: Json, value: Any) -> bool:
        if not isinstance(value, bool):
            raise _wrong(option, "takes true or false")
        return value

    def _one_user(self, _option: Json, value: Any) -> str:
        return self.user(find_user(self._state, value).id)

    def user(self, user_id: int) -> str:
        """Resolve a user, with the member where there is one."""
        user, text = self._state.world.users[user_id], str(user_id)
        self.resolved.setdefault("users", {})[text] = user_object(user)
        guild = self._guild()
        if guild and user_id in guild.members:
            member = member_object(guild.members[user_id], None)
            member["permissions"] = str(permissions_at(self._state.world, self._channel, user_id))
            self.resolved.setdefault("members", {})[text] = member
        return text

    def _one_channel(self, option: Json, value: Any) -> str:
        guild = self._guild()
        name = str(value).removeprefix("#")
        if guild and not name.isdigit() and "/" not in name:
            name = f"{guild.id}/{name}"
        channel = find_channel(self._state, self._user, name)
        kinds = as_list(option.get("channel_types"))
        if guild is None or channel.guild_id != guild.id or (kinds and channel.type not in kinds):
            raise _wrong(option, "takes a channel of this community" + (" of another kind" if kinds else ""))
        return self.channel(channel)

    def channel(self, channel: Channel) -> str:
        """Resolve a channel."""
        shape = partial_channel_object(channel, self._state.world, self._user.id)
        self.resolved.setdefault("channels", {})[str(channel.id)] = shape
        return str(channel.id)

    def _one_role(self, option: Json, value: Any) -> str:
        found = self.find_role(value)
        if found is None:
            raise _wrong(option, "takes a role of this community")
        return found

    def find_role(self, value: Any) -> str | None:
        """Resolve a role of this community by id or name."""
        guild, text = self._guild(), str(value).removeprefix("@")
        if guild is None:
            return None
        role = guild.roles.get(int(text)) if text.isascii() and text.isdigit() else guild.role_named(text)
        role = role or (guild.roles[guild.id] if text == "everyone" else None)
        if role is None:
            return None
        self.resolved.setdefault("roles", {})[str(role.id)] = role_object(role)
        return str(role.id)

    def _mentionable(self, option: Json, value: Any) -> str:
        return self.find_role(value) or self._one_user(option, value)

    def _guild(self) -> Guild | None:
        return self._state.world.guilds[self._channel.guild_id] if self._channel.guild_id else None


def _choice(option: Json, value: Any) -> Any:
    choices = as_list(option.get("choices"))
    if choices and value not in [choice["value"] for choice in choices]:
        names = ", ".join(repr(choice["value"]) for choice in choices)
        raise _wrong(option, f"takes one of {names}")
    return value


def _wrong(option: Json, rule: str) -> ActorError:
    return ActorError(f"The option {option['name']!r} {rule}.")
