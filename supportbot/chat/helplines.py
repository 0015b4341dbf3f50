"""How a line looks: every way to reach it with its country, when, for whom, and how old that is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import discord

from supportbot.chat.markdown import escaped
from supportbot.chat.words import Voice
from supportbot.domain.communities import OwnHelpline
from supportbot.domain.helplines import ALWAYS_OPEN, ANYWHERE, UNKNOWN_HOURS, Contact, Helpline, place_text
from supportbot.domain.opening import WEEK, Opening, opening_of
from supportbot.services.names import country_name, day_in_words, language_name, weekday_name

Field = tuple[str, str]
"""Name and value of a field."""


def line_field(voice: Voice, line: Helpline, now: datetime, *, written: bool = False) -> Field:
    """A shipped line; with `written` without its phone number."""
    name = escaped(line.service)
    if line.service_local and line.service_local != line.service:
        name = voice("line.both_names", name=name, local=escaped(line.service_local))
    about = [voice("line.audience", audience=escaped(voice.cell(line.audience)))]
    if line.iso != ANYWHERE:  # a directory is a page: it has neither
        about += [_languages(voice, line.languages), hours_text(voice, line.hours)]
    rows = [
        *_ways(voice, line.contact, line.iso, written=written),
        *_closed(voice, line.hours, now),
        " · ".join(about),
        " ".join([*_reach(voice, line), *([escaped(voice.cell(line.note))] if line.note else [])]),
        *_age(voice, line),
    ]
    return name, "\n".join(filter(None, rows))


def own_field(voice: Voice, line: OwnHelpline, now: datetime | None, *, written: bool = False) -> Field:
    """A line that a community added, with the country it was added for.

    `now` is None for a text that stays: then nothing is said of the present.
    """
    rows = [
        voice(f"line.kind.{line.kind.value}"),
        *_ways(voice, line.contact, line.region, written=written),
        *(_closed(voice, line.hours, now) if now is not None else ()),
        " · ".join([_languages(voice, line.languages), hours_text(voice, line.hours)]),
        *([escaped(line.note)] if line.note else []),
        voice("line.own.mark"),
    ]
    return escaped(line.service), "\n".join(rows)


def emergency_rows(voice: Voice, line: Helpline) -> list[str]:
    """A country's emergency number with its note, and last how old that is."""
    number = voice(
        "crisis.emergency.number", number=escaped(line.contact.phone or ""), country=_country(voice, line.iso)
    )
    return [
        number,
        *([escaped(voice.cell(line.note))] if line.note else []),
        voice("crisis.emergency.when"),
        *_age(voice, line),
    ]


def hours_text(voice: Voice, hours: str) -> str:
    """When a line is open, with the zone."""
    if hours == ALWAYS_OPEN:
        return voice("line.hours.always")
    if hours == UNKNOWN_HOURS:
        return voice("line.hours.unknown")
    opening = opening_of(hours)
    if opening is None:
        return voice("line.hours.other", hours=escaped(hours))
    return voice(
        "line.hours.at_least" if opening.at_least else "line.hours.known",
        days=_days(voice, opening),
        opens=_clock(opening.opens),
        closes=_clock(opening.closes),
        zone=escaped(opening.zone),
    )


def _closed(voice: Voice, hours: str, now: datetime) -> Iterable[str]:
    """That it is closed just now, if that can be said. That it is open never can: there are holidays."""
    opening = opening_of(hours)
    if opening is not None and opening.is_closed(now):
        yield voice("line.hours.closed_now", when=discord.utils.format_dt(opening.next_opening(now), "R"))


def _ways(voice: Voice, contact: Contact, iso: str | None, *, written: bool) -> Iterable[str]:
    """The numbers each with the country beside it; the same digits mean something else in the next one."""
    country = None if iso in {None, ANYWHERE} else _country(voice, iso or "")
    for kind, number in (("phone", None if written else contact.phone), ("text", contact.text)):
        if number is not None and country is not None:
            yield voice(f"line.{kind}", number=escaped(number), country=country)
        elif number is not None:
            yield voice(f"line.{kind}.alone", number=escaped(number))
    if contact.chat_url:
        yield voice("line.chat", url=_link(contact.chat_url))
    if contact.web_url and contact.web_url != contact.chat_url:
        yield voice("line.web", url=_link(contact.web_url))


def _reach(voice: Voice, line: Helpline) -> Iterable[str]:
    if line.subdivision is not None:
        yield voice("line.only_in", place=voice(place_text(line.subdivision)))
    if line.contact.phone or line.contact.text:
        yield voice("line.inside_only")


def _languages(voice: Voice, tags: Iterable[str]) -> str:
    names = [escaped(language_name(tag, voice.language)) for tag in tags]
    return voice("line.languages", languages=", ".join(names)) if names else voice("line.languages.unknown")


def _age(voice: Voice, line: Helpline) -> Iterable[str]:
    """The year of the source and the day of a check: two dates that are never mixed."""
    seen = voice(f"line.seen.{line.status.value}")
    if line.checked_on is None:
        yield voice("line.source.unchecked", year=line.source_year, seen=seen)
    else:
        yield voice("line.source", year=line.source_year, seen=seen)
        yield voice("line.checked", date=day_in_words(line.checked_on, voice.language))


def _days(voice: Voice, opening: Opening) -> str:
    if opening.days == WEEK:
        return voice("line.hours.every_day")
    first = next(each for each in sorted(opening.days) if (each - 1) % 7 not in opening.days)
    last = (first + len(opening.days) - 1) % 7
    names = [weekday_name(day, voice.language) for day in dict.fromkeys((first, last))]
    return " – ".join(names)


def _clock(minutes: int) -> str:
    """24:00 is how the end of a day is written; after it the next day begins."""
    minutes = minutes - 24 * 60 if minutes > 24 * 60 else minutes
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _country(voice: Voice, iso: str) -> str:
    return escaped(country_name(iso, voice.language))


def _link(url: str) -> str:
    return f"<{url}>"
