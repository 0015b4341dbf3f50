"""Finds people, places and things by the names that the actor API takes; its errors are sentences for people."""

from __future__ import annotations

from supportbot.sandbox.messages import Message
from supportbot.sandbox.model import Channel, Guild, User
from supportbot.sandbox.permissions import can_see
from supportbot.sandbox.refusals import (
    MISSING_ACCESS,
    UNKNOWN_CHANNEL,
    UNKNOWN_GUILD,
    UNKNOWN_MESSAGE,
    UNKNOWN_USER,
    ApiError,
)
from supportbot.sandbox.state import State


class ActorError(Exception):
    """What was asked of the actor API cannot be done; `status` is HTTP's.

    `refusal` is what Discord itself would refuse it with, where the client leaves that to Discord.
    """

    status = 400

    def __init__(self, sentence: str, refusal: ApiError | None = None) -> None:
        super().__init__(sentence)
        self.refusal = refusal


class NotAllowed(ActorError):
    """This person may not do this."""

    status = 403


class NotThere(ActorError):
    """There is no such thing."""

    status = 404


def find_user(state: State, name: object) -> User:
    """A user by id or username. Raises NotThere."""
    text = str(name)
    for user in state.world.users.values():
        if text in {str(user.id), user.username}:
            return user
    msg = f"There is no user {text[:100]!r}."
    raise NotThere(msg, UNKNOWN_USER)


def find_person(state: State, name: object) -> User:
    """A user who is not the bot. Raises NotThere, NotAllowed."""
    user = find_user(state, name)
    if user.bot:
        msg = "The bot cannot be acted for: it is the program that you are testing."
        raise NotAllowed(msg)
    return user


def find_guild(state: State, name: object) -> Guild:
    """A community by id or name, whatever its case. Raises NotThere."""
    wanted = _plain(str(name))
    for guild in state.world.guilds.values():
        if wanted in {str(guild.id), _plain(guild.name)}:
            return guild
    msg = f"There is no community {str(name)[:100]!r}."
    raise NotThere(msg, UNKNOWN_GUILD)


def dm_channel(state: State, user: User) -> Channel:
    """This person's direct messages with the bot, made when there are none."""
    return state.world.dm_of(user.id) or state.world.add_dm(state.ids(), user.id)


def find_channel(state: State, user: User, name: object) -> Channel:
    """A place that this person sees: an id, `dm`, or `community/channel`. Raises NotThere, NotAllowed."""
    text = str(name)
    if text == "dm":
        return dm_channel(state, user)
    channel = state.world.channel(int(text)) if text.isascii() and text.isdigit() else _named(state, text)
    if channel is None:
        msg = f"There is no channel {text[:100]!r}."
        raise NotThere(msg, UNKNOWN_CHANNEL)
    if not can_see(state.world, channel, user.id):
        msg = f"{user.display_name} does not see this channel."
        raise NotAllowed(msg, MISSING_ACCESS)
    return channel


def find_guild_channel(state: State, name: object) -> tuple[Channel, Guild]:
    """A community's channel, seen or not, with the community: an id or `community/channel`. Raises NotThere."""
    text = str(name)
    channel = state.world.channel(int(text)) if text.isascii() and text.isdigit() else _named(state, text)
    if channel is None or channel.guild_id is None:
        msg = f"There is no channel {text[:100]!r} of a community."
        raise NotThere(msg, UNKNOWN_CHANNEL)
    return channel, state.world.guilds[channel.guild_id]


def find_message(state: State, user: User, name: object, *, as_if_visible: bool = False) -> tuple[Message, Channel]:
    """A message that this person sees, with its channel. Raises NotThere, NotAllowed."""
    text = str(name)
    message = state.messages.find(int(text)) if text.isascii() and text.isdigit() else None
    channel = state.world.channel(message.channel_id) if message else None
    if message is None or channel is None:
        msg = f"There is no message {text[:100]!r}."
        raise NotThere(msg, UNKNOWN_MESSAGE)
    in_sight = can_see(state.world, channel, user.id)
    if not (as_if_visible or (in_sight and message.owner in {None, user.id})):
        msg = f"{user.display_name} does not see this message."
        raise NotAllowed(msg, UNKNOWN_MESSAGE if in_sight else MISSING_ACCESS)
    return message, channel


def _named(state: State, text: str) -> Channel | None:
    place, _, name = text.rpartition("/")
    guild = find_guild(state, place)
    return next((row for row in guild.channels.values() if row.name == name.removeprefix("#")), None)


def _plain(name: str) -> str:
    return name.strip().casefold().replace(" ", "-")
