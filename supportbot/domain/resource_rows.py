"""Resources as rows of text, as moderators type, import and export them: read with a reason for whatever is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from supportbot.domain.helplines import ALWAYS_OPEN, UNKNOWN_HOURS, Contact
from supportbot.domain.resources import MOST_REGIONS, MOST_TAGS, Cost, Entry, Kind, Region, Status
from supportbot.domain.spelling import plain, seen
from supportbot.domain.wallclock import check_zone
from supportbot.errors import UserError

FIELDS = (
    "kind", "name", "description", "regions", "languages", "cost", "audience", "phone", "text", "chat", "web",
    "hours", "online", "place", "tags", "interest", "checked_on", "review_by", "status",
)  # fmt: skip
"""In the order of an export's columns; before them comes the `id`."""

LONGEST: Mapping[str, int] = {
    "name": 100,
    "description": 500,
    "audience": 100,
    "phone": 40,
    "text": 100,
    "chat": 200,
    "web": 200,
    "hours": 100,
    "place": 200,
    "tags": 30,
    "interest": 200,
}
"""Characters, by field; of tags, each."""

YES, NO = "yes", "no"
SEPARATOR = ";"
_YES = frozenset({YES, "y", "true", "1", "x", "si", "sí"})
_NO = frozenset({NO, "n", "false", "0", ""})

# Pages write numbers with other hyphens than keyboards do; people do not see the difference.
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_PHONE = re.compile(r"[0-9 +*#()-]*[0-9][0-9 +*#()-]*")
_WITH_NUMBER = re.compile(r".*[0-9].*")
_HOST = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z][a-z0-9-]*[a-z0-9]"
_LINK = re.compile(rf"https://{_HOST}(?::[0-9]{{1,5}})?(?:[/?#][a-z0-9._~!$&+,;=:@%/?#-]*)?", re.IGNORECASE | re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?")
_MENTION = re.compile(r"@everyone|@here|<(?:@[!&]?|#|/|a?:|t:|id:)", re.IGNORECASE)
_FORMULA = re.compile(r"\s*[=@]|.*=\s*(?:hyperlink|importxml|importdata|cmd|dde)\b.*", re.IGNORECASE | re.DOTALL)
_PAID_FOR = frozenset({
    "aff", "affid", "affiliate", "affiliateid", "affiliate_id", "clickid", "irclickid", "partner", "partnerid",
    "partner_id", "promo", "promocode", "coupon", "ref", "referral", "referralcode", "referral_code", "referrer",
    "refid", "ref_id",
})  # fmt: skip
"""Parameters of links by which whoever passes the link on is paid."""
_FEE = re.compile(
    r"\b(?:(?:referral|finders?|placement) fees?|commissions?|kickbacks?|per (?:referral|patient|client|lead)"
    r"|comision(?:es)?|por (?:derivacion|paciente|cliente))\b"
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What stands against a row: the field, and the id of a text with its values that says what would work."""

    field: str
    text_id: str
    values: Mapping[str, object]


class _Refused(Exception):
    """What is wrong with one field."""

    def __init__(self, why: str, **values: object) -> None:
        super().__init__(why)
        self.why = why
        self.values = values


_T = TypeVar("_T")


def read(row: Mapping[str, str]) -> Entry | tuple[Wrong, ...]:
    """The entry that a row says, or everything that is wrong with it. What is left out is empty.

    White space and characters that nobody sees do not count; digits and letters stay as they are.
    """
    reader = _Reader(row)
    entry = reader.entry()
    return tuple(reader.wrong) if reader.wrong or entry is None else entry


def written(entry: Entry) -> dict[str, str]:
    """The row that `read` reads as this entry."""
    contact = entry.contact
    return {
        "kind": entry.kind.value,
        "name": entry.name,
        "description": entry.description,
        "regions": _joined(map(str, entry.regions)),
        "languages": _joined(entry.languages),
        "cost": entry.cost.value,
        "audience": entry.audience,
        "phone": contact.phone or "",
        "text": contact.text or "",
        "chat": contact.chat_url or "",
        "web": contact.web_url or "",
        "hours": entry.hours,
        "online": YES if entry.online else NO,
        "place": entry.place or "",
        "tags": _joined(entry.tags),
        "interest": entry.interest or "",
        "checked_on": "" if entry.checked_on is None else entry.checked_on.isoformat(),
        "review_by": "" if entry.review_by is None else entry.review_by.isoformat(),
        "status": entry.status.value,
    }


def _joined(parts: Iterable[str]) -> str:
    return f"{SEPARATOR} ".join(parts)


class _Reader:
    """Reads field by field, and goes on after a wrong one: who mends a file wants to hear of all of them."""

    def __init__(self, row: Mapping[str, str]) -> None:
        self._row = row
        self.wrong: list[Wrong] = []

    def entry(self) -> Entry | None:
        kind = self._field("kind", _kind)
        name = self._field("name", _name)
        contact = Contact(
            phone=self._field("phone", lambda text: _way("phone", text.translate(_HYPHENS), _PHONE)),
            text=self._field("text", lambda text: _way("text", text, _WITH_NUMBER)),
            chat_url=self._field("chat", lambda text: _link("chat", text)),
            web_url=self._field("web", lambda text: _link("web", text)),
        )
        place = self._field("place", lambda text: _words("place", text) or None)
        online = self._field("online", _yes_or_no) or False
        entry = Entry(
            kind=kind or Kind.GROUP,
            name=name or "",
            description=self._field("description", lambda text: _words("description", text)) or "",
            regions=self._field("regions", _regions) or (),
            languages=self._field("languages", _languages) or (),
            cost=self._field("cost", _cost) or Cost.UNKNOWN,
            audience=self._field("audience", lambda text: _words("audience", text)) or "",
            contact=contact,
            hours=self._field("hours", _hours) or UNKNOWN_HOURS,
            online=online,
            place=place,
            tags=self._field("tags", _tags) or (),
            interest=self._field("interest", _interest),
            checked_on=self._field("checked_on", _day),
            review_by=self._field("review_by", _day),
            status=self._field("status", _status) or Status.ACTIVE,
        )
        if not self.wrong and entry.contact == Contact() and entry.place is None:
            self.wrong.append(Wrong("phone", "resource.wrong.no_way", {}))
        return None if self.wrong else entry

    def _field(self, name: str, read_: Callable[[str], _T]) -> _T | None:
        text = " ".join(seen(self._row.get(name, "")).split())
        try:
            return read_(text)
        except _Refused as error:
            self.wrong.append(Wrong(name, f"resource.wrong.{error.why}", error.values))
            return None


def _words(name: str, text: str) -> str:
    if len(text) > LONGEST[name]:
        raise _Refused("too_long", limit=LONGEST[name])
    if _MENTION.search(text):
        raise _Refused("mention")
    if _FORMULA.fullmatch(text) or text.startswith(("=", "@")):
        raise _Refused("formula")
    return text


def _name(text: str) -> str:
    if not text:
        raise _Refused("missing")
    return _words("name", text)


def _kind(text: str) -> Kind:
    return _one_of(Kind, text.casefold().replace(" ", "_"))


def _cost(text: str) -> Cost:
    return _one_of(Cost, text.casefold()) if text else Cost.UNKNOWN


def _status(text: str) -> Status:
    return _one_of(Status, text.casefold()) if text else Status.ACTIVE


_Named = TypeVar("_Named", Kind, Cost, Status)


def _one_of(names: type[_Named], text: str) -> _Named:
    try:
        return names(text)
    except ValueError:
        raise _Refused("choice", choices=", ".join(each.value for each in names)) from None


def _regions(text: str) -> tuple[Region, ...]:
    found: list[Region] = []
    for part in _parts(text):
        try:
            found.append(Region.read(part))
        except ValueError:
            raise _Refused("region", part=part) from None
    if len(found) > MOST_REGIONS:
        raise _Refused("too_many", limit=MOST_REGIONS)
    return tuple(dict.fromkeys(found))


def _languages(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(part.casefold() for part in _parts(text)))
    for part in found:
        if not _LANGUAGE.fullmatch(part):
            raise _Refused("language", part=part)
    return found


def _tags(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(_words("tags", part.casefold()) for part in _parts(text)))
    if len(found) > MOST_TAGS:
        raise _Refused("too_many", limit=MOST_TAGS)
    return found


def _parts(text: str) -> list[str]:
    parts = (" ".join(part.split()) for part in text.replace(",", SEPARATOR).split(SEPARATOR))
    return [part for part in parts if part]


def _way(name: str, text: str, form: re.Pattern[str]) -> str | None:
    if not text:
        return None
    if not form.fullmatch(_words(name, text)):
        raise _Refused(name)
    return text


def _link(name: str, text: str) -> str | None:
    if not text:
        return None
    if not _LINK.fullmatch(_words(name, text)):
        raise _Refused("link")
    if any(part.partition("=")[0].casefold() in _PAID_FOR for part in re.split("[?&;#]", text)[1:]):
        raise _Refused("paid_for")
    return text


def _hours(text: str) -> str:
    if not text or text.casefold() == UNKNOWN_HOURS:
        return UNKNOWN_HOURS
    if text == ALWAYS_OPEN:
        return text
    zone, _, hours = _words("hours", text).partition(" ")
    try:
        zone = check_zone(zone)
    except UserError:
        raise _Refused("hours") from None
    if not hours:
        raise _Refused("hours")
    return f"{zone} {hours}"


def _yes_or_no(text: str) -> bool:
    if text.casefold() not in _YES | _NO:
        raise _Refused("yes_or_no")
    return text.casefold() in _YES


def _interest(text: str) -> str | None:
    if _FEE.search(plain(text)):
        raise _Refused("fee")
    return _words("interest", text) or None


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Refused("day") from None
