"""What the nightly purge asks of the tables: what has had its time, who is to be looked for, whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, case, delete, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.checkins import PlanState, Reason, State
from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.domain.retention import is_due
from supportbot.storage.consents import ConsentRepository
from supportbot.storage.inserting import insert_new
from supportbot.storage.tables import (
    absences,
    answers,
    app_state,
    audit,
    audit_actors,
    consents,
    deliveries,
    departures,
    dm_channels,
    helpline_signatures,
    member_languages,
    member_regions,
    members,
    nudges,
    occurrences,
    plans,
)

LEASE = timedelta(hours=1)
"""How long one process's claim on a night's work keeps another from doing it too."""

HELD: Mapping[Scope, tuple[Table, ...]] = {
    Scope.CHECKINS: (plans, members, dm_channels, absences),
    Scope.REGION: (member_regions,),
    Scope.LANGUAGE: (member_languages,),
    Scope.HANDOVER: (),
    Scope.HISTORY: (answers,),
    Scope.NUDGE: (nudges,),
}
"""Which tables hold what rests on a consent, by `person_id`."""

_CLAIMED, _DONE, _TRUSTED = "retention.claimed", "retention.done", "retention.trusted"
_SKIPPED = "retention.skipped"
_AGE = 1 << 22
"""A Discord id is milliseconds times this: what is left of it after dividing is spread evenly."""


_ABOUT = (plans, consents, members, member_regions, member_languages, answers, nudges)


@dataclass(frozen=True, slots=True)
class Held:
    """When a night's work was last done, how many people and communities are in grace, and whether there is anything
    about anybody.
    """

    last_done: datetime | None
    absent: int
    departed: int
    anything: bool
    skipped: str | None = None
    """The last night that was left out, and why."""


class RetentionRepository:
    """Looks for what has had its time. `before` is an aware UTC instant; rows from it on stay."""

    def __init__(self, connection: AsyncConnection, consents: ConsentRepository) -> None:
        self._connection = connection
        self._consents = consents

    async def claim(self, now: datetime) -> bool:
        """Whether this night's work is this process's to do: it is still to do, and no other began it lately."""
        done, claimed = await self._instant(_DONE), await self._instant(_CLAIMED)
        if not is_due(done, now) or (claimed is not None and timedelta() <= now - claimed < LEASE):
            return False
        if claimed is None:
            return await insert_new(self._connection, app_state, key=_CLAIMED, value=now.isoformat())
        taken = await self._connection.execute(
            update(app_state)
            .where(app_state.c.key == _CLAIMED, app_state.c.value == claimed.isoformat())
            .values(value=now.isoformat())
        )
        return taken.rowcount == 1

    async def finished(self, now: datetime) -> None:
        """The night's work is done."""
        await self._note(_DONE, now.isoformat())

    async def skipped(self, now: datetime, why: str) -> None:
        """Note that this night's work was left out, and why, in words for the operator."""
        await self._note(_SKIPPED, f"{now:%Y-%m-%d %H:%M} UTC, because {why}")

    async def last_done(self) -> datetime | None:
        """When a night's work was last done."""
        return await self._instant(_DONE)

    async def trusted_from(self) -> datetime | None:
        """The instant from which on the clock is trusted; None when nothing was noted."""
        return await self._instant(_TRUSTED)

    async def trust_from(self, instant: datetime) -> None:
        """Note it."""
        await self._note(_TRUSTED, instant.isoformat())

    async def _note(self, key: str, value: str) -> None:
        if not await insert_new(self._connection, app_state, key=key, value=value):
            await self._connection.execute(update(app_state).where(app_state.c.key == key).values(value=value))

    # --- what has had its time

    async def purge_deliveries(self, before: datetime, *, limit: int) -> int:
        """Forget deliveries that were settled before, the oldest first; says how many.

        Of each plan, the last one that was answered stays with it: it shows that the person was there.
        """
        found = await self._connection.execute(
            select(deliveries.c.id, deliveries.c.occurrence_id)
            .outerjoin(occurrences, deliveries.c.occurrence_id == occurrences.c.id)
            .where(deliveries.c.wake_at.is_(None), deliveries.c.changed_at < before, ~_is_last_answer())
            .order_by(deliveries.c.changed_at)
            .limit(limit)
        )
        rows = found.all()
        await self._connection.execute(delete(deliveries).where(deliveries.c.id.in_([row.id for row in rows])))
        empty = ~exists().where(deliveries.c.occurrence_id == occurrences.c.id)
        await self._connection.execute(
            delete(occurrences).where(occurrences.c.id.in_({row.occurrence_id for row in rows}), empty)
        )
        return len(rows)

    async def stopped_plans(self, before: datetime, *, limit: int) -> list[tuple[str, PersonId]]:
        """Plans that were stopped before, and whose they are, the oldest first."""
        found = await self._connection.execute(
            select(plans.c.id, plans.c.person_id)
            .where(plans.c.state == PlanState.STOPPED.value, plans.c.changed_at < before)
            .order_by(plans.c.changed_at)
            .limit(limit)
        )
        return [(row.id, PersonId(row.person_id)) for row in found]

    async def forget_plan(self, plan_id: str, person: PersonId) -> bool:
        """Forget a plan with all that hangs on it; says whether it was the person's last.

        From here on to the transaction's end nobody makes a new one for them.
        """
        await self._consents.lock(person)
        await self._connection.execute(delete(plans).where(plans.c.id == plan_id))
        left = await self._connection.execute(select(plans.c.id).where(plans.c.person_id == person).limit(1))
        return left.one_or_none() is None

    async def remembered(self, scope: Scope, before: datetime, *, limit: int) -> list[PersonId]:
        """Who last chose before what is remembered about them, a country or a language."""
        (table,) = HELD[scope]
        found = await self._connection.execute(
            select(table.c.person_id).where(table.c.at < before).order_by(table.c.at).limit(limit)
        )
        return [PersonId(each) for each in found.scalars()]

    async def is_still_remembered(self, person: PersonId, scope: Scope, before: datetime) -> bool:
        """Whether that still is so. From here on to the transaction's end they cannot choose anew."""
        await self._consents.lock(person)
        (table,) = HELD[scope]
        found = await self._connection.execute(
            select(table.c.person_id).where(table.c.person_id == person, table.c.at < before)
        )
        return found.one_or_none() is not None

    async def forget_entries(self, person: PersonId, scope: Scope) -> int:
        """Forget the consents of one scope, where nothing rests on them any more."""
        gone = await self._connection.execute(
            delete(consents).where(consents.c.person_id == person, consents.c.scope == scope.value)
        )
        return gone.rowcount

    async def purge_answers(self, before: datetime, *, limit: int) -> int:
        """Forget answers that were given before, the oldest first; says how many."""
        old = select(answers.c.id).where(answers.c.at < before).order_by(answers.c.at).limit(limit)
        return (await self._connection.execute(delete(answers).where(answers.c.id.in_(old)))).rowcount

    async def purge_consents(self, before: datetime, *, limit: int) -> int:
        """Forget entries that do not count any more, from before this, the oldest first; says how many.

        The last of a scope counts as long as anything rests on it.
        """
        newer = consents.alias()
        is_last = ~exists().where(
            newer.c.person_id == consents.c.person_id,
            newer.c.scope == consents.c.scope,
            newer.c.entry > consents.c.entry,
        )
        found = await self._connection.execute(
            select(consents.c.id)
            .where(consents.c.at < before, ~and_(is_last, _rests_on_it()))
            .order_by(consents.c.at, consents.c.entry)
            .limit(limit)
        )
        gone = found.scalars().all()
        await self._connection.execute(delete(consents).where(consents.c.id.in_(gone)))
        return len(gone)

    # --- who is to be looked for

    async def holders_of_plans(self) -> int:
        """How many people have plans that are not stopped."""
        found = await self._connection.execute(
            select(func.count(plans.c.person_id.distinct())).where(plans.c.state != PlanState.STOPPED.value)
        )
        return found.scalar_one()

    async def to_look_for(self, part: int, parts: int, *, limit: int) -> list[PersonId]:
        """One part of those people, the same for the same numbers; each of them is in one part."""
        found = await self._connection.execute(
            select(plans.c.person_id)
            .where(plans.c.state != PlanState.STOPPED.value, (plans.c.person_id // _AGE) % parts == part)
            .distinct()
            .order_by(plans.c.person_id)
            .limit(limit)
        )
        return [PersonId(each) for each in found.scalars()]

    async def inactive(self, since: datetime, *, limit: int) -> list[PersonId]:
        """Who has plans that are not stopped and gave no sign since then, as far as it is kept."""
        found = await self._connection.execute(
            select(plans.c.person_id)
            .where(
                plans.c.state != PlanState.STOPPED.value,
                ~_gave_sign(plans.c.person_id, since),
                ~exists().where(absences.c.person_id == plans.c.person_id),
            )
            .distinct()
            .limit(limit)
        )
        return [PersonId(each) for each in found.scalars()]

    async def gave_sign(self, person: PersonId, since: datetime) -> bool:
        """Whether they answered, agreed, chose or changed something after this instant."""
        found = await self._connection.execute(select(case((_gave_sign(literal(person), since), 1), else_=0)))
        return bool(found.scalar_one())

    async def left_lately(self, person: PersonId, since: datetime) -> bool:
        """Whether a check-in of theirs was ended since then because they left its community."""
        found = await self._connection.execute(
            select(deliveries.c.id)
            .join(occurrences, deliveries.c.occurrence_id == occurrences.c.id)
            .join(plans, occurrences.c.plan_id == plans.c.id)
            .where(
                plans.c.person_id == person,
                deliveries.c.reason == Reason.LEFT.value,
                deliveries.c.changed_at >= since,
            )
            .limit(1)
        )
        return found.one_or_none() is not None

    async def _instant(self, key: str) -> datetime | None:
        return await _instant(self._connection, key)


async def held_now(connection: AsyncConnection) -> Held:
    """How things stand, in numbers."""
    absent = await connection.execute(select(func.count()).select_from(absences))
    departed = await connection.execute(select(func.count()).select_from(departures))
    rows = [(await connection.execute(select(table.c.person_id).limit(1))).first() for table in _ABOUT]
    return Held(
        await _instant(connection, _DONE),
        absent.scalar_one(),
        departed.scalar_one(),
        any(row is not None for row in rows),
        (await connection.execute(select(app_state.c.value).where(app_state.c.key == _SKIPPED))).scalar_one_or_none(),
    )


async def _instant(connection: AsyncConnection, key: str) -> datetime | None:
    found = await connection.execute(select(app_state.c.value).where(app_state.c.key == key))
    value = found.scalar_one_or_none()
    return None if value is None else datetime.fromisoformat(value)


def _is_last_answer() -> ColumnElement[bool]:
    """Whether a delivery is the last that was answered of its plan."""
    later, of = deliveries.alias(), occurrences.alias()
    newer = exists().where(
        later.c.occurrence_id == of.c.id,
        of.c.plan_id == occurrences.c.plan_id,
        later.c.state == State.ANSWERED.value,
        later.c.changed_at > deliveries.c.changed_at,
    )
    return and_(deliveries.c.state == State.ANSWERED.value, ~newer)


def _rests_on_it() -> ColumnElement[bool]:
    """Whether anything is held under the scope of a consent."""
    return or_(
        *(
            and_(consents.c.scope == scope.value, or_(*(exists().where(_theirs(table)) for table in tables)))
            for scope, tables in HELD.items()
            if tables
        )
    )


def _theirs(table: Table) -> ColumnElement[bool]:
    return table.c.person_id == consents.c.person_id


def _gave_sign(person: ColumnElement[int], since: datetime) -> ColumnElement[bool]:
    """What a person does writes one of these; what the program does to their rows does not count."""
    own, answered, of, made = plans.alias(), deliveries.alias(), occurrences.alias(), plans.alias()
    dated = (consents, member_regions, member_languages, helpline_signatures)
    was_stopped = and_(own.c.state == PlanState.STOPPED.value, own.c.changed_at > since)
    return or_(
        *(exists().where(table.c.person_id == person, table.c.at > since) for table in dated),
        exists().where(
            audit_actors.c.person_id == person,
            audit.c.community_id == audit_actors.c.community_id,
            audit.c.number == audit_actors.c.number,
            audit.c.at > since,
        ),
        exists().where(own.c.person_id == person, or_(own.c.created_at > since, was_stopped)),
        exists().where(members.c.person_id == person, members.c.sign_at > since),
        exists().where(
            made.c.person_id == person,
            of.c.plan_id == made.c.id,
            answered.c.occurrence_id == of.c.id,
            answered.c.state == State.ANSWERED.value,
            answered.c.changed_at > since,
        ),
    )
