"""One interaction as Discord would send it, and then bent; each is known by its seed and its number."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from supportbot.chat.door import read_json
from supportbot.sandbox.interactions import Interaction, Kind, payload
from supportbot.sandbox.messages import Message
from supportbot.sandbox.model import Channel, Json
from supportbot.sandbox.state import State
from tests.fuzz.values import KNOWN, bent, ids_of, odd_values

SUBCOMMANDS = (1, 2)
LOCALES = ("en-US", "es-ES", "de", "ja", "xx", "", "en_US", "es-419")
SAID = ("20:30", "Europe/Berlin", "therapist", "I want to die", "What is a warmline?", "DE", "all", "7", "8pm")
KEPT = ("id", "token")
"""Without these nobody can be answered; a few cases lack them all the same."""


@dataclass(slots=True)
class Case:
    """What goes to the bot. `can_be_answered`: it has an id and a token."""

    number: int
    what: str
    interaction: Interaction
    payload: Any
    can_be_answered: bool = True


class Maker:
    """Makes cases for one sandbox and one bot. The same seed and number give the same case, but for Discord's ids.

    The first cases are whole: each button, select and form that the bot listens for once, and each command.
    """

    def __init__(self, state: State, templates: Sequence[re.Pattern[str]], seed: int) -> None:
        self._state, self._seed = state, seed
        self._odd = odd_values(seed)
        self._texts = [value for value in self._odd if isinstance(value, str)]
        self._ids = ids_of(templates, seed)
        self._whole = [
            *((Kind.COMPONENT, template) for template in templates),
            *((Kind.MODAL, template) for template in templates),
            *((Kind.COMMAND, path) for root in state.commands.of(None) for path in _leaves([root])),
        ]
        self._users = [user for user in state.world.users.values() if not user.bot]

    def case(self, number: int) -> Case:
        """The case of this number."""
        dice = random.Random(f"{self._seed}:{number}")  # noqa: S311
        user = dice.choice(self._users)
        channel = self._channel(dice, user.id)
        if whole := number < len(self._whole):
            kind, data, message = self._as_it_should_be(dice, number, user.id)
        else:
            kind = dice.choices([Kind.COMMAND, Kind.COMPONENT, Kind.AUTOCOMPLETE, Kind.MODAL], [4, 5, 2, 2])[0]
            data, message = self._data(dice, kind)
        state = self._state
        if message is not None:
            message |= {"channel_id": str(channel.id)}
            owner = user.id if message["flags"] else None
            kept = read_json(json.dumps(message))
            state.messages.add(
                Message(int(message["id"]), channel.id, state.world.bot_id, kept, state.real_time(), owner)
            )
        made = Interaction(state.ids(), kind, user.id, channel, data, state.real_time(), state.clock.now())
        sent: Any = copy.deepcopy(payload(made, state.world, message))
        sent["locale"] = dice.choice(LOCALES)
        bends = [] if whole else [self._bend(dice, sent) for _ in range(dice.choice((0, 1, 1, 2, 3, 6)))]
        case = Case(number, f"{kind.name.lower()} {' '.join(bends)}", made, sent)
        self._settle_kind(case)
        return case

    @property
    def whole(self) -> int:
        """How many cases are whole."""
        return len(self._whole)

    def _as_it_should_be(self, dice: random.Random, number: int, user: int) -> tuple[Kind, Json, Json | None]:
        kind, what = self._whole[number]
        if not isinstance(what, re.Pattern):
            return kind, self._leaf(dice, what, suggests=False), None
        custom_id = ids_of([what], self._seed)[0]
        if "owner" in what.groupindex and (match := what.fullmatch(custom_id)):
            custom_id = custom_id[: match.start("owner")] + str(user) + custom_id[match.end("owner") :]
        if kind is Kind.MODAL:
            return kind, {"custom_id": custom_id, "components": [self._input(dice)]}, self._message(dice, custom_id, 2)
        return kind, {"custom_id": custom_id, "component_type": 2}, self._message(dice, custom_id, 2)

    def _channel(self, dice: random.Random, user: int) -> Channel:
        world = self._state.world
        if (dm := world.dm_of(user)) is not None and dice.random() < 0.4:
            return dm
        guild = dice.choice(list(world.guilds_of(user)))
        return dice.choice(list(guild.channels.values()))

    def _data(self, dice: random.Random, kind: Kind) -> tuple[Json, Json | None]:
        if kind in {Kind.COMMAND, Kind.AUTOCOMPLETE}:
            return self._command(dice, suggests=kind is Kind.AUTOCOMPLETE), None
        custom_id = bent(dice.choice, dice.choice(self._ids), self._odd) if dice.random() < 0.9 else self._text(dice)
        if kind is Kind.MODAL:
            rows = [self._input(dice) for _ in range(dice.choice((0, 1, 1, 2)))]
            message = self._message(dice, custom_id, 2) if dice.random() < 0.5 else None
            return {"custom_id": custom_id, "components": rows}, message
        sort = dice.choice((2, 2, 3, 3, 5, 8, 99))
        data: Json = {"custom_id": custom_id, "component_type": sort}
        if sort != 2:
            data["values"] = [self._text(dice) for _ in range(dice.choice((0, 1, 1, 1, 2, 30)))]
        return data, self._message(dice, custom_id, sort)

    def _command(self, dice: random.Random, *, suggests: bool) -> Json:
        root = dice.choice(self._state.commands.of(None))
        path = [root]
        while inner := _inner(path[-1]):
            path.append(dice.choice(inner))
        return self._leaf(dice, path, suggests=suggests)

    def _leaf(self, dice: random.Random, path: Sequence[Json], *, suggests: bool) -> Json:
        """A command with its options; `path` leads to it from the top."""
        root, *steps = path
        data: Json = {"id": root["id"], "name": root["name"], "type": root["type"]}
        if root["type"] != 1:
            return data | {"target_id": "1", "resolved": dice.choice(({}, {"messages": {"1": {}}}))}
        node = path[-1]
        options = [
            {"name": each["name"], "type": each["type"], "value": self._value(dice)} for each in node.get("options", [])
        ]
        if suggests and options:
            dice.choice(options)["focused"] = True
        for step in reversed(steps):
            options = [{"name": step["name"], "type": step["type"], "options": options}]
        return data | {"options": options}

    def _message(self, dice: random.Random, custom_id: str, sort: int) -> Json:
        """A message of the bot that has this component."""
        cell: Json = {"type": sort, "id": 2, "custom_id": custom_id}
        cell |= {"style": 1, "label": "x"} if sort == 2 else {"options": [{"label": "x", "value": "x"}]}
        bot = {"id": str(self._state.world.bot_id), "username": "supportbot", "discriminator": "0000", "avatar": None}
        return {
            "id": str(self._state.ids()),
            "type": 0,
            "channel_id": "0",
            "author": bot,
            "content": "x",
            "embeds": [{"type": "rich", "description": self._text(dice)}] * dice.choice((0, 1, 2)),
            "components": [{"type": 1, "id": 1, "components": [cell]}],
            "attachments": [],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None,
            "flags": dice.choice((0, 64)),
            "pinned": False,
            "tts": False,
        }

    def _input(self, dice: random.Random) -> Json:
        cell: Json = {
            "type": 4,
            "id": 2,
            "custom_id": dice.choice(("line", "country", "x")),
            "value": self._value(dice),
        }
        if dice.random() < 0.5:
            return {"type": 18, "id": 1, "component": cell}
        return {"type": 1, "id": 1, "components": [cell]}

    def _value(self, dice: random.Random) -> Any:
        return dice.choice(self._odd) if dice.random() < 0.3 else self._text(dice)

    def _text(self, dice: random.Random) -> str:
        return dice.choice(SAID) if dice.random() < 0.4 else dice.choice(self._texts)

    def _bend(self, dice: random.Random, sent: Json) -> str:
        """Break one thing; says what."""
        if dice.random() < 0.01:
            key = dice.choice(KEPT)
            sent[key] = dice.choice((None, "", 5, "x", [], "0", "../.."))
            return f"={key}"
        where = [(holder, key) for holder, key in _places(sent) if holder is not sent or key not in KEPT]
        holder, key = dice.choice(where)
        way = dice.choice(("gone", "odd", "odd", "odd", "extra", "guild", "kind", "private"))
        if way == "gone":
            del holder[key]
        elif way == "odd":
            holder[key] = copy.deepcopy(dice.choice(self._odd))
        elif way == "extra":
            holder[key] = {"unknown": dice.choice(KNOWN), **(holder[key] if isinstance(holder[key], dict) else {})}
        elif way == "guild":
            _mix_places(dice, sent)
        elif way == "kind":
            sent["type"] = dice.choice((0, 1, 2, 3, 4, 5, 6, 99, "2", None))
        else:
            sent["context"] = dice.choice((0, 1, 2, 3, "x", None))
        return f"{way}:{key if isinstance(key, str) and len(key) < 30 else '…'}"

    def _settle_kind(self, case: Case) -> None:
        """Discord judges an answer by what it sent."""
        made, sent = case.interaction, case.payload
        case.can_be_answered = sent.get("id") == str(made.id) and sent.get("token") == made.token
        if not isinstance(sent.get("type"), bool) and sent.get("type") in list(Kind):
            made.kind = Kind(sent["type"])
        elif made.kind is Kind.AUTOCOMPLETE:
            made.kind = Kind.COMMAND
        message = sent.get("message")
        if isinstance(message, dict) and re.fullmatch(r"[0-9]{1,20}", str(message.get("id"))):
            made.source = int(message["id"])


def _inner(node: Json) -> list[Json]:
    return [each for each in node.get("options", []) if each["type"] in SUBCOMMANDS]


def _leaves(path: list[Json]) -> Iterator[list[Json]]:
    """The way to each command at or below the end of this one."""
    if not (inner := _inner(path[-1]) if path[-1]["type"] == 1 or len(path) > 1 else []):
        yield path
    for each in inner:
        yield from _leaves([*path, each])


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a tree, as its holder and the key in it."""
    items = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    for key, value in items:
        yield tree, key
        yield from _places(value)


def _mix_places(dice: random.Random, sent: Json) -> None:
    """Half in a community, half in a DM."""
    for key in ("guild_id", "member", "user", "channel", "guild", "guild_locale"):
        if dice.random() < 0.3:
            sent.pop(key, None)
    if dice.random() < 0.5:
        sent["guild_id"] = dice.choice(("1", "999999999999999999", 10**30, "x"))
    if dice.random() < 0.3:
        sent["user"] = sent.get("member", {}).get("user") if isinstance(sent.get("member"), dict) else None
