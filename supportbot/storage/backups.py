"""Backups of an SQLite database: taken while the bot runs, sealed, and looked over without unpacking them for good."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Self

from supportbot.errors import BackupError
from supportbot.storage import vault
from supportbot.storage.failures import explained
from supportbot.storage.files import new_file

_PIECE = 1024 * 1024
_LENGTH = 4
_LONGEST_MANIFEST = 1024 * 1024
# Bytes 18 and 19 of an SQLite file say that it has a write-ahead log (2) or none (1). A copy has none, and a file that
# says so can be looked at without a second file beside it. https://www.sqlite.org/fileformat.html#file_format_version_numbers
_WAL_MARKS = slice(18, 20)
_NO_WAL = b"\1\1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: when it was made (UTC), by which version, of which schema, and what is in it."""

    made_at: datetime
    program: str
    revision: str | None
    size: int
    rows: Mapping[str, int]

    def encoded(self) -> bytes:
        """As it stands at the beginning of a backup, its length first."""
        text = json.dumps(
            {
                "made_at": self.made_at.isoformat(),
                "program": self.program,
                "revision": self.revision,
                "size": self.size,
                "rows": dict(self.rows),
            }
        ).encode()
        return len(text).to_bytes(_LENGTH, "big") + text

    @classmethod
    def decoded(cls, text: bytes) -> Self:
        """Raises ValueError, TypeError or KeyError for what `encoded` would not have made."""
        found = json.loads(text)
        made_at = datetime.fromisoformat(found["made_at"])
        rows = {str(table): int(count) for table, count in found["rows"].items()}
        return cls(made_at, str(found["program"]), found["revision"], int(found["size"]), rows)


def create(database: Path, target: Path, secret: vault.Secret, *, now: datetime, program: str) -> Manifest:
    """Write a sealed copy of `database`, as it is at one moment, to `target` (0600), whole or not at all.

    Others may write to the database meanwhile, and are not kept waiting. Raises BackupError when there is a file
    already, StorageError for a database that is damaged, or cannot be read.
    """
    if target.exists():
        raise _in_the_way(target)
    if not database.exists():
        raise BackupError(f"There is no database at {database}, so there is nothing to back up.")
    with _snapshot(database) as (copy, revision, rows):
        manifest = Manifest(now, program, revision, os.fstat(copy.fileno()).st_size, rows)
        with _written(target), new_file(target) as file:
            vault.seal(_deflated(_stream(manifest, copy)), file, secret)
    return manifest


def verify(source: Path, secret: vault.Secret) -> Manifest:
    """Open a backup to its last byte, and have SQLite look the database over. Nothing of it is left on the disk.

    It needs room in the folder for temporary files (TMPDIR). Raises BackupError.
    """
    with _nameless(Path(tempfile.gettempdir())) as (file, name):
        manifest = unpack(source, file, secret)
        with looked_at(), closing(sqlite3.connect(f"{name.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()  # opens the file; from here on it needs no name
            name.unlink(missing_ok=True)
            look_over(connection, manifest)
    return manifest


def unpack(
    source: Path, target: BinaryIO, secret: vault.Secret, *, check: Callable[[Manifest], None] = lambda _: None
) -> Manifest:
    """Write the database that a backup holds to `target`. `check` sees the manifest first, and may raise.

    Raises BackupError, also when what was written is not what the manifest says.
    """
    try:
        with source.open("rb") as file:
            pieces = _inflated(vault.opened(file, secret))
            manifest, first = _manifest(pieces)
            check(manifest)
            written = target.write(first)
            for piece in pieces:
                written += target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    except OSError as error:
        raise BackupError(f"The backup {source} cannot be read or unpacked: {error.strerror}.") from None
    if written != manifest.size:
        raise BackupError("The backup is not as long as it says; use another one.")
    return manifest


def look_over(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """SQLite's own look at every page and row, and ours at how many there are. Raises BackupError, sqlite3.Error."""
    _refuse_damage(connection, "The database in the backup is damaged; use another one.")
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise BackupError("The database in the backup has rows that point nowhere; use another one.")
    if _rows(connection) != manifest.rows:
        raise BackupError("The database in the backup does not hold what the backup says; use another one.")


@contextmanager
def _snapshot(database: Path) -> Generator[tuple[BinaryIO, str | None, dict[str, int]]]:
    """A copy of the database as it is at one moment, with its revision and how many rows each table has.

    The copy lies where the database does, and has no name: it is gone when the block ends, also when we are killed.
    """
    # Not mode=ro, which would leave the files of a write-ahead log behind where nobody else has the database open.
    uri = f"{database.absolute().as_uri()}?mode=rw"
    with _nameless(database.absolute().parent) as (file, name):
        with explained(sqlite3.Error), closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as source:
            source.execute("PRAGMA query_only = ON")
            source.execute("BEGIN")  # all that follows sees this one moment
            _refuse_damage(source, "The database file is damaged; restore it from a backup.")
            rows = _rows(source)
            revision = _revision(source, rows)
            _copy(source, name)
        yield file, revision, rows


def _copy(source: sqlite3.Connection, name: Path) -> None:
    """In one step, and so under one lock: no writer makes it begin anew."""
    with closing(sqlite3.connect(name)) as copy:
        copy.execute("PRAGMA journal_mode = OFF").fetchone()  # no second file; opens the file
        name.unlink(missing_ok=True)
        try:
            source.backup(copy)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
                raise BackupError("The disk has no room for a copy of the database beside it.") from None
            raise


@contextmanager
def _nameless(folder: Path) -> Generator[tuple[BinaryIO, Path]]:
    """A file (0600), open, and the name under which somebody else may open it once and take the name away.

    Raises BackupError when there cannot be one.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".supportbot-", suffix=".half", dir=folder)
    except OSError as error:
        raise BackupError(f"A working copy cannot be written in {folder}: {error.strerror}.") from None
    with os.fdopen(handle, "r+b") as file:
        try:
            yield file, Path(name)
        finally:
            Path(name).unlink(missing_ok=True)


@contextmanager
def _written(target: Path) -> Generator[None]:
    """Raises BackupError for what went wrong with the file to write."""
    try:
        yield
    except FileExistsError:
        raise _in_the_way(target) from None
    except OSError as error:
        raise BackupError(f"The backup {target} cannot be written: {error.strerror}.") from None


@contextmanager
def looked_at() -> Generator[None]:
    """Raises BackupError when SQLite finds no database in what a backup holds."""
    try:
        yield
    except sqlite3.Error:
        raise BackupError("The database in the backup is damaged; use another one.") from None


def _in_the_way(target: Path) -> BackupError:
    return BackupError(f"{target} is there already; give the backup another name.")


def _refuse_damage(connection: sqlite3.Connection, sentence: str) -> None:
    if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        raise BackupError(sentence)


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    tables = [str(name) for (name,) in found if not str(name).startswith("sqlite_")]
    quoted = [(table, table.replace('"', '""')) for table in tables]
    return {
        table: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - a name, quoted
        for table, name in quoted
    }


def _revision(connection: sqlite3.Connection, rows: Mapping[str, int]) -> str | None:
    if "alembic_version" not in rows:
        raise BackupError("The database has no tables of supportbot; there is nothing to back up.")
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if found is None else str(found[0])


def _stream(manifest: Manifest, copy: BinaryIO) -> Iterator[bytes]:
    yield manifest.encoded()
    copy.seek(0)
    first = bytearray(copy.read(_PIECE))
    first[_WAL_MARKS] = _NO_WAL
    yield bytes(first)
    while piece := copy.read(_PIECE):
        yield piece


def _deflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj()
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Only what was authenticated comes here, so the sizes are those that we wrote."""
    unpacker = zlib.decompressobj()
    try:
        for piece in pieces:
            yield unpacker.decompress(piece)
        yield unpacker.flush()
    except zlib.error:
        raise _unknown_form() from None
    if not unpacker.eof:
        raise _unknown_form()


def _manifest(pieces: Iterator[bytes]) -> tuple[Manifest, bytes]:
    """The manifest, and what of the database came with it. Raises BackupError."""
    held = bytearray()

    def fill(length: int) -> None:
        while len(held) < length:
            piece = next(pieces, None)
            if piece is None or length > _LONGEST_MANIFEST:
                raise _unknown_form()
            held.extend(piece)

    fill(_LENGTH)
    end = _LENGTH + int.from_bytes(held[:_LENGTH], "big")
    fill(end)
    try:
        return Manifest.decoded(bytes(held[_LENGTH:end])), bytes(held[end:])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _unknown_form() from None


def _unknown_form() -> BackupError:
    return BackupError("The backup has a form that this version does not know; a newer supportbot may have made it.")
