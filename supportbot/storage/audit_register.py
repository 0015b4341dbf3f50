"""The list of communities that have an audit, sealed: without it a whole chain could be cut away unnoticed."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.audit import AuditFault
from supportbot.errors import SealingError
from supportbot.storage.audit_chain import BROKEN, START, ChainKeys, Head
from supportbot.storage.audit_rows import REGISTER, add_head, head_of, listed, save_head

_NAME = "register"


class AuditRegister:
    """The head of community 0, whose mark is over the ids of all communities that have a head."""

    def __init__(self, connection: AsyncConnection, keys: ChainKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def held(self) -> Head:
        """The register, ours until the transaction ends; a new one of no community if there is none."""
        mark = self._keys.mark(self._keys.active, _NAME)
        await add_head(self._connection, Head(REGISTER, 0, mark, 0, START, "", "").sealed(self._keys))
        register = await head_of(self._connection, REGISTER, locked=True)
        if register is None:
            raise SealingError("The audit's list of communities cannot be read.")
        return register

    async def is_sound(self, register: Head) -> bool:
        """Whether it lists the communities that there are. Not when its key is not known."""
        there = await listed(self._connection)
        return self._keys.fits(register.mark, register.key_id, _NAME, *there) and register.holds(self._keys)

    async def reseal(self, register: Head, *, is_sound: bool) -> None:
        """List the communities that there are now. What was found changed stays found."""
        there = await listed(self._connection)
        head = replace(register, number=len(there), mark=self._keys.mark(self._keys.active, _NAME, *there))
        await save_head(self._connection, head.sealed(self._keys) if is_sound else replace(head, seal=BROKEN))

    async def resign(self) -> AuditFault | None:
        """Put it under the active key, unless it does not hold: then nothing, and why."""
        register, fault = await head_of(self._connection, REGISTER, locked=True), await self.fault()
        if register is not None and fault is None and register.key_id != self._keys.active:
            await self.reseal(register, is_sound=True)
        return fault

    async def fault(self) -> AuditFault | None:
        """What is wrong with it."""
        register = await head_of(self._connection, REGISTER)
        if register is None:
            return _fault("the list of communities was taken away") if await listed(self._connection) else None
        if not self._keys.knows(register.key_id):
            return _fault("the list of communities is under a key that is not in the key ring")
        if not await self.is_sound(register):
            return _fault("a whole community was taken away or put in")
        return None


def _fault(why: str) -> AuditFault:
    return AuditFault(REGISTER, 0, why)
