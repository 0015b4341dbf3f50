"""What `supportbot check` looks at: settings, content, cogs, database, keys. It changes nothing."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module

from supportbot import content as content_files
from supportbot import linecheck
from supportbot.bot import COGS
from supportbot.config import Settings
from supportbot.content import Content
from supportbot.domain.retention import is_late
from supportbot.errors import SupportBotError
from supportbot.storage import keys, migrate
from supportbot.storage.engine import Database
from supportbot.storage.resealing import tally
from supportbot.storage.retention import held_now
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import holds_sealed, refuse_other_keys
from supportbot.storage.whole import refuse_emptied


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what there is to say about it."""

    what: str
    good: bool
    says: str


async def check_up(settings: Settings) -> list[Finding]:
    """Every finding; none of them holds a secret."""
    said, content = _content(settings)
    return [
        _token(settings),
        said,
        *(_cog(name) for name in COGS),
        await _database(settings),
        await _keys(settings),
        *([] if content is None else await _helplines(settings, content)),
        *await _retention(settings),
        *_set_aside(settings),
    ]


def _token(settings: Settings) -> Finding:
    says = "set" if settings.token else "not set; `supportbot sandbox` needs none, `supportbot run` does"
    return Finding("token", True, says)


def _content(settings: Settings) -> tuple[Finding, Content | None]:
    try:
        content = content_files.load(settings.content_dir)
    except SupportBotError as error:
        return Finding("content", False, str(error)), None
    counted = ", ".join(f"{name}: {count}" for name, count in content.counts().items())
    over = f", with {settings.content_dir} over it" if settings.content_dir else ""
    return Finding("content", True, f"from {content.origin}{over} ({counted})"), content


async def _helplines(settings: Settings, content: Content) -> list[Finding]:
    """Which lines of the communities' countries nobody has confirmed. It is no reason not to start."""
    try:
        regions, unconfirmed = await linecheck.unconfirmed_where_it_counts(settings, content.helplines)
    except SupportBotError:
        return []  # said of the database already
    if not regions:
        return [Finding("helplines", True, "no community has set its country; see `supportbot helplines check`")]
    where = ", ".join(regions)
    if not unconfirmed:
        return [Finding("helplines", True, f"every line of {where} was confirmed with its service")]
    says = f"nobody has confirmed these of {where} with the service: {', '.join(unconfirmed)}"
    return [Finding("helplines", True, f"{says}; `supportbot helplines confirm` notes it")]


def _cog(name: str) -> Finding:
    try:
        module = import_module(name)
    except ImportError as error:
        return Finding(name, False, f"cannot be imported: {error}")
    if not hasattr(module, "setup"):
        return Finding(name, False, f"{module.__file__} is not one of ours: another package called cogs is in the way")
    return Finding(name, True, f"from {module.__file__}")


async def _database(settings: Settings) -> Finding:
    where = str(settings.database_file or "PostgreSQL")
    try:
        if settings.database_file is not None:
            refuse_emptied(settings.database_file, (settings.key_file, settings.ledger_file))
        found = await migrate.planned(settings.database_url)
    except SupportBotError as error:
        return Finding("database", False, f"{where}: {error}")
    if found.before is None:
        return Finding("database", True, f"{where}: not there yet; it is created at the first start")
    if found.before == found.after:
        return Finding("database", True, f"{where}: schema {found.before}")
    return Finding("database", True, f"{where}: schema {found.before}, upgraded to {found.after} at the next start")


async def _keys(settings: Settings) -> Finding:
    """The keys as `run` would load them, tried on what is stored."""
    given = settings.given_keys
    file = settings.key_file
    try:
        async with AsyncExitStack() as stack:
            database = await _with_tables(settings, stack)
            sealed = database is not None and await holds_sealed(database)
            if given is None and not sealed and not keys.is_there(file):
                keys.check_place(file)
                return Finding("data keys", True, f"{file}: created at the first start")
            ring, _ = keys.KeyRing.load(data_keys=given, key_file=file, may_create=False)
            stale = 0
            if database is not None:
                await refuse_other_keys(database, Sealer(ring))
                stale = await _under_others(database, ring)
    except SupportBotError as error:
        return Finding("data keys", False, str(error))
    opened = "; they open what is stored" if sealed else ""
    if stale:
        opened += f", {stale} of it not with the active key: `supportbot keys rotate` seals that anew"
    if given is not None:
        return Finding("data keys", True, f"from SUPPORTBOT_DATA_KEYS{opened}")
    return Finding("data keys", True, f"{file}: keep a copy of it apart from the database's backups{opened}")


async def _retention(settings: Settings) -> list[Finding]:
    """When the nightly purge last was. Late, it is no reason not to start: the next start does it."""
    try:
        async with AsyncExitStack() as stack:
            database = await _with_tables(settings, stack)
            found = await migrate.planned(settings.database_url)
            if database is None or found.before != found.after:
                return []
            async with database.read() as connection:
                held = await held_now(connection)
    except SupportBotError:
        return []  # said of the database already
    if held.last_done is None:
        says = "no purge yet; the first is at the next start"
    else:
        says = f"last purge {held.last_done:%Y-%m-%d %H:%M} UTC"
    if held.anything and is_late(held.last_done, datetime.now(UTC)):
        says += "; it is late: a bot that runs does it every night, and one that starts does at once"
    if held.skipped is not None:
        says += f"; the last night that was left out: {held.skipped}"
    if held.absent or held.departed:
        says += f"; people in grace: {held.absent}, communities: {held.departed}"
    return [Finding("retention", True, says)]


def _set_aside(settings: Settings) -> list[Finding]:
    """Copies that upgrades and restores left: no purge and no erasure reaches them."""
    file = settings.database_file
    if file is None or not file.parent.is_dir():
        return []
    now, said = datetime.now(UTC).timestamp(), list[str]()
    for each in sorted(file.parent.iterdir()):
        if each.name.startswith(f"{file.name}.before-") and not each.name.endswith(("-wal", "-shm", "-journal")):
            said.append(f"{each} ({max(0, int(now - each.stat().st_mtime)) // 86_400} days old)")
    if not said:
        return []
    advice = "no purge and no erasure reaches what members had stored there: delete it when all is well"
    return [Finding("copies", True, f"{', '.join(said)}; {advice}")]


async def _under_others(database: Database, ring: keys.KeyRing) -> int:
    """How many fields the active key has not sealed."""
    async with database.read() as connection:
        return (await tally(connection, [ring.active])).not_under(ring.active)


async def _with_tables(settings: Settings, stack: AsyncExitStack) -> Database | None:
    """The database, when it is one that this version can read; what else is wrong with it is said by `_database`."""
    try:
        if (await migrate.planned(settings.database_url)).before is None:
            return None
    except SupportBotError:
        return None
    database = await Database.look(settings.database_url)
    if database is not None:
        stack.push_async_callback(database.close)
    return database
