"""Plans and their slots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import RowMapping, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.cadence import Cadence, Rule, Slot
from supportbot.domain.checkins import Plan, PlanState
from supportbot.domain.consent import Scope
from supportbot.domain.people import CommunityId, PersonId
from supportbot.services.ports import Json
from supportbot.storage.grants import Grants
from supportbot.storage.tables import plan_slots, plans


class PlanRepository:
    """Plans by id and by person."""

    kind = "plans"
    basis = Scope.CHECKINS

    def __init__(self, connection: AsyncConnection, grants: Grants) -> None:
        self._connection = connection
        self._grants = grants

    async def add(self, plan: Plan) -> None:
        """Add a plan with its slots. Raises ConsentMissing."""
        self._grants.require(plan.person, self.basis)
        await self._connection.execute(
            insert(plans).values(
                id=plan.id,
                person_id=plan.person,
                community_id=plan.community,
                cadence=plan.rule.cadence.value,
                state=plan.state.value,
                created_at=plan.created_at,
                changed_at=plan.created_at,
            )
        )
        await self._connection.execute(
            insert(plan_slots),
            [{"id": slot.id, "plan_id": plan.id, "at": f"{slot.at:%H:%M}"} for slot in plan.rule.slots],
        )

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

    async def set_state(self, plan_id: str, state: PlanState, *, at: datetime) -> None:
        """Pause, resume or stop a plan."""
        await self._connection.execute(
            update(plans).where(plans.c.id == plan_id).values(state=state.value, changed_at=at)
        )

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
                "state": row["state"],
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
        return [_plan(row, slots.get(row["id"], ())) for row in rows]

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


def _plan(row: RowMapping, slots: tuple[Slot, ...]) -> Plan:
    community = row["community_id"]
    return Plan(
        id=row["id"],
        person=PersonId(row["person_id"]),
        community=None if community is None else CommunityId(community),
        rule=Rule(Cadence(row["cadence"]), slots),
        state=PlanState(row["state"]),
        created_at=row["created_at"],
    )
