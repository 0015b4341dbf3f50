"""What `supportbot backup` does: makes a backup, looks one over, puts one in the database's place, makes a key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from supportbot.config import Settings
from supportbot.errors import BackupError, ConfigError
from supportbot.storage import backups, restoring, vault
from supportbot.storage.backups import Manifest
from supportbot.storage.files import new_file
from supportbot.storage.keys import KeyRing
from supportbot.storage.restoring import Restored, Wanted
from supportbot.storage.sealing import Sealer


def secret(
    settings: Settings,
    *,
    passphrase_file: Path | None,
    key_file: Path | None,
    ask: Callable[[], str],
    is_new: bool = False,
) -> vault.Secret:
    """What opens backups: by a file that is named now, else as the settings say, else asked for.

    `is_new` when it is to seal. Raises ConfigError, BackupError.
    """
    if passphrase_file is not None and key_file is not None:
        raise ConfigError("A backup opens with a passphrase or with a key file; name one of them.")
    if passphrase_file is not None:
        return vault.Secret.passphrase(_content(passphrase_file).rstrip("\r\n"), is_new=is_new)
    if key_file is not None:
        return vault.Secret.key(_content(key_file))
    if settings.backup_passphrase is not None and settings.backup_key_file is not None:
        raise ConfigError("SUPPORTBOT_BACKUP_PASSPHRASE and SUPPORTBOT_BACKUP_KEY_FILE are both set; leave one.")
    if settings.backup_key_file is not None:
        return vault.Secret.key(_content(settings.backup_key_file))
    given = settings.backup_passphrase
    return vault.Secret.passphrase(ask() if given is None else given.get_secret_value(), is_new=is_new)


def create(settings: Settings, target: Path, secret: vault.Secret) -> Manifest:
    """Back the database up, also while the bot runs. Raises ConfigError for PostgreSQL, BackupError, StorageError."""
    now = datetime.now(UTC)
    return backups.create(_database(settings), target, secret, now=now, program=version("supportbot"))


def verify(source: Path, secret: vault.Secret) -> Manifest:
    """Look a backup over. Raises BackupError."""
    return backups.verify(source, secret)


def restore(
    settings: Settings,
    source: Path,
    secret: vault.Secret,
    *,
    ledgers: Sequence[Path] = (),
    may_replace: bool = False,
    may_miss_erasures: bool = False,
) -> Restored:
    """Put a backup in the database's place; `ledgers` are copies of the erasure ledger beside the one that is set.

    Raises ConfigError for PostgreSQL and for keys that do not open what is in the backup, BackupError, StorageError.
    """
    wanted = Wanted(
        source=source,
        secret=secret,
        database=_database(settings),
        ledgers=(settings.ledger_file, *ledgers),
        may_replace=may_replace,
        may_miss_erasures=may_miss_erasures,
    )
    keys = settings.given_keys
    ring, _ = KeyRing.load(data_keys=keys, key_file=settings.key_file, may_create=False)
    return asyncio.run(restoring.restore(wanted, Sealer(ring), datetime.now(UTC)))


def make_key(path: Path) -> None:
    """Make a key file for backups (0600). Raises BackupError, also when there is a file already."""
    try:
        with new_file(path) as file:
            file.write(vault.new_key().encode("ascii"))
    except FileExistsError:
        raise BackupError(f"{path} is there already; a key that backups were made with must not be lost.") from None
    except OSError as error:
        raise BackupError(f"The key file {path} cannot be written: {error.strerror}.") from None


def _database(settings: Settings) -> Path:
    if settings.database_file is None:
        raise ConfigError(
            "`supportbot backup` is for SQLite, and SUPPORTBOT_DATABASE_URL names PostgreSQL: its own programs pg_dump "
            "and pg_restore do it; docs/hosting.md tells how."
        )
    return settings.database_file


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeError:
        raise ConfigError(f"The file {path} is not text.") from None
    except OSError as error:
        raise ConfigError(f"The file {path} cannot be read: {error.strerror}.") from None
