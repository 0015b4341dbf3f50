"""What Discord refuses in a message that is sent or edited."""

from typing import Literal

from supportbot.sandbox.refusals import EMPTY_MESSAGE, ApiError
from supportbot.sandbox.validation.components import check_components
from supportbot.sandbox.validation.embeds import check_embeds
from supportbot.sandbox.validation.forms import Form, is_list, is_object, open_form

MessageKind = Literal["create", "edit", "webhook_create", "webhook_edit", "callback"]

EPHEMERAL, COMPONENTS_V2 = 1 << 6, 1 << 15
MOST_CONTENT = 2000
MOST_FILES = 10
FORWARD = 1  # message_reference.type
NEW = {"create", "webhook_create", "callback"}

NOT_EPHEMERAL = ("MESSAGE_FLAGS_INVALID", "EPHEMERAL is only for answers to interactions")
TOO_MANY_FILES = ("BASE_TYPE_MAX_LENGTH", f"Must be {MOST_FILES} or fewer in length.")


def check_message(body: object, *, kind: MessageKind, attachments: int = 0) -> ApiError | None:
    """Discord's refusal of this message, or None if it takes it.

    `create` and `edit` are the channel's routes, `webhook_create` and `webhook_edit` follow-ups and their edits,
    `callback` the message in an interaction's first answer. `attachments` is the number of files uploaded beside the
    body. Whether an edit leaves the stored message empty, or takes its Components V2 flag off, is the caller's to know.
    """
    message, faults = open_form(body)
    check_form(message, kind=kind, attachments=attachments)
    return faults.refusal() or (EMPTY_MESSAGE if kind in NEW and is_empty(message, attachments) else None)


def check_form(message: Form, *, kind: MessageKind, attachments: int = 0) -> None:
    """As `check_message`, for a message that is part of a larger body; its emptiness is left to the caller."""
    flags = message.integer("flags", least=0, most=2**31 - 1) or 0
    message.text("content", most=MOST_CONTENT)
    message.boolean("tts")
    check_embeds(message)
    _check_mentions(message)
    _check_attachments(message, attachments)
    _check_references(message)
    if kind == "create":
        _check_nonce(message)
    if kind in {"create", "edit"} and flags & EPHEMERAL:
        message.fault(NOT_EPHEMERAL, "flags")
    if kind == "webhook_create":
        message.text("username", least=1, most=80)
        message.url("avatar_url")
    check_components(message, v2=bool(flags & COMPONENTS_V2))
    if flags & COMPONENTS_V2:
        _check_legacy(message)


def is_empty(message: Form, attachments: int) -> bool:
    """Whether nothing would be shown. A blank text is nothing; a reply needs something to say, a forward does not."""
    content = message.value.get("content")
    reference = message.value.get("message_reference")
    return not (
        attachments
        or (isinstance(content, str) and content.strip())
        or any(
            message.has(key)
            for key in ("embeds", "components", "attachments", "poll", "sticker_ids", "shared_client_theme")
        )
        or (is_object(reference) and reference.get("type") == FORWARD)
    )


def _check_mentions(message: Form) -> None:
    allowed = message.child("allowed_mentions")
    if allowed is None:
        return
    allowed.choices("parse", ("users", "roles", "everyone"))
    allowed.boolean("replied_user")
    parsed = allowed.value.get("parse")
    for key in ("users", "roles"):
        allowed.snowflakes(key, most=100)
        if allowed.has(key) and is_list(parsed) and key in parsed:
            message.fault(
                (
                    "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                    f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.',
                ),
                "allowed_mentions",
            )


def _check_attachments(message: Form, uploaded: int) -> None:
    for attachment in message.children("attachments", most=MOST_FILES):
        attachment.snowflake("id", required=True)
        attachment.text("filename", least=1, most=1024)
        attachment.text("description", most=1024)
    if uploaded > MOST_FILES:
        message.fault(TOO_MANY_FILES, "attachments")


def _check_references(message: Form) -> None:
    message.snowflakes("sticker_ids", most=3)
    message.child("poll")
    if reference := message.child("message_reference"):
        reference.choice("type", {0, FORWARD})
        reference.snowflake("message_id", required=True)
        reference.snowflake("channel_id")
        reference.snowflake("guild_id")
        reference.boolean("fail_if_not_exists")


def _check_nonce(message: Form) -> None:
    message.boolean("enforce_nonce")
    if isinstance(message.value.get("nonce"), str):
        message.text("nonce", most=25)
    else:
        message.integer("nonce", least=-(2**63), most=2**63 - 1)


def _check_legacy(message: Form) -> None:
    for key in ("content", "embeds", "poll", "sticker_ids"):
        if message.has(key):
            message.fault(
                (
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                ),
                key,
            )
