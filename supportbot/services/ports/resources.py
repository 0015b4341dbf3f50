"""Communities' resources, their history, and what members say of them. Nothing here is about people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from supportbot.domain.people import CommunityId
from supportbot.domain.resources import Feedback, Import, LinkLook, Resource, Suggestion, Version


class Resources(Protocol):
    """Resources by community and id."""

    async def of(self, community: CommunityId) -> list[Resource]:
        """The community's, retired ones too, by id."""
        ...

    async def get(self, community: CommunityId, resource_id: str) -> Resource | None: ...

    async def stamp(self, community: CommunityId) -> tuple[int, int]:
        """Changes when anything about the community's resources does."""
        ...

    async def add(self, new: Sequence[Resource], *, import_id: str | None = None) -> None:
        """Keep new ones, whose ids are new in their community."""
        ...

    async def change(self, changed: Sequence[Resource], *, import_id: str | None = None) -> list[str]:
        """Keep them in the place of the version before theirs; says which could not be: another change came first."""
        ...

    async def take_back(self, community: CommunityId, ids: Collection[str]) -> int:
        """Forget these with their history, as if they had never been; says how many."""
        ...

    async def versions(self, community: CommunityId, resource_id: str) -> list[Version]:
        """What it was after each change that is still known, the newest first."""
        ...

    async def note_import(self, brought: Import) -> None: ...

    async def last_import(self, community: CommunityId) -> Import | None: ...

    async def of_import(self, brought: Import) -> Mapping[str, int]:
        """Which version each resource got with an import."""
        ...

    async def undone(self, brought: Import, *, at: datetime) -> bool:
        """Note that it was taken back; false if it was before."""
        ...

    async def purge(self, before: datetime, *, limit: int) -> int:
        """Forget versions from before that are not the newest of their resource; says how many."""
        ...


class ResourceCare(Protocol):
    """Suggestions, feedback and looks at links, by community."""

    async def suggest(self, suggestion: Suggestion) -> None: ...

    async def suggestions(self, community: CommunityId) -> list[Suggestion]:
        """Those that wait, the oldest first."""
        ...

    async def decided(self, community: CommunityId, suggestion_id: str) -> bool:
        """Forget a suggestion that was taken or declined; false if it is gone already."""
        ...

    async def helped(self, community: CommunityId, resource_id: str) -> None: ...

    async def outdated(self, community: CommunityId, resource_id: str, *, at: datetime) -> None: ...

    async def looked_again(self, community: CommunityId, resource_id: str) -> None:
        """A moderator looked: what was said of its being out of date is answered."""
        ...

    async def feedback(self, community: CommunityId) -> Mapping[str, Feedback]:
        """What members said, by resource."""
        ...

    async def links(self, community: CommunityId) -> list[LinkLook]: ...

    async def save_links(self, community: CommunityId, looks: Sequence[LinkLook]) -> None:
        """Keep these, and nothing of before."""
        ...
