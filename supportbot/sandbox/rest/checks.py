"""Judges request bodies before a route acts on them."""

from __future__ import annotations

from typing import Literal

from supportbot.sandbox import validation
from supportbot.sandbox.interactions import Interaction
from supportbot.sandbox.posting import Refused
from supportbot.sandbox.refusals import ApiError
from supportbot.sandbox.rest.calls import Call


def check_message(call: Call, kind: Literal["create", "edit", "webhook_create", "webhook_edit"]) -> None:
    """Raises Refused when the body is not a message of this kind."""
    _refuse(validation.check_message(call.body, kind=kind, attachments=len(call.files)))


def check_callback(call: Call, interaction: Interaction) -> None:
    """Raises Refused when the body is no answer to this interaction."""
    kind, files = int(interaction.kind), len(call.files)
    _refuse(
        validation.check_callback(
            call.body, interaction_type=kind, from_component=interaction.from_component, attachments=files
        )
    )


def check_commands(call: Call, *, guild: bool) -> None:
    """Raises Refused when the body is not a list of commands."""
    _refuse(validation.check_commands(call.body, guild=guild))


def check_dm(call: Call) -> None:
    """Raises Refused when the body names no recipient."""
    _refuse(validation.check_dm(call.body))


def _refuse(error: ApiError | None) -> None:
    if error is not None:
        raise Refused(error)
