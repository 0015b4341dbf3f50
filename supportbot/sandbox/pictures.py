"""Tells from a file's first bytes whether it is a picture, of which kind and how large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of a JPEG's frame, which hold its size; the three in between are tables."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is; sizes in pixels."""

    content_type: str
    width: int
    height: int


def picture_in(data: bytes) -> Picture | None:
    """The picture that this file is: PNG, JPEG, GIF or WebP; None when it is something else, or broken at its start."""
    for content_type, read in (
        ("image/png", _png),
        ("image/jpeg", _jpeg),
        ("image/gif", _gif),
        ("image/webp", _webp),
    ):
        size = read(data)
        if size is not None and min(size) > 0:
            return Picture(content_type, *size)
    return None


def _png(data: bytes) -> tuple[int, int] | None:
    if len(data) < 24 or not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _gif(data: bytes) -> tuple[int, int] | None:
    if len(data) < 10 or not data.startswith((b"GIF87a", b"GIF89a")):
        return None
    return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")


def _jpeg(data: bytes) -> tuple[int, int] | None:
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    for marker, body in _jpeg_segments(data):
        if marker in _JPEG_SIZES and len(body) >= 5:
            return int.from_bytes(body[3:5]), int.from_bytes(body[1:3])
    return None


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker == 0xFF:  # padding before a marker
            at += 1
            continue
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length


def _webp(data: bytes) -> tuple[int, int] | None:
    if len(data) < 30 or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    if data[12:16] == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if data[12:16] == b"VP8 ":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    return None
