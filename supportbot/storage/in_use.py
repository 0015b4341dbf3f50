"""The database and its keys as a bot beside us uses them: for commands that create nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from supportbot.errors import ConfigError
from supportbot.storage import migrate
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing, is_there
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import holds_sealed, refuse_other_keys


@asynccontextmanager
async def in_use(
    url: str, *, data_keys: str | None, key_file: Path, tried: bool = True
) -> AsyncGenerator[tuple[Database, KeyRing]]:
    """The open database, and its keys, `tried` on what is stored.

    Raises ConfigError for a database that `supportbot db upgrade` has not brought to this version, for keys that are
    missing, wrong or were never made; StorageError.
    """
    found = await migrate.planned(url)
    if found.before != found.after:
        raise ConfigError("The database is not there yet, or is an older one: run `supportbot db upgrade` first.")
    database = await Database.open(url)
    try:
        if data_keys is None and not await holds_sealed(database) and not is_there(key_file):
            raise ConfigError("There is no key yet: the first start of the bot makes one.")
        ring, _ = KeyRing.load(data_keys=data_keys, key_file=key_file, may_create=False)
        if tried:
            await refuse_other_keys(database, Sealer(ring))
        yield database, ring
    finally:
        await database.close()
