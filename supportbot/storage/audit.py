"""What moderators changed: written with the change, found out when changed afterwards, and forgotten in time."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import BigInteger, ColumnElement, delete, func, insert, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.audit import Act, AuditEnd, AuditEntry, AuditFault, AuditPage, AuditProof, Change
from supportbot.domain.consent import Basis
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import SealingError
from supportbot.services.ports import Json
from supportbot.storage.audit_chain import BROKEN, START, Actor, ChainKeys, Head, Link, first_fault, is_link_sound
from supportbot.storage.audit_register import AuditRegister
from supportbot.storage.audit_rows import (
    actors_of,
    add_head,
    found_anywhere,
    head_of,
    in_order,
    links_of,
    save_head,
)
from supportbot.storage.tables import EPOCH, audit, audit_actors, audit_heads

log = structlog.stdlib.get_logger(__name__)

_SALT = 32
_UNKNOWN_KEY = "The audit is under a key that is not in the key ring."


class AuditRepository:
    """The chains. What is about people in it is who acted, so that is what its kind names."""

    kind = "moderating"
    basis = Basis.MODERATING

    def __init__(self, connection: AsyncConnection, keys: ChainKeys) -> None:
        self._connection = connection
        self._keys = keys
        self._register = AuditRegister(connection, keys)

    async def add(self, community: CommunityId, by: PersonId, change: Change, *, at: datetime) -> int:
        """Write an entry and say its number. To be called in the change's own transaction.

        A chain that was changed from outside goes on, and stays found changed. Raises SealingError when its key is not
        in the key ring.
        """
        head = await self._opened(community)
        if not self._keys.knows(head.key_id):
            raise SealingError(_UNKNOWN_KEY)
        last = await self._last(community)
        is_sound = head.holds(self._keys) and last == (head.number if head.number > head.purged else None)
        number = max(head.number, last or 0) + 1
        actor = Actor(secrets.token_hex(_SALT), by)
        token, detail = actor.token(community, number), _packed(change)
        link = Link(community, number, _milliseconds(at), token, change.act.value, detail, "", "")
        link = link.signed(self._keys, head.mark)
        await self._write_link(link)
        await self._connection.execute(
            insert(audit_actors).values(community_id=community, number=number, salt=actor.salt, person_id=by)
        )
        moved = replace(head, number=number, mark=link.mark)
        await save_head(self._connection, moved.sealed(self._keys) if is_sound else replace(moved, seal=BROKEN))
        return number

    async def newest(self, community: CommunityId, *, up_to: int | None = None, limit: int) -> AuditPage:
        """The entries of a community, newest first, from this number on downwards."""
        more = () if up_to is None else (audit.c.number <= up_to,)
        # One more than is wanted: its mark is what the last of them stands on.
        links = await links_of(self._connection, community, *more, newest=limit + 1)
        head = await head_of(self._connection, community)
        if head is None or not links:
            return AuditPage((), is_whole=head is None or head.number == head.purged)
        actors = await actors_of(self._connection, community, audit_actors.c.number >= links[0].number)
        pairs = zip([None, *links], links, strict=False)
        entries = [self._entry(head, before, link, actors.get(link.number)) for before, link in pairs]
        shown = tuple(entries[::-1][:limit])
        is_ended = head.holds(self._keys) and (up_to is not None or (head.number, head.mark) == _end(links[-1]))
        return AuditPage(
            shown,
            newer=up_to is not None and links[-1].number < head.number,
            older=len(links) > limit,
            is_whole=is_ended and all(entry.intact for entry in shown),
        )

    async def verify(self) -> AuditProof:
        """Look at every entry of every community."""
        keys, ends, faults = self._keys, list[AuditEnd](), list[AuditFault]()
        if (fault := await self._register.fault()) is not None:
            faults.append(fault)
        for community in await found_anywhere(self._connection):
            head, links = await head_of(self._connection, community), await links_of(self._connection, community)
            fault = first_fault(keys, community, head, links, await actors_of(self._connection, community))
            if fault is not None:
                faults.append(fault)
            if head is not None:
                ends.append(AuditEnd(community, head.number, str(head.mark), len(links)))
        return AuditProof(tuple(ends), tuple(faults))

    async def to_purge(self, instant: datetime) -> Sequence[CommunityId]:
        """The communities that have entries from before this instant."""
        old = select(audit.c.community_id).where(_is_before(_milliseconds(instant))).distinct()
        return sorted((await self._connection.execute(old)).scalars(), key=in_order)

    async def purge_before(self, instant: datetime, *, of: CommunityId | None = None) -> int:
        """Forget entries, all or of one community, from before this instant.

        As far as none is older that comes after a younger one.

        The head keeps the mark of the last one, so that the rest is still found whole. Of a chain that does not hold,
        the entries stay as evidence, and only who acted is forgotten. Says how many entries went.
        """
        purged = await self.to_purge(instant) if of is None else [of]
        return sum([await self._purge(community, _milliseconds(instant)) for community in purged])

    async def erase_community(self, community: CommunityId, *, accept: bool = False) -> int:
        """Forget a community's whole audit; says how many entries went.

        With `accept`, the list of communities holds again as it is then: for an operator who looked at it.
        """
        register = await self._register.held()
        is_sound = accept or await self._register.is_sound(register)
        links = await links_of(self._connection, community)
        for table in (audit_actors, audit, audit_heads):
            await self._connection.execute(delete(table).where(table.c.community_id == community))
        await self._register.reseal(register, is_sound=is_sound)
        return len(links)

    async def export(self, person: PersonId) -> Sequence[Json]:
        """What this person did as a moderator, oldest first."""
        found = await self._connection.execute(
            select(audit_actors.c.community_id, audit_actors.c.number)
            .where(audit_actors.c.person_id == person)
            .order_by(audit_actors.c.community_id, audit_actors.c.number)
        )
        rows: list[Json] = []
        for community, number in found:
            for link in await links_of(self._connection, community, audit.c.number == number):
                at = _instant(link.at).isoformat()
                rows.append({"community": str(community), "number": number, "at": at, **_told(link)})
        return rows

    async def erase(self, person: PersonId) -> int:
        """Forget that it was this person; what was changed, and when, stays."""
        return (await self._connection.execute(delete(audit_actors).where(audit_actors.c.person_id == person))).rowcount

    # --- the chain

    async def _opened(self, community: int) -> Head:
        """The community's head, ours until the transaction ends; a new one if there is none."""
        head = await head_of(self._connection, community, locked=True)
        if head is not None:
            return head
        register = await self._register.held()
        # Another process may have made it while we waited for the register.
        head = await head_of(self._connection, community, locked=True)
        if head is not None:
            return head
        if not self._keys.knows(register.key_id):
            raise SealingError(_UNKNOWN_KEY)
        is_sound = await self._register.is_sound(register)
        head = Head(community, 0, START, 0, START, "", "").sealed(self._keys)
        await add_head(self._connection, head)
        await self._register.reseal(register, is_sound=is_sound)
        return head

    async def _last(self, community: int) -> int | None:
        found = await self._connection.execute(
            select(func.max(audit.c.number)).where(audit.c.community_id == community)
        )
        return found.scalar_one()

    async def _purge(self, community: int, instant: int) -> int:
        head = await head_of(self._connection, community, locked=True)
        links = await links_of(self._connection, community)
        actors = await actors_of(self._connection, community)
        fault = await asyncio.to_thread(first_fault, self._keys, community, head, links, actors)
        if head is None or fault is not None:
            log.error("audit.broken", community=community)
            await self._forget_actors(community, instant)
            return 0
        young = next((place for place, link in enumerate(links) if link.at >= instant), len(links))
        if not young:
            return 0
        last = links[young - 1]
        for table in (audit_actors, audit):
            await self._connection.execute(
                delete(table).where(table.c.community_id == community, table.c.number <= last.number)
            )
        gone = replace(head, purged=last.number, purged_mark=last.mark)
        await save_head(self._connection, gone.sealed(self._keys))
        return young

    async def _forget_actors(self, community: int, instant: int) -> None:
        old = select(audit.c.number).where(audit.c.community_id == community, _is_before(instant))
        await self._connection.execute(
            delete(audit_actors).where(audit_actors.c.community_id == community, audit_actors.c.number.in_(old))
        )

    async def resign(self, community: int) -> AuditFault | None:
        """Put a whole chain under the active key, unless it does not hold: then nothing, and where."""
        head = await head_of(self._connection, community, locked=True)
        links = await links_of(self._connection, community)
        fault = first_fault(self._keys, community, head, links, await actors_of(self._connection, community))
        if head is None or fault is not None:
            return fault
        if {head.key_id, *(link.key_id for link in links)} == {self._keys.active}:
            return None
        before = head.purged_mark
        for link in links:
            new = link.signed(self._keys, before)
            await self._connection.execute(
                update(audit)
                .where(audit.c.community_id == community, audit.c.number == link.number)
                .values(key_id=new.key_id, mark=new.mark)
            )
            before = new.mark
        await save_head(self._connection, replace(head, mark=before).sealed(self._keys))
        return None

    # --- rows

    async def _write_link(self, link: Link) -> None:
        await self._connection.execute(
            insert(audit).values(
                community_id=link.community,
                number=link.number,
                at=_instant(link.at),
                actor=link.actor,
                act=link.act,
                detail=link.detail,
                key_id=link.key_id,
                mark=link.mark,
            )
        )

    def _entry(self, head: Head, before: Link | None, link: Link, actor: Actor | None) -> AuditEntry:
        number, mark = (head.purged, head.purged_mark) if before is None else _end(before)
        intact = link.number == number + 1 and is_link_sound(self._keys, link, mark, actor)
        by = None if actor is None else PersonId(actor.person)
        return AuditEntry(CommunityId(link.community), link.number, _instant(link.at), by, _change(link), intact=intact)


def _end(link: Link) -> tuple[int, str]:
    return link.number, link.mark


def _is_before(instant: int) -> ColumnElement[bool]:
    return type_coerce(audit.c.at, BigInteger) < instant


def _milliseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


def _instant(milliseconds: int) -> datetime:
    """The instant; the first there is for a value that is none."""
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except (OverflowError, TypeError):
        return EPOCH


def _packed(change: Change) -> str:
    fields = {key: value for key, value in asdict(change).items() if key != "act" and value is not None}
    return json.dumps(fields, sort_keys=True)


def _change(link: Link) -> Change | None:
    try:
        told: Any = json.loads(link.detail)
        return Change(Act(link.act), **{str(key): str(value) for key, value in told.items()})
    except (AttributeError, TypeError, ValueError):
        return None


def _told(link: Link) -> Mapping[str, object]:
    change = _change(link)
    if change is None:
        return {"act": str(link.act)}
    told = {key: value for key, value in asdict(change).items() if value is not None}
    return {"helpline" if key == "line" else key: value for key, value in told.items()}
