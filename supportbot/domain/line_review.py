"""What whoever runs the bot should look at again in the helplines, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from supportbot.domain.helplines import Helpline

CHECK_HOLDS = timedelta(days=183)
"""A check with the service is to be repeated after half a year."""

SOURCE_AGES = 5
"""A source older than this many years is to be looked for again."""


class Concern(StrEnum):
    """Why a line should be looked at. A line with one of the first two cannot be used."""

    MALFORMED = "malformed"
    NO_SOURCE = "no_source"
    CHECK_AGAIN = "check_again"
    OLD_SOURCE = "old_source"
    ESCAPED = "escaped"
    UNCONFIRMED = "unconfirmed"

    @property
    def is_fault(self) -> bool:
        """Whether the bot does not start with it."""
        return self in {Concern.MALFORMED, Concern.NO_SOURCE}


@dataclass(frozen=True, slots=True)
class Remark:
    """One concern about a line; `line` is its id, or empty for the file, `field` may be empty."""

    concern: Concern
    line: str
    field: str
    says: str


@dataclass(frozen=True, slots=True)
class Review:
    """The lines that were looked at, and everything there is to say about them."""

    lines: tuple[Helpline, ...]
    remarks: tuple[Remark, ...]

    @property
    def has_faults(self) -> bool:
        """Whether the bot would not start with them."""
        return any(remark.concern.is_fault for remark in self.remarks)


def remarks(lines: Iterable[Helpline], today: date, *, is_escaped: Callable[[str], bool]) -> Iterator[Remark]:
    """What there is to say about lines that can be used; `is_escaped` says whether Discord would change a cell."""
    for line in lines:
        if line.checked_on is None:
            yield Remark(Concern.UNCONFIRMED, line.id, "", "nobody has confirmed it with the service")
        elif today - line.checked_on > CHECK_HOLDS:
            yield Remark(Concern.CHECK_AGAIN, line.id, "", f"was checked on {line.checked_on}; check it again")
        if today.year - line.source_year > SOURCE_AGES:
            says = f"its source is of {line.source_year}; look for a newer one"
            yield Remark(Concern.OLD_SOURCE, line.id, "source_year", says)
        for field, cell in _cells(line):
            if is_escaped(cell):
                yield Remark(Concern.ESCAPED, line.id, field, f"Discord would change {cell!r}, so it is shown escaped")


def _cells(line: Helpline) -> Iterator[tuple[str, str]]:
    """What is shown as text."""
    contact = line.contact
    found = {
        "service": line.service,
        "service_local": line.service_local,
        "audience": line.audience,
        "phone": contact.phone,
        "text": contact.text,
        "hours": line.hours,
        "note": line.note,
    }
    yield from ((field, cell) for field, cell in found.items() if cell)
