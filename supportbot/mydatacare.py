"""What `supportbot mydata` does: everything about one person as a file, or gone, for those who cannot reach the bot."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from supportbot import content as content_files
from supportbot.chat.words import DEFAULT, Mentions, Voice, Words
from supportbot.config import Settings
from supportbot.domain.people import PersonId
from supportbot.errors import ConfigError, StorageError
from supportbot.exchange.mydata import pack
from supportbot.scheduling.clocks import open_clock
from supportbot.services.mydata import Erased, MyData
from supportbot.storage.files import PRIVATE_FILE
from supportbot.storage.in_use import in_use
from supportbot.storage.ledger_file import LedgerFile
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore


@dataclass(frozen=True, slots=True)
class _Opened:
    store: SqlStore
    mydata: MyData


async def held(settings: Settings, person: PersonId) -> dict[str, int]:
    """How many entries of each kind are held about a person. Raises ConfigError, StorageError."""
    async with _opened(settings) as opened:
        return await opened.mydata.held(person)


async def export(settings: Settings, person: PersonId, target: Path, language: str | None) -> bool:
    """Write the same file that `/mydata export` gives, for the owner's eyes alone; false when nothing is held.

    In this language, else in the one that they use the bot in. Raises ConfigError for a file that is there already,
    StorageError.
    """
    async with _opened(settings) as opened:
        if not any((await opened.mydata.held(person)).values()):
            return False
        words = Words(content_files.load(settings.content_dir).catalogues)
        spoken = words.language(language or await _language_of(opened.store, person))
        packed = await opened.mydata.export(person, Voice(words, spoken, Mentions({})))
    _write(target, packed.content)
    return True


async def delete(settings: Settings, person: PersonId) -> Erased:
    """Forget everything about a person, as `/mydata delete` does, also while the bot runs. The erasure ledger has it.

    Raises ConfigError, StorageBusy, StorageError.
    """
    async with _opened(settings) as opened:
        return await opened.mydata.delete(person)


async def _language_of(store: SqlStore, person: PersonId) -> str:
    async with store.read() as tx:
        chosen = (await tx.member_languages.agreed()).get(person)
        rows = await tx.members.export(person)
    return chosen or next((str(row["language"]) for row in rows), DEFAULT)


def _write(target: Path, content: bytes) -> None:
    try:
        handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except FileExistsError:
        raise ConfigError(f"{target} is there already; nothing was written. Name another file.") from None
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}.") from None


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncGenerator[_Opened]:
    """The store with the bot's ledger."""
    wanted = in_use(settings.database_url, data_keys=settings.given_keys, key_file=settings.key_file)
    async with wanted as (database, ring), open_clock(settings.clock_url) as clock:
        store = SqlStore(database, Sealer(ring), ledger=LedgerFile(settings.ledger_file))
        yield _Opened(store, MyData(store, clock, pack=pack, erased=lambda _: None))
