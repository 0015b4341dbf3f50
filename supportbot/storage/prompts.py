"""Questions as communities word them. Which moderator added one stands in the audit alone."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.checkins import Asks, CommunityPrompt
from supportbot.domain.people import CommunityId
from supportbot.storage.tables import community_prompts


class CommunityPromptRepository:
    """Prompts by community."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, community: CommunityId) -> list[CommunityPrompt]:
        """The community's, the oldest first."""
        found = await self._connection.execute(
            select(community_prompts)
            .where(community_prompts.c.community_id == community)
            .order_by(community_prompts.c.added_at, community_prompts.c.id)
        )
        return [
            CommunityPrompt(
                row["id"],
                CommunityId(row["community_id"]),
                Asks(row["asks"]),
                row["language"],
                row["words"],
                row["added_at"],
            )
            for row in found.mappings()
        ]

    async def add(self, prompt: CommunityPrompt) -> None:
        """Keep one."""
        await self._connection.execute(
            insert(community_prompts).values(
                id=prompt.id,
                community_id=prompt.community,
                asks=prompt.asks.value,
                language=prompt.language,
                words=prompt.words,
                added_at=prompt.added_at,
            )
        )

    async def remove(self, community: CommunityId, prompt_id: str) -> bool:
        """Forget one of this community's; false when it has none such."""
        gone = await self._connection.execute(
            delete(community_prompts).where(
                community_prompts.c.id == prompt_id, community_prompts.c.community_id == community
            )
        )
        return gone.rowcount == 1
