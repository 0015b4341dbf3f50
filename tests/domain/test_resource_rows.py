from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportbot.domain.helplines import ALWAYS_OPEN, UNKNOWN_HOURS, Contact
from supportbot.domain.resource_rows import FIELDS, LONGEST, Wrong, read, written
from supportbot.domain.resources import Cost, Entry, Kind, Region, Status
from supportbot.domain.spelling import seen
from tests.domain.test_resources import regions

ROW = {"kind": "group", "name": "Tuesday group", "place": "12 River Street"}


def words(most: int, *, empty: bool = True) -> st.SearchStrategy[str]:
    def tidy(text: str) -> str:
        return " ".join(seen(text).split())[:most].strip()

    found = st.text(max_size=most).map(tidy).filter(lambda text: isinstance(read({**ROW, "audience": text}), Entry))
    return found if empty else found.filter(bool)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    way = Contact(
        phone=draw(st.none() | st.sampled_from(["+1 (555) 010-0199", "555*2#", "010"])),
        text=draw(st.none() | st.just("HELLO to 555010")),
        chat_url=draw(st.none() | st.just("https://example.org/chat?room=1&x=%20")),
        web_url=draw(st.none() | st.just("https://example.org:8443/#top")),
    )
    return Entry(
        kind=draw(st.sampled_from(Kind)),
        name=draw(words(100, empty=False)),
        description=draw(words(100)),
        regions=tuple(draw(st.lists(regions() | st.just(Region("001")), max_size=5, unique=True))),
        languages=tuple(draw(st.lists(st.sampled_from(["en", "es", "pt-br", "yue"]), unique=True))),
        cost=draw(st.sampled_from(Cost)),
        audience=draw(words(100)),
        contact=way,
        hours=draw(st.sampled_from([ALWAYS_OPEN, UNKNOWN_HOURS, "Europe/Berlin Mon-Fri 09:00-17:00"])),
        online=draw(st.booleans()),
        place="A room" if way == Contact() else draw(words(100)) or None,
        tags=tuple(draw(st.lists(st.sampled_from(["men", "lgbtq+", "12 step", "niños"]), unique=True))),
        interest=draw(st.none() | st.just("Run by one of our moderators")),
        checked_on=draw(st.none() | st.dates()),
        review_by=draw(st.none() | st.dates()),
        status=draw(st.sampled_from(Status)),
    )


BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a busy machine an entry takes its time."""


@given(entries())
@BUSY
def test_an_entry_is_read_as_it_is_written(entry: Entry) -> None:
    row = written(entry)
    assert tuple(row) == FIELDS
    assert read(row) == entry


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=300)))
@BUSY
def test_whatever_a_row_says_is_an_entry_or_refused(row: dict[str, str]) -> None:
    found = read(row)
    if isinstance(found, Entry):
        assert read(written(found)) == found
    else:
        assert found


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("kind", "clinic", "choice"),
        ("name", "", "missing"),
        ("name", "x" * (LONGEST["name"] + 1), "too_long"),
        ("name", "=SUM(A1)", "formula"),
        ("name", "@SUM(A1)", "formula"),
        ("description", 'See =HYPERLINK("https://example.org")', "formula"),
        ("description", "Ask @everyone", "mention"),
        ("description", "Ask <@&123>", "mention"),
        ("place", "<#123>", "mention"),
        ("regions", "US; Narnia", "region"),
        ("regions", ";".join(f"US/A{n}" for n in range(26)), "too_many"),
        ("languages", "english", "language"),
        ("cost", "cheap", "choice"),
        ("phone", "call me", "phone"),
        ("text", "text us", "text"),
        ("web", "javascript:alert(1)", "link"),
        ("web", "http://example.org", "link"),
        ("web", "https://user@example.org", "link"),
        ("chat", "https://example.org/?REF=us", "paid_for"),
        ("web", "https://example.org/?a=1&affiliate_id=2", "paid_for"),
        ("hours", "09:00-17:00", "hours"),
        ("hours", "Europe/Berlin", "hours"),
        ("online", "maybe", "yes_or_no"),
        ("tags", ";".join(map(str, range(11))), "too_many"),
        ("interest", "We get a referral fee", "fee"),
        ("interest", "Cobramos comisión", "fee"),
        ("checked_on", "1/2/2030", "day"),
        ("review_by", "2030-02-30", "day"),
        ("status", "open", "choice"),
    ],
)
def test_what_is_wrong_is_named(field: str, text: str, why: str) -> None:
    found = read({**ROW, field: text})
    assert isinstance(found, tuple)
    assert [(each.field, each.text_id) for each in found] == [(field, f"resource.wrong.{why}")]


def test_everything_that_is_wrong_is_named_at_once() -> None:
    found = read({"kind": "clinic", "web": "example.org", "checked_on": "soon"})
    assert isinstance(found, tuple)
    assert [each.field for each in found] == ["kind", "name", "web", "checked_on"]


def test_it_takes_a_way_to_reach_it() -> None:
    assert read({"kind": "app", "name": "Steps"}) == (Wrong("phone", "resource.wrong.no_way", {}),)


def test_what_people_type_is_tidied() -> None:
    typed = {
        "kind": "Therapist directory",
        "name": "  Find\u200b   somebody ",
        "regions": "US-CA/San  Jose, DE",
        "languages": "EN, es;en",
        "phone": "555\u2011010",
        "tags": "Men, men",
        "online": "Sí",
        "hours": "europe/berlin Mon 9-5",
    }
    assert read(typed) == Entry(
        kind=Kind.THERAPIST_DIRECTORY,
        name="Find somebody",
        regions=(Region("US", "US-CA", "San Jose"), Region("DE")),
        languages=("en", "es"),
        contact=Contact(phone="555-010"),
        tags=("men",),
        online=True,
        hours="Europe/Berlin Mon 9-5",
    )
    assert read({**ROW, "checked_on": "2030-05-01"}) == Entry(
        Kind.GROUP, "Tuesday group", place="12 River Street", checked_on=date(2030, 5, 1)
    )
