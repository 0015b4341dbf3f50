"""What is held about a person as one page to read: no script, nothing from elsewhere, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from typing import cast
from zoneinfo import ZoneInfo

from supportbot.domain.countries import COUNTRIES
from supportbot.errors import ContentError
from supportbot.exchange.mydata_style import STYLE
from supportbot.services.names import country_name, day_in_words, is_right_to_left, moment_in_words, own_name
from supportbot.services.ports import Holdings, Json, Says

DETAILS = frozenset(
    {
        "plan", "delivery", "slot", "channel", "message", "message_before", "last_message", "helpline", "community",
        "text_version", "too_late_after", "next_look", "changed",
    }
)  # fmt: skip
"""Fields that only say what belongs to what: they stand small, behind what the row is about."""

ZONE_IS_IN = "members"
MISSING = "–"
ANSWER = "answer"


def page_of(held: Holdings, says: Says) -> str:
    """The whole document."""
    return _Page(says, _zone_of(held)).document(held)


def _zone_of(held: Holdings) -> ZoneInfo | None:
    for row in held.kinds.get(ZONE_IS_IN, ()):
        try:
            return ZoneInfo(str(row.get("zone")))
        except (KeyError, ValueError, OSError):  # one that is no more, or could not be opened
            return None
    return None


@dataclass(frozen=True, slots=True)
class _Page:
    says: Says
    zone: ZoneInfo | None

    def document(self, held: Holdings) -> str:
        direction = "rtl" if is_right_to_left(self.says.language) else "ltr"
        title = self._say("export.title")
        filled = {kind: rows for kind, rows in held.kinds.items() if rows}
        parts = [
            "<!doctype html>",
            f'<html lang="{escape(self.says.language)}" dir="{direction}">',
            '<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">',
            f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>",
            f"<h1>{title}</h1>",
            *self._opening(held),
            *self._contents(filled),
            *(self._section(kind, rows) for kind, rows in filled.items()),
            *self._nothing_of([kind for kind in held.kinds if kind not in filled]),
            f'<section aria-labelledby="beyond">\n<h2 id="beyond">{self._say("export.beyond.title")}</h2>',
            f"<p>{self._say('export.beyond.body')}</p>\n</section>",
            "</main>\n</body>\n</html>\n",
        ]
        return "\n".join(parts)

    def _opening(self, held: Holdings) -> Iterable[str]:
        text_id = "export.opening.part" if held.is_part else "export.opening"
        opening = self._say(text_id, person=held.person, at="{at}")
        yield f"<p>{opening.replace('{at}', self._moment(held.at))}</p>"  # markup, so not before it is escaped
        zone = self._say("export.times", zone=self.zone.key) if self.zone else self._say("export.times.utc")
        yield f"<p>{zone}</p>"
        yield f'<p class="care">{self._say("export.care")}</p>'

    def _contents(self, filled: Mapping[str, Sequence[Json]]) -> Iterable[str]:
        if filled:
            links = (
                f'<li><a href="#{escape(kind)}">{self._kind(kind)}</a> ({len(filled[kind])})</li>' for kind in filled
            )
            yield f'<nav aria-label="{self._say("export.contents")}">\n<ul>\n' + "\n".join(links) + "\n</ul>\n</nav>"

    def _section(self, kind: str, rows: Sequence[Json]) -> str:
        id_ = escape(kind)
        return "\n".join(
            [
                f'<section aria-labelledby="{id_}">\n<h2 id="{id_}">{self._kind(kind)}</h2>',
                f"<p>{self._word(f'export.kind.{kind}.body', 'export.kind.other')}</p>",
                self._table(kind, rows),
                "</section>",
            ]
        )

    def _nothing_of(self, kinds: Sequence[str]) -> Iterable[str]:
        if kinds:
            named = "\n".join(f"<li>{self._kind(kind)}</li>" for kind in kinds)
            yield f'<section aria-labelledby="nothing">\n<h2 id="nothing">{self._say("export.nothing.title")}</h2>'
            yield f"<ul>\n{named}\n</ul>\n</section>"

    def _table(self, kind: str, rows: Sequence[Json]) -> str:
        """A row an entry. The roles are said although they are the elements' own: on a phone a row is a card, and a
        browser would otherwise forget what it was.
        """
        fields = list(dict.fromkeys(field for row in rows for field in row))
        shown = [field for field in fields if field not in DETAILS]
        aside = [field for field in fields if field in DETAILS]
        names = [self._field(field) for field in shown] + ([self._say("export.details")] if aside else [])
        head = "".join(f'<th scope="col" role="columnheader">{name}</th>' for name in names)
        lines = [
            f'<table role="table">\n<caption>{self._kind(kind)} ({len(rows)})</caption>',
            f'<thead role="rowgroup">\n<tr role="row">{head}</tr>\n</thead>\n<tbody role="rowgroup">',
        ]
        for row in rows:
            cells = [self._value(field, row.get(field)) for field in shown]
            cells += [self._aside(row, aside)] if aside else []
            inner = "".join(_cell(name, cell) for name, cell in zip(names, cells, strict=True))
            lines.append(f'<tr role="row">{inner}</tr>')
        return "\n".join([*lines, "</tbody>\n</table>"])

    def _aside(self, row: Json, fields: Sequence[str]) -> str:
        given = [(field, row[field]) for field in fields if row.get(field) is not None]
        items = "".join(f"<li>{self._field(field)}: {self._value(field, value)}</li>" for field, value in given)
        return f'<ul class="aside">{items}</ul>' if items else MISSING

    def _value(self, field: str, value: object) -> str:
        """As it is read; whatever nobody knows how to say stands there as it is held."""
        if value is None:
            return MISSING
        if isinstance(value, bool):
            return self._word(f"export.value.{field}.{str(value).lower()}", None) or escape(str(value))
        if isinstance(value, list | tuple):
            return self._list(cast("Sequence[object]", value))
        if isinstance(value, Mapping):
            row = cast("Json", value)
            # A number alone would not say what was asked.
            return self._whole(row) if field == ANSWER else self._inner(row)
        return self._text(field, str(value))

    def _text(self, field: str, text: str) -> str:
        if (moment := _moment_in(text)) is not None:
            return self._moment(moment)
        if field == "region" and text in COUNTRIES:
            return escape(country_name(text, self.says.language))
        if field == "language":
            return f'<span lang="{escape(text)}">{escape(own_name(text))}</span>'
        if field == "local_date" and (day := _day_in(text)) is not None:
            return f'<time datetime="{escape(text)}">{escape(day_in_words(day, self.says.language))}</time>'
        return self._word(f"export.value.{field}.{text}", None) or f"<bdi>{escape(text)}</bdi>"

    def _list(self, values: Sequence[object]) -> str:
        items = "".join(f"<li>{self._value('', value)}</li>" for value in values)
        return f"<ul>{items}</ul>" if items else MISSING

    def _inner(self, row: Json) -> str:
        """What it is about, without a name; what else there is to it, named."""
        given = [(field, self._value(field, value)) for field, value in row.items() if value is not None]
        given.sort(key=lambda each: each[0] in DETAILS)
        named = ", ".join(f"{self._field(field)}: {value}" for field, value in given[1:])
        return "".join(value for _, value in given[:1]) + (f" <small>({named})</small>" if named else "")

    def _whole(self, row: Json) -> str:
        """Every part, named."""
        parts = "".join(f"<li>{self._field(field)}: {self._value(field, value)}</li>" for field, value in row.items())
        return f"<ul>{parts}</ul>" if parts else MISSING

    def _moment(self, moment: datetime) -> str:
        """In their zone with UTC beside it."""
        utc = moment.astimezone(UTC)
        if self.zone is None:
            return f'<time datetime="{utc.isoformat()}">{utc:%Y-%m-%d %H:%M} UTC</time>'
        theirs = escape(moment_in_words(moment.astimezone(self.zone), self.says.language))
        return f'<time datetime="{utc.isoformat()}">{theirs} <small>({utc:%Y-%m-%d %H:%M} UTC)</small></time>'

    def _kind(self, kind: str) -> str:
        return self._word(f"export.kind.{kind}", None) or escape(kind)

    def _field(self, field: str) -> str:
        return self._word(f"export.field.{field}", None) or escape(field)

    def _say(self, text_id: str, **values: object) -> str:
        return escape(self.says(text_id, **values))

    def _word(self, text_id: str, otherwise: str | None) -> str:
        """The text, or another where there is none: a kind that is newer than the words must not end the export."""
        try:
            return self._say(text_id)
        except ContentError:
            return self._say(otherwise) if otherwise else ""


def _cell(name: str, value: str) -> str:
    kind = ' class="empty"' if value == MISSING else ""
    return f'<td role="cell"{kind}><span class="name" aria-hidden="true">{name}</span> {value}</td>'


def _moment_in(text: str) -> datetime | None:
    if "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
