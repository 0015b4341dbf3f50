"""What `supportbot helplines check` and `confirm` do: look the lines over, and note that somebody checked them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path

from supportbot import content as content_files
from supportbot.chat.markdown import is_active
from supportbot.config import Settings
from supportbot.content import Examined
from supportbot.domain.helplines import Helpline
from supportbot.domain.line_review import Concern, Remark, Review, remarks
from supportbot.errors import ConfigError, SupportBotError
from supportbot.services.ports import HelplineCheck
from supportbot.storage import migrate
from supportbot.storage.communities import CommunityRepository
from supportbot.storage.engine import Database
from supportbot.storage.helplines import HelplineCheckRepository


async def review(settings: Settings, today: date, *, file: Path | None = None, region: str | None = None) -> Review:
    """Look at the lines that the bot would use, or at a file; with a region, at its lines alone.

    Without a database that this version can read, nobody has confirmed anything. Raises ContentError for a file that
    is no TOML.
    """
    examined = content_files.examine_helplines(settings.content_dir, file=file)
    lines = _checked(examined.lines, await _checks(settings))
    if region is not None:
        lines = tuple(line for line in lines if line.iso == region)
    faults = [Remark(_fault(fault.field), fault.line, fault.field, fault.why) for fault in examined.faults]
    if region is not None and not lines:
        faults.append(Remark(Concern.MALFORMED, "", "", f"there is no line for {region}"))
    return Review(lines, (*faults, *_dated(examined, today), *remarks(lines, today, is_escaped=is_active)))


async def confirm(settings: Settings, ids: Sequence[str], today: date) -> list[Helpline]:
    """Note today's check of these lines as they are now. Raises ConfigError for an unknown id, StorageError."""
    known = {line.id: line for line in content_files.load(settings.content_dir).helplines}
    if unknown := [each for each in ids if each not in known]:
        raise ConfigError(f"No line has the id {unknown[0]}; nothing was noted.")
    if not await _is_current(settings):
        raise ConfigError("The database is not there yet, or is an older one: run `supportbot db upgrade` first.")
    database = await Database.open(settings.database_url)
    try:
        async with database.write() as connection:
            checks = HelplineCheckRepository(connection)
            for each in ids:
                await checks.save(each, HelplineCheck(known[each].fingerprint, today))
    finally:
        await database.close()
    return [known[each] for each in ids]


async def unconfirmed_where_it_counts(settings: Settings, lines: Iterable[Helpline]) -> tuple[list[str], list[str]]:
    """The communities' regions, and the ids of the lines there that nobody confirmed."""
    async with AsyncExitStack() as stack:
        database = await _looked_at(settings, stack)
        if database is None:
            return [], []
        async with database.read() as connection:
            regions = await CommunityRepository(connection).regions()
            checks = await HelplineCheckRepository(connection).all()
    there = _checked((line for line in lines if line.iso in regions), checks)
    return sorted(regions), [line.id for line in there if line.checked_on is None]


def _fault(field: str) -> Concern:
    return Concern.NO_SOURCE if field == "source" else Concern.MALFORMED


def _dated(examined: Examined, today: date) -> list[Remark]:
    """The file's own day, which the loader compares the sources with, must not lie ahead."""
    if examined.reviewed_on is None or examined.reviewed_on <= today:
        return []
    return [Remark(Concern.MALFORMED, "", "reviewed_on", f"{examined.reviewed_on} is still to come")]


def _checked(lines: Iterable[Helpline], checks: Mapping[str, HelplineCheck]) -> tuple[Helpline, ...]:
    return tuple(
        line.checked(check.fingerprint, check.checked_on) if (check := checks.get(line.id)) else line for line in lines
    )


async def _checks(settings: Settings) -> Mapping[str, HelplineCheck]:
    async with AsyncExitStack() as stack:
        database = await _looked_at(settings, stack)
        if database is None:
            return {}
        async with database.read() as connection:
            return await HelplineCheckRepository(connection).all()


async def _looked_at(settings: Settings, stack: AsyncExitStack) -> Database | None:
    if not await _is_current(settings):
        return None
    database = await Database.look(settings.database_url)
    if database is not None:
        stack.push_async_callback(database.close)
    return database


async def _is_current(settings: Settings) -> bool:
    try:
        found = await migrate.planned(settings.database_url)
    except SupportBotError:
        return False
    return found.before == found.after
