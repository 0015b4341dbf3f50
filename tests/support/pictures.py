"""Pictures to send."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 64, height: int = 40) -> bytes:
    """A plain green picture."""
    rows = b"".join(b"\x00" + b"\x2f\x8d\x62" * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
