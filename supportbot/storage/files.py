"""Files and folders that only the bot's own user may read, whatever the umask says."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

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
