"""What is held about people, each part with its export, its erasure and what it rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from supportbot.domain.cadence import Occurrence
from supportbot.domain.checkins import (
    OPEN_STATES,
    Delivery,
    KeptAnswer,
    Kind,
    Nudge,
    Paused,
    Plan,
    PlanState,
    Reason,
    Settled,
    State,
)
from supportbot.domain.consent import Basis, ConsentEntry, How, Scope
from supportbot.domain.people import ChannelId, CommunityId, Member, MessageId, Notice, PersonId
from supportbot.domain.retention import Absence
from supportbot.services.ports.outside import Json


class HoldsPersonalData(Protocol):
    """Whoever keeps something about a person can show it and forget it.

    What rests on a scope is written only in a transaction that named this scope for this person, by `record`,
    `holds` or `rely_on` of the consents; otherwise the write raises ConsentMissing.
    """

    kind: str
    """What this holds, one word, as it appears in the export."""

    @property
    def basis(self) -> Scope | Basis:
        """The consent that it rests on, or why it needs none."""
        ...

    async def export(self, person: PersonId) -> Sequence[Json]:
        """Everything held about this person, opened."""
        ...

    async def erase(self, person: PersonId) -> int:
        """Forget it all; says how many rows went."""
        ...


class Members(HoldsPersonalData, Protocol):
    async def get(self, person: PersonId) -> Member | None: ...

    async def resting(self, people: Iterable[PersonId]) -> dict[PersonId, Member]:
        """Those of these people who have quiet hours or a vacation."""
        ...

    async def noticed(self) -> dict[PersonId, Notice]:
        """Everybody who is to be told something at their next command."""
        ...

    async def save(self, member: Member, *, at: datetime) -> None:
        """Add the member, or change their times and language; nothing else that is noted of them."""
        ...

    async def note(self, person: PersonId, notice: Notice | None) -> None:
        """What they are to be told at their next command; None once they were."""
        ...

    async def owe_word(self, person: PersonId, owed: bool) -> None:
        """Whether the next message is to say that some did not go out."""
        ...

    async def sign(self, person: PersonId, *, at: datetime) -> None:
        """They answered, or asked for something."""
        ...


class Consents(HoldsPersonalData, Protocol):
    """The ledger. What it says stays true until the transaction ends, if that writes."""

    async def record(self, entry: ConsentEntry) -> None:
        """Add an entry; with a consent, the transaction may write what rests on it."""
        ...

    async def holds(self, person: PersonId, scope: Scope) -> bool:
        """Whether a consent of this scope holds; if so, the transaction may write what rests on it."""
        ...

    async def holding(self, people: Collection[PersonId], scope: Scope) -> set[PersonId]:
        """Those of these people whose consent holds, as `holds` says it of one. Not for scopes of one community."""
        ...

    async def rely_on(self, person: PersonId, scope: Scope) -> None:
        """The same, for whoever cannot do without. Raises ConsentMissing."""
        ...

    async def withdraw(self, person: PersonId, scope: Scope, *, at: datetime, how: How | None = None) -> int:
        """Add the withdrawal of every consent of this scope that holds; says how many. Erases nothing."""
        ...

    async def lock(self, person: PersonId) -> None:
        """From here on to the transaction's end, nobody else relies on this person's consents, or changes them."""
        ...

    async def entries(self, person: PersonId) -> list[ConsentEntry]:
        """Every entry about this person, in the ledger's order."""
        ...

    async def agreed(self, person: PersonId, scope: Scope, community: CommunityId, version: str) -> bool:
        """Whether the last entry of this scope for this community is a consent to this version of the text."""
        ...

    async def communities(self, person: PersonId) -> list[CommunityId]:
        """The communities that this person's entries name, the newest first."""
        ...


class Plans(HoldsPersonalData, Protocol):
    async def add(self, plan: Plan) -> None: ...

    async def get(self, plan_id: str) -> Plan | None: ...

    async def of(self, person: PersonId) -> list[Plan]:
        """The person's plans that are not stopped, oldest first."""
        ...

    async def communities(self, person: PersonId) -> list[CommunityId]:
        """The communities in which this person made plans, stopped ones too, the newest first."""
        ...

    async def change(self, plan: Plan, *, at: datetime) -> None:
        """Write rule, question and form anew. A slot keeps its id; one that is not in it any more retires."""
        ...

    async def set_state(
        self,
        plan_id: str,
        state: PlanState,
        *,
        at: datetime,
        paused: Paused | None = None,
        until: datetime | None = None,
    ) -> None:
        """Pause, resume or stop: `paused` says why, `until` lets an active one rest until an instant."""
        ...

    async def without_next(self, after: str, *, limit: int, today: date) -> list[str]:
        """Ids of active plans that have not ended and of which nothing is to come, from one id on, in order."""
        ...

    async def done_with(self, plan_id: str, since: date) -> set[tuple[date, str]]:
        """Local date, from this one on, and slot of each occurrence that went out, was skipped or is over: it does not
        come again, whatever becomes of the plan's times.
        """
        ...

    async def stop_all(self, person: PersonId, *, at: datetime) -> int:
        """Stop every plan of this person; says how many there were."""
        ...

    async def turned(self, plan_id: str) -> None:
        """One more check-in of it was sent."""
        ...

    async def states(self, plan_ids: Sequence[str]) -> dict[str, PlanState]:
        """The states of these plans."""
        ...


@dataclass(frozen=True, slots=True)
class DmChannel:
    """A DM that was opened with a person, and the last message of the bot known to be in it."""

    person: PersonId
    channel: ChannelId
    last_message: MessageId | None


class DmChannels(HoldsPersonalData, Protocol):
    async def get(self, person: PersonId) -> DmChannel | None: ...

    async def save(self, channel: DmChannel, *, at: datetime) -> None: ...


class Deliveries(HoldsPersonalData, Protocol):
    async def plan(
        self,
        plan: Plan,
        occurrence: Occurrence,
        *,
        occurrence_id: str,
        window: timedelta,
        at: datetime,
        merged_into: str | None = None,
    ) -> bool:
        """Add an occurrence and its first delivery; false if this (plan, local date, slot) is there already.

        One that is merged into another delivery goes out with that one.
        """
        ...

    async def repeat(self, delivery: Delivery, *, due: datetime, window: timedelta, at: datetime) -> str:
        """Add one more delivery of the same occurrence, due later; says its id."""
        ...

    async def put_off(self, delivery: Delivery, due: datetime, *, window: timedelta, at: datetime) -> bool:
        """Give a planned or claimed delivery another due instant; false if it was moved meanwhile."""
        ...

    async def merge(self, delivery: Delivery, into: str, *, at: datetime) -> None:
        """It goes out with another one, which is due at the same instant."""
        ...

    async def get(self, delivery_id: str) -> Delivery | None: ...

    async def of_occurrence(self, occurrence_id: str) -> list[Delivery]:
        """Every message for this occurrence, the first one first."""
        ...

    async def to_look_at(self, now: datetime, *, limit: int, states: Collection[State] = OPEN_STATES) -> list[Delivery]:
        """Deliveries in one of these open states whose `wake_at` has come, the oldest first."""
        ...

    async def to_claim(self, now: datetime, *, limit: int) -> list[Delivery]:
        """Planned deliveries whose `wake_at` has come, the oldest first, nobody else's until the transaction ends.

        Those that another process has in hand may be passed over.
        """
        ...

    async def claim(self, planned: Sequence[Delivery], *, at: datetime, until: datetime) -> None:
        """Claim what `to_claim` gave in this transaction, until an instant."""
        ...

    async def next_wake(self) -> datetime | None:
        """The earliest `wake_at` of all open deliveries."""
        ...

    async def drop_planned(self, plan_id: str) -> None:
        """Forget occurrences of which nothing was claimed or sent yet, so that they can be computed anew."""
        ...

    async def next_due(self, plan_id: str) -> datetime | None:
        """When the plan's next delivery is due of which nothing went out yet, if there is one."""
        ...

    async def has_next(self, plan_id: str, *, after: datetime) -> bool:
        """Whether an occurrence of the plan that was computed for later than `after` has not gone out yet.

        A repeat that somebody asked for is not one.
        """
        ...

    async def has_spoken_for(self, delivery: Delivery, *, kind: Kind | None, since: datetime | None) -> bool:
        """Whether another message to the same person, which went out or may have since an instant, is of this kind;
        for None, whether one is under way that says that some did not go out.
        """
        ...

    async def next_planned(self, plan_id: str) -> Delivery | None:
        """The plan's next delivery of which nothing went out yet."""
        ...

    async def due_with(self, plan_id: str, due: datetime) -> Delivery | None:
        """The plan's planned delivery that is due at this very instant."""
        ...

    async def lately(self, person: PersonId, *, limit: int) -> list[Settled]:
        """What became of the person's check-ins that were due lately, the newest first."""
        ...

    async def answered_lately(self, person: PersonId, *, limit: int) -> int:
        """How many of the person's check-ins are known to be answered, counted up to a limit."""
        ...

    async def unanswered(self, person: PersonId, since: datetime | None) -> list[tuple[str, date]]:
        """Plan and local date of each occurrence with a question that was sent since an instant, and not answered."""
        ...

    async def move(
        self,
        delivery: Delivery,
        state: State,
        *,
        at: datetime,
        wake_at: datetime | None = None,
        reason: Reason | None = None,
        channel: ChannelId | None = None,
        message: MessageId | None = None,
        new_attempt: bool = False,
        not_begun: bool = False,
        search_after: MessageId | None = None,
        turn: int | None = None,
        kind: Kind | None = None,
    ) -> bool:
        """Bring a delivery from the state it was read in to another; false if somebody else moved it meanwhile."""
        ...

    async def cancel_all(self, person: PersonId, *, reason: Reason, at: datetime) -> int:
        """Cancel what is planned or claimed for a person; says how many."""
        ...

    async def cancel_planned(self, plan_id: str, *, reason: Reason, at: datetime) -> int:
        """Cancel what is planned or claimed of a plan; says how many."""
        ...

    async def add(
        self, delivery_id: str, kind: Kind, person: PersonId, *, due: datetime, window: timedelta, at: datetime
    ) -> None:
        """Plan one without an occurrence."""
        ...

    async def tried(self, delivery_id: str, kind: Kind, person: PersonId, *, at: datetime) -> None:
        """Add one without an occurrence that is about to be tried once: given up, unless it is moved to sent."""
        ...

    async def newest(self, person: PersonId, states: Collection[State], *, of: Collection[Kind]) -> datetime | None:
        """When a delivery of these kinds last came to one of these states."""
        ...


class Answers(HoldsPersonalData, Protocol):
    """What members answered and asked to be kept."""

    async def save(self, kept: KeptAnswer) -> None:
        """Add an answer; of one to the same occurrence, the parts that are given are written over."""
        ...

    async def of(self, person: PersonId, *, since: datetime | None = None) -> list[KeptAnswer]:
        """A person's answers, from an instant on, the oldest first."""
        ...


class Nudges(HoldsPersonalData, Protocol):
    """Where somebody wants to be told that their DMs are closed."""

    async def get(self, person: PersonId) -> Nudge | None: ...

    async def save(self, nudge: Nudge, *, at: datetime) -> None: ...


class MemberRegions(HoldsPersonalData, Protocol):
    """The country that a member asked to be remembered, an ISO 3166-1 code."""

    async def get(self, person: PersonId) -> str | None: ...

    async def save(self, person: PersonId, region: str, *, at: datetime) -> None: ...


class MemberLanguages(HoldsPersonalData, Protocol):
    """The language that a member asked to be remembered, a tag such as `es`."""

    async def agreed(self) -> Mapping[PersonId, str]:
        """Everybody's, of those whose last consent entry about it is given."""
        ...

    async def save(self, person: PersonId, language: str, *, at: datetime) -> None: ...


class Absences(HoldsPersonalData, Protocol):
    """Who is gone or gave no sign for long, of those who hold check-ins."""

    async def add(self, absence: Absence) -> bool:
        """Begin a grace; false if one runs already, which goes on as it is. Raises ConsentMissing."""
        ...

    async def get(self, person: PersonId) -> Absence | None: ...

    async def is_gone(self, person: PersonId) -> bool:
        """Whether they are in grace because they are gone: then nothing is sent to them."""
        ...

    async def gone(self, people: Iterable[PersonId]) -> set[PersonId]:
        """Those of these people who are."""
        ...

    async def all(self) -> list[Absence]:
        """Everybody's, the oldest first."""
        ...

    async def end(self, person: PersonId) -> bool:
        """They were seen; false if there was no grace."""
        ...

    async def end_known_from(self, community: CommunityId) -> int:
        """End the graces of those who were found gone and are known from this community; says how many."""
        ...

    async def begin_anew(self, at: datetime) -> None:
        """Every grace that began before begins at this instant."""
        ...

    async def take(self, absence: Absence) -> bool:
        """End this very grace; false if it is ended already, by whoever saw them meanwhile."""
        ...
