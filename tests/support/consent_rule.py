"""The rule of the whole storage, read off the database: no row about somebody without the consent that it rests on."""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, Table, select

from supportbot.domain.consent import Scope, standing
from supportbot.domain.people import PersonId
from supportbot.services.ports import Transaction
from supportbot.storage.engine import Database
from supportbot.storage.store import SqlStore


async def broken(database: Database, store: SqlStore) -> list[str]:
    """Each breach as "table: person"; tables by their foreign keys, consents from the ledger."""
    async with database.read() as connection:
        rows = await connection.run_sync(_people_by_table)
    async with store.read() as tx:
        rests_on = {holder.kind: holder.basis for holder in tx.holders()}
        agreed = {person: await _scopes(tx, person) for people in rows.values() for _, person in people}
    return [
        f"{table}: {person}"
        for table, people in rows.items()
        for root, person in people
        if isinstance(basis := rests_on.get(root), Scope) and basis not in agreed[person]
    ]


async def _scopes(tx: Transaction, person: PersonId) -> set[Scope]:
    return {entry.scope for entry in standing(await tx.consents.entries(person))}


def _people_by_table(connection: Connection) -> dict[str, list[tuple[str, PersonId]]]:
    """Who has rows in each table, with the table that names them: its own, or the one that it hangs on."""
    schema = MetaData()
    schema.reflect(connection)
    found: dict[str, list[tuple[str, PersonId]]] = {}
    for table in schema.sorted_tables:
        path = _to_person(table)
        if path is None:
            continue
        *between, root = path
        query = select(root.c.person_id).distinct().select_from(table)
        before = table
        for step in [*between[1:], root] if between else []:
            key = next(key for key in before.foreign_keys if key.column.table is step)
            query = query.join(step, key.parent == key.column)
            before = step
        found[table.name] = [(root.name, PersonId(each)) for each in connection.execute(query).scalars()]
    return found


def _to_person(table: Table) -> list[Table] | None:
    """The tables from this one to the one that names the person."""
    if "person_id" in table.c:
        return [table]
    for key in table.foreign_keys:
        rest = _to_person(key.column.table)
        if rest is not None:
            return [table, *rest]
    return None
