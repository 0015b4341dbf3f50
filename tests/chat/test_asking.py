"""What of a message is looked through for words to explain."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import discord

from supportbot.chat.asking import _text_of


def said(**parts: Any) -> Any:
    return SimpleNamespace(**({"content": "", "embeds": [], "attachments": [], "message_snapshots": []} | parts))


def test_every_part_is_read() -> None:
    embed = discord.Embed(title="a title", description="a text").add_field(name="a name", value="a value")
    embed.set_footer(text="a footer")
    files = [SimpleNamespace(description="a picture"), SimpleNamespace(description=None)]
    inner = said(content="forwarded", embeds=[discord.Embed(title="inner")], attachments=files)
    message = said(content="hello", embeds=[embed], attachments=files, message_snapshots=[inner])
    wanted = "hello, a title, a text, a name, a value, a footer, a picture, forwarded, inner, a picture"
    assert _text_of(cast("discord.Message", message)).splitlines() == wanted.split(", ")
