"""Reads the audit's rows as they stand, whatever somebody may have put there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.storage.audit_chain import Actor, Head, Link
from supportbot.storage.inserting import insert_new
from supportbot.storage.tables import audit, audit_actors, audit_heads

REGISTER = 0
"""The head of no community: its seal is over the ids of all others. Discord gives nothing this id."""

# Not as an instant: a changed one may be none.
_LINKS = select(
    audit.c.community_id,
    audit.c.number,
    type_coerce(audit.c.at, BigInteger).label("at"),
    audit.c.actor,
    audit.c.act,
    audit.c.detail,
    audit.c.key_id,
    audit.c.mark,
)


async def links_of(
    connection: AsyncConnection, community: int, *more: ColumnElement[bool], newest: int | None = None
) -> list[Link]:
    """The links by their numbers; with `newest`, so many of the last ones."""
    wanted = _LINKS.where(audit.c.community_id == community, *more)
    if newest is None:
        return [Link(*row) for row in await connection.execute(wanted.order_by(audit.c.number))]
    rows = (await connection.execute(wanted.order_by(audit.c.number.desc()).limit(newest))).all()
    return [Link(*row) for row in reversed(rows)]


async def actors_of(connection: AsyncConnection, community: int, *more: ColumnElement[bool]) -> dict[int, Actor]:
    """Who made which entry, as far as that is still known."""
    found = await connection.execute(
        select(audit_actors.c.number, audit_actors.c.salt, audit_actors.c.person_id).where(
            audit_actors.c.community_id == community, *more
        )
    )
    return {number: Actor(salt, person) for number, salt, person in found}


async def head_of(connection: AsyncConnection, community: int, *, locked: bool = False) -> Head | None:
    """The head; `locked` keeps it as it is for everybody else until the transaction ends."""
    wanted: Select[Any] = select(audit_heads).where(audit_heads.c.community_id == community)
    row = (await connection.execute(wanted.with_for_update() if locked else wanted)).mappings().one_or_none()
    if row is None:
        return None
    return Head(
        row["community_id"],
        _whole(row["number"]),
        row["mark"],
        _whole(row["purged"]),
        row["purged_mark"],
        row["key_id"],
        row["seal"],
    )


async def listed(connection: AsyncConnection) -> Sequence[int]:
    """The communities that have a head."""
    found = await connection.execute(select(audit_heads.c.community_id))
    return sorted((each for each in found.scalars() if each != REGISTER), key=in_order)


async def found_anywhere(connection: AsyncConnection) -> Sequence[int]:
    """The communities of which there is any row."""
    found = set(await listed(connection))
    for column in (audit.c.community_id, audit_actors.c.community_id):
        found.update((await connection.execute(select(column).distinct())).scalars())
    return sorted(found, key=in_order)


async def save_head(connection: AsyncConnection, head: Head) -> None:
    """Put it in the place of the one that is there."""
    await connection.execute(
        update(audit_heads).where(audit_heads.c.community_id == head.community).values(_values(head))
    )


async def add_head(connection: AsyncConnection, head: Head) -> None:
    """Keep a new one, unless there is one."""
    await insert_new(connection, audit_heads, **_values(head))


def in_order(value: object) -> tuple[bool, object]:
    """A key to sort by, whatever stands where an id belongs."""
    return isinstance(value, int), value if isinstance(value, int) else repr(value)


def _values(head: Head) -> dict[str, object]:
    values = asdict(head)
    return {"community_id": values.pop("community"), **values}


def _whole(value: object) -> int:
    """SQLite keeps a text where a number belongs, if somebody puts one there."""
    return value if isinstance(value, int) else -1
