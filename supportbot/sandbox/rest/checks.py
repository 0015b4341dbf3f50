"""Judges request bodies before a route acts on them."""

from __future__ import annotations

from typing import Literal

from supportbot.sandbox import validation
from supportbot.sandbox.compose import as_list, as_object
from supportbot.sandbox.interactions import Interaction
from supportbot.sandbox.messages import Message
from supportbot.sandbox.model import Json
from supportbot.sandbox.posting import Refused
from supportbot.sandbox.refusals import TOO_MANY_ATTACHMENTS, ApiError
from supportbot.sandbox.rest.calls import Call
from supportbot.sandbox.uploads import descriptions
from supportbot.sandbox.validation.callbacks import UPDATE
from supportbot.sandbox.validation.forms import Faults
from supportbot.sandbox.validation.messages import MOST_FILES

NOT_UPLOADED = ("ATTACHMENT_NOT_FOUND", "Attachment data not found")


def check_message(
    call: Call,
    kind: Literal["create", "edit", "webhook_create", "webhook_edit"],
    edited: Message | None = None,
) -> None:
    """Raises Refused when the body is not a message of this kind; `edited` is the message that it changes."""
    _refuse(validation.check_message(call.body, kind=kind, attachments=len(call.files)))
    _check_files(call.object(), call, edited, ())


def check_callback(call: Call, interaction: Interaction, edited: Message | None) -> None:
    """Raises Refused when the body is no answer to this interaction; `edited` is the pressed message."""
    kind, files = int(interaction.kind), len(call.files)
    _refuse(
        validation.check_callback(
            call.body, interaction_type=kind, from_component=interaction.from_component, attachments=files
        )
    )
    body = call.object()
    changes = edited if body["type"] == UPDATE else None
    _check_files(as_object(body.get("data")), call, changes, ("data",))


def check_commands(call: Call, *, guild: bool) -> None:
    """Raises Refused when the body is not a list of commands."""
    _refuse(validation.check_commands(call.body, guild=guild))


def check_dm(call: Call) -> None:
    """Raises Refused when the body names no recipient."""
    _refuse(validation.check_dm(call.body))


def _check_files(message: Json, call: Call, edited: Message | None, below: tuple[str, ...]) -> None:
    """Each entry of `attachments` is a file of this request, or one that the message has already; ten in all."""
    old = [] if edited is None else [row["id"] for row in edited.shape["attachments"]]
    sent = {upload.index for upload in call.files}
    faults = Faults()
    for place, row in enumerate(as_list(message.get("attachments"))):
        if str(row["id"]) not in {*sent, *old}:
            faults.add((*below, "attachments", str(place)), *NOT_UPLOADED)
    _refuse(faults.refusal())
    kept = old if "attachments" not in message else [found for found in old if found in descriptions(message)]
    _refuse(TOO_MANY_ATTACHMENTS if len(kept) + len(call.files) > MOST_FILES else None)


def _refuse(error: ApiError | None) -> None:
    if error is not None:
        raise Refused(error)
