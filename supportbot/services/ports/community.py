"""What communities set, and what the program itself remembers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from supportbot.domain.audit import AuditPage, AuditProof, Change
from supportbot.domain.checkins import CommunityPrompt
from supportbot.domain.communities import CommunitySettings, OwnHelpline
from supportbot.domain.people import CommunityId, PersonId, RoleId
from supportbot.domain.rights import Right
from supportbot.services.ports.personal import HoldsPersonalData


class Communities(Protocol):
    """What moderators set. Nothing about people."""

    async def regions(self) -> frozenset[str]:
        """The countries that communities set."""
        ...

    async def get(self, community: CommunityId) -> CommunitySettings | None: ...

    async def save(self, settings: CommunitySettings, *, at: datetime) -> None: ...

    async def granted(self, community: CommunityId) -> Mapping[Right, frozenset[RoleId]]:
        """Which roles may do what, for every right that can be given."""
        ...

    async def grant(self, community: CommunityId, right: Right, roles: frozenset[RoleId]) -> None:
        """From now on these roles, and no others, may do this. Raises ValueError for a right that cannot be given."""
        ...

    async def summaries_due(self, now: datetime) -> list[CommunityId]: ...

    async def with_link_check(self) -> list[CommunityId]: ...


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

    async def to_purge(self, instant: datetime) -> Sequence[CommunityId]:
        """The communities that have entries from before this instant."""
        ...

    async def purge_before(self, instant: datetime, *, of: CommunityId | None = None) -> int:
        """Forget entries from before this, all or of one community; the rest can still be verified. Says how many."""
        ...

    async def erase_community(self, community: CommunityId) -> int:
        """Forget a community's whole audit; says how many entries went."""
        ...


class Departures(Protocol):
    """Communities that have rows here and that the bot is not in any more. Nothing about people."""

    async def all(self) -> Mapping[CommunityId, datetime]:
        """Since when, by community."""
        ...

    async def note(self, here: Iterable[CommunityId], *, at: datetime) -> None:
        """Compare with where the bot is now: a grace begins for the others with rows here, and ends for those."""
        ...

    async def begin_anew(self, at: datetime) -> None:
        """Every grace that began before begins at this instant."""
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


class AppState(Protocol):
    """What the program itself remembers between starts. Nothing about people."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: str) -> None: ...


class CommunityPrompts(Protocol):
    """Questions as communities word them."""

    async def of(self, community: CommunityId) -> list[CommunityPrompt]:
        """The community's, the oldest first."""
        ...

    async def add(self, prompt: CommunityPrompt) -> None: ...

    async def remove(self, community: CommunityId, prompt_id: str) -> bool:
        """Forget one of this community's; false when it has none such."""
        ...


class Leases(Protocol):
    """What one process does alone, for as long as it says that it is there."""

    async def take(self, name: str, holder: str, *, now: datetime, until: datetime) -> bool:
        """Take the lease or hold it longer; false while another holder's has not run out."""
        ...

    async def held_until(self, name: str) -> datetime | None:
        """Until when somebody holds it."""
        ...

    async def give_back(self, name: str, holder: str) -> None:
        """The holder needs it no more."""
        ...
