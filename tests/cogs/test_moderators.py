"""Whoever does what only moderators may is asked for their rights each time: every command and button, new ones too."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import simcord

from tests.cogs.house import COMMAND, PRESS, House
from tests.cogs.test_all_cogs import EXAMPLES
from tests.cogs.test_setup import NOT_FOR_YOU, line_waits
from tests.cogs.test_tampering import everything

Path = tuple[tuple[str, int], ...]
"""Names and kinds of the steps below a command."""

SUBCOMMANDS = (1, 2)
TEXT, NUMBER, FLAG, USER, CHANNEL = 3, 4, 5, 6, 7


def commands(house: House) -> Iterator[tuple[str, dict[str, Any]]]:
    """The data of each command that asks for a permission, with all that it needs."""
    for root in house.env.backend.commands[None].values():
        if root["default_member_permissions"] is not None:
            for path, options in leaves(root, ()):
                nested: list[dict[str, Any]] = [filled(house, each) for each in options if each.get("required")]
                for name, kind in reversed(path):
                    nested = [{"name": name, "type": kind, "options": nested}]
                data = {"id": root["id"], "name": root["name"], "type": root["type"], "options": nested}
                yield " ".join([root["name"], *(name for name, _ in path)]), data


def leaves(node: dict[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    inner = [each for each in node.get("options", []) if each["type"] in SUBCOMMANDS]
    for each in inner:
        yield from leaves(each, (*path, (each["name"], each["type"])))
    if not inner:
        yield path, node.get("options", [])


def filled(house: House, option: dict[str, Any]) -> dict[str, Any]:
    values = {TEXT: "x", NUMBER: 1, FLAG: True, USER: str(house.ann.id), CHANNEL: str(house.general.id)}
    choices = option.get("choices") or [{"value": values[option["type"]]}]
    return {"name": option["name"], "type": option["type"], "value": choices[0]["value"]}


def buttons(house: House) -> list[str]:
    """An id of each button that is made where moderators are asked for."""
    found = [
        template
        for template, button in house.bot._buttons.items()
        if "require_moderator" in inspect.getsource(sys.modules[button.__module__])
    ]
    return [next(id_ for id_ in EXAMPLES.values() if template.fullmatch(id_)) for template in found]


def without_rights(house: House, who: simcord.MemberActor) -> None:
    """They are no moderator any more."""
    house.env.backend.get_guild(house.guild.id).members[who.id].role_ids.clear()


@pytest.mark.parametrize("lost", [False, True], ids=["never had them", "lost them"])
async def test_nobody_without_the_rights_does_what_moderators_do(house: House, lost: bool) -> None:
    team, message = await line_waits(house)
    who = house.mia if lost else house.ann
    if lost:
        without_rights(house, who)
    before = await everything(house)
    tried = list(commands(house))
    assert {"setup region", "setup staff-channel", "setup helpline add", "setup helpline list"} <= {
        name for name, _ in tried
    }
    for name, data in tried:
        answer = await house.forge(who, COMMAND, data)
        assert answer.ephemeral, name
        assert NOT_FOR_YOU in answer.text, name
    async with house.store.read() as tx:
        (line,) = await tx.own_helplines.of(house.guild.id)  # type: ignore[arg-type]
    ids = buttons(house)
    assert len(ids) >= 2
    for id_ in (each.replace("0123456789abcdef", line.id) for each in ids):
        data = {"custom_id": id_, "component_type": 2}
        answer = await house.forge(who, PRESS, data, message=message, carried=True)
        assert answer.ephemeral, id_
        assert NOT_FOR_YOU in answer.text, id_
        in_general = (await house.run(house.bea, "about")).message
        answer = await house.forge(who, PRESS, data, message=in_general, carried=True)
        assert NOT_FOR_YOU in answer.text, id_
    assert await everything(house) == before
    assert team.history(viewer=house.mia if not lost else house.olu)[-1].content == message.content


async def test_with_the_rights_they_are_let_through(house: House) -> None:
    """So that the refusals above are about rights alone."""
    await line_waits(house)
    for name, data in commands(house):
        assert NOT_FOR_YOU not in (await house.forge(house.mia, COMMAND, data)).text, name


async def test_moderators_suggestions_are_for_moderators(house: House) -> None:
    await line_waits(house)
    assert await house.mia.autocomplete(house.general, "setup helpline remove", "line", "") != []
    data = house.command("setup helpline remove", line="")
    data["options"][0]["options"][0]["options"][0]["focused"] = True
    data["options"][0]["type"] = 2
    result = house.emit(house.ann, 4, data)
    await house.env.settle()
    assert result.acknowledged
    bodies = [row.json for row in house.env.http_requests if row.path.endswith("/callback")]
    assert bodies[-1] == {"type": 8, "data": {"choices": []}}
