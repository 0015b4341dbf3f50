"""The erasure ledger as a file beside the database, so that it is there when an older database is put back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from threading import Lock

from supportbot.domain.consent import basis_of
from supportbot.domain.erasures import Erasure, Ledger
from supportbot.errors import StorageError
from supportbot.storage.files import PRIVATE_FILE, private_folder, replaced_file


class LedgerFile:
    """One JSON object a line: first since when the ledger is kept, then the entries. Only ever added to, or replaced
    as a whole. Blocking: to be called in a thread.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()

    def read(self) -> Ledger | None:
        """What it holds; None when there is no file. Raises StorageError for a file that cannot be read.

        A line that is no entry (a power cut leaves half a line) counts as one that is missing: the database has it too.
        """
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable("read", error) from None
        since, entries = None, dict[str, Erasure]()
        for line in lines:
            found = _parsed(line)
            if isinstance(found, Erasure):
                entries[found.id] = found
            elif found is not None:
                since = found
        return Ledger(since, tuple(entries.values()))

    def append(self, entries: Iterable[Erasure]) -> None:
        """Add entries, in one write that has reached the disk. Raises StorageError."""
        with self._lock:
            self._append(entries)

    def _append(self, entries: Iterable[Erasure]) -> None:
        # The empty line ends what a power cut may have left half-written.
        lines = "\n" + "".join(_line(entry) for entry in entries)
        try:
            private_folder(self.path.parent)
            handle = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, PRIVATE_FILE)
            with os.fdopen(handle, "ab") as file:
                file.write(lines.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._unusable("written", error) from None

    def write(self, ledger: Ledger) -> None:
        """Put this in the place of what the file holds, if it differs. Raises StorageError.

        Entries that another process adds at that very moment are missing until the next night or start, which
        finds them in the database.
        """
        with self._lock:
            self._write(ledger)

    def _write(self, ledger: Ledger) -> None:
        if self.read() == ledger:
            return
        since = [] if ledger.since is None else [json.dumps({"since": ledger.since.isoformat()}) + "\n"]
        try:
            with replaced_file(self.path) as file:
                file.write("".join([*since, *map(_line, ledger.entries)]).encode())
        except OSError as error:
            raise self._unusable("written", error) from None

    def prune(self, now: datetime, known: Iterable[Erasure]) -> None:
        """Forget entries whose end has come, and add those of `known` that are missing. Without a file, nothing.

        Raises StorageError. Of what another process adds meanwhile, the same is true as for `write`.
        """
        with self._lock:
            kept = self.read()
            if kept is None:
                return
            entries = {each.id: each for each in (*kept.entries, *known) if each.until > now}
            self._write(Ledger(kept.since, tuple(sorted(entries.values(), key=lambda each: (each.at, each.id)))))

    def _unusable(self, how: str, error: OSError) -> StorageError:
        return StorageError(f"The erasure ledger {self.path} cannot be {how}: {error.strerror}.")


def _line(entry: Erasure) -> str:
    basis = None if entry.basis is None else entry.basis.value
    found = {"id": entry.id, "key": entry.key_id, "hash": entry.digest, "scope": basis}
    return json.dumps({**found, "at": entry.at.isoformat(), "until": entry.until.isoformat()}) + "\n"


def _parsed(line: str) -> Erasure | datetime | None:
    """An entry, since when there are entries, or None for neither."""
    try:
        found = json.loads(line)
        if "since" in found:
            return _instant(found["since"])
        basis = None if found["scope"] is None else basis_of(found["scope"])
        texts = (str(found["id"]), str(found["key"]), str(found["hash"]))
        return Erasure(*texts, basis, _instant(found["at"]), _instant(found["until"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _instant(text: str) -> datetime:
    """Raises ValueError for one without a zone."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError
    return instant
