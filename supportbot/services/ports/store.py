"""The place to keep rows: every repository inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from supportbot.domain.consent import Basis, Scope
from supportbot.domain.erasures import Erasure
from supportbot.domain.people import PersonId
from supportbot.services.ports.community import (
    AppState,
    Audit,
    Communities,
    CommunityPrompts,
    Departures,
    HelplineChecks,
    Leases,
    OwnHelplines,
)
from supportbot.services.ports.personal import (
    Absences,
    Answers,
    Consents,
    Deliveries,
    DmChannels,
    HoldsPersonalData,
    MemberLanguages,
    MemberRegions,
    Members,
    Nudges,
    Plans,
)
from supportbot.services.ports.recomputing import Recomputing
from supportbot.services.ports.resources import ResourceCare, Resources


class Retention(Protocol):
    """What has had its time, who is to be looked for, and whose turn the night is."""

    async def claim(self, now: datetime) -> bool:
        """Whether this night's work is this process's to do."""
        ...

    async def finished(self, now: datetime) -> None:
        """The night's work is done."""
        ...

    async def skipped(self, now: datetime, why: str) -> None:
        """Note that this night's work was left out, for whoever asks why."""
        ...

    async def last_done(self) -> datetime | None:
        """When a night's work was last done."""
        ...

    async def trusted_from(self) -> datetime | None:
        """The instant from which on the clock is trusted; None when nothing was noted."""
        ...

    async def trust_from(self, instant: datetime) -> None:
        """Note it."""
        ...

    async def purge_deliveries(self, before: datetime, *, limit: int) -> int:
        """Forget deliveries that were settled before, but for the last answered one of each plan; says how many."""
        ...

    async def stopped_plans(self, before: datetime, *, limit: int) -> list[tuple[str, PersonId]]:
        """Plans that were stopped before, and whose they are."""
        ...

    async def forget_plan(self, plan_id: str, person: PersonId) -> bool:
        """Forget a plan with all that hangs on it; says whether it was the person's last.

        Nobody makes a new one for them until the transaction ends.
        """
        ...

    async def remembered(self, scope: Scope, before: datetime, *, limit: int) -> list[PersonId]:
        """Who last chose before what is remembered about them, a country or a language."""
        ...

    async def is_still_remembered(self, person: PersonId, scope: Scope, before: datetime) -> bool:
        """Whether that still is so, until the transaction ends."""
        ...

    async def purge_answers(self, before: datetime, *, limit: int) -> int:
        """Forget answers that were given before, the oldest first; says how many."""
        ...

    async def purge_consents(self, before: datetime, *, limit: int) -> int:
        """Forget entries from before that do not count any more; says how many."""
        ...

    async def holders_of_plans(self) -> int:
        """How many people have plans that are not stopped."""
        ...

    async def to_look_for(self, part: int, parts: int, *, limit: int) -> list[PersonId]:
        """One part of those people, the same for the same numbers; each of them is in one part."""
        ...

    async def inactive(self, since: datetime, *, limit: int) -> list[PersonId]:
        """Who has plans that are not stopped, is in no grace, and gave no sign since then, as far as it is kept."""
        ...

    async def gave_sign(self, person: PersonId, since: datetime) -> bool:
        """Whether they answered, agreed, chose or changed something after this instant."""
        ...

    async def left_lately(self, person: PersonId, since: datetime) -> bool:
        """Whether a check-in of theirs was ended since then because they left its community."""
        ...


class Erasures(Protocol):
    """The erasure ledger, as the person it is about may see it."""

    async def of(self, person: PersonId) -> tuple[Erasure, ...]:
        """The entries about this person, oldest first: those under a key that is there."""
        ...


class Transaction(Protocol):
    """All repositories inside one transaction."""

    @property
    def members(self) -> Members: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def plans(self) -> Plans: ...
    @property
    def dm_channels(self) -> DmChannels: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def nudges(self) -> Nudges: ...
    @property
    def communities(self) -> Communities: ...
    @property
    def community_prompts(self) -> CommunityPrompts: ...
    @property
    def resources(self) -> Resources: ...
    @property
    def resource_care(self) -> ResourceCare: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def own_helplines(self) -> OwnHelplines: ...
    @property
    def member_regions(self) -> MemberRegions: ...
    @property
    def member_languages(self) -> MemberLanguages: ...
    @property
    def helpline_checks(self) -> HelplineChecks: ...
    @property
    def app_state(self) -> AppState: ...
    @property
    def recomputing(self) -> Recomputing: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def absences(self) -> Absences: ...
    @property
    def departures(self) -> Departures: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def erasures(self) -> Erasures: ...

    def holders(self) -> Sequence[HoldsPersonalData]:
        """Every repository that holds something about people, in an order in which they can be erased."""
        ...

    def resting_on(self, basis: Scope | Basis) -> Sequence[HoldsPersonalData]:
        """Those of them whose rows rest on this."""
        ...

    async def erase(self, person: PersonId, basis: Scope | Basis | None = None, *, at: datetime) -> dict[str, int]:
        """Forget what rests on this, or everything; says how many rows of each kind went.

        That it was erased is noted, without who it was, so that a backup does not bring it back.
        """
        ...

    async def expire(self, person: PersonId, scope: Scope) -> int:
        """Forget what rests on this consent, and its entries, because their time is over; says how many rows went.

        It is not noted: an older copy that brings it back has it only until the next purge.
        """
        ...


class Store(Protocol):
    """Where rows live. All raise StorageBusy when somebody else keeps the database locked."""

    @property
    def one_deliverer(self) -> bool:
        """Whether only one process may deliver at a time."""
        ...

    def read(self) -> AbstractAsyncContextManager[Transaction]: ...

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """Commits at the end of the block, or keeps nothing of it if the block raises."""
        ...

    async def forget_erasures(self, now: datetime) -> int:
        """Forget entries of the erasure ledger whose end has come, wherever it is kept; says how many. Not in a block.

        Nothing else forgets them: a clock that is wrong at a start or an erasure takes nothing.
        """
        ...

    async def scrub(self) -> None:
        """Leave nothing of what was erased in the database's files, as far as that is ours to do. Not in a block."""
        ...
