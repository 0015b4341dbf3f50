"""A sealed file: opens with its passphrase or key file alone, and not at all once any byte of it was changed."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from supportbot.errors import BackupError

MAGIC = b"supportbot backup\n"
VERSION = 1
CHUNK = 64 * 1024
SHORTEST_PASSPHRASE = 12
KEY_BYTES = 32
_SALT = 32
_MAC = 32
_TAG = 16
_HEADER = len(MAGIC) + 2 + _SALT + _MAC
# OWASP's first choice for scrypt: 128 MB and some tenths of a second. They belong to the version and stand in no file,
# so that a changed file can neither weaken them nor ask for all of the machine's memory.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**17, 8, 1


class SecretKind(Enum):
    """What opens the file; the number is in its header."""

    PASSPHRASE = 1
    KEY_FILE = 2


@dataclass(frozen=True, slots=True)
class Secret:
    """A passphrase or the content of a key file. In neither repr() nor str()."""

    kind: SecretKind
    material: bytes = field(repr=False)

    @classmethod
    def passphrase(cls, text: str, *, is_new: bool = False) -> Self:
        """A passphrase, the same however a keyboard composes its letters. Raises BackupError for an empty one.

        With `is_new`, also for one that is too short to seal with.
        """
        if is_new and len(text) < SHORTEST_PASSPHRASE:
            raise BackupError(f"A passphrase for backups has at least {SHORTEST_PASSPHRASE} characters.")
        if not text:
            raise BackupError("The passphrase is empty.")
        return cls(SecretKind.PASSPHRASE, unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass"))

    @classmethod
    def key(cls, text: str) -> Self:
        """A key file's content: 32 bytes in base64. Raises BackupError, whose sentence holds nothing of it."""
        try:
            material = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            material = b""
        if len(material) != KEY_BYTES:
            raise BackupError("The key file does not hold one key; `supportbot backup key` makes one.")
        return cls(SecretKind.KEY_FILE, material)


def new_key() -> str:
    """The content of a new key file."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n"


def seal(pieces: Iterable[bytes], target: BinaryIO, secret: Secret) -> None:
    """Write `pieces`, sealed. Raises OSError.

    The file is a header of 84 bytes and chunks of 64 KiB, the last one shorter. The header is: the magic line, the
    version (1 byte), the kind of secret (1 byte), a salt (32 bytes), and HMAC-SHA256 of all that (32 bytes). The keys
    of the header and of the chunks are HKDF-SHA256 of the secret (of scrypt's answer for a passphrase) with the salt,
    so each file has its own. A chunk is sealed with AES-256-GCM; its nonce is its number (11 bytes) and whether it is
    the last (1 byte), and the header is authenticated with each.
    """
    start = MAGIC + bytes((VERSION, secret.kind.value)) + secrets.token_bytes(_SALT)
    header, cipher = _keyed(start, secret)
    target.write(header)
    number, waiting = 0, None
    for chunk in _chunks(pieces):
        if waiting is not None:
            target.write(cipher.encrypt(_nonce(number, is_last=False), waiting, header))
            number += 1
        waiting = chunk
    target.write(cipher.encrypt(_nonce(number, is_last=True), waiting or b"", header))


def opened(source: BinaryIO, secret: Secret) -> Iterator[bytes]:
    """What was sealed, piece by piece, each one authenticated before it is given.

    Only when the last piece was given is it sure that nothing is missing. Raises BackupError, OSError.
    """
    given = source.read(_HEADER)
    start = _understood(given, secret)
    header, cipher = _keyed(start, secret)
    if not hmac.compare_digest(header, given):
        raise BackupError(f"The {_name(secret.kind)} does not fit this backup, or the backup was changed.")
    number = 0
    sealed = source.read(CHUNK + _TAG)
    while True:
        following = source.read(CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), sealed, header)
        except (InvalidTag, ValueError):
            raise BackupError("The backup was changed, or a part of it is missing; use another one.") from None
        if not following:
            return
        number, sealed = number + 1, following


def _understood(given: bytes, secret: Secret) -> bytes:
    """The header without its end. Raises BackupError."""
    if not given.startswith(MAGIC[: len(given)]) or not given:
        raise BackupError("This file is not a backup that supportbot made.")
    if len(given) < _HEADER:
        raise BackupError("The backup is cut short; use another one.")
    version, kind = given[len(MAGIC)], given[len(MAGIC) + 1]
    if version != VERSION:
        raise BackupError("The backup has a form that this version does not know; a newer supportbot may have made it.")
    if kind not in {each.value for each in SecretKind}:
        raise BackupError("The backup was changed; use another one.")
    if kind != secret.kind.value:
        needed = _name(SecretKind(kind))
        raise BackupError(f"This backup opens with a {needed}, and a {_name(secret.kind)} was given.")
    return given[:-_MAC]


def _keyed(start: bytes, secret: Secret) -> tuple[bytes, AESGCM]:
    """The whole header, and what seals and opens the chunks."""
    salt, material = start[-_SALT:], secret.material
    if secret.kind is SecretKind.PASSPHRASE:
        material = Scrypt(salt=salt, length=KEY_BYTES, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P).derive(material)
    keys = HKDF(SHA256(), length=2 * KEY_BYTES, salt=salt, info=b"supportbot backup 1").derive(material)
    header = start + hmac.digest(keys[:KEY_BYTES], start, "sha256")
    return header, AESGCM(keys[KEY_BYTES:])


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes((is_last,))


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of CHUNK; only the last is shorter, and none is empty."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    if held:
        yield bytes(held)


def _name(kind: SecretKind) -> str:
    return "passphrase" if kind is SecretKind.PASSPHRASE else "key file"
