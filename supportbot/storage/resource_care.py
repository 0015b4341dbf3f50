"""What members say of resources and would like to see listed, and whether links lead somewhere. Nothing says who."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.people import CommunityId
from supportbot.domain.resources import Feedback, LinkLook, Suggestion
from supportbot.storage.inserting import insert_new
from supportbot.storage.tables import resource_feedback, resource_links, resource_suggestions


class ResourceCareRepository:
    """Suggestions, feedback and looks at links, by community."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def suggest(self, suggestion: Suggestion) -> None:
        """Keep a suggestion."""
        await self._connection.execute(
            insert(resource_suggestions).values(
                id=suggestion.id,
                community_id=suggestion.community,
                at=suggestion.at,
                fields=json.dumps(dict(suggestion.fields), ensure_ascii=False),
            )
        )

    async def suggestions(self, community: CommunityId) -> list[Suggestion]:
        """Those that wait, the oldest first."""
        found = await self._connection.execute(
            select(resource_suggestions)
            .where(resource_suggestions.c.community_id == community)
            .order_by(resource_suggestions.c.at, resource_suggestions.c.id)
        )
        return [Suggestion(row.id, community, row.at, json.loads(row.fields)) for row in found]

    async def decided(self, community: CommunityId, suggestion_id: str) -> bool:
        """Forget a suggestion that was taken or declined; false if it is gone already."""
        gone = await self._connection.execute(
            delete(resource_suggestions).where(
                resource_suggestions.c.community_id == community, resource_suggestions.c.id == suggestion_id
            )
        )
        return gone.rowcount == 1

    async def helped(self, community: CommunityId, resource_id: str) -> None:
        """One more member says that it helped."""
        await self._count(community, resource_id, {"helpful": resource_feedback.c.helpful + 1})

    async def outdated(self, community: CommunityId, resource_id: str, *, at: datetime) -> None:
        """One more member says that it is out of date."""
        await self._count(community, resource_id, {"outdated": resource_feedback.c.outdated + 1, "outdated_at": at})

    async def looked_again(self, community: CommunityId, resource_id: str) -> None:
        """A moderator looked: what was said of its being out of date is answered."""
        await self._connection.execute(
            update(resource_feedback)
            .where(resource_feedback.c.community_id == community, resource_feedback.c.resource_id == resource_id)
            .values(outdated=0, outdated_at=None)
        )

    async def feedback(self, community: CommunityId) -> Mapping[str, Feedback]:
        """What members said, by resource."""
        found = await self._connection.execute(
            select(resource_feedback).where(resource_feedback.c.community_id == community)
        )
        return {row.resource_id: Feedback(row.helpful, row.outdated, row.outdated_at) for row in found}

    async def links(self, community: CommunityId) -> list[LinkLook]:
        """What looking at links came to."""
        found = await self._connection.execute(
            select(resource_links)
            .where(resource_links.c.community_id == community)
            .order_by(resource_links.c.resource_id, resource_links.c.url)
        )
        return [LinkLook(row.resource_id, row.url, row.at, row.found) for row in found]

    async def save_links(self, community: CommunityId, looks: Sequence[LinkLook]) -> None:
        """Keep these, and nothing of before."""
        await self._connection.execute(delete(resource_links).where(resource_links.c.community_id == community))
        rows = [
            {
                "community_id": community,
                "resource_id": each.resource,
                "url": each.url,
                "at": each.at,
                "found": each.found,
            }
            for each in looks
        ]
        if rows:
            await self._connection.execute(insert(resource_links), rows)

    async def _count(self, community: CommunityId, resource_id: str, values: Mapping[str, object]) -> None:
        await insert_new(
            self._connection,
            resource_feedback,
            community_id=community,
            resource_id=resource_id,
            helpful=0,
            outdated=0,
        )
        await self._connection.execute(
            update(resource_feedback)
            .where(resource_feedback.c.community_id == community, resource_feedback.c.resource_id == resource_id)
            .values(values)
        )
