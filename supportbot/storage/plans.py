"""Plans and their slots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

import structlog
from sqlalchemy import RowMapping, Select, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.cadence import Cadence, Rule, Slot
from supportbot.domain.checkins import OWN_WORDS, Asks, Paused, Plan, PlanState, State
from supportbot.domain.consent import Scope
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import SealingError
from supportbot.services.ports import Json
from supportbot.storage.delivery_reads import FIRST
from supportbot.storage.grants import Grants
from supportbot.storage.sealed import WORDS
from supportbot.storage.sealing import Sealer
from supportbot.storage.tables import deliveries, occurrences, plan_slots, plans

log = structlog.stdlib.get_logger(__name__)


class PlanRepository:
    """Plans by id and by person. A goal or a question of one's own is sealed to the plan's key."""

    kind = "plans"
    basis = Scope.CHECKINS

    def __init__(self, connection: AsyncConnection, sealer: Sealer, grants: Grants) -> None:
        self._connection = connection
        self._sealer = sealer
        self._grants = grants

    async def add(self, plan: Plan) -> None:
        """Add a plan with its slots. Raises ConsentMissing."""
        self._grants.require(plan.person, self.basis)
        await self._connection.execute(
            insert(plans).values(
                id=plan.id,
                person_id=plan.person,
                community_id=plan.community,
                state=plan.state.value,
                created_at=plan.created_at,
                changed_at=plan.created_at,
                paused=None if plan.paused is None else plan.paused.value,
                paused_until=plan.paused_until,
                turn=plan.turn,
                **self._asked(plan),
            )
        )
        await self._connection.execute(
            insert(plan_slots),
            [{"id": slot.id, "plan_id": plan.id, "at": f"{slot.at:%H:%M}"} for slot in plan.rule.slots],
        )

    async def change(self, plan: Plan, *, at: datetime) -> None:
        """Write a plan's rule, question and form anew. A slot keeps its id; one that is not in it any more retires.

        Raises ConsentMissing.
        """
        self._grants.require(plan.person, self.basis)
        values = self._asked(plan)
        if plan.words is None and plan.asks in OWN_WORDS:
            del values["words"]  # they could not be opened, and another key may open them still
        await self._connection.execute(update(plans).where(plans.c.id == plan.id).values(changed_at=at, **values))
        there = await self._connection.execute(
            select(plan_slots.c.id).where(plan_slots.c.plan_id == plan.id, plan_slots.c.retired_at.is_(None))
        )
        known, wanted = set(there.scalars()), {slot.id: slot for slot in plan.rule.slots}
        for slot in plan.rule.slots:
            values = {"at": f"{slot.at:%H:%M}"}
            if slot.id in known:
                await self._connection.execute(update(plan_slots).where(plan_slots.c.id == slot.id).values(values))
            else:
                await self._connection.execute(insert(plan_slots).values(id=slot.id, plan_id=plan.id, **values))
        gone = known - wanted.keys()
        await self._connection.execute(update(plan_slots).where(plan_slots.c.id.in_(gone)).values(retired_at=at))

    def _asked(self, plan: Plan) -> dict[str, object]:
        rule = plan.rule
        return {
            "cadence": rule.cadence.value,
            "weekdays": ",".join(map(str, rule.days)) or None,
            "every": rule.every,
            "starts_on": None if rule.start is None else rule.start.isoformat(),
            "month_day": rule.day,
            "ends_on": None if rule.until is None else rule.until.isoformat(),
            "asks": plan.asks.value,
            "words": None if plan.words is None else self._sealer.seal(plan.words, column=WORDS.name, row=plan.id),
            "discreet": plan.discreet,
        }

    async def get(self, plan_id: str) -> Plan | None:
        """The plan, stopped or not."""
        found = await self._plans(select(plans).where(plans.c.id == plan_id))
        return found[0] if found else None

    async def of(self, person: PersonId) -> list[Plan]:
        """The person's plans that are not stopped, oldest first."""
        return await self._plans(
            select(plans).where(plans.c.person_id == person, plans.c.state != PlanState.STOPPED.value)
        )

    async def communities(self, person: PersonId) -> list[CommunityId]:
        """The communities in which this person made plans, stopped ones too, the newest first."""
        found = await self._connection.execute(
            select(plans.c.community_id)
            .where(plans.c.person_id == person, plans.c.community_id.is_not(None))
            .group_by(plans.c.community_id)
            .order_by(func.max(plans.c.created_at).desc(), plans.c.community_id)
        )
        return [CommunityId(each) for each in found.scalars()]

    async def set_state(
        self,
        plan_id: str,
        state: PlanState,
        *,
        at: datetime,
        paused: Paused | None = None,
        until: datetime | None = None,
    ) -> None:
        """Pause, resume or stop a plan: `paused` says why, `until` lets an active one rest until an instant."""
        await self._connection.execute(
            update(plans)
            .where(plans.c.id == plan_id)
            .values(
                state=state.value,
                paused=None if paused is None else paused.value,
                paused_until=until,
                changed_at=at,
            )
        )

    async def without_next(self, after: str, *, limit: int, today: date) -> list[str]:
        """Ids of active plans that have not ended and of which nothing is to come, from one id on, in order."""
        coming = (
            select(occurrences.c.plan_id)
            .join(deliveries)
            .where(deliveries.c.wake_at.is_not(None), deliveries.c.id.like("%-1"))
        )
        found = await self._connection.execute(
            select(plans.c.id)
            .where(
                plans.c.id > after,
                plans.c.state == PlanState.ACTIVE.value,
                or_(plans.c.ends_on.is_(None), plans.c.ends_on >= f"{today:%Y-%m-%d}"),
                plans.c.id.not_in(coming),
            )
            .order_by(plans.c.id)
            .limit(limit)
        )
        return list(found.scalars())

    async def stop_all(self, person: PersonId, *, at: datetime) -> int:
        """Stop every plan of this person; says how many there were."""
        stopped = await self._connection.execute(
            update(plans)
            .where(plans.c.person_id == person, plans.c.state != PlanState.STOPPED.value)
            .values(state=PlanState.STOPPED.value, paused=None, paused_until=None, changed_at=at)
        )
        return stopped.rowcount

    async def turned(self, plan_id: str) -> None:
        """One more check-in of it was sent."""
        await self._connection.execute(update(plans).where(plans.c.id == plan_id).values(turn=plans.c.turn + 1))

    async def states(self, plan_ids: Sequence[str]) -> dict[str, PlanState]:
        """The states of these plans."""
        found = await self._connection.execute(select(plans.c.id, plans.c.state).where(plans.c.id.in_(plan_ids)))
        return {row.id: PlanState(row.state) for row in found}

    async def done_with(self, plan_id: str, since: date) -> set[tuple[date, str]]:
        """Local date, from this one on, and slot of each occurrence that went out, was skipped or is over: it does not
        come again, whatever becomes of the plan's times.
        """
        other = deliveries.alias()
        found = await self._connection.execute(
            select(occurrences.c.local_date, occurrences.c.slot_id)
            .join(deliveries, deliveries.c.occurrence_id == occurrences.c.id)
            .outerjoin(other, deliveries.c.merged_into == other.c.id)
            .where(
                occurrences.c.plan_id == plan_id,
                occurrences.c.local_date >= since.isoformat(),
                deliveries.c.id == occurrences.c.id + FIRST,
                func.coalesce(other.c.state, deliveries.c.state) != State.PLANNED.value,
            )
        )
        return {(date.fromisoformat(row.local_date), row.slot_id) for row in found}

    async def export(self, person: PersonId) -> Sequence[Json]:
        """Every plan, stopped ones too, with every slot, retired ones too."""
        found = await self._connection.execute(
            select(plans).where(plans.c.person_id == person).order_by(plans.c.created_at, plans.c.id)
        )
        return [
            {
                "plan": row["id"],
                "community": None if row["community_id"] is None else str(row["community_id"]),
                "cadence": row["cadence"],
                "slots": await self._exported_slots(row["id"]),
                "weekdays": row["weekdays"],
                "every_days": row["every"],
                "starts_on": row["starts_on"],
                "day_of_month": row["month_day"],
                "ends_on": row["ends_on"],
                "asks": row["asks"],
                "words": self._shown(row),
                "discreet": row["discreet"],
                "state": row["state"],
                "paused_for": row["paused"],
                "rests_until": None if row["paused_until"] is None else row["paused_until"].isoformat(),
                "sent": row["turn"],
                "since": row["created_at"].isoformat(),
                "changed": row["changed_at"].isoformat(),
            }
            for row in found.mappings().all()
        ]

    async def _exported_slots(self, plan_id: str) -> list[Json]:
        found = await self._connection.execute(
            select(plan_slots).where(plan_slots.c.plan_id == plan_id).order_by(plan_slots.c.at, plan_slots.c.id)
        )
        return [
            {"slot": row["id"], "at": row["at"], "retired": row["retired_at"] and row["retired_at"].isoformat()}
            for row in found.mappings()
        ]

    async def erase(self, person: PersonId) -> int:
        """Forget the plans; their slots, occurrences and deliveries go with them."""
        return (await self._connection.execute(delete(plans).where(plans.c.person_id == person))).rowcount

    async def _plans(self, wanted: Select[tuple[object, ...]]) -> list[Plan]:
        rows = (await self._connection.execute(wanted.order_by(plans.c.created_at, plans.c.id))).mappings().all()
        slots = await self._slots([row["id"] for row in rows])
        return [self._plan(row, slots.get(row["id"], ())) for row in rows]

    async def _slots(self, plan_ids: list[str]) -> dict[str, tuple[Slot, ...]]:
        found = await self._connection.execute(
            select(plan_slots)
            .where(plan_slots.c.plan_id.in_(plan_ids), plan_slots.c.retired_at.is_(None))
            .order_by(plan_slots.c.at)
        )
        slots: dict[str, tuple[Slot, ...]] = {}
        for row in found.mappings():
            slots[row["plan_id"]] = (*slots.get(row["plan_id"], ()), Slot(row["id"], time.fromisoformat(row["at"])))
        return slots

    def _plan(self, row: RowMapping, slots: tuple[Slot, ...]) -> Plan:
        community = row["community_id"]
        return Plan(
            id=row["id"],
            person=PersonId(row["person_id"]),
            community=None if community is None else CommunityId(community),
            rule=rule_of(row, slots),
            state=PlanState(row["state"]),
            created_at=row["created_at"],
            asks=Asks(row["asks"]),
            words=self._readable(row),
            discreet=row["discreet"],
            paused_until=row["paused_until"],
            paused=None if row["paused"] is None else Paused(row["paused"]),
            turn=row["turn"],
        )

    def _words(self, row: RowMapping) -> str | None:
        blob = row["words"]
        return None if blob is None else self._sealer.open(blob, column=WORDS.name, row=row["id"])

    def _readable(self, row: RowMapping) -> str | None:
        """None where they cannot be opened: the plan still runs, can be stopped, and holds nobody else up."""
        try:
            return self._words(row)
        except SealingError as error:
            log.error("plans.words_not_opened", error=str(error))  # noqa: TRY400
            return None

    def _shown(self, row: RowMapping) -> str | None:
        try:
            return self._words(row)
        except SealingError:
            return "(cannot be opened)"


def rule_of(row: RowMapping, slots: tuple[Slot, ...]) -> Rule:
    """The rule of a plan's row with these slots."""
    start, until = row["starts_on"], row["ends_on"]
    return Rule(
        cadence=Cadence(row["cadence"]),
        slots=slots,
        days=tuple(map(int, row["weekdays"].split(","))) if row["weekdays"] else (),
        every=row["every"],
        start=None if start is None else date.fromisoformat(start),
        day=row["month_day"],
        until=None if until is None else date.fromisoformat(until),
    )
