"""Files and folders that only the bot's own user may read, whatever the umask says."""

from __future__ import annotations

import errno
import os
import secrets
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def private_folder(folder: Path) -> None:
    """Create `folder` and its missing parents for this user alone; folders that exist keep their permissions.

    Raises OSError.
    """
    missing: list[Path] = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        new.chmod(PRIVATE_FOLDER)


def private_file(path: Path) -> bool:
    """Create an empty file for this user alone. False, and nothing changed, when there is one already.

    Raises OSError.
    """
    private_folder(path.parent)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE)
    except FileExistsError:
        return False
    os.close(handle)
    path.chmod(PRIVATE_FILE)  # a umask such as 0277 would have taken our own rights away
    return True


@contextmanager
def new_file(path: Path) -> Generator[BinaryIO]:
    """A file (0600) that is there under its name when the block has ended, and not at all when the block raises.

    Its folder is created if there is none. Raises FileExistsError when there is one of that name by then, OSError.
    """
    with _half_of(path) as half:
        with _writing(half) as file:
            yield file
        give_name(half, path)


@contextmanager
def replaced_file(path: Path) -> Generator[BinaryIO]:
    """The same for a file that takes the place of the one there, if there is one. Raises OSError."""
    with _half_of(path) as half:
        with _writing(half) as file:
            yield file
        half.replace(path)
        sync_folder(path.parent)


def give_name(half: Path, path: Path) -> None:
    """Give a file that is written its name in the same folder. Raises FileExistsError when another has it, OSError."""
    try:
        path.hardlink_to(half)
    except FileExistsError:
        raise
    except OSError:  # such as a stick, whose file system has no links
        if path.exists():
            raise FileExistsError from None
        half.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk keep the names in `folder` too. Raises OSError."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _half_of(path: Path) -> Generator[Path]:
    private_folder(path.parent)
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}.half")
    try:
        yield half
    finally:
        half.unlink(missing_ok=True)


@contextmanager
def _writing(half: Path) -> Generator[BinaryIO]:
    with os.fdopen(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "wb") as file:
        half.chmod(PRIVATE_FILE)
        yield file
        file.flush()
        os.fsync(file.fileno())


def try_place(path: Path) -> None:
    """Find out whether a file can be created, or the one there written, at `path`, and others beside it.

    A folder is made next to it, or in the nearest parent that exists, and taken away at once: permissions alone do not
    tell, neither root nor read-only or made-up file systems. Raises OSError.
    """
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    Path(tempfile.mkdtemp(prefix=".supportbot-", dir=folder)).rmdir()
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
