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
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from supportbot.errors import ConfigError, SealingError
from supportbot.storage.files import PRIVATE_FILE, private_folder, try_place

log = structlog.stdlib.get_logger(__name__)

KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys of 32 bytes by id. `active` seals; every key opens. Keys are in neither repr() nor str().

    The first of a setting or file is active. `add_key`, `resealing.reseal` and `remove_key` are a rotation.
    """

    active: str
    keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if self.active not in self.keys:
            raise SealingError(f"The active key {self.active} is not among the keys.")
        for key_id, key in self.keys.items():
            if len(key) != KEY_BYTES:
                raise SealingError(f"The key {key_id} has {len(key)} bytes in place of {KEY_BYTES}.")

    def derived(self, purpose: bytes) -> dict[str, bytes]:
        """For each key a key of 32 bytes for another purpose, by HKDF-SHA256; it tells nothing about the key itself."""
        return {
            key_id: HKDF(SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)
            for key_id, key in self.keys.items()
        }

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
        return cls.read(key_file), created

    @classmethod
    def read(cls, key_file: Path) -> Self:
        """The keys of a file. Raises ConfigError as `load` does."""
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
    except (ValueError, RecursionError):
        raise ValueError("they are not a JSON object of id to base64") from None


def _decode(encoded: str, number: int) -> bytes:
    try:
        key = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"key {number} is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"key {number} has {len(key)} bytes in place of {KEY_BYTES}")
    return key


class KeyFile:
    """A key file that another process may change: `newer` looks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, ...] | None = None

    def newer(self) -> KeyRing | None:
        """The keys, when the file is another one than at the last call; None also for one that cannot be used.

        Of that the log tells once: whoever has keys works on with them.
        """
        mark = self._mark()
        if mark == self._seen:
            return None
        is_first, self._seen = self._seen is None, mark
        try:
            ring = KeyRing.read(self._path)
        except ConfigError as error:
            log.warning("storage.key_file_unusable", reason=str(error))
            return None
        if not is_first:
            log.info("storage.key_file_read_again", active=ring.active)
        return ring

    def _mark(self) -> tuple[int, ...] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def add_key(key_file: Path) -> str:
    """Put a new key first, which makes it the active one, and say its id. Not to be called twice at once.

    The file is changed whole or not at all, and is on the disk before this returns. Raises ConfigError.
    """
    key_id, key = _new_key()
    _replace(key_file, {key_id: key, **KeyRing.read(key_file).keys})
    return key_id


def remove_key(key_file: Path, key_id: str) -> None:
    """Take a key out that is not the active one; whatever it sealed is lost. As `add_key` otherwise."""
    ring = KeyRing.read(key_file)
    if key_id == ring.active or key_id not in ring.keys:
        raise ConfigError(f"The key {key_id} is the active one, or there is no such key; nothing was changed.")
    _replace(key_file, {each: key for each, key in ring.keys.items() if each != key_id})


def _new_key() -> tuple[str, bytes]:
    # A random id, so that data sealed with a lost key is told apart from data that was tampered with.
    return f"k-{secrets.token_hex(4)}", secrets.token_bytes(KEY_BYTES)


def _replace(key_file: Path, keys: Mapping[str, bytes]) -> None:
    """Raises ConfigError. Nothing of the old file stays, not even beside the new one."""
    try:
        file = key_file.resolve()  # the file itself, where the setting names a link
        half = file.with_name(f"{file.name}.half")
        half.unlink(missing_ok=True)  # of a process that was killed here
        try:
            _write(half, keys, owner=file.stat())
            half.replace(file)
        finally:
            half.unlink(missing_ok=True)
        _keep_name(file.parent)
    except OSError as error:
        raise _unusable(key_file, f"cannot be changed: {error.strerror}") from None


def _write(path: Path, keys: Mapping[str, bytes], *, owner: os.stat_result | None = None) -> None:
    """A new file, on the disk when this returns, whose owner is `owner`'s. Raises OSError."""
    content = json.dumps({key_id: base64.b64encode(key).decode() for key_id, key in keys.items()})
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "w") as file:
        path.chmod(PRIVATE_FILE)
        if owner is not None and os.fstat(file.fileno()).st_uid != owner.st_uid:
            os.chown(path, owner.st_uid, owner.st_gid)  # root changes it for the bot's user, who must still read it
        file.write(content + "\n")
        file.flush()
        os.fsync(file.fileno())


def _keep_name(folder: Path) -> None:
    """Have the folder on the disk too, where that is a thing to ask for."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _create(key_file: Path) -> Path | None:
    """Write a new key file whole or not at all; None when another process was faster. Raises ConfigError."""
    half = key_file.with_name(f"{key_file.name}.{secrets.token_hex(4)}.half")
    try:
        private_folder(key_file.parent)
        try:
            _write(half, dict([_new_key()]))
            key_file.hardlink_to(half)  # unlike a rename, never over another process's file
        finally:
            half.unlink(missing_ok=True)
        _keep_name(key_file.parent)
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
