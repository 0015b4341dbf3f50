"""What Discord takes is taken, and what it refuses is refused, with the fault where and as Discord tells it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.sandbox.refusals import EMPTY_MESSAGE
from supportbot.sandbox.validation import check_callback, check_commands, check_dm, check_message
from tests.support.bodies import modal, said, suggests, told
from tests.support.refused import REFUSED
from tests.support.refused_messages import Refused
from tests.support.taken import TAKEN, Taken


@pytest.mark.parametrize("case", TAKEN, ids=str)
def test_what_discord_takes(case: Taken) -> None:
    assert case.door.check(case.body) is None


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_discord_refuses(case: Refused) -> None:
    error = case.door.check(case.body)
    if case.at is None:
        assert error == EMPTY_MESSAGE
    else:
        assert told(error) == {case.at: [case.code]}


@pytest.mark.parametrize(
    ("interaction", "from_component", "taken"),
    [
        (2, False, {4, 5, 9}),
        (3, True, {4, 5, 6, 7, 9}),
        (4, False, {8}),
        (5, False, {4, 5}),
        (5, True, {4, 5, 6, 7}),
    ],
)
def test_which_answer_fits_which_interaction(interaction: int, from_component: bool, taken: set[int]) -> None:
    bodies = {kind: {"type": kind, "data": said()} for kind in (1, 4, 7, 10, 12)}
    bodies |= {5: {"type": 5}, 6: {"type": 6}, 8: suggests(), 9: modal()}
    found = {
        kind
        for kind, body in bodies.items()
        if check_callback(body, interaction_type=interaction, from_component=from_component) is None
    }
    assert found == taken


@pytest.mark.parametrize("kind", ["create", "webhook_create", "callback"])
def test_files_alone_are_a_message(kind: Any) -> None:
    assert check_message({}, kind=kind) == EMPTY_MESSAGE
    assert check_message({}, kind=kind, attachments=1) is None


def test_a_forward_needs_no_words() -> None:
    assert check_message({"message_reference": {"message_id": 5, "type": 1}}, kind="create") is None


def test_files_alone_are_an_answer() -> None:
    answer = {"type": 4, "data": {}}
    assert check_callback(answer, interaction_type=2, from_component=False) == EMPTY_MESSAGE
    assert check_callback(answer, interaction_type=2, from_component=False, attachments=1) is None


def test_a_form_fault_is_told_before_emptiness() -> None:
    assert told(check_message({"embeds": "none"}, kind="create")) == {"embeds": ["LIST_TYPE_CONVERT"]}


KEYS = st.sampled_from(
    [
        *(
            "type",
            "data",
            "content",
            "embeds",
            "title",
            "fields",
            "name",
            "value",
            "components",
            "custom_id",
            "style",
            "id",
        ),
        *(
            "label",
            "options",
            "choices",
            "flags",
            "component",
            "accessory",
            "items",
            "media",
            "url",
            "allowed_mentions",
        ),
        *("parse", "users", "name_localizations", "contexts", "emoji", "message_reference", "recipient_id"),
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=6),
    max_leaves=25,
)


@given(body=ANYTHING, number=st.sampled_from([1, 2, 3, 4, 5, 9, 17, 18]))
def test_no_body_is_too_strange_to_be_answered(body: Any, number: int) -> None:
    strange = [body, {**body, "type": number} if isinstance(body, dict) else [body], {"type": number, "data": body}]
    for each in strange:
        check_message(each, kind="create")
        check_message({"components": [each], "flags": 1 << 15}, kind="edit")
        check_message({"embeds": [each], "allowed_mentions": each}, kind="webhook_create")
        check_callback(each, interaction_type=3, from_component=True)
        check_callback({"type": 9, "data": {"components": [each]}}, interaction_type=3, from_component=True)
        check_callback({"type": 8, "data": {"choices": [each]}}, interaction_type=4, from_component=False)
        check_commands([each, {"name": body, "options": [each]}], guild=False)
        check_dm(each)
