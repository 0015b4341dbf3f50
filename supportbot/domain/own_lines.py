"""What a moderator may type when they add a line of their community's own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from supportbot.domain.helplines import UNKNOWN_HOURS, Contact, Kind
from supportbot.domain.spelling import seen
from supportbot.errors import UserError

MOST_LINES = 25
"""How many lines a community can have, pending ones counted."""

KINDS = tuple(kind for kind in Kind if kind is not Kind.EMERGENCY)
"""What a line can be for: a community never replaces the emergency number."""

LONGEST = {
    "service": 100,
    "phone": 40,
    "text": 100,
    "chat": 200,
    "web": 200,
    "hours": 100,
    "languages": 100,
    "note": 300,
    "source": 300,
}
"""Characters, by option."""

# Pages write numbers with other hyphens than keyboards do; people do not see the difference.
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))

_PHONE = re.compile(r"[0-9 +*#()-]*[0-9][0-9 +*#()-]*")
_WITH_NUMBER = re.compile(r".*[0-9].*")
_HOST = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z][a-z0-9-]*[a-z0-9]"
_LINK = re.compile(rf"https://{_HOST}(?::[0-9]{{1,5}})?(?:[/?#][a-z0-9._~!$&+,;=:@%/?#-]*)?", re.IGNORECASE | re.ASCII)


_WRONG = {
    "phone": "setup.helpline.phone",
    "text": "setup.helpline.text",
    "chat": "setup.helpline.link",
    "web": "setup.helpline.link",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A line as it was typed; `None` for what was left out. `languages` are separated by commas."""

    kind: str
    service: str
    source: str
    phone: str | None = None
    text: str | None = None
    chat: str | None = None
    web: str | None = None
    hours: str | None = None
    languages: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line that can be kept."""

    kind: Kind
    service: str
    contact: Contact
    hours: str
    languages: tuple[str, ...]
    note: str | None
    source: str


def drafted(typed: Typed) -> LineDraft:
    """Tidy and check what was typed. Digits and letters stay as they are. Raises UserError, which says what to mend."""
    if typed.kind not in KINDS:
        raise UserError("setup.helpline.kind")
    service, source = _needed("service", typed.service), _needed("source", typed.source)
    contact = Contact(
        phone=_way("phone", (typed.phone or "").translate(_HYPHENS), _PHONE),
        text=_way("text", typed.text, _WITH_NUMBER),
        chat_url=_way("chat", typed.chat, _LINK),
        web_url=_way("web", typed.web, _LINK),
    )
    if contact == Contact():
        raise UserError("setup.helpline.no_way")
    spoken = (each.strip() for each in (_tidy("languages", typed.languages) or "").split(","))
    return LineDraft(
        kind=Kind(typed.kind),
        service=service,
        contact=contact,
        hours=_tidy("hours", typed.hours) or UNKNOWN_HOURS,
        languages=tuple(each for each in spoken if each),
        note=_tidy("note", typed.note),
        source=source,
    )


def _tidy(option: str, text: str | None) -> str | None:
    """One line without what nobody sees; None for nothing. Raises UserError when it is too long."""
    tidy = " ".join(seen(text or "").split())
    if len(tidy) > LONGEST[option]:
        raise UserError("setup.helpline.too_long", option=option, limit=LONGEST[option])
    return tidy or None


def _needed(option: str, text: str) -> str:
    found = _tidy(option, text)
    if found is None:
        raise UserError("setup.helpline.missing", option=option)
    return found


def _way(option: str, text: str | None, form: re.Pattern[str]) -> str | None:
    found = _tidy(option, text)
    if found is not None and not form.fullmatch(found):
        raise UserError(_WRONG[option], option=option)
    return found
