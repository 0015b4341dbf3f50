"""Somebody whose every word is marked, driven through everything that takes words.

What is driven comes from the bot's own command tree, its forms and its buttons: a new one is driven by itself, or named
as missing.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from discord.ui import DynamicItem, Modal

from supportbot.bot import COGS
from supportbot.chat.forms import Form
from supportbot.sandbox.places import ActorError
from supportbot.sandbox.server import Sandbox
from supportbot.services.limits import LIMITS
from tests.e2e.crawl import BUTTON, STRING_SELECT, TEXT_INPUT
from tests.e2e.test_every_screen import SAMPLES
from tests.e2e.triage_walk import Walk, label
from tests.support.marks import FAMILIES, Marks
from tests.support.running import Json, Person

SLASH, OF_MESSAGE = 1, 3
STRING = 3
SUBCOMMANDS = {1, 2}
LEAST = {"safety": "no", "about": "self", "concern": "life", "willing": "yes"}

WITH_WORDS = {
    "AddLine": "handover:line:",
    "AddNote": "ci:note:",
    "Send": "handover:send:",
    "Where": "crisis:where:",
}
"""Buttons and selects that open a form, or take what was typed out of the message they are on."""

FORMS = {"CountryForm": "crisis:name:", "LineForm": "handover:typed:", "NoteForm": "ci:noted:"}
"""How the custom_id of each form begins."""

HELD_UP = label("limited").partition("{")[0]

TAKES_WORDS = re.compile(r"orms?\.show\(|send_modal|_words_shown\(|message\.(?:embeds|content)")

SHAPES = (
    "{0}",
    "{0} {1} {2}",
    "what is {0} and *why* `{1}`, <@{2}>?",
    "i want to die {0}",
    "'{0}'; DROP TABLE members; -- \\ \" %s {1} {{x}}",
    "https://example.org/{0}?q={1}#{2}",
    "stop {0}",
)
"""Ways of writing; each mark in one is another."""


def load_every_cog() -> None:
    """So that every form and button is known here."""
    for name in COGS:
        importlib.import_module(name)


def below(kind: type) -> Iterator[type]:
    """Every class of ours under this one."""
    for each in kind.__subclasses__():
        if each.__module__.startswith(("supportbot.", "cogs.")):
            yield each
        yield from below(each)


def forms() -> set[str]:
    """The forms that people fill in, by class."""
    return {each.__name__ for kind in (Form, Modal) for each in below(kind) if each is not Form}


def buttons_with_words() -> set[str]:
    """Those whose code opens a form, or reads the message they are on."""
    return {
        each.__name__
        for each in below(DynamicItem)
        if "__discord_ui_compiled_template__" in vars(each) and TAKES_WORDS.search(inspect.getsource(each))
    }


class Marked:
    """People in the sandbox whose names, and every word they type, are marked."""

    def __init__(self, sandbox: Sandbox, marks: Marks) -> None:
        self.sandbox, self.marks = sandbox, marks
        self._actor = sandbox.actor
        self._world = sandbox.actor._state.world
        self.ids = {user.username: str(user.id) for user in self._world.users.values() if not user.bot}
        guild = next(iter(self._world.guilds.values()))
        self.guild = guild
        self.places = {channel.name: str(channel.id) for channel in guild.channels.values()}
        self.driven: list[str] = []
        self.refused: list[str] = []
        self._family = 0

    def word(self, where: str) -> str:
        """A new mark, of another family each time."""
        self._family = (self._family + 1) % len(FAMILIES)
        return self.marks.word(where, self._family)

    def written(self, shape: str, where: str, longest: int = 4000) -> str | None:
        """A text of this shape with new marks; None where it would be too long."""
        marks = len(self.marks.made)
        count = len(set(re.findall(r"\{\d\}", shape)))
        text = shape.format(*(self.word(where) for _ in range(count)))
        if len(text) > longest:
            for each in list(self.marks.made)[marks:]:
                del self.marks.made[each]
            return None
        return text

    def rename_everything(self) -> None:
        """Before the bot connects: what people, the community and its places are called."""
        for user in list(self._world.users.values()):
            if not user.bot:
                self._world.change_user(
                    user,
                    username=self.marks.word("a user name").lower(),
                    global_name=self.word("a display name"),
                    avatar=self.marks.word("an avatar", 2) + "a0" * 9,
                )
        for guild in self._world.guilds.values():
            guild.name = self.word("a community's name")
            for member in list(guild.members.values()):
                if member.user_id != self._world.bot_id:
                    guild.members[member.user_id] = replace(member, nick=self.word("a nickname"))
            for channel in guild.channels.values():
                channel.name = self.marks.word("a channel's name").lower()
                channel.topic = self.word("a channel's topic")
            for role in guild.roles.values():
                if role.id != guild.id and role.managed_by is None:
                    guild.roles[role.id] = replace(role, name=self.word("a role's name"))

    def person(self, name: str) -> Person:
        """By the name in the sandbox's world."""
        return Person(self.sandbox, self.ids[name], self.places["general"])

    async def rest(self) -> None:
        """Long enough that nobody is held up for having had much in a short time."""
        await self._actor.move_clock(advance=max(each.within for each in LIMITS.values()).total_seconds() + 1)

    # --- commands

    async def commands(self, name: str, place: str) -> list[tuple[Json, str, list[Json]]]:
        """Each leaf of what this person is offered here: the command, its full name, its options."""
        offered = await self._actor.commands(user=self.ids[name], channel=place)
        return [(command, *leaf) for command in offered for leaf in _leaves(command, command["name"])]

    async def every_command(self, name: str, place: str, *, leave_out: Sequence[str] = ()) -> None:
        """Every option that takes words, in every shape that fits; every suggestion while typing."""
        for command, full, options in await self.commands(name, place):
            if full in leave_out:
                continue
            await self.rest()
            if command["type"] == OF_MESSAGE:
                await self.every_message(name, place, full)
                continue
            assert command["type"] == SLASH, f"give {full} a marked drive"
            free = [each for each in options if each["type"] == STRING and not each.get("choices")]
            for option in free:
                for shape in SHAPES:
                    await self.typed_into(name, place, full, option, options, shape)
            if not free:
                await self._invoke(name, place, full, self._least(full, options))
            self.driven.append(full)

    async def typed_into(
        self, name: str, place: str, full: str, option: Json, options: list[Json], shape: str
    ) -> Json | None:
        """Type into one option: suggestions on the way, and the command with it."""
        where = f"/{full} {option['name']}"
        text = self.written(shape, where, option.get("max_length", 6000))
        if text is None:
            return None
        least = self._least(full, options)
        if option.get("autocomplete"):
            others = {key: value for key, value in least.items() if key != option["name"]}
            for end in {len(text) // 2, len(text)}:
                await self._actor.autocomplete(
                    user=self.ids[name], channel=place, command=full,
                    focused=option["name"], value=text[:end], options=others,
                )  # fmt: skip
        return await self._invoke(name, place, full, {**least, option["name"]: text})

    async def every_message(self, name: str, place: str, menu: str) -> None:
        """The command in the menu of messages, on messages of every shape."""
        if place not in self.places.values():
            return
        for shape in (*SHAPES, "{0}\ntrauma {1}", "detox, i want to die\n> {0}"):
            text = self.written(shape, f"a message with {menu}")
            message = await self._actor.send_message(user=self.ids["alex"], channel=place, content=text or "")
            result = await self._actor.invoke(
                user=self.ids[name], channel=place, command=menu, target=message["id"], wait="final"
            )
            assert result["outcome"] == "message", result
            assert not held_up(result), menu
        self.driven.append(menu)

    def _least(self, full: str, options: list[Json]) -> Json:
        given: Json = {}
        for option in options:
            if option.get("required"):
                sample = SAMPLES.get((full, option["name"]))
                assert sample is not None, f"give a sample for {option['name']} of /{full}"
                given[option["name"]] = self.places.get(str(sample), sample)
        return given

    async def _invoke(self, name: str, place: str, full: str, options: Json) -> Json | None:
        try:
            result = await self._actor.invoke(
                user=self.ids[name], channel=place, command=full, options=options, wait="final"
            )
        except ActorError as error:  # Discord's client would not send it
            self.refused.append(f"/{full}: {error}")
            return None
        assert result["outcome"] in {"message", "deferred"}, f"/{full}: {result}"
        assert not held_up(result), f"/{full}"
        return result.get("message")

    # --- forms, buttons with words behind them, and direct messages

    async def every_form(self, name: str) -> None:
        """Each form in every shape, and each button that takes what was typed."""
        await self.rest()
        await self._country_form(name)
        await self._line_form(name)

    async def note_form(self, name: str) -> None:
        """Notes on the check-in that comes next, in every shape."""
        sam = self.person(name)
        question = (await sam.press(await sam.checkin(), "Open"))["message"]
        more = (await self._press(sam, question, "ci:more:"))["message"]
        for shape in (*SHAPES, "{0}\n{1}"):
            opened = await self._press(sam, more, "ci:note:")
            await self._submit(sam, opened["modal"], shape)

    async def _country_form(self, name: str) -> None:
        sam = self.person(name)
        for shape in SHAPES:
            page = await sam.run("crisis")
            cell = _cell(page, "crisis:where:")
            modal = (await self._choose(sam, page, cell, cell["options"][-1]["value"]))["modal"]
            await self._submit(sam, modal, shape)

    async def _line_form(self, name: str) -> None:
        """From the triage to the preview, the line in it changed in every shape, and sent."""
        sam = self.person(name)
        walk = Walk(sam, self.sandbox)
        await walk.start()
        await walk.open()
        await walk.all(LEAST)
        shown: Json = (await walk.press("handover.ask"))["message"]
        for shape in (*SHAPES, "{0}\n{1}\r\n\n{2}"):
            opened = await self._press(sam, shown, "handover:line:")
            await self._submit(sam, opened["modal"], shape)
            seen = await self._actor.messages(user=sam.name, channel="dm")
            shown = next(each for each in reversed(seen) if each["id"] == shown["id"])
        sent = await self._press(sam, shown, "handover:send:")
        assert sent["outcome"] != "failed", sent

    async def _submit(self, person: Person, modal: Json, shape: str) -> None:
        prefix = next((each for each in FORMS.values() if modal["custom_id"].startswith(each)), None)
        assert prefix is not None, f"give the form {modal['custom_id']} a marked drive"
        fields = [cell for row in modal["components"] for cell in (row.get("components") or [row["component"]])]
        where = f"the form {prefix}"
        values = {
            cell["custom_id"]: self.written(shape, where, cell.get("max_length", 4000)) or self.word(where)
            for cell in fields
            if cell["type"] == TEXT_INPUT
        }
        result = await self._actor.submit(user=person.name, modal=modal["id"], values=values, wait="final")
        assert result["outcome"] != "failed", result
        self.driven.append(prefix)

    async def _press(self, person: Person, message: Json, prefix: str) -> Json:
        cell = _cell(message, prefix)
        self.driven.append(prefix)
        return await self._actor.press(
            user=person.name, message=message["id"], custom_id=cell["custom_id"], wait="final"
        )

    async def _choose(self, person: Person, message: Json, cell: Json, value: str) -> Json:
        self.driven.append("crisis:where:")
        return await self._actor.press(
            user=person.name, message=message["id"], custom_id=cell["custom_id"], values=[value], wait="final"
        )

    async def every_dm(self, name: str) -> None:
        """Typed to the bot itself."""
        sam = self.person(name)
        for shape in (*SHAPES, "{0}\n{1}", "quiero morir {0}", "STOP. {0}", "help {0}", "```{0}``` ||{1}||"):
            await sam.says(self.written(shape, "a direct message") or "")

    # --- when something breaks

    async def some_words(self, name: str, places: Sequence[str]) -> None:
        """Words into what asks the database, answered or not."""
        await self.rest()
        wanted = ("checkin start", "checkin stop", "crisis", "ask", "glossary", "roles about")
        jobs: list[Any] = []
        for place in places:
            for _, full, options in await self.commands(name, place):
                for option in options:
                    if full in wanted and option["type"] == STRING and "choices" not in option:
                        text = self.written(SHAPES[1], f"/{full} while something is broken", option["max_length"])
                        text = text or self.word(f"/{full} while something is broken")
                        given = {**self._least(full, options), option["name"]: text}
                        jobs.append(
                            self._actor.invoke(
                                user=self.ids[name], channel=place, command=full, options=given, wait="final"
                            )
                        )
        assert not any(map(held_up, await asyncio.gather(*jobs)))


def held_up(result: Json) -> bool:
    """Whether the words came no further than to a limit."""
    return HELD_UP in result.get("message", {}).get("content", "")


def _cell(message: Json, prefix: str) -> Json:
    found = [
        cell
        for row in message["components"]
        for cell in row["components"]
        if cell["type"] in {BUTTON, STRING_SELECT} and cell.get("custom_id", "").startswith(prefix)
    ]
    assert found, f"nothing with {prefix}"
    return found[0]


def _leaves(node: Mapping[str, Any], name: str) -> Iterator[tuple[str, list[Json]]]:
    inner = [option for option in node.get("options", []) if option["type"] in SUBCOMMANDS]
    if not inner:
        yield name, list(node.get("options", []))
    for option in inner:
        yield from _leaves(option, f"{name} {option['name']}")
