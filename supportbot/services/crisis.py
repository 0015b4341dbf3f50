"""Crisis help: which lines somebody is shown. It comes whatever the database does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog

from supportbot.domain.communities import OwnHelpline
from supportbot.domain.consent import ConsentEntry, ConsentText, How, Scope
from supportbot.domain.countries import COUNTRIES, NO_COUNTRY
from supportbot.domain.crisis import KINDS, Need
from supportbot.domain.helplines import Contact, Helpline, Helplines, Kind
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import StorageError, UserError
from supportbot.services.ports import Clock, Store, Transaction

log = structlog.stdlib.get_logger(__name__)

PATIENCE = 1.0
"""How many seconds the database may take before the page goes without it; Discord waits three in all."""
AT_ONCE = 4
"""How many pages read at once; the others wait their turn, as part of that time."""


class Origin(StrEnum):
    """How the country of the page is known."""

    CHOSEN = "chosen"
    REMEMBERED = "remembered"
    COMMUNITY = "community"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Region:
    """The country that help is shown for, None when it is not known, and the ones kept for person and community."""

    country: str | None
    origin: Origin
    remembered: str | None = None
    community: str | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """What somebody is shown.

    `lines` come by kind, then by where they were seen; `own` are the community's approved ones of these kinds.
    `directories` are there when nothing in `lines` is of the first kind for the whole country. `at` is when it
    was put together. `has_more_by_phone`: there are lines of these kinds that were left out because they can only be
    called.
    """

    region: Region
    kinds: tuple[Kind, ...]
    emergency: Helpline | None
    lines: tuple[Helpline, ...]
    own: tuple[OwnHelpline, ...]
    directories: tuple[Helpline, ...]
    at: datetime
    has_more_by_phone: bool = False


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the database adds to the shipped lines."""

    region: Region
    own: tuple[OwnHelpline, ...] = ()
    lines: Helplines | None = None


class Crisis:
    """Puts help together from the shipped lines, what operators checked, and what community and member set.

    No country is ever guessed: chosen just now, else what the member asked to be remembered, else what the community
    set, else none.
    """

    def __init__(self, store: Store, clock: Clock, lines: Helplines, *, patience: float = PATIENCE) -> None:
        self._store = store
        self._clock = clock
        self._lines = lines
        self._patience = patience
        # A read that is broken off costs its connection. When many ask at once, only those under way are broken off.
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def help(
        self,
        person: PersonId,
        community: CommunityId | None,
        *,
        need: Need | None = None,
        chosen: str | None = None,
    ) -> Help:
        """What to show for a need. `community` is None in a DM; `chosen` is NO_COUNTRY for one that is none of those
        kept, whichever it is. Never raises StorageError.
        """
        return await self.lines(person, community, KINDS[need], chosen=chosen, written=need is Need.WRITTEN)

    async def lines(
        self,
        person: PersonId,
        community: CommunityId | None,
        kinds: Iterable[Kind],
        *,
        chosen: str | None = None,
        written: bool = False,
    ) -> Help:
        """The lines of these kinds, in this order; only those that can be written to, if `written`.

        In a DM the community is that of the person's check-ins, if it is one alone. Never raises StorageError.
        """
        kinds = tuple(kinds)
        kept = await self._kept(person, community, chosen)
        all_lines, country = kept.lines or self._lines, kept.region.country
        found = () if country is None else all_lines.lines_for(country, *kinds)
        own = tuple(line for kind in kinds for line in kept.own if line.kind is kind)
        every = len(found) + len(own)
        if written:
            found = tuple(line for line in found if _can_be_written_to(line.contact))
            own = tuple(line for line in own if _can_be_written_to(line.contact))
        is_served = any(line.kind is kinds[0] and line.subdivision is None for line in found)
        return Help(
            region=kept.region,
            kinds=kinds,
            emergency=None if country is None else all_lines.emergency(country),
            lines=found,
            own=own,
            directories=() if is_served else all_lines.directories(),
            at=self._clock.now(),
            has_more_by_phone=len(found) + len(own) < every,
        )

    async def remember(self, person: PersonId, community: CommunityId | None, country: str, text: ConsentText) -> None:
        """Keep the country, and that the person agreed to it. Raises StorageError, UserError for no country."""
        if country not in COUNTRIES:
            raise UserError("crisis.stale")
        async with self._store.write() as tx:
            now = self._clock.now()
            await tx.consents.record(
                ConsentEntry(person, community, Scope.REGION, text.version, text.language, now, How.BUTTON, given=True)
            )
            await tx.member_regions.save(person, country, at=now)

    async def _kept(self, person: PersonId, community: CommunityId | None, chosen: str | None) -> _Kept:
        try:
            async with asyncio.timeout(self._patience), self._turns, self._store.read() as tx:
                return await self._read(tx, person, community, chosen)
        except (StorageError, TimeoutError) as error:
            log.warning("region.without_database", error=type(error).__name__)
            return _Kept(_region(chosen))

    async def _read(
        self, tx: Transaction, person: PersonId, community: CommunityId | None, chosen: str | None
    ) -> _Kept:
        where = community or await self._community_of(tx, person)
        settings = None if where is None else await tx.communities.get(where)
        theirs = settings.region if settings else None
        remembered = await self._remembered(tx, person)
        checks = await tx.helpline_checks.all()
        checked = (
            line.checked(check.fingerprint, check.checked_on) if (check := checks.get(line.id)) else line
            for line in self._lines
        )
        own = () if where is None else tuple(await tx.own_helplines.approved(where))
        return _Kept(_region(chosen, remembered, theirs), own, Helplines(checked) if checks else None)

    @staticmethod
    async def _remembered(tx: Transaction, person: PersonId) -> str | None:
        if not await tx.consents.holds(person, Scope.REGION):
            return None
        return await tx.member_regions.get(person)

    @staticmethod
    async def _community_of(tx: Transaction, person: PersonId) -> CommunityId | None:
        found = {plan.community for plan in await tx.plans.of(person) if plan.community is not None}
        return next(iter(found)) if len(found) == 1 else None


def _region(chosen: str | None, remembered: str | None = None, community: str | None = None) -> Region:
    options = ((chosen, Origin.CHOSEN), (remembered, Origin.REMEMBERED), (community, Origin.COMMUNITY))
    country, origin = next(((each, how) for each, how in options if each), (NO_COUNTRY, Origin.UNKNOWN))
    if country == NO_COUNTRY:
        return Region(None, Origin.UNKNOWN, remembered, community)
    return Region(country, origin, remembered, community)


def _can_be_written_to(contact: Contact) -> bool:
    return contact.text is not None or contact.chat_url is not None
