"""Every interaction is answered, once, in words its person understands; also when something breaks."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import discord
import structlog
from discord import app_commands

from supportbot.chat.door import Unreadable
from supportbot.chat.host import AnyInteraction, voice_of
from supportbot.errors import StorageBusy, UserError, without_words

log = structlog.stdlib.get_logger(__name__)

UNKNOWN_INTERACTION = 10062
ALREADY_ANSWERED = 40060
LAST_WORDS = "Something went wrong on my side, not yours. Please try again in a moment."
NOT_OURS = (
    app_commands.CommandNotFound,
    app_commands.CommandSignatureMismatch,
    app_commands.TransformerError,
    Unreadable,
)
"""What comes of commands and options that we do not have."""

TOO_LATE = (UNKNOWN_INTERACTION, ALREADY_ANSWERED)


async def say(
    interaction: AnyInteraction,
    text: str | None = None,
    *,
    embed: discord.Embed | None = None,
    embeds: Sequence[discord.Embed] | None = None,
    view: discord.ui.View | None = None,
    file: discord.File | None = None,
) -> None:
    """Answer so that only this person sees it: the first answer, or a follow-up if there was one."""
    parts: dict[str, Any] = {"content": text, "embed": embed, "embeds": embeds, "view": view, "file": file}
    parts = {key: value for key, value in parts.items() if value is not None}
    if interaction.response.is_done():
        await interaction.followup.send(ephemeral=True, **parts)
    else:
        await interaction.response.send_message(ephemeral=True, **parts)


async def replace(
    interaction: AnyInteraction,
    text: str | None = None,
    *,
    embeds: Sequence[discord.Embed] = (),
    view: discord.ui.View | None = None,
    file: discord.File | None = None,
) -> None:
    """Put this in the place of the message whose button was pressed, or that is to come; what is not given goes away.

    A file can only come once the interaction is acknowledged.
    """
    if interaction.response.is_done():
        files: dict[str, Any] = {} if file is None else {"attachments": [file]}
        await interaction.edit_original_response(content=text, embeds=embeds, view=view, **files)
    else:
        await interaction.response.edit_message(content=text, embeds=embeds, view=view)


async def explain(interaction: AnyInteraction, error: BaseException) -> None:
    """Answer an error kindly. What nobody expected gets a reference, which stands in the log beside the details."""
    error = _cause(error)
    if isinstance(error, discord.HTTPException) and error.code in TOO_LATE:
        # Nothing can be said any more; retrying would only be refused again.
        log.warning("interaction.too_late", interaction=interaction.id, code=error.code)
        return
    try:
        sentence = _sentence(interaction, error)
    except Exception as failure:  # noqa: BLE001 (texts that fail must not end in silence)
        log.error("interaction.no_words", interaction=interaction.id, failure=without_words(failure))  # noqa: TRY400
        sentence = LAST_WORDS
    try:
        await say(interaction, sentence)
    except discord.HTTPException as failure:
        log.warning("interaction.no_answer", interaction=interaction.id, status=failure.status, code=failure.code)
    except Exception as failure:  # noqa: BLE001 (discord.py could not read what Discord said of the answer)
        log.warning("interaction.no_answer", interaction=interaction.id, failure=without_words(failure))


@asynccontextmanager
async def answered(interaction: AnyInteraction) -> AsyncGenerator[None]:
    """Whatever the block raises is answered here, so that no press ends in silence."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 (the last line before the person)
        await explain(interaction, error)


def is_unreadable(error: BaseException) -> bool:
    """Whether what came is of another version, or as Discord does not send it: discord.py has no class for that."""
    return isinstance(error, NOT_OURS) or type(error) is app_commands.AppCommandError


def _cause(error: BaseException) -> BaseException:
    while isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    return error


def _sentence(interaction: AnyInteraction, error: BaseException) -> str:
    voice = voice_of(interaction)
    if isinstance(error, UserError):
        return voice(error.text_id, **error.values)
    if isinstance(error, StorageBusy):
        log.warning("interaction.storage_busy", interaction=interaction.id)
        return voice("busy")
    if isinstance(error, app_commands.MissingPermissions):
        return voice("not_allowed")
    if is_unreadable(error):
        log.warning("interaction.unreadable", interaction=interaction.id, failure=without_words(error))
        return voice("outdated")
    reference = secrets.token_hex(4)
    log.error("interaction.failed", reference=reference, interaction=interaction.id, failure=without_words(error))
    return voice("broken", reference=reference)
