"""Whether an SQLite file was cut short, where SQLite itself would not say so at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from supportbot.errors import StorageError
from supportbot.storage.failures import explained

_MAGIC = b"SQLite format 3\0"


def refuse_cut_short(path: Path) -> None:
    """Refuse a file that ends inside a page: SQLite takes the rest of that page for zeros. Raises StorageError.

    One with a write-ahead log is left to SQLite, which may be about to write the page again.
    """
    with explained(OSError):
        if not path.is_file() or _size(path.with_name(f"{path.name}-wal")):
            return
        with path.open("rb") as file:
            head = file.read(18)
        # https://www.sqlite.org/fileformat.html#the_database_header: two bytes, where 1 stands for 65536
        page = int.from_bytes(head[16:18], "big")
        if head.startswith(_MAGIC) and page and _size(path) % (65536 if page == 1 else page):
            raise StorageError("The database file is cut short; restore it from a backup.")


def refuse_emptied(path: Path, traces: Iterable[Path]) -> None:
    """Refuse an empty file beside what only a database in use leaves: a new one would be begun in silence.

    Raises StorageError.
    """
    with explained(OSError):
        emptied = path.is_file() and not _size(path) and not _size(path.with_name(f"{path.name}-wal"))
        trace = next((each for each in traces if each.exists()), None) if emptied else None
    if trace is not None:
        raise StorageError(
            f"The database file is empty, but {trace} says that it was in use; restore it from a backup, "
            "or delete the empty file to begin anew."
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
