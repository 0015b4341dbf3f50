"""What somebody agreed to: show it, agree to a text that changed, take it back with all that rests on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from supportbot.domain.consent import ConsentEntry, ConsentText, How, Scope, latest
from supportbot.domain.people import PersonId
from supportbot.services.ports import Clock, Store
from supportbot.services.scrubbing import scrubbed


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a person agreed to in one scope, and what is held because of it: how many rows of each kind.

    `entries` are the ledger's last: one, or one a community where a consent counts in a community alone.
    """

    scope: Scope
    entries: tuple[ConsentEntry, ...]
    held: dict[str, int]

    @property
    def standing(self) -> tuple[ConsentEntry, ...]:
        """Those that hold."""
        return tuple(entry for entry in self.entries if entry.given)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many consents were taken back, how many rows of each kind went with them, and whether their bytes are gone
    from the database's files too.
    """

    consents: int
    rows: dict[str, int]
    is_overwritten: bool = True

    @property
    def total(self) -> int:
        return sum(self.rows.values())


class Consents:
    """The member's side of the ledger.

    `withdrawing` is called right before each try, for those who have something about the person under way: nothing that
    began before may be kept after it. `withdrawn` is called right after a withdrawal, for those who hold in memory what
    is gone now; then `changed`, since the next wake-up may have been theirs.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        withdrawing: Callable[[PersonId, Scope], None],
        withdrawn: Callable[[PersonId, Scope], None],
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._withdrawing = withdrawing
        self._withdrawn = withdrawn
        self._changed = changed

    async def of(self, person: PersonId) -> list[Agreed]:
        """Every scope in which this person ever agreed to something that the ledger still knows."""
        async with self._store.read() as tx:
            entries = latest(await tx.consents.entries(person))
            scopes = dict.fromkeys(entry.scope for entry in entries)
            return [
                Agreed(
                    scope,
                    tuple(entry for entry in entries if entry.scope is scope),
                    {holder.kind: len(await holder.export(person)) for holder in tx.resting_on(scope)},
                )
                for scope in scopes
            ]

    async def text_version(self, person: PersonId, scope: Scope) -> str | None:
        """The version of the text that this person agreed to, None without a consent that holds.

        Of a scope that counts in a community alone it is the newest one.
        """
        async with self._store.read() as tx:
            entries = latest(await tx.consents.entries(person))
        versions = [entry.text_version for entry in entries if entry.scope is scope and entry.given]
        return versions[-1] if versions else None

    async def renew(self, person: PersonId, text: ConsentText) -> None:
        """Agree to a text that changed. Raises ConsentMissing when no consent holds any more that it could follow."""
        now = self._clock.now()
        async with self._store.write() as tx:
            await tx.consents.rely_on(person, text.scope)
            for entry in latest(await tx.consents.entries(person)):
                if entry.scope is text.scope and entry.given:
                    await tx.consents.record(
                        replace(entry, text_version=text.version, language=text.language, at=now, how=How.BUTTON)
                    )

    async def withdraw(self, person: PersonId, scope: Scope, how: How = How.BUTTON) -> Withdrawn:
        """Take it back, and forget what rests on it, in one transaction. Nothing happens where nothing holds.

        What rested on a consent that is gone already, goes too. Raises StorageBusy, StorageError.
        """
        self._withdrawing(person, scope)
        now = self._clock.now()
        async with self._store.write() as tx:
            consents = await tx.consents.withdraw(person, scope, at=now, how=how)
            if not consents and not any([await holder.export(person) for holder in tx.resting_on(scope)]):
                return Withdrawn(0, {})
            rows = await tx.erase(person, scope, at=now)
        self._withdrawn(person, scope)
        self._changed()
        return Withdrawn(consents, rows, is_overwritten=await scrubbed(self._store))
