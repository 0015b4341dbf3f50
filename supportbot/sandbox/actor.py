"""A person at Discord's client, in process: what the page and the tests do, as methods that give plain JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from supportbot.sandbox import acting, admin, people
from supportbot.sandbox.events import Subscription
from supportbot.sandbox.model import Json
from supportbot.sandbox.permissions import SEND_MESSAGES, permissions_at
from supportbot.sandbox.places import (
    ActorError,
    NotAllowed,
    NotThere,
    dm_channel,
    find_channel,
    find_guild_channel,
    find_person,
)
from supportbot.sandbox.posting import Post, create
from supportbot.sandbox.sessions import Op
from supportbot.sandbox.state import State
from supportbot.sandbox.travel import Traveller, Way


class Actor:
    """Acts as anybody in the world. Every method raises ActorError with one sentence when it cannot be done."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._traveller = Traveller(state)

    async def state(self) -> Json:
        """The whole world."""
        return people.state_object(self._state)

    async def add_user(
        self,
        *,
        username: str,
        global_name: str | None = None,
        locale: str = "en-US",
        guilds: Iterable[str] = (),
        roles: Iterable[str] = (),
        dms_open: bool = True,
    ) -> Json:
        """A new person; `roles` are given where the communities have them."""
        user = people.add_user(self._state, username, global_name, locale, dms_open=dms_open)
        for guild in guilds:
            people.join(self._state, user, guild, list(roles))
        self._state.hub.publish("state", {})
        return people.user_view(self._state, user)

    async def edit_user(
        self,
        *,
        user: str,
        locale: str | None = None,
        dms_open: bool | None = None,
        leave: str | None = None,
        join: str | None = None,
    ) -> Json:
        """Change somebody; the bot too can leave and join communities."""
        return people.edit_user(self._state, user, locale=locale, dms_open=dms_open, leave=leave, join=join)

    async def commands(self, *, user: str, channel: str) -> list[Json]:
        """The commands that this person's client offers in this place."""
        person = find_person(self._state, user)
        return acting.offered(self._state, person, find_channel(self._state, person, channel))

    async def set_command_permissions(self, *, guild: str, permissions: list[Json], command: str | None = None) -> Json:
        """Say who may use a command (or all), and where; replaces what was set, an empty list takes it away.

        Each is `{role | user | channel: name, allow: bool}`; `everyone` is a role, `all` a channel.
        """
        return admin.set_rights(self._state, guild, command, permissions)

    async def set_channel_permissions(
        self,
        *,
        channel: str,
        role: str | None = None,
        user: str | None = None,
        allow: Iterable[str] = (),
        deny: Iterable[str] = (),
    ) -> Json:
        """Set what a channel allows and denies one role or member; returns the channel."""
        return admin.change_channel(self._state, channel, role=role, user=user, allow=allow, deny=deny)

    async def delete_channel(self, *, channel: str) -> Json:
        """Take a community's channel away; returns it as it was."""
        return admin.remove_channel(self._state, *find_guild_channel(self._state, channel))

    async def invoke(
        self,
        *,
        user: str,
        channel: str,
        command: str,
        options: Json | None = None,
        target: str | None = None,
        command_type: int | None = None,
        wait: str | None = None,
    ) -> Json:
        """Run a command by its full name; returns the Result."""
        person = find_person(self._state, user)
        place = find_channel(self._state, person, channel)
        use = acting.Use(command, options or {}, target, command_type)
        return await acting.follow(
            self._state, acting.start_command(self._state, person, place, use), final=wait == "final"
        )

    async def autocomplete(
        self, *, user: str, channel: str, command: str, focused: str, value: Any = "", options: Json | None = None
    ) -> Json:
        """Suggestions for one option: `{choices}`, with `error` when the bot gave none in time."""
        person = find_person(self._state, user)
        place = find_channel(self._state, person, channel)
        use = acting.Use(command, options or {})
        interaction = acting.start_autocomplete(self._state, person, place, use, focused=focused, value=value)
        result = await acting.follow(self._state, interaction)
        return {"choices": result.get("choices", [])} | ({"error": result["error"]} if "error" in result else {})

    async def press(
        self,
        *,
        user: str,
        message: str,
        custom_id: str,
        values: list[str] | None = None,
        as_if_visible: bool = False,
        wait: str | None = None,
    ) -> Json:
        """Press a button, or choose in a select; returns the Result. `as_if_visible` lifts only that check."""
        person = find_person(self._state, user)
        interaction = acting.start_press(self._state, person, message, custom_id, values, as_if_visible=as_if_visible)
        return await acting.follow(self._state, interaction, final=wait == "final")

    async def submit(self, *, user: str, modal: str, values: Json | None = None, wait: str | None = None) -> Json:
        """Send a modal in; returns the Result."""
        interaction = acting.start_submit(self._state, find_person(self._state, user), modal, values or {})
        return await acting.follow(self._state, interaction, final=wait == "final")

    async def open_dm(self, *, user: str) -> Json:
        """Open this person's direct messages with the bot."""
        return {"channel": str(dm_channel(self._state, find_person(self._state, user)).id)}

    async def send_message(self, *, user: str, channel: str, content: str) -> Json:
        """Type a message."""
        person = find_person(self._state, user)
        place = find_channel(self._state, person, channel)
        if not permissions_at(self._state.world, place, person.id) & SEND_MESSAGES:
            msg = f"{person.display_name} may not write in this channel."
            raise NotAllowed(msg)
        if not 0 < len(content.strip()) <= 2000:
            msg = "A message has 1 to 2000 characters."
            raise ActorError(msg)
        if place.recipient is not None and not self._state.world.share_guild(person.id, self._state.world.bot_id):
            msg = f"{person.display_name} and the bot share no community, so no direct message goes through."
            raise NotAllowed(msg)
        return create(self._state, Post(place, person, {"content": content})).as_seen()

    async def messages(self, *, user: str, channel: str, limit: int = 50) -> list[Json]:
        """The newest messages of a place as this person sees it, oldest first."""
        person = find_person(self._state, user)
        place = find_channel(self._state, person, channel)
        rows = self._state.messages.of(place.id, person.id)
        return [row.as_seen() for row in rows[-limit:]] if limit > 0 else []

    async def clock(self) -> Json:
        """The time: `{now, offset_ms}`."""
        return self._state.clock_object()

    async def move_clock(
        self,
        *,
        advance: float | None = None,
        to: str | datetime | None = None,
        to_alarm: str | None = None,
        through_alarms: bool = False,
    ) -> Json:
        """Move the clock by seconds, to an instant (ISO 8601 with its offset), or to an alarm by name.

        Forwards and `through_alarms`, it stops at every alarm on the way until what was due there is done.
        One move is made after the other.
        """
        if [advance, to, to_alarm].count(None) != 2:
            msg = "Give one of advance, to and to_alarm."
            raise ActorError(msg)

        clock = self._state.clock

        def plan() -> Way:
            if advance is not None:
                end = clock.offset + timedelta(seconds=advance)
                return lambda: end - clock.offset
            instant = self._alarm(to_alarm) if to_alarm is not None else _instant(to)
            return lambda: instant - clock.now()

        try:
            await self._traveller.move(plan, through_alarms=through_alarms)
        except OverflowError as error:
            msg = "The clock can be moved between the years 2016 and 2149."
            raise ActorError(msg) from error
        return self._state.clock_object()

    async def set_alarm(self, *, name: str, at: str | datetime | None) -> Json:
        """A program that follows the clock says when it next wants to wake; None takes the alarm away."""
        self._state.clock.set_alarm(name, None if at is None else _instant(at))
        self._state.hub.publish("state", {})
        return {}

    async def add_fault(self, *, kind: str, user: str | None = None, **fields: Any) -> Json:
        """A fault on demand; `fields` as documented."""
        person = None if user is None else find_person(self._state, user)
        wanted: Json = {"kind": kind, **({} if user is None else {"user": user}), **fields}
        try:
            fault = self._state.faults.add(wanted, person.id if person else None)
        except ValueError as error:
            raise ActorError(str(error)) from error
        return fault.as_json()

    async def faults(self) -> list[Json]:
        """The faults that are still to happen."""
        return self._state.faults.all()

    async def clear_faults(self, *, fault: str | None = None) -> Json:
        """Remove one fault, or all."""
        if fault is None:
            self._state.faults.clear()
        elif not self._state.faults.remove(fault):
            msg = f"There is no fault {fault[:100]!r}."
            raise NotThere(msg)
        return {}

    async def gateway(self, *, action: str, code: int = 4000, resumable: bool = True) -> Json:
        """Break the bot's gateway connections: close, reconnect, invalid_session, drop."""
        if action not in {"close", "reconnect", "invalid_session", "drop"}:
            msg = "The action is one of close, reconnect, invalid_session and drop."
            raise ActorError(msg)
        if not 1000 <= code <= 4999:
            msg = "A close code is a number from 1000 to 4999."
            raise ActorError(msg)
        closed = 0
        for session in self._state.sessions:
            link = session.link
            if link is None:
                continue
            closed += 1
            if action == "close":
                link.close(code)
            elif action == "drop":
                link.drop()
            elif action == "reconnect":
                link.send({"op": Op.RECONNECT})
            else:
                if not resumable:
                    self._state.sessions.forget(session)
                link.send({"op": Op.INVALID_SESSION, "d": resumable})
        return {"closed": closed}

    async def requests(self, *, after: int = 0, limit: int = 100) -> Json:
        """The REST exchanges after number `after`, oldest first."""
        rows = self._state.log.after(after, max(0, limit))
        return {"requests": [row.as_json() for row in rows], "last": self._state.log.last}

    def subscribe(self, user: str | None = None) -> Subscription:
        """An async iterator of this person's events from now on; close it, or use it with `async with`."""
        return self._state.hub.subscribe(None if user is None else find_person(self._state, user).id)

    async def bot_ready(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109 - event driven
        """Wait until a bot is identified and READY was sent. Raises TimeoutError."""
        await self._state.pulse.until(lambda: self._state.sessions.connected, timeout)

    async def until(self, look: Callable[[], Any], timeout: float = 10.0) -> Any:  # noqa: ASYNC109 - event driven
        """The first true value of `look`, asked again after each event and exchange. Raises TimeoutError."""
        return await self._state.pulse.until(look, timeout)

    async def wait_for_message(
        self,
        *,
        user: str,
        channel: str,
        after: str | None = None,
        where: Callable[[Json], bool] | None = None,
        timeout: float = 10.0,  # noqa: ASYNC109 - event driven
    ) -> Json:
        """The oldest message that this person sees there, newer than the id `after` and fitting `where`."""
        person = find_person(self._state, user)
        place = find_channel(self._state, person, channel)
        start = 0 if after is None else int(after)

        def look() -> Json | None:
            rows = (row.as_seen() for row in self._state.messages.of(place.id, person.id) if row.id > start)
            return next((row for row in rows if where is None or where(row)), None)

        return await self._state.pulse.until(look, timeout)

    def _alarm(self, name: str) -> datetime:
        if name not in self._state.clock.alarms:
            msg = f"There is no alarm {name[:100]!r}."
            raise NotThere(msg)
        return self._state.clock.alarms[name]


def _instant(value: str | datetime | None) -> datetime:
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        msg = "A time is written as in 2026-11-22T08:00:00+00:00, with its offset."
        raise ActorError(msg)
    return instant
