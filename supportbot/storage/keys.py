"""The keys that seal what members wrote: from a setting or a file, one of them active."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from supportbot.errors import ConfigError, SealingError
from supportbot.storage.files import PRIVATE_FILE, private_folder, try_place

KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys of 32 bytes by id. `active` seals; every key opens. Keys are in neither repr() nor str().

    To rotate, put a new key first and keep the old ones until nothing sealed with them is left.
    """

    active: str
    keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if self.active not in self.keys:
            raise SealingError(f"The active key {self.active} is not among the keys.")
        for key_id, key in self.keys.items():
            if len(key) != KEY_BYTES:
                raise SealingError(f"The key {key_id} has {len(key)} bytes in place of {KEY_BYTES}.")

    @classmethod
    def load(cls, *, data_keys: str | None, key_file: Path, may_create: bool = True) -> tuple[Self, Path | None]:
        """The keys of `data_keys` if given, else of `key_file`; and the file's path if it was created just now.

        `data_keys` is `id:base64,id:base64` or a JSON object of id to base64, the first active; a key file holds the
        same. A missing file is created (0600, in one step) with one new key. With `may_create` false it is an error
        instead: say so when the database already holds sealed fields, for a new key cannot open them.
        Whoever is told of a created file should keep a copy apart from the database's backups: without the key they
        are worthless, and with it beside them, unprotected.
        Raises ConfigError for wrong `data_keys`, and for a wrong, missing or readable-by-others file.
        """
        if data_keys is not None:
            try:
                return cls._parse(data_keys), None
            except ValueError as error:
                raise ConfigError(f"SUPPORTBOT_DATA_KEYS cannot be used: {error}.") from None
        created = None
        if not is_there(key_file):
            if not may_create:
                raise _unusable(key_file, "is missing, and the database needs it; put it back")
            created = _create(key_file)
        return cls._read(key_file), created

    @classmethod
    def _read(cls, key_file: Path) -> Self:
        try:
            with key_file.open(encoding="utf-8") as file:
                mode = os.fstat(file.fileno()).st_mode
                if os.name == "posix" and mode & _OTHERS:
                    raise _unusable(key_file, "can be read by others; run chmod 600 on it")
                return cls._parse(file.read())
        except OSError as error:
            raise _unusable(key_file, f"cannot be read: {error.strerror}") from None
        except ValueError as error:
            reason = "it is not text" if isinstance(error, UnicodeError) else str(error)
            raise _unusable(key_file, f"cannot be used: {reason}") from None

    @classmethod
    def _parse(cls, text: str) -> Self:
        """Raises ValueError whose text holds no key."""
        text = text.strip()
        pairs = _json_pairs(text) if text.startswith("{") else _comma_pairs(text)
        keys: dict[str, bytes] = {}
        for number, (key_id, encoded) in enumerate(pairs, start=1):
            if not _KEY_ID.fullmatch(key_id):
                raise ValueError(f"the id of key {number} is not 1 to 32 letters, digits, dots, dashes or underscores")
            if key_id in keys:
                raise ValueError(f"key {number} has the id of another key")
            keys[key_id] = _decode(encoded, number)
        if not keys:
            raise ValueError("there is no key in them")
        return cls(next(iter(keys)), keys)


def _comma_pairs(text: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for number, part in enumerate((part for part in text.split(",") if part.strip()), start=1):
        key_id, colon, encoded = part.partition(":")
        if not colon:
            raise ValueError(f"key {number} is not written as id:base64")
        pairs.append((key_id.strip(), encoded.strip()))
    return pairs


def _json_pairs(text: str) -> list[tuple[str, str]]:
    def pairs_of(pairs: list[tuple[str, object]]) -> list[tuple[str, str]]:
        if not all(isinstance(value, str) for _, value in pairs):
            raise ValueError
        return [(key_id, str(value)) for key_id, value in pairs]

    try:
        # Pairs and not a dict, which would drop an id that stands twice.
        return json.loads(text, object_pairs_hook=pairs_of)
    except ValueError:
        raise ValueError("they are not a JSON object of id to base64") from None


def _decode(encoded: str, number: int) -> bytes:
    try:
        key = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"key {number} is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"key {number} has {len(key)} bytes in place of {KEY_BYTES}")
    return key


def _create(key_file: Path) -> Path | None:
    """Write a new key file whole or not at all; None when another process was faster. Raises ConfigError."""
    # A random id, so that data sealed with a lost key is told apart from data that was tampered with.
    content = json.dumps({f"k-{secrets.token_hex(4)}": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()})
    half = key_file.with_name(f"{key_file.name}.{secrets.token_hex(4)}.half")
    try:
        private_folder(key_file.parent)
        try:
            with os.fdopen(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "w") as file:
                half.chmod(PRIVATE_FILE)
                file.write(content + "\n")
                file.flush()
                os.fsync(file.fileno())
            key_file.hardlink_to(half)  # unlike a rename, never over another process's file
        finally:
            half.unlink(missing_ok=True)
    except FileExistsError:
        return None
    except OSError as error:
        raise _unusable(key_file, f"cannot be created: {error.strerror}") from None
    return key_file


def is_there(key_file: Path) -> bool:
    """Whether there is a key file. Raises ConfigError when that cannot be told."""
    try:
        return key_file.exists()
    except OSError as error:
        raise _unusable(key_file, f"cannot be read: {error.strerror}") from None


def check_place(key_file: Path) -> None:
    """Find out whether a key file can be created there, leaving nothing. Raises ConfigError."""
    try:
        try_place(key_file)
    except OSError as error:
        raise _unusable(key_file, f"cannot be created: {error.strerror}") from None


def _unusable(key_file: Path, why: str) -> ConfigError:
    return ConfigError(f"SUPPORTBOT_DATA_KEY_FILE: the key file {key_file} {why}.")
