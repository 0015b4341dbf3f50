"""The checker as the suite uses it finds what it finds by itself, word for word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.contract import Contract, contract_folder, load_contract
from tests.support.refused import REFUSED
from tests.support.sizes import SIZES
from tests.support.taken import TAKEN

BODIES = [(each.door, each.body) for each in (*TAKEN, *REFUSED)] + [
    (size.door, size.make(many)) for size in SIZES for many in (size.most, size.most + 1)
]
BUTTON = {"id": 1, "type": 2, "style": 1, "label": "Done", "custom_id": "done"}
ROW = {"id": 2, "type": 1, "components": [BUTTON]}
ANSWERS: list[Any] = [
    [ROW],
    [{**ROW, "components": [{**BUTTON, "style": "bold"}]}],
    [ROW, {**ROW, "components": [BUTTON, {**BUTTON, "type": 99}]}],
    [{"id": 3, "type": 17, "components": [ROW, {"id": 4, "type": 10, "content": 5}], "spoiler": False}],
    [{"id": 3}],
    {},
]


@pytest.fixture(scope="module")
def plain(discord_contract: Contract) -> Contract:
    """The checker with the library's own validator."""
    folder = contract_folder()
    assert folder is not None
    return load_contract(folder, instead=lambda validator: validator)


def same(plain: Contract, quick: Contract, find: Callable[[Contract], list[str]]) -> bool:
    """Asked twice: the second time, something is remembered. Whether there was anything to find."""
    found = find(plain)
    assert find(quick) == found
    assert find(quick) == found
    return bool(found)


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
def test_of_what_is_sent(plain: Contract, discord_contract: Contract, step: int) -> None:
    bad = [
        same(plain, discord_contract, lambda each, door=door, body=body: each.request(door.method, door.path, body))
        for door, body in BODIES[::step]
    ]
    assert bad.count(True) > 150 // step
    assert bad.count(False) > 100 // step


def test_of_what_is_answered(plain: Contract, discord_contract: Contract) -> None:
    message = {"id": "1", "channel_id": "2", "content": "hi", "pinned": False, "tts": False, "type": 0, "flags": 0}
    message |= {"attachments": [], "embeds": [], "mentions": [], "mention_roles": [], "mention_everyone": False}
    message |= {"timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None}
    message |= {"author": {"id": "3", "username": "sam", "discriminator": "0", "avatar": None, "global_name": None}}
    message["author"] |= {"public_flags": 0, "flags": 0, "primary_guild": None}  # type: ignore[operator]
    told = [{**message, "components": each} for each in ANSWERS] + [{**message, "author": {"id": 3}}, [], None]
    bad = [
        same(plain, discord_contract, lambda each, body=body: each.response("POST", "/channels/2/messages", 200, body))
        for body in told
    ]
    assert bad == [False, *[True] * (len(told) - 1)]
