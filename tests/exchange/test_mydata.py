"""The file that a person takes away: complete, readable by anybody, and nothing in it can act."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from zipfile import ZipFile

import pytest

from supportbot import content
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.domain.cadence import Cadence
from supportbot.domain.checkins import Goal, PlanState, Reason, State
from supportbot.domain.consent import How, Scope
from supportbot.domain.people import PersonId
from supportbot.exchange.mydata import pack
from supportbot.exchange.mydata_page import page_of
from supportbot.services.ports import Holdings, Json
from tests.support.fakes import START

SAM = PersonId(1_140_123_456_789_012_345)
NASTY = "<script>alert(1)</script> & \"'><img src=x onerror=alert(1)> \u202e {at} https://evil.example/x"
VOID = {"meta", "br"}

DELIVERY = {
    "plan": "p1", "delivery": "o1-1", "local_date": "2026-01-01", "due": START.isoformat(),
    "too_late_after": START.isoformat(), "state": "sent", "reason": None, "attempts": 1,
    "last_attempt": START.isoformat(), "channel": "5", "message": "6", "message_before": None,
    "changed": START.isoformat(),
}  # fmt: skip
HELD: dict[str, list[Json]] = {
    "members": [{"zone": "America/New_York", "language": "es", "since": START.isoformat()}],
    "consents": [
        {
            "community": "77",
            "scope": "checkins",
            "text_version": "1",
            "language": "en",
            "at": START.isoformat(),
            "how": "button",
            "given": given,
        }
        for given in (True, False)
    ],
    "plans": [
        {
            "plan": "p1",
            "community": None,
            "cadence": "daily",
            "slots": [{"slot": "s1", "at": "20:30", "retired": None}],
            "state": "active",
            "since": START.isoformat(),
            "changed": START.isoformat(),
        }
    ],
    "deliveries": [DELIVERY],
    "dm_channels": [{"channel": "5", "last_message": "6", "at": START.isoformat()}],
    "member_regions": [{"region": "JP", "at": START.isoformat()}],
    "member_languages": [],
    "helpline_signatures": [
        {"community": "77", "helpline": "h1", "service": NASTY, "act": "added", "at": START.isoformat()}
    ],
}


def voice(language: str = "en") -> Voice:
    return Voice(Words(content.load().catalogues), language, Mentions({}))


def held(**kinds: list[Json]) -> Holdings:
    return Holdings(SAM, START, {**HELD, **kinds})


class Page(HTMLParser):
    """What a browser makes of it. Whatever is open is closed again, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.tables: list[list[list[str]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self.texts.append(data)
        if self._open[-1:] and {"td", "th"} & set(self._open):
            self.tables[-1][-1][-1] += data

    def named(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.tags if name == tag)


async def test_the_zip_holds_both_and_both_are_whole() -> None:
    packed = await pack(held(), voice())
    assert packed.name == "supportbot-2026-01-01.zip"
    with ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["supportbot-2026-01-01.html", "supportbot-2026-01-01.json"]
        page, data = (archive.read(name).decode() for name in archive.namelist())
    assert json.loads(data) == {
        "format": 1,
        "discord_id": str(SAM),
        "taken_at": START.isoformat(),
        "complete": True,
        "held": HELD,
    }
    assert page == page_of(held(), voice())
    assert (await pack(held(), voice())).content == packed.content, "the same twice"


def test_nothing_in_the_page_can_act_or_come_from_elsewhere() -> None:
    text = page_of(held(plans=[{NASTY: NASTY, "slots": [{NASTY: NASTY}, NASTY]}], **{NASTY: [{"x": NASTY}]}), voice())
    page = Page(text)
    allowed = {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "nav", "ul", "li", "a", "section",
        "table", "caption", "thead", "tbody", "tr", "th", "td", "time", "small", "span", "bdi",
    }  # fmt: skip
    assert {tag for tag, _ in page.tags} <= allowed
    for _, attributes in page.tags:
        assert not {name for name in attributes if name.startswith("on") or name in {"src", "style", "action"}}
        assert (attributes.get("href") or "#").startswith("#")
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert len(style) == 1
    assert not re.search(r"url\(|@import|//", style[0])
    (policy,) = [each["content"] for each in page.named("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert "".join(page.texts).count(NASTY) >= 6, "and yet all of it is there to read"
    links = {str(each["href"])[1:] for each in page.named("a")}
    assert links <= {each["id"] for each in page.named("h2")}


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_table_says_what_is_in_it(language: str) -> None:
    page = Page(page_of(held(), voice(language)))
    (html,) = page.named("html")
    assert html == {"lang": language, "dir": "ltr"}
    assert len(page.tables) == len(list(page.named("caption"))) == len([rows for rows in HELD.values() if rows])
    assert all(each.get("scope") == "col" for each in page.named("th"))
    for table in page.tables:
        assert len({len(row) for row in table}) == 1
        assert all(cell.strip() for row in table for cell in row)
    sections = [each["aria-labelledby"] for each in page.named("section")]
    assert sections == [each["id"] for each in page.named("h2")]


def test_times_are_in_their_zone_with_utc_beside() -> None:
    text = "".join(Page(page_of(held(), voice())).texts)
    assert "Dec 31, 2025, 19:00 (2026-01-01 00:00 UTC)" in text
    assert "your time zone, America/New_York" in text
    text = "".join(Page(page_of(held(), voice("es"))).texts)
    assert "31 dic 2025, 19:00 (2026-01-01 00:00 UTC)" in text


@pytest.mark.parametrize("zone", ["(cannot be opened)", "Mars/Olympus", "../../etc/passwd", "", "Europe"])
def test_without_a_zone_they_are_in_utc(zone: str) -> None:
    page = page_of(held(members=[{"zone": zone, "language": "en", "since": START.isoformat()}]), voice())
    assert "I hold no time zone of yours that I can use" in page
    assert "2026-01-01 00:00 UTC</time>" in page


def test_values_are_said_in_words() -> None:
    tables = Page(page_of(held(), voice())).tables
    text = json.dumps(tables, ensure_ascii=False)
    for said in ("Every day", "Agreed", "Taken back", "With a button", "Sent", "Japan", "español", "January 1, 2026"):
        assert said.lower() in text.lower(), said
    assert "Of these I hold nothing" in page_of(held(), voice())


def test_every_part_of_an_answer_is_named() -> None:
    """A number alone would not say what was asked."""
    answer = {"mood": 4, "craving": 0, "goal": "not_today", "note": NASTY}
    rows: list[Json] = [
        {"plan": "p1", "occurrence": "o1", "at": START.isoformat(), "answer": each} for each in (answer, {}, "(shut)")
    ]
    page = page_of(held(answers=rows), voice())
    text = "".join(Page(page).texts)
    assert "Mood, 1 (very low) to 5 (very good): 4" in text
    assert "Craving, 0 (none) to 4 (very strong): 0" in text
    assert "Goal: not that day" in text
    assert f"Note: {NASTY}" in text
    assert "(shut)" in text
    spanish = "".join(Page(page_of(held(answers=rows), voice("es"))).texts)
    assert "Ánimo, de 1 (muy mal) a 5 (muy bien): 4" in spanish


def test_a_kind_without_words_is_shown_as_it_is() -> None:
    page = page_of(held(future=[{"colour": "blue", "seen": "2026-01-02T03:04:05+00:00", "state": "odd"}]), voice())
    for said in ("future", "colour", "blue", "odd", "2026-01-02 03:04 UTC", "More that I hold about you."):
        assert said in page


def test_every_value_that_can_be_held_has_its_words() -> None:
    says = voice()
    enums = {
        "state": [*State, *PlanState],
        "reason": Reason,
        "scope": Scope,
        "how": How,
        "cadence": Cadence,
        "goal": Goal,
    }
    for field, values in enums.items():
        for value in values:
            assert says(f"export.value.{field}.{value.value}")


def test_a_large_one_is_made_in_little_time() -> None:
    rows = [{**DELIVERY, "delivery": str(number)} for number in range(5000)]
    started = datetime.now(UTC)
    page = page_of(held(deliveries=rows), voice())
    assert page.count("<tr ") > 5000
    assert (datetime.now(UTC) - started).total_seconds() < 20
