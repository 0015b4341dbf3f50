"""Rows for tests of the storage: one chain for a person, from consent to delivery."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from supportbot.domain.audit import Change
from supportbot.domain.cadence import Cadence, Occurrence, Rule, Slot
from supportbot.domain.checkins import Answer, KeptAnswer, Nudge, Plan, PlanState, delivery_id
from supportbot.domain.communities import OwnHelpline
from supportbot.domain.consent import ConsentEntry, How, Scope
from supportbot.domain.helplines import Contact, Kind
from supportbot.domain.people import ChannelId, CommunityId, Member, MessageId, PersonId
from supportbot.domain.retention import Absence, Why
from supportbot.services.ports import DmChannel, Transaction
from supportbot.storage.store import new_id
from tests.support.fakes import START

WINDOW = timedelta(hours=2)
DUE = START + timedelta(hours=8)
HERE = CommunityId(77)


def entry(person: PersonId, *, given: bool = True, at: datetime = START, scope: Scope = Scope.CHECKINS) -> ConsentEntry:
    return ConsentEntry(person, HERE, scope, "1", "en", at, How.BUTTON, given)


async def agreed(tx: Transaction, *people: PersonId) -> None:
    """A consent of each of them to everything there is."""
    for person in people:
        for scope in Scope:
            await tx.consents.record(entry(person, scope=scope))


def plan_of(person: PersonId, *hours: int, community: CommunityId | None = HERE, at: datetime = START) -> Plan:
    """An active daily plan with a slot at each of these hours, at eight if none is given."""
    slots = tuple(Slot(new_id(), time(hour)) for hour in hours or (8,))
    return Plan(new_id(), person, community, Rule(Cadence.DAILY, slots), PlanState.ACTIVE, at)


def on(plan: Plan, day: int = 1, *, slot: int = 0) -> Occurrence:
    """The plan's occurrence on a day of January 2026, in UTC."""
    chosen = plan.rule.slots[slot]
    due = datetime.combine(date(2026, 1, day), chosen.at, START.tzinfo)
    return Occurrence(date(2026, 1, day), chosen.id, due)


async def planned(tx: Transaction, plan: Plan, day: int = 1, *, slot: int = 0) -> str:
    """Write an occurrence with its delivery, and say the delivery's id."""
    occurrence_id = new_id()
    assert await tx.deliveries.plan(
        plan, on(plan, day, slot=slot), occurrence_id=occurrence_id, window=WINDOW, at=START
    )
    return delivery_id(occurrence_id, 1)


def line_of(person: PersonId | None, *, community: CommunityId = HERE, at: datetime = START) -> OwnHelpline:
    """A line of a community's own that waits for approval, added by this person."""
    return OwnHelpline(
        id=new_id(),
        community=community,
        kind=Kind.WARMLINE,
        service="Night talk",
        contact=Contact(phone="*4141", chat_url="https://talk.example"),
        hours="every evening",
        languages=("English", "Plattdeutsch"),
        note="Ask for the night shift.",
        source="their leaflet of 2025",
        added_at=at,
        added_by=person,
        region="FI",
    )


async def whole_chain(tx: Transaction, person: PersonId, *, zone: str = "Asia/Tokyo") -> Plan:
    """A row about this person in every table that can have one."""
    plan = plan_of(person)
    await agreed(tx, person)
    await tx.members.save(Member(person, zone, "en"), at=START)
    await tx.dm_channels.save(DmChannel(person, ChannelId(person + 1), MessageId(person + 2)), at=START)
    await tx.plans.add(plan)
    await planned(tx, plan)
    await tx.member_regions.save(person, "JP", at=START)
    await tx.member_languages.save(person, "es", at=START)
    await tx.answers.save(KeptAnswer(person, plan.id, new_id(), START, Answer(mood=3, note="a walk")))
    await tx.nudges.save(Nudge(person, HERE, ChannelId(person + 3)), at=START)
    await tx.own_helplines.add(line_of(person))
    await tx.audit.add(HERE, person, Change.of_region(None, "JP"), at=START)
    await tx.absences.add(Absence(person, Why.NOT_THERE, START))
    return plan
