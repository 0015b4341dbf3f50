"""What the use cases need from outside: time, wake-ups, messages to people, and a place to keep rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from supportbot.domain.audit import AuditPage, AuditProof, Change
from supportbot.domain.cadence import Occurrence
from supportbot.domain.checkins import Delivery, Note, Plan, PlanState, Reason, State
from supportbot.domain.communities import CommunitySettings, OwnHelpline
from supportbot.domain.consent import Basis, ConsentEntry, How, Scope
from supportbot.domain.people import ChannelId, CommunityId, Member, MessageId, PersonId
from supportbot.domain.pictures import Table
from supportbot.domain.retention import Absence
from supportbot.domain.staff import StaffNote, StaffRoom

NewId = Callable[[], str]
"""Makes the key of a new row: 16 lower-case letters and digits, random, safe in a custom_id."""

DrawTable = Callable[[Table], Awaitable[bytes]]
"""Makes a PNG of a table, without holding up the event loop. Raises NotDrawn."""

Json = Mapping[str, object]
"""What may stand in an export: texts, numbers, booleans, and lists and mappings of these."""


class Clock(Protocol):
    """The time, which a test or a sandbox can move."""

    def now(self) -> datetime:
        """The present instant, aware and in UTC."""
        ...

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Call back whenever the clock was moved by somebody."""
        ...


class Wakeups(Protocol):
    """Calls back at an instant of the Clock. One pending wake-up a name; setting it again replaces it."""

    def wake_at(self, name: str, instant: datetime | None, callback: Callable[[], None]) -> None:
        """Arm, re-arm, or with None take away the wake-up of that name."""
        ...

    def every(self, name: str, interval: timedelta, callback: Callable[[], None]) -> None:
        """Call back again and again, the first time after one interval."""
        ...


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file for a person to keep."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DmPage:
    """A part of a DM's history: the bot's own messages in it, newest first, and the oldest message of anybody.

    `oldest` is None where there is nothing older.
    """

    own: tuple[MessageId, ...]
    oldest: MessageId | None


class Messenger(Protocol):
    """Carries a note to a person's DM. Every call ends within the bound it was built with."""

    async def open_dm(self, person: PersonId) -> ChannelId:
        """The person's DM channel. Raises Unreachable, NotSent or OutcomeUnknown."""
        ...

    async def send(self, channel: ChannelId, note: Note, *, nonce: str) -> MessageId:
        """Send once, never twice for the same nonce. Raises Unreachable, NotSent or OutcomeUnknown."""
        ...

    async def find(
        self, channel: ChannelId, delivery: str, *, after: MessageId | None, since: datetime
    ) -> MessageId | None:
        """The bot's message that carries this delivery id, looked for after a known message, else since an instant.

        Raises NotSent or OutcomeUnknown when the history cannot be read to its end.
        """
        ...

    async def send_file(self, channel: ChannelId, text: str, file: ExportFile) -> MessageId:
        """Send a file once. Raises TooLarge, Unreachable, NotSent or OutcomeUnknown."""
        ...

    async def page_back(self, channel: ChannelId, *, before: MessageId | None) -> DmPage:
        """A page of the DM, from the newest message or from before one. Waits as long as Discord's limits ask for.

        Raises NotSent or OutcomeUnknown.
        """
        ...

    async def delete(self, channel: ChannelId, message: MessageId) -> bool:
        """Delete a message of the bot's own; false if it was gone already. Waits as long as Discord's limits ask for.

        Raises NotSent when Discord refuses, OutcomeUnknown.
        """
        ...


class StaffRooms(Protocol):
    """The communities' staff channels, and who is in a community. Every call ends within a bound."""

    def look(self, community: CommunityId, channel: ChannelId) -> StaffRoom | None:
        """The channel as it is now; None when it is not there any more, or not in this community."""
        ...

    async def post(self, channel: ChannelId, note: StaffNote, *, nonce: str) -> MessageId:
        """Post once, within minutes never twice for the same nonce. Raises NotSent or OutcomeUnknown."""
        ...

    async def has_member(self, community: CommunityId, person: PersonId) -> bool:
        """Whether this person is in the community now. Raises NotSent or OutcomeUnknown when nobody can tell."""
        ...


class Whereabouts(Protocol):
    """Where the bot is, and who is there. Every call ends within a bound."""

    def here(self) -> frozenset[CommunityId] | None:
        """Every community that the bot is in, those in an outage too; None as long as that is not known."""
        ...

    async def has_member(self, community: CommunityId, person: PersonId) -> bool:
        """Whether this person is in one of these now. Raises NotSent or OutcomeUnknown when nobody can tell."""
        ...


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

    async def save(self, member: Member, *, at: datetime) -> None: ...


class Consents(HoldsPersonalData, Protocol):
    """The ledger. What it says stays true until the transaction ends, if that writes."""

    async def record(self, entry: ConsentEntry) -> None:
        """Add an entry; with a consent, the transaction may write what rests on it."""
        ...

    async def holds(self, person: PersonId, scope: Scope) -> bool:
        """Whether a consent of this scope holds; if so, the transaction may write what rests on it."""
        ...

    async def rely_on(self, person: PersonId, scope: Scope) -> None:
        """The same, for whoever cannot do without. Raises ConsentMissing."""
        ...

    async def withdraw(self, person: PersonId, scope: Scope, *, at: datetime, how: How | None = None) -> int:
        """Add the withdrawal of every consent of this scope that holds; says how many. Erases nothing."""
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

    async def set_state(self, plan_id: str, state: PlanState, *, at: datetime) -> None: ...


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
        self, plan: Plan, occurrence: Occurrence, *, occurrence_id: str, window: timedelta, at: datetime
    ) -> bool:
        """Add an occurrence and its first delivery; false if this (plan, local date, slot) is there already."""
        ...

    async def get(self, delivery_id: str) -> Delivery | None: ...

    async def to_look_at(self, now: datetime, *, limit: int) -> list[Delivery]:
        """Open deliveries whose `wake_at` has come, the oldest first."""
        ...

    async def to_claim(self, now: datetime, *, limit: int) -> list[Delivery]:
        """Planned deliveries whose `wake_at` has come, the oldest first, nobody else's until the transaction ends.

        Those that another process has in hand may be passed over.
        """
        ...

    async def next_wake(self) -> datetime | None:
        """The earliest `wake_at` of all open deliveries."""
        ...

    async def drop_planned(self, plan_id: str) -> None:
        """Forget occurrences of which nothing was claimed or sent yet, so that they can be computed anew."""
        ...

    async def next_due(self, plan_id: str, *, after: datetime | None = None) -> datetime | None:
        """When the plan's next delivery is due, if one is planned (later than `after`, if given)."""
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
        search_after: MessageId | None = None,
    ) -> bool:
        """Bring a delivery from the state it was read in to another; false if somebody else moved it meanwhile."""
        ...

    async def cancel_planned(self, plan_id: str, *, reason: Reason, at: datetime) -> int:
        """Cancel what is planned or claimed of a plan; says how many."""
        ...


class Communities(Protocol):
    """What moderators set. Nothing about people."""

    async def regions(self) -> frozenset[str]:
        """The countries that communities set."""
        ...

    async def get(self, community: CommunityId) -> CommunitySettings | None: ...

    async def save(self, settings: CommunitySettings, *, at: datetime) -> None: ...


class OwnHelplines(HoldsPersonalData, Protocol):
    """The lines that communities added for themselves. About people are only the signatures of their moderators.

    Erasing a moderator takes their signatures. A line that waits for approval goes with the signature of the one who
    added it: nobody could say any more that a second person approved it. An approved line stays.
    """

    async def add(self, line: OwnHelpline) -> None:
        """Keep a new line, signed by its `added_by`, which must be given."""
        ...

    async def get(self, line_id: str) -> OwnHelpline | None: ...

    async def of(self, community: CommunityId) -> list[OwnHelpline]:
        """The community's lines, pending ones too, oldest first."""
        ...

    async def approved(self, community: CommunityId) -> list[OwnHelpline]:
        """The lines that members may see, oldest first."""
        ...

    async def approve(self, line_id: str, by: PersonId, at: datetime) -> bool:
        """Sign a pending line; false if it is gone or approved already."""
        ...

    async def remove(self, line_id: str) -> bool:
        """Forget a line and its signatures; false if it is gone already."""
        ...


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


@dataclass(frozen=True, slots=True)
class HelplineCheck:
    """An operator checked a shipped line with the service on that day.

    `fingerprint` is of its contact digits then: a line whose digits changed since counts as unchecked.
    """

    fingerprint: str
    checked_on: date


class HelplineChecks(Protocol):
    """Checks by the id of the shipped line. Nothing about people."""

    async def all(self) -> Mapping[str, HelplineCheck]: ...

    async def save(self, helpline_id: str, check: HelplineCheck) -> None: ...


class Audit(HoldsPersonalData, Protocol):
    """What moderators changed, as entries that cannot be changed unnoticed. About people is only who acted.

    Erasing a moderator takes who it was; the change itself stays.
    """

    async def add(self, community: CommunityId, by: PersonId, change: Change, *, at: datetime) -> int:
        """Write an entry, in the change's own transaction; says its number. Raises StorageError."""
        ...

    async def newest(self, community: CommunityId, *, up_to: int | None = None, limit: int) -> AuditPage:
        """The entries of a community, newest first, from this number on downwards."""
        ...

    async def verify(self) -> AuditProof:
        """Look at every entry of every community."""
        ...

    async def purge_before(self, instant: datetime) -> int:
        """Forget entries from before this instant; the rest can still be verified. Says how many went."""
        ...

    async def erase_community(self, community: CommunityId) -> int:
        """Forget a community's whole audit; says how many entries went."""
        ...


class Absences(HoldsPersonalData, Protocol):
    """Who is gone or gave no sign for long, of those who hold check-ins."""

    async def add(self, absence: Absence) -> bool:
        """Begin a grace; false if one runs already, which goes on as it is. Raises ConsentMissing."""
        ...

    async def is_gone(self, person: PersonId) -> bool:
        """Whether they are in grace because they are gone: then nothing is sent to them."""
        ...

    async def all(self) -> list[Absence]:
        """Everybody's, the oldest first."""
        ...

    async def end(self, person: PersonId) -> bool:
        """They were seen; false if there was no grace."""
        ...


class Departures(Protocol):
    """Communities that have rows here and that the bot is not in any more. Nothing about people."""

    async def all(self) -> Mapping[CommunityId, datetime]:
        """Since when, by community."""
        ...

    async def note(self, here: Iterable[CommunityId], *, at: datetime) -> None:
        """Compare with where the bot is now: a grace begins for the others with rows here, and ends for those."""
        ...

    async def begin(self, community: CommunityId, *, at: datetime) -> None:
        """The bot was removed."""
        ...

    async def end(self, community: CommunityId) -> None:
        """The bot is back."""
        ...

    async def erase(self, community: CommunityId) -> int:
        """Forget what the community set and added; says how many rows went."""
        ...


class Retention(Protocol):
    """What has had its time, who is to be looked for, and whose turn the night is."""

    async def claim(self, now: datetime) -> bool:
        """Whether this night's work is this process's to do."""
        ...

    async def finished(self, now: datetime) -> None:
        """The night's work is done."""
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

    async def purge_consents(self, before: datetime, *, limit: int) -> int:
        """Forget entries from before that do not count any more; says how many."""
        ...

    async def purge_erasures(self, now: datetime) -> int:
        """Forget entries of the erasure ledger whose end has come; says how many."""
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


class AppState(Protocol):
    """What the program itself remembers between starts. Nothing about people."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: str) -> None: ...


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
    def communities(self) -> Communities: ...
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
    def audit(self) -> Audit: ...
    @property
    def absences(self) -> Absences: ...
    @property
    def departures(self) -> Departures: ...
    @property
    def retention(self) -> Retention: ...

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

    def read(self) -> AbstractAsyncContextManager[Transaction]: ...

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """Commits at the end of the block, or keeps nothing of it if the block raises."""
        ...

    async def scrub(self) -> None:
        """Leave nothing of what was erased in the database's files, as far as that is ours to do. Not in a block."""
        ...


class Says(Protocol):
    """Speaks one language."""

    @property
    def language(self) -> str:
        """Its tag, such as `es`."""
        ...

    def __call__(self, text_id: str, /, **values: object) -> str:
        """The text of that id, filled. Raises ContentError for an id that is nowhere."""
        ...


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is held about a person at an instant (UTC), by kind; of all kinds, or a part of them."""

    person: PersonId
    at: datetime
    kinds: Mapping[str, Sequence[Json]]
    is_part: bool = False


Pack = Callable[[Holdings, Says], Awaitable[ExportFile]]
"""Turns what is held about a person into one file, without holding up the event loop."""
