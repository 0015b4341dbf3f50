"""Who is gone: a grace begins, ends when they are seen again, and otherwise they are forgotten when it is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

import structlog

from supportbot.domain.checkins import Reason
from supportbot.domain.consent import Scope
from supportbot.domain.people import CommunityId, PersonId
from supportbot.domain.retention import (
    GONE,
    Absence,
    Keep,
    Look,
    Periods,
    Verdict,
    Why,
    is_late,
    judge,
    night_of,
    share_of,
)
from supportbot.errors import DeliveryError, StorageError
from supportbot.services.pacer import Pacer
from supportbot.services.ports import Clock, Store, Transaction, Whereabouts
from supportbot.services.settling import stop

T = TypeVar("T")
EraseIf = Callable[[PersonId, Callable[[Transaction], Awaitable[bool]]], Awaitable[bool]]

log = structlog.stdlib.get_logger(__name__)

A_NIGHT = 2000
"""How many people are looked for in one night; where there are more, it takes several."""

A_SECOND = 3.0
"""How many looks a second: nobody waits for them."""


COUNTED = "retention.graces"
"""Under which key it is kept which night was the last that counted for the graces."""

AT_LEAST = 20
"""Of so many answers in one night, most do not say gone, unless it is the bot that is: then no grace begins."""

STALE = timedelta(hours=1)
"""How old what is in memory may be: other processes begin graces too."""

FAILURES = 20
"""With more of them in one part of a night, it is not a few people's rows: the part is tried again."""


async def _say_nothing(tx: Transaction, absence: Absence) -> None:
    del tx, absence


class Graces:
    """People who may be gone, and communities without the bot. `erase` forgets everything about somebody if
    what it is given says so in the same transaction; `say_farewell` is told, in the transaction in which it begins, of
    the grace of somebody who gave no sign.

    In memory it holds who is in grace, so that a press of anybody else costs no look into the database.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        whereabouts: Whereabouts,
        periods: Periods,
        *,
        erase: EraseIf,
        pacer: Pacer,
        say_farewell: Callable[[Transaction, Absence], Awaitable[None]] = _say_nothing,
    ) -> None:
        self._store = store
        self._clock = clock
        self._whereabouts = whereabouts
        self._periods = periods
        self._erase = erase
        self._pacer = pacer
        self._say_farewell = say_farewell
        self._absent: set[PersonId] = set()
        self._read_at: datetime | None = None
        self._left: dict[tuple[PersonId, CommunityId], date] = {}

    async def load(self) -> None:
        """Read who is in grace. Raises StorageError."""
        async with self._store.read() as tx:
            self._absent = {absence.person for absence in await tx.absences.all()}
        self._read_at = self._clock.now()

    def began(self, person: PersonId) -> None:
        """Somebody else noted that this person's grace begins."""
        self._absent.add(person)

    async def seen(self, person: PersonId) -> None:
        """They pressed, typed or ran something: whoever is in grace is so no more."""
        try:
            if self._is_stale():
                await self.load()
        except StorageError as error:
            log.warning("grace.not_read", error=type(error).__name__)
        if person not in self._absent:
            return
        self._absent.discard(person)
        try:
            async with self._store.write() as tx:
                if await tx.absences.end(person) and await tx.consents.holds(person, Scope.CHECKINS):
                    # A sign that is kept, or the next night would take them for silent again.
                    await tx.members.sign(person, at=self._clock.now())
        except StorageError as error:
            self._absent.add(person)  # their next press tries again
            log.warning("grace.not_ended", error=type(error).__name__)

    async def discords_time(self) -> datetime | None:
        """Discord's own time; None when it is not known."""
        return await self._whereabouts.time()

    # --- communities

    async def left(self, community: CommunityId) -> None:
        """The bot was removed from a community; an outage is none of that."""
        async with self._store.write() as tx:
            await tx.departures.begin(community, at=self._clock.now())

    async def joined(self, community: CommunityId) -> None:
        """The bot was invited, perhaps back."""
        async with self._store.write() as tx:
            await tx.departures.end(community)
            # Without the bot there, nobody was found. Whoever is gone all the same is noticed in the next night.
            await tx.absences.end_known_from(community)
        await self.load()

    async def communities(self, now: datetime) -> int:
        """Compare with where the bot is, and forget what communities set whose grace is over; says how many."""
        await self._count_nights(now)
        here = self._whereabouts.here()
        if here is None:
            return 0
        async with self._store.write() as tx:
            await tx.departures.note(here, at=now)
            over = [each for each, since in (await tx.departures.all()).items() if self._is_over(since, now)]
        for community in over:
            async with self._store.write() as tx:
                await tx.departures.erase(community)
                await tx.audit.erase_community(community)
        return len(over)

    # --- people

    async def absent(self, now: datetime) -> int:
        """Look for everybody in grace: end it for those who are back, forget those whose grace is over.

        Says how many were forgotten. Where a look finds no answer, they wait for another night.
        """
        await self._count_nights(now)
        async with self._store.read() as tx:
            absences = await tx.absences.all()

        async def one(absence: Absence) -> bool:
            if await self._is_back(absence):
                async with self._store.write() as tx:
                    await tx.absences.end(absence.person)
            elif self._is_over(absence.since, now) and not await self._is_open(absence):
                return await self._forget(absence)
            return False

        forgotten = await _each(absences, one)
        await self.load()
        return forgotten

    async def look(self, now: datetime) -> int:
        """Look for one night's share of those who have check-ins; says for how many a grace begins."""
        async with self._store.read() as tx:
            parts = share_of(await tx.retention.holders_of_plans(), A_NIGHT)
            # By the night and not by who was looked at last: nothing is to be kept about it.
            part = night_of(now).toordinal() % parts
            people = await tx.retention.to_look_for(part, parts, limit=2 * A_NIGHT)

        gone: list[PersonId] = []
        found = 0

        async def one(person: PersonId) -> bool:
            nonlocal found
            verdict = None if person in self._absent else await self._verdict(person)
            if verdict is None:
                return False
            if again := self._left_again(person, verdict.left, now):
                await self._end_plans(person, again)
            found += verdict.is_there or verdict.is_gone
            if verdict.is_gone:
                gone.append(person)
            return verdict.is_gone

        kept = night_of(now) - timedelta(days=2 * parts)
        self._left = {which: night for which, night in self._left.items() if night >= kept}
        await _each(people, one)
        if found >= AT_LEAST and 2 * len(gone) > found:
            log.warning("grace.too_many_gone", found=found, gone=len(gone), advice="is it the right bot's token?")
            return 0
        return await _each(gone, lambda person: self._begin(Absence(person, Why.NOT_THERE, self._clock.now())))

    async def inactive(self, now: datetime) -> int:
        """Begin the grace of those who gave no sign for long; says for how many."""
        async with self._store.read() as tx:
            people = await tx.retention.inactive(self._periods.start(Keep.INACTIVE, now), limit=A_NIGHT)
        return await _each(people, lambda person: self._begin(Absence(person, Why.INACTIVE, now)))

    async def _count_nights(self, now: datetime) -> None:
        """A grace counts only while the bot is there: after nights off, or in an old copy, they begin anew.

        Raises StorageError; then nobody is to be forgotten.
        """
        async with self._store.write() as tx:
            last = await tx.app_state.get(COUNTED)
            if is_late(None if last is None else datetime.fromisoformat(last), now):
                await tx.absences.begin_anew(now)
                await tx.departures.begin_anew(now)
            await tx.app_state.set(COUNTED, now.isoformat())

    async def _forget(self, absence: Absence) -> bool:
        """Unless they were seen since this night's work began: it takes long."""

        async def still(tx: Transaction) -> bool:
            return await tx.absences.take(absence) and not await tx.retention.gave_sign(absence.person, absence.since)

        return await self._erase(absence.person, still)

    def _left_again(self, person: PersonId, left: frozenset[CommunityId], now: datetime) -> frozenset[CommunityId]:
        """Which of these were left by the look before too: one wrong answer must not end anything for good.

        In memory only; after a start it takes a look more.
        """
        night = night_of(now)
        before = {where: seen for (who, where), seen in self._left.items() if who == person}
        for where in before.keys() - left:
            del self._left[person, where]
        for where in left - before.keys():
            self._left[person, where] = night
        return frozenset(where for where in left if before.get(where, night) < night)

    def _is_stale(self) -> bool:
        return self._read_at is None or not timedelta() <= self._clock.now() - self._read_at < STALE

    def _is_over(self, since: datetime, now: datetime) -> bool:
        return since <= self._periods.start(Keep.GRACE, now)

    async def _begin(self, absence: Absence) -> bool:
        async with self._store.write() as tx:
            # Without that consent there is nothing left that a grace would be for.
            if not await tx.consents.holds(absence.person, Scope.CHECKINS):
                return False
            began = await tx.absences.add(absence)
            if began and absence.why is Why.INACTIVE:
                await self._say_farewell(tx, absence)
        self.began(absence.person)
        return began

    async def _is_back(self, absence: Absence) -> bool:
        async with self._store.read() as tx:
            if await tx.retention.gave_sign(absence.person, absence.since):
                return True
        if absence.why not in GONE:
            return False
        verdict = await self._verdict(absence.person)
        return verdict is not None and verdict.is_there

    async def _is_open(self, absence: Absence) -> bool:
        """Whether somebody found gone might be there after all, since a look had no answer."""
        if absence.why not in GONE:
            return False
        verdict = await self._verdict(absence.person)
        return verdict is not None and not verdict.is_gone

    async def _verdict(self, person: PersonId) -> Verdict | None:
        """What looking for them says; None where there is nowhere to look."""
        async with self._store.read() as tx:
            known = {*await tx.plans.communities(person), *await tx.consents.communities(person)}
        if not known:
            return None
        return judge({community: await self._look(community, person) for community in sorted(known)})

    async def _look(self, community: CommunityId, person: PersonId) -> Look:
        here = self._whereabouts.here()
        if here is None:
            return Look.UNKNOWN
        if community not in here:
            return Look.BOT_NOT_THERE
        await self._pacer.turn()
        try:
            return Look.THERE if await self._whereabouts.has_member(community, person) else Look.NOT_THERE
        except DeliveryError:
            return Look.UNKNOWN

    async def _end_plans(self, person: PersonId, left: frozenset[CommunityId]) -> None:
        """End what belongs to communities that they left."""
        async with self._store.read() as tx:
            if not any(plan.community in left for plan in await tx.plans.of(person)):
                return
        now = self._clock.now()
        async with self._store.write() as tx:
            for plan in await tx.plans.of(person):
                if plan.community in left:
                    await stop(tx, plan, at=now, why=Reason.LEFT)


async def _each(these: Sequence[T], do: Callable[[T], Awaitable[bool]]) -> int:
    """Do it with each, whatever became of the others; says with how many it was done. A failed one comes next night.

    Raises what the last one raised when it is more than a few.
    """
    done = failed = 0
    for each in these:
        try:
            done += await do(each)
        except Exception as error:
            failed += 1
            log.error("grace.failed", error=type(error).__name__)  # noqa: TRY400
            if failed > FAILURES:
                raise
    if failed:
        log.warning("grace.some_failed", count=failed, advice="they are tried again in the next night")
    return done
