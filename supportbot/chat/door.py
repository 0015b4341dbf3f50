"""The door at which Discord's events come in: what nobody can read ends no connection, and is still answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.http import Route

from supportbot.chat.host import AnyInteraction
from supportbot.errors import without_words

log = structlog.stdlib.get_logger(__name__)

INTERACTION = "INTERACTION_CREATE"
BEGINNINGS = frozenset({"READY", "RESUMED"})
"""Without these there is no session: what is wrong with them must end it."""

COMMAND, COMPONENT, SUGGESTIONS, FORM = 2, 3, 4, 5
TEXT_OPTION = 3
OPTIONAL_LOCALES = frozenset({"locale", "guild_locale"})
"""discord.py takes a null for the name of a locale."""

MESSAGE_ANSWER, CHOICES_ANSWER = 4, 8
EPHEMERAL = 1 << 6
LONGEST_TOKEN = 1000
_strict: Final[Callable[[str | bytes], Any]] = discord.utils._from_json  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


class Unreadable(app_commands.AppCommandError):
    """An interaction that is not as Discord documents it. It holds nothing of what came."""


class Door:
    """Takes discord.py's place where events are read, for one client.

    discord.py lets whatever is wrong in one event end the connection, and with it the program; and of interactions
    that it cannot read, or whose button it does not find, it says nothing to the person.
    """

    def __init__(
        self, client: discord.Client, run_command: Callable[[AnyInteraction], None], sentence: Callable[[str], str]
    ) -> None:
        self._client = client
        self._state: Any = client._connection  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        self._run_command = run_command
        self._sentence = sentence
        self._answers: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """From now on every event comes through here."""
        parsers: dict[str, Callable[[Any], None]] = self._state.parsers
        for event in parsers.keys() - BEGINNINGS:
            parsers[event] = self._guarded(event, self._interaction if event == INTERACTION else parsers[event])
        discord.utils._from_json = read_json  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]

    def _guarded(self, event: str, read: Callable[[Any], None]) -> Callable[[Any], None]:
        def guarded(data: Any) -> None:
            try:
                read(data)
            except Exception as error:  # noqa: BLE001 (one event that cannot be read must not end the others)
                log.warning("event.unreadable", discord_event=event, failure=without_words(error))
                if event == INTERACTION:
                    self._answer_unread(data)

        return guarded

    def _interaction(self, data: Any) -> None:
        """Components and forms are dispatched by `SupportBot.on_interaction`, not by discord.py's store of views."""
        data = {key: value for key, value in data.items() if value is not None or key not in OPTIONAL_LOCALES}
        _require_readable(data)
        interaction: AnyInteraction = discord.Interaction(data=data, state=self._state)
        if interaction.channel is None:
            # Of a kind that this discord.py does not know: without one it sends an answer and then fails.
            here = int(data["channel"]["id"])
            interaction.channel = self._client.get_partial_messageable(here, guild_id=interaction.guild_id)  # pyright: ignore[reportAttributeAccessIssue]
        if interaction.user is discord.utils.MISSING or not all(map(_is_id, _ids_in(interaction))):
            raise Unreadable
        if data["type"] in {COMMAND, SUGGESTIONS}:
            self._run_command(interaction)
        self._client.dispatch("interaction", interaction)

    def _answer_unread(self, data: Any) -> None:
        given = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
        id_, token = str(given.get("id")), given.get("token")
        if not (id_.isascii() and id_.isdigit() and isinstance(token, str) and 0 < len(token) <= LONGEST_TOKEN):
            return
        locale = given.get("locale")
        body: dict[str, Any] = {"type": CHOICES_ANSWER, "data": {"choices": []}}
        if given.get("type") != SUGGESTIONS:
            text = self._sentence(locale if isinstance(locale, str) else "")
            said: dict[str, Any] = {"content": text, "flags": EPHEMERAL, "allowed_mentions": {"parse": []}}
            body = {"type": MESSAGE_ANSWER, "data": said}
        answer = asyncio.create_task(self._send(id_, token, body), name="answer unread")
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)

    async def _send(self, id_: str, token: str, body: dict[str, Any]) -> None:
        where = Route("POST", "/interactions/{id}/{token}/callback", id=id_, token=token, webhook_token=token)
        try:
            await self._client.http.request(where, json=body)
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
            log.warning("interaction.no_answer", error=type(error).__name__, code=getattr(error, "code", None))


def read_json(text: str | bytes) -> Any:
    """What discord.py reads, and also halves of characters, which JSON can name and no text can hold: they become �.

    Raises ValueError for what is no JSON.
    """
    try:
        return _strict(text)
    except ValueError:
        found = json.dumps(json.loads(text), ensure_ascii=False)
        return json.loads(found.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def carries(interaction: AnyInteraction, custom_id: str) -> bool:
    """Whether the message that was pressed has such a component, of this kind."""
    message, data = interaction.message, cast("dict[str, Any]", interaction.data or {})
    if message is None:
        return False
    found = (
        each for each in _walk(getattr(message, "components", ())) if getattr(each, "custom_id", None) == custom_id
    )
    kinds = (getattr(each, "type", None) for each in found)
    return any(getattr(kind, "value", kind) == data.get("component_type") for kind in kinds)


def _is_id(number: int) -> bool:
    """Whether a database can hold it."""
    return 0 < number < 1 << 63


def _ids_in(interaction: AnyInteraction) -> Iterator[int]:
    yield from (interaction.id, interaction.user.id)
    yield from (each for each in (interaction.guild_id, interaction.channel_id) if each is not None)
    if interaction.message is not None:
        yield interaction.message.id


def _walk(components: Any) -> Iterator[Any]:
    for each in components:
        yield each
        yield from _walk(getattr(each, "children", ()))


def _require_readable(data: Any) -> None:
    """Raises Unreadable for what the code behind this door takes for granted of an interaction, and is not so."""
    inner = cast("dict[str, Any]", data)["data"]
    kind = data["type"]
    fine = (
        isinstance(data["token"], str)
        and isinstance(data.get("locale", ""), str)
        and isinstance(data.get("guild_locale", ""), str)
        and isinstance(inner, dict)
    )
    needed = {COMMAND: "name", SUGGESTIONS: "name", COMPONENT: "custom_id", FORM: "custom_id"}
    if not fine or not isinstance(kind, int) or not isinstance(cast("dict[str, Any]", inner).get(needed[kind]), str):
        raise Unreadable
    if kind in {COMMAND, SUGGESTIONS} and not all(map(_is_plain, _options_in(inner))):
        raise Unreadable


def _options_in(data: Any) -> Iterator[Any]:
    """Every option, those of subcommands too."""
    for each in data.get("options") or ():
        yield each
        yield from _options_in(each)


def _is_plain(option: Any) -> bool:
    """Whether its value is one, and a text where that is asked for: discord.py looks only at how long it is."""
    return isinstance(option.get("value", ""), str if option["type"] == TEXT_OPTION else str | int | float)
