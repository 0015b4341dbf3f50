"""The list of what moderators changed: to be read in pages, and to be taken along."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from supportbot.domain.audit import AuditEntry, AuditPage
from supportbot.domain.people import CommunityId
from supportbot.services.ports import ExportFile, Store

PAGE = 10
MOST_EXPORTED = 100_000
"""More than a community's moderators do in the time that entries are kept."""

PackAudit = Callable[[CommunityId, Sequence[AuditEntry]], Sequence[ExportFile]]
"""Turns entries into files for a person and for a program."""


class AuditLog:
    """The moderators' view. Whether somebody is one is for the caller to know."""

    def __init__(self, store: Store, *, pack: PackAudit) -> None:
        self._store = store
        self._pack = pack

    async def page(self, community: CommunityId, *, up_to: int | None = None) -> AuditPage:
        """Ten entries, newest first; from this number on downwards, or the newest."""
        async with self._store.read() as tx:
            return await tx.audit.newest(community, up_to=up_to, limit=PAGE)

    async def entries(self, community: CommunityId) -> Sequence[AuditEntry]:
        """All of them, newest first."""
        async with self._store.read() as tx:
            return (await tx.audit.newest(community, limit=MOST_EXPORTED)).entries

    async def export(self, community: CommunityId) -> Sequence[ExportFile]:
        """All of them in files; none where there is no entry."""
        entries = await self.entries(community)
        return self._pack(community, entries) if entries else ()
