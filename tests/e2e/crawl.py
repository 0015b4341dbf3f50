"""Somebody who presses everything: each button, each choice, each form, on every screen that can be reached."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from supportbot.sandbox.places import ActorError
from supportbot.sandbox.server import Sandbox
from tests.support.running import Json

BUTTON, STRING_SELECT, TEXT_INPUT, LINK = 2, 3, 4, 5
CHANNEL_SELECT = 8
TYPED = 1
"""A command that is typed, not one in the menu of a message."""

SUBCOMMANDS = {1, 2}
PATIENCE = 12
"""Moves without anything new, on the way to a screen, before it is thought to be gone for good."""

MOST_OPEN = 12
"""The newest messages, whose buttons are still thought of."""

OF_A_PAGE = re.compile(r"k:(?:[a-z]+(?:-[a-z]+)*:)?[a-z0-9-]+(?:[:+][a-z0-9-]+)?")
OPENS_A_PAGE = re.compile(r"k:[a-z0-9-]+:\d+")
"""Buttons of what is explained. Its pages are all of one kind here; another test looks at each of them."""

FEW = 8
"""A select with so many options has each of them chosen; of one with more, the first, the last and one in between."""

Check = Callable[[str, str], None]
"""Looks at a text that is shown; told where it stands."""


@dataclass(frozen=True, slots=True)
class Open:
    """A message that is there, where it is, and what can be done with it."""

    place: str
    message: Json
    moves: Sequence[Move]


@dataclass(frozen=True, slots=True)
class Move:
    """Something that can be pressed or chosen, on a kind of screen."""

    screen: str
    custom_id: str
    label: str
    values: tuple[str, ...] | None = None

    @property
    def kind(self) -> tuple[str, str]:
        return self.screen, self.label


def shown(thing: Json) -> Iterator[str]:
    """Every text that a person reads in a message or a form."""
    for key in ("content", "title", "label", "placeholder", "description", "text", "name", "value"):
        text = thing.get(key)
        if isinstance(text, str) and not (key in {"name", "value"} and "custom_id" in thing):
            yield text
    for key in ("embeds", "components", "fields", "options", "author", "footer", "component", "attachments"):
        inner = thing.get(key)
        for each in inner if isinstance(inner, list) else [inner] if isinstance(inner, dict) else ():
            # An option's value is for the bot.
            yield from shown({name: text for name, text in each.items() if not (key == "options" and name == "value")})


def cells(message: Json) -> list[Json]:
    """What can be pressed or chosen in."""
    found = [cell for row in message.get("components", []) for cell in row.get("components", [])]
    return [cell for cell in found if not cell.get("disabled") and cell.get("style") != LINK]


class Crawler:
    """One person in one place. Everything that they see goes through `check`; `names` is what screens of one kind may
    differ in, `watched` the other places that they look at, `shunned` what they never choose, by its value.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        user: str,
        place: str,
        check: Check,
        samples: Mapping[tuple[str, str], object],
        names: re.Pattern[str],
        watched: Sequence[str] = (),
        shunned: Collection[tuple[str, str]] = (),
    ) -> None:
        self._actor = sandbox.actor
        self._user, self._place = user, place
        self._shunned = shunned
        self._watched = tuple(dict.fromkeys((place, "dm", *watched)))
        self._check = check
        self._samples = samples
        self._names = names
        self._open: dict[str, Open] = {}
        self._seen: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        self._commands: dict[Move, Json] = {}
        self._changed: set[str] = set()
        self._given_up: set[str] = set()
        self._offers: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self._leads: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.done: Counter[tuple[str, str]] = Counter()
        self.texts: set[str] = set()
        """All that was to be read, a screen each."""

        self.trail: list[str] = []

    async def commands(self) -> list[tuple[str, list[Json]]]:
        """Each command's full name and its options, as this person's client offers them here."""
        offered = await self._actor.commands(user=self._user, channel=self._place)
        return [leaf for command in offered if command["type"] == TYPED for leaf in _leaves(command, command["name"])]

    async def learn_commands(self) -> None:
        """Every command is a move, with what must be given and with all that can be; suggestions are looked at here."""
        for name, options in await self.commands():
            for given in self._fillings(name, options):
                await self._autocomplete(name, options, given)
                self._commands[Move("", name, f"/{name} {' '.join(sorted(given))}")] = given

    async def explore(self) -> None:
        """Make every new move, and go on the way to others, until none is left that can be found again."""
        waited = 0
        while True:
            moves = self._moves()
            new = [move for move in moves if not self.done[move.kind]]
            move, goal = (new[-1], "") if new else self._on_the_way(moves)
            if move is None:
                return
            waited = 0 if new else waited + 1
            if waited > PATIENCE:
                self._given_up.add(goal)
                waited = 0
            await self._make(move)

    async def ask(self, command: str, **given: Any) -> None:
        """Run a command with what no sample has, and go on from there."""
        self.trail = [f"/{command} {given}"]
        await self._act(self._actor.invoke, channel=self._place, command=command, **given)
        await self._look()
        await self.explore()

    async def look_again(self) -> None:
        """See what came by itself."""
        await self._look()

    def _on_the_way(self, moves: list[Move]) -> tuple[Move | None, str]:
        """The first move of the shortest known way to a screen where something is new, and that screen."""
        goals = {kind for kind, offered in self._offers.items() if any(not self.done[move] for move in offered)}
        goals -= self._given_up
        ways = {kind: move for move in moves for kind in sorted(self._leads[move.kind])}
        known = set(ways)
        while ways:
            for kind, move in ways.items():
                if kind in goals:
                    return move, kind
            ways = {
                kind: move
                for screen, move in ways.items()
                for offered in sorted(self._offers[screen])
                for kind in sorted(self._leads.get(offered, ()))
                if kind not in known
            }
            known |= ways.keys()
        return None, ""

    def _moves(self) -> list[Move]:
        newest = sorted(self._open.items(), key=lambda each: int(each[0]))[-MOST_OPEN:]
        return [*self._commands, *(move for _, each in newest for move in each.moves)]

    async def _make(self, move: Move) -> None:
        self.done[move.kind] += 1
        self._changed.clear()
        if move in self._commands:
            self.trail = [move.label]
            given = self._commands[move]
            result = await self._act(self._actor.invoke, channel=self._place, command=move.custom_id, options=given)
        else:
            self.trail = [*self.trail[-8:], move.label]
            message = next(id_ for id_, each in self._open.items() if move in each.moves)
            result = await self._press(move, message)
        await self._look(result.get("modal"))
        if "modal" in result:
            await self._fill_in(move, result["modal"])
        self._leads[move.kind] |= self._changed

    async def _fill_in(self, move: Move, modal: Json) -> None:
        """Send a form in, once as it comes and once with words in it."""
        inputs = [cell for row in modal["components"] for cell in (row.get("components") or [row.get("component")])]
        for text in ("Qwertz", ""):
            values = {cell["custom_id"]: text for cell in inputs if cell["type"] == TEXT_INPUT}
            if text or not any(cell.get("required", True) for cell in inputs):
                await self._act(self._actor.submit, modal=modal["id"], values=values)
                await self._look()
            message = next((id_ for id_, each in self._open.items() if move in each.moves), None)
            if message is None:
                return
            result = await self._press(move, message)
            modal = result.get("modal", modal)

    async def _press(self, move: Move, message: str) -> Json:
        values = list(move.values) if move.values else None
        return await self._act(self._actor.press, message=message, custom_id=move.custom_id, values=values)

    async def _act(self, do: Callable[..., Any], **given: Any) -> Json:
        try:
            result: Json = await do(user=self._user, wait="final", **given)
        except ActorError as error:
            raise AssertionError(f"{self.trail}: {error}") from error
        assert result["outcome"] != "failed", f"{self.trail}: {result.get('error')}"
        return result

    async def _look(self, modal: Json | None = None) -> None:
        """Read the form, and whatever else there is to see for this person."""
        if modal is not None:
            self._read(modal)
        for place in self._watched:
            messages = await self._actor.messages(user=self._user, channel=place)
            ids = {message["id"] for message in messages}
            for id_ in [id_ for id_, each in self._open.items() if each.place == place and id_ not in ids]:
                del self._open[id_]
            for message in messages:
                known = self._open.get(message["id"])
                if message["author"]["username"] == "supportbot" and (known is None or known.message != message):
                    self._open[message["id"]] = Open(place, message, self._moves_of(message))
                    self._read(message)

    def _read(self, thing: Json) -> None:
        texts = "\n".join(shown(thing))
        if self._seen.get(str(thing["id"])) != texts:
            self._seen[str(thing["id"])] = texts
            self.texts.add(texts)
            for text in shown(thing):
                self._check(text, " > ".join(self.trail))
            kind = self._kind_of(thing)
            self._changed.add(kind)
            self._offers[kind] |= {move.kind for move in self._moves_of(thing)} if "author" in thing else set()

    def _kind_of(self, message: Json) -> str:
        """The same for screens of the same kind: what it says without names, numbers and times, and what is on it."""
        explained = any(OF_A_PAGE.fullmatch(cell["custom_id"]) for cell in cells(message))
        embeds = [] if explained else message.get("embeds", [])
        said = [message.get("content", "")[:40], *(embed.get("title", "") for embed in embeds)]
        said += [embed.get("description", "")[:40] for embed in embeds]
        said += list(dict.fromkeys(_label(cell) for cell in cells(message)))
        text = "|".join(said)
        if text not in self._kinds:
            self._kinds[text] = re.sub(r"<[^>]*>|\d+", "#", self._names.sub("#", text))
        return self._kinds[text]

    def _moves_of(self, message: Json) -> list[Move]:
        kind = self._kind_of(message)
        found: list[Move] = []
        for cell in cells(message):
            if cell["type"] == BUTTON:
                found.append(Move(kind, cell["custom_id"], _label(cell)))
            elif cell["type"] == STRING_SELECT:
                options = cell["options"]
                few = options if len(options) <= FEW else [options[0], options[len(options) // 2], options[-1]]
                found += [
                    Move(
                        kind,
                        cell["custom_id"],
                        f"{cell.get('placeholder')}#{options.index(option)}",
                        (option["value"],),
                    )
                    for option in few
                    if (cell["custom_id"], option["value"]) not in self._shunned
                ]
            else:
                raise AssertionError(f"the crawler does not know components of type {cell['type']}")
        return found

    async def _autocomplete(self, name: str, options: list[Json], given: Json) -> None:
        for option in options:
            if option.get("autocomplete"):
                typed = str(given.get(option["name"], ""))
                for value in (typed, typed[:2], ""):
                    others = {key: value for key, value in given.items() if key != option["name"]}
                    found = await self._actor.autocomplete(
                        user=self._user,
                        channel=self._place,
                        command=name,
                        focused=option["name"],
                        value=value,
                        options=others,
                    )
                    assert "error" not in found, f"/{name} {option['name']}"
                    for choice in found["choices"]:
                        self._check(choice["name"], f"/{name} {option['name']}")

    def _fillings(self, name: str, options: list[Json]) -> list[Json]:
        """What to give: what must be, and all there is a sample for."""
        must = {option["name"] for option in options if option.get("required")}
        missing = [each for each in must if (name, each) not in self._samples]
        assert not missing, f"give a sample for the options {missing} of /{name}"
        every = {option["name"]: self._samples[name, option["name"]] for option in options if self._has(name, option)}
        least = {key: value for key, value in every.items() if key in must}
        return [least] if least == every else [least, every]

    def _has(self, name: str, option: Json) -> bool:
        return (name, option["name"]) in self._samples


def _label(cell: Json) -> str:
    return "a page" if OPENS_A_PAGE.fullmatch(cell["custom_id"]) else str(cell.get("label") or cell.get("placeholder"))


def _leaves(node: Json, name: str) -> Iterator[tuple[str, list[Json]]]:
    inner = [option for option in node.get("options", []) if option["type"] in SUBCOMMANDS]
    if not inner:
        yield name, node.get("options", [])
    for option in inner:
        yield from _leaves(option, f"{name} {option['name']}")
