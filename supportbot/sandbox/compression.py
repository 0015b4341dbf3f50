"""The gateway's transport compression: one stream a connection, flushed after each payload."""

from __future__ import annotations

import zlib
from typing import Protocol

import zstandard


class Compressor(Protocol):
    """Packs one payload; the receiver can unpack it at once."""

    def pack(self, payload: bytes) -> bytes:
        """The payload's part of the stream."""
        ...


class ZlibStream:
    """`compress=zlib-stream`: each frame ends in 00 00 ff ff."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj()

    def pack(self, payload: bytes) -> bytes:
        """The payload's part of the stream."""
        return self._stream.compress(payload) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """`compress=zstd-stream`: one zstandard frame over the whole connection, a block ends with each payload."""

    def __init__(self) -> None:
        self._stream = zstandard.ZstdCompressor().compressobj()

    def pack(self, payload: bytes) -> bytes:
        """The payload's part of the stream."""
        return self._stream.compress(payload) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


def compressor(name: str | None) -> Compressor | None:
    """The stream that the URL asks for; None for plain text. Raises ValueError for an unknown name."""
    if not name:
        return None
    if name == "zlib-stream":
        return ZlibStream()
    if name == "zstd-stream":
        return ZstdStream()
    msg = f"unknown compression {name!r}"
    raise ValueError(msg)
