"""What a button on a page is about, as its custom_id says it."""

from __future__ import annotations

import re

import discord

from supportbot.chat import knowledge
from supportbot.chat.words import Voice
from supportbot.content import Content
from supportbot.domain.knowledge import Entry
from supportbot.domain.roles import Comparison
from supportbot.errors import UserError

ID = r"[a-z0-9][a-z0-9-]{0,39}"
PAGE = rf"(?P<id>{ID}):(?P<page>(?:0|[1-9][0-9]?))"
BOTH = rf"(?P<id>{ID})\+(?P<other>{ID})"
SUBJECT = rf"(?P<id>{ID})(?::(?P<page>(?:0|[1-9][0-9]?))|\+(?P<other>{ID}))"


class Subject:
    """A page of an entry, or two roles side by side: what a button is about."""

    def __init__(self, id_: str, page: int = 0, *, other: str | None = None) -> None:
        self.id, self.page, self.other = id_, page, other

    def __str__(self) -> str:
        return f"{self.id}:{self.page}" if self.other is None else f"{self.id}+{self.other}"

    @classmethod
    def of(cls, match: re.Match[str]) -> Subject:
        """From a custom_id with SUBJECT in it."""
        return cls(match["id"], int(match["page"] or 0), other=match["other"])

    def embed(self, voice: Voice, content: Content) -> discord.Embed:
        """What it looks like. Raises UserError for what is no longer there."""
        if self.other is not None:
            return knowledge.comparison(voice, compared(voice, content, self.id, self.other))
        return knowledge.page(voice, entry := entry_of(voice, content, self.id), min(self.page, len(entry.pages) - 1))


def entry_of(voice: Voice, content: Content, id_: str) -> Entry:
    """The entry in the reader's language. Raises UserError for one that another version had."""
    if id_ not in content.knowledge:
        raise UserError("knowledge.gone")
    return content.knowledge.entry(id_, voice.languages)


def compared(voice: Voice, content: Content, left: str, right: str) -> Comparison:
    """Two roles. Raises UserError for one that is no longer there."""
    try:
        return content.comparison(left, right, voice.languages)
    except KeyError:
        raise UserError("knowledge.gone") from None
