"""Answers that members asked to be kept, and where they want to be nudged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.checkins import Answer, Goal, KeptAnswer, Nudge
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, CommunityId, PersonId
from supportbot.errors import SealingError
from supportbot.services.ports import Json, NewId
from supportbot.storage.grants import Grants
from supportbot.storage.inserting import insert_new
from supportbot.storage.sealed import ANSWER
from supportbot.storage.sealing import Sealer
from supportbot.storage.tables import answers, nudges

AT_ONCE = 100


class AnswerRepository:
    """Answers by person and occurrence, sealed to the row's own key."""

    kind = "answers"
    basis = Scope.HISTORY

    def __init__(self, connection: AsyncConnection, sealer: Sealer, new_id: NewId, grants: Grants) -> None:
        self._connection = connection
        self._sealer = sealer
        self._new_id = new_id
        self._grants = grants

    async def save(self, kept: KeptAnswer) -> None:
        """Add an answer; of one that is there, the parts that are given are written over. Raises ConsentMissing."""
        self._grants.require(kept.person, self.basis)
        row = await self._row(kept.occurrence_id)
        if row is None:
            key = self._new_id()
            await self._connection.execute(
                insert(answers).values(
                    id=key,
                    person_id=kept.person,
                    plan_id=kept.plan_id,
                    occurrence_id=kept.occurrence_id,
                    at=kept.at,
                    answer=self._sealed(_parts(kept.answer), key),
                )
            )
            return
        parts = {**self._opened(row), **_parts(kept.answer)}
        await self._connection.execute(
            update(answers).where(answers.c.id == row["id"]).values(answer=self._sealed(parts, row["id"]))
        )

    async def of(self, person: PersonId, *, since: datetime | None = None) -> list[KeptAnswer]:
        """A person's answers, from an instant on, the oldest first. Raises SealingError."""
        wanted = select(answers).where(answers.c.person_id == person).order_by(answers.c.at, answers.c.id)
        if since is not None:
            wanted = wanted.where(answers.c.at >= since)
        found = await self._connection.execute(wanted)
        return [self._kept(row) async for row in _in_turns(found.mappings().all())]

    async def export(self, person: PersonId) -> Sequence[Json]:
        """Every answer, opened."""
        found = await self._connection.execute(
            select(answers).where(answers.c.person_id == person).order_by(answers.c.at, answers.c.id)
        )
        return [
            {
                "plan": row["plan_id"],
                "occurrence": row["occurrence_id"],
                "at": row["at"].isoformat(),
                "answer": self._shown(row),
            }
            async for row in _in_turns(found.mappings().all())
        ]

    async def erase(self, person: PersonId) -> int:
        """Forget every answer."""
        return (await self._connection.execute(delete(answers).where(answers.c.person_id == person))).rowcount

    async def _row(self, occurrence_id: str) -> RowMapping | None:
        found = await self._connection.execute(select(answers).where(answers.c.occurrence_id == occurrence_id))
        return found.mappings().one_or_none()

    def _kept(self, row: RowMapping) -> KeptAnswer:
        parts = self._opened(row)
        if "goal" in parts:
            parts["goal"] = Goal(parts["goal"])
        return KeptAnswer(PersonId(row["person_id"]), row["plan_id"], row["occurrence_id"], row["at"], Answer(**parts))

    def _sealed(self, parts: Json, key: str) -> bytes:
        return self._sealer.seal(json.dumps(parts), column=ANSWER.name, row=key)

    def _opened(self, row: RowMapping) -> dict[str, Any]:
        return json.loads(self._sealer.open(row["answer"], column=ANSWER.name, row=row["id"]))

    def _shown(self, row: RowMapping) -> object:
        try:
            return self._opened(row)
        except SealingError:
            # Whoever wants to see or erase what is held must not fail on what nobody can read.
            return "(cannot be opened)"


class NudgeRepository:
    """The channel in which a person wants to be nudged."""

    kind = "nudges"
    basis = Scope.NUDGE

    def __init__(self, connection: AsyncConnection, grants: Grants) -> None:
        self._connection = connection
        self._grants = grants

    async def get(self, person: PersonId) -> Nudge | None:
        """Where, if they want it."""
        found = await self._connection.execute(select(nudges).where(nudges.c.person_id == person))
        row = found.one_or_none()
        return None if row is None else Nudge(person, CommunityId(row.community_id), ChannelId(row.channel_id))

    async def save(self, nudge: Nudge, *, at: datetime) -> None:
        """Keep it, or change it. Raises ConsentMissing."""
        self._grants.require(nudge.person, self.basis)
        values = {"community_id": nudge.community, "channel_id": nudge.channel, "at": at}
        if not await insert_new(self._connection, nudges, person_id=nudge.person, **values):
            await self._connection.execute(update(nudges).where(nudges.c.person_id == nudge.person).values(values))

    async def export(self, person: PersonId) -> Sequence[Json]:
        """Where, and since when."""
        found = await self._connection.execute(select(nudges).where(nudges.c.person_id == person))
        return [
            {"community": str(row.community_id), "channel": str(row.channel_id), "since": row.at.isoformat()}
            for row in found
        ]

    async def erase(self, person: PersonId) -> int:
        """Forget it."""
        return (await self._connection.execute(delete(nudges).where(nudges.c.person_id == person))).rowcount


async def _in_turns(rows: Sequence[RowMapping]) -> AsyncIterator[RowMapping]:
    """Each row; between some of them others have their turn. Two years of answers take long to open."""
    for number, row in enumerate(rows):
        if number % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0)
        yield row


def _parts(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in asdict(answer).items() if value is not None}
