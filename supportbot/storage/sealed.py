"""Which fields are sealed: declared here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, func

from supportbot.storage.sealing import header_of
from supportbot.storage.tables import answers, member_regions, members, plans


@dataclass(frozen=True, slots=True)
class SealedField:
    """A column of what a Sealer made, bound to `name` and to the row's primary key, which is one text."""

    table: Table
    field: str

    @property
    def name(self) -> str:
        """As the Sealer takes it: table.column."""
        return f"{self.table.name}.{self.field}"

    @property
    def sealed(self) -> Column[bytes]:
        """The column."""
        return self.table.c[self.field]

    @property
    def key(self) -> Column[str]:
        """The primary key, which the field is bound to."""
        (key,) = self.table.primary_key.columns
        return key

    def is_under(self, key_id: str) -> ColumnElement[bool]:
        """Whether this key sealed it, as far as its head tells; neither true nor false where there is no value."""
        head = header_of(key_id)
        return func.substr(self.sealed, 1, len(head), type_=LargeBinary) == head


ZONE = SealedField(members, "zone")
REGION = SealedField(member_regions, "region")
QUIET = SealedField(members, "quiet")
VACATION = SealedField(members, "vacation")
WORDS = SealedField(plans, "words")
ANSWER = SealedField(answers, "answer")

SEALED = (ZONE, REGION, QUIET, VACATION, WORDS, ANSWER)
"""Every sealed field. One that is missing here is not sealed anew when keys change, so a test looks."""
