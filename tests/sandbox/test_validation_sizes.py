"""Every size that Discord limits: taken at the limit, refused one beyond it, and the fault told at the right place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from supportbot.sandbox.validation import check_commands, check_message
from tests.support.bodies import said, told
from tests.support.sizes import COUNTS, SIZES, Size


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_at_the_limit_it_is_taken(size: Size) -> None:
    assert size.door.check(size.make(size.most)) is None


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_one_beyond_the_limit_is_refused_where_it_is(size: Size) -> None:
    assert told(size.door.check(size.make(size.most + 1))) == {size.at: [size.code]}


@pytest.mark.parametrize("size", [size for size in SIZES if size.least is not None], ids=str)
def test_the_least_is_taken_and_one_below_it_is_refused(size: Size) -> None:
    assert size.least is not None
    assert size.door.check(size.make(size.least)) is None
    assert size.at in told(size.door.check(size.make(size.least - 1)))


@pytest.mark.parametrize(("kind", "most", "make"), COUNTS)
@pytest.mark.parametrize("guild", [False, True])
def test_commands_of_a_kind(kind: str, most: int, make: Callable[[int], list[Any]], guild: bool) -> None:
    assert check_commands(make(most), guild=guild) is None
    error = check_commands(make(most + 1), guild=guild)
    assert error is not None
    assert (error.status, error.code, error.errors) == (400, 30032, None)


def test_the_texts_name_the_limit() -> None:
    error = check_message({"embeds": [{"title": "x" * 257}]}, kind="create")
    assert error is not None
    assert error.body() == {
        "code": 50035,
        "message": "Invalid Form Body",
        "errors": {
            "embeds": {
                "0": {
                    "title": {
                        "_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 256 or fewer in length."}]
                    }
                }
            }
        },
    }


def test_files_beside_the_body_are_counted() -> None:
    assert check_message(said(), kind="create", attachments=10) is None
    assert told(check_message(said(), kind="create", attachments=11)) == {"attachments": ["BASE_TYPE_MAX_LENGTH"]}


def test_all_faults_are_told_at_once() -> None:
    body = {"content": "x" * 2001, "embeds": [{"title": "x" * 257}, {"title": "T", "color": -1}]}
    assert told(check_message(body, kind="create")).keys() == {"content", "embeds.0.title", "embeds.1.color"}
