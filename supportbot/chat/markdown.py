"""Cells of data inside Discord's Markdown: shown character for character."""

from __future__ import annotations

import re

_STYLE = re.compile(r"[\\*_~`|<>\[\]@]")
# At the beginning of a line: headings, small print, lists.
_BLOCK = re.compile(r"^(\s*)([#+-]|\d{1,9}(?=\.\s))", re.MULTILINE)


def escaped(text: str) -> str:
    """The text so that Discord shows exactly its characters, a star or an underscore in it too."""
    return _BLOCK.sub(_block, _STYLE.sub(lambda match: f"\\{match[0]}", text))


def is_active(text: str) -> bool:
    """Whether Discord would eat or change a character of the text, were it not escaped."""
    return escaped(text) != text


def _block(match: re.Match[str]) -> str:
    # A backslash before a digit would show; before the point it does not.
    return f"{match[1]}{match[2]}\\" if match[2].isdigit() else f"{match[1]}\\{match[2]}"
