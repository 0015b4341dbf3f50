"""What `supportbot check` looks at: settings, content, cogs, database, keys. It changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from supportbot import content as content_files
from supportbot.bot import COGS
from supportbot.config import Settings
from supportbot.errors import SupportBotError
from supportbot.storage import migrate


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what there is to say about it."""

    what: str
    good: bool
    says: str


async def check_up(settings: Settings) -> list[Finding]:
    """Every finding; none of them holds a secret."""
    return [
        _token(settings),
        _content(settings),
        *(_cog(name) for name in COGS),
        await _database(settings),
        _keys(settings),
    ]


def _token(settings: Settings) -> Finding:
    says = "set" if settings.token else "not set; `supportbot sandbox` needs none, `supportbot run` does"
    return Finding("token", True, says)


def _content(settings: Settings) -> Finding:
    try:
        content = content_files.load(settings.content_dir)
    except SupportBotError as error:
        return Finding("content", False, str(error))
    counted = ", ".join(f"{name}: {count}" for name, count in content.counts().items())
    over = f", with {settings.content_dir} over it" if settings.content_dir else ""
    return Finding("content", True, f"from {content.origin}{over} ({counted})")


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
        found = await migrate.current(settings.database_url)
    except SupportBotError as error:
        return Finding("database", False, f"{where}: {error}")
    wanted = migrate.head()
    if found is None:
        return Finding("database", True, f"{where}: not there yet; it is created at the first start")
    if found == wanted:
        return Finding("database", True, f"{where}: schema {found}")
    return Finding("database", True, f"{where}: schema {found}, upgraded to {wanted} at the next start")


def _keys(settings: Settings) -> Finding:
    if settings.data_keys is not None:
        return Finding("data keys", True, "from SUPPORTBOT_DATA_KEYS")
    file: Path = settings.key_file
    if file.exists():
        return Finding("data keys", True, f"{file}: keep a copy of it apart from the database's backups")
    return Finding("data keys", True, f"{file}: created at the first start")
