"""Seals a field so that it opens only with our key and only in its own row and column."""

from __future__ import annotations

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from supportbot.errors import SealingError
from supportbot.storage.keys import KeyRing

__all__ = ["KeyRing", "Sealer", "header_of", "key_of"]

_VERSION = 1
_NONCE = 12
_TAG = 16
# A lone surrogate can reach us (JSON has an escape for it) and must come back as it was, not as an error with the text.
_SURROGATES = "surrogatepass"


class Sealer:
    """AES-256-GCM over one field.

    A sealed field is: version (1 byte, 1), length of the key's id (1 byte), the id (ASCII), nonce (12 bytes),
    ciphertext with its tag of 16 bytes. Authenticated with it, beside the text: everything before the nonce, and
    `table.column:row`. The length of the text can be seen. Nonces are random: at most 2**32 fields a key
    (NIST SP 800-38D, 8.3), which at 50 a second are two years and eight months; rotate before.

    `newer` gives other keys when there are any: it is asked before each seal, so that a key which was put first is in
    use from then on, and when a field names a key that is not known.
    """

    def __init__(self, ring: KeyRing, newer: Callable[[], KeyRing | None] = lambda: None) -> None:
        self._use(ring)
        self._newer = newer

    def __repr__(self) -> str:
        return f"Sealer(active={self._active!r})"

    @property
    def active(self) -> str:
        """The id of the key that seals."""
        return self._active

    @property
    def ring(self) -> KeyRing:
        """The keys, as they are now."""
        self._look_again()
        return self._ring

    def seal(self, text: str, *, column: str, row: str) -> bytes:
        """Seal `text` for `column` ("table.column") of the row whose primary key is `row`."""
        self._look_again()
        header = header_of(self._active)
        nonce = os.urandom(_NONCE)
        plain = text.encode("utf-8", _SURROGATES)
        return header + nonce + self._ciphers[self._active].encrypt(nonce, plain, _bound(header, column, row))

    def open(self, blob: bytes, *, column: str, row: str) -> str:
        """The text that was sealed for this column and row.

        Raises SealingError, which names the place and never the content: unknown key, other place, changed bytes.
        """
        header, key_id, rest = _split(blob, column, row)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            self._look_again()
            cipher = self._ciphers.get(key_id)
        if cipher is None:
            # The id is not shown: in a damaged field it is whatever bytes stand there.
            raise SealingError(f"{column} of row {row} is sealed with a key that is not in the key ring.")
        try:
            plain = cipher.decrypt(rest[:_NONCE], rest[_NONCE:], _bound(header, column, row))
        except InvalidTag:
            raise SealingError(f"{column} of row {row} was changed, or was sealed for another place.") from None
        return plain.decode("utf-8", _SURROGATES)

    def _look_again(self) -> None:
        ring = self._newer()
        if ring is not None:
            self._use(ring)

    def _use(self, ring: KeyRing) -> None:
        self._ring = ring
        self._active = ring.active
        self._ciphers = {key_id: AESGCM(key) for key_id, key in ring.keys.items()}


def header_of(key_id: str) -> bytes:
    """How every field begins that this key sealed, and no other field."""
    return bytes((_VERSION, len(key_id))) + key_id.encode("ascii")


def key_of(blob: bytes) -> str:
    """The id of the key that sealed this. Raises SealingError."""
    return _split(blob, "A field", "?")[1]


def _bound(header: bytes, column: str, row: str) -> bytes:
    return header + f"{column}:{row}".encode()


def _split(blob: bytes, column: str, row: str) -> tuple[bytes, str, bytes]:
    """Header, key id, and the rest. Raises SealingError."""
    if len(blob) < 2 or blob[0] != _VERSION:
        raise SealingError(f"{column} of row {row} is not a sealed field that this version knows.")
    end = 2 + blob[1]
    if len(blob) < end + _NONCE + _TAG:
        raise SealingError(f"{column} of row {row} is cut short.")
    return blob[:end], blob[2:end].decode("ascii", "replace"), blob[end:]
