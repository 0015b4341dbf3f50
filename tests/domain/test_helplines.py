"""The order in which lines are shown, and what a check of a line holds for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from supportbot.domain.helplines import ANYWHERE, Contact, Helpline, Helplines, Kind, Status

LINE = Helpline(
    id="a",
    iso="GB",
    subdivision=None,
    kind=Kind.CRISIS,
    service="Somebody",
    service_local=None,
    audience="anyone",
    contact=Contact(phone="1"),
    hours="24/7",
    languages=(),
    note=None,
    source="a page",
    source_year=2024,
    status=Status.OFFICIAL,
)
PARTS = {"GB": ("GB-ENG", "GB-SCT"), "CA": ("CA-ON",), ANYWHERE: ()}

kinds = st.sampled_from(Kind)
places = st.sampled_from(sorted(PARTS)).flatmap(
    lambda iso: st.tuples(st.just(iso), st.sampled_from([None, *PARTS[iso]]))
)
drafts = st.lists(st.tuples(places, kinds, st.sampled_from(Status)), max_size=30)


def made(rows: list[tuple[tuple[str, str | None], Kind, Status]]) -> Helplines:
    return Helplines(
        replace(LINE, id=str(at), iso=iso, subdivision=part, kind=kind, status=status)
        for at, ((iso, part), kind, status) in enumerate(rows)
    )


@given(drafts, st.lists(kinds, unique=True, min_size=1), st.sampled_from(["GB", "CA"]))
def test_lines_come_by_kind_then_by_where_they_were_seen(rows, wanted, iso) -> None:
    lines = made(rows)
    shown = lines.lines_for(iso, *wanted)
    assert {line.id for line in shown} == {line.id for line in lines if line.iso == iso and line.kind in wanted}
    order = [(wanted.index(line.kind), list(Status).index(line.status), line.subdivision is not None) for line in shown]
    assert order == sorted(order)


@given(drafts, st.sampled_from(["GB-ENG", "GB-SCT"]))
def test_a_part_of_the_country_sees_nothing_of_the_others(rows, part) -> None:
    shown = made(rows).lines_for("GB", *Kind, subdivision=part)
    assert {line.subdivision for line in shown} <= {None, part}
    assert {line.iso for line in shown} <= {"GB"}


@given(drafts)
def test_only_crisis_lines_are_shown_as_crisis_lines(rows) -> None:
    for line in made(rows).lines_for("GB", Kind.CRISIS):
        assert line.kind is Kind.CRISIS


def test_a_country_without_lines() -> None:
    lines = made([((ANYWHERE, None), Kind.REFERRAL, Status.LISTED)])
    assert lines.lines_for("GB", *Kind) == ()
    assert lines.emergency("GB") is None
    assert [line.iso for line in lines.directories()] == [ANYWHERE]
    assert set(lines.countries) == set()


def test_a_check_holds_for_the_same_digits_only() -> None:
    day = date(2026, 3, 1)
    assert LINE.checked(LINE.fingerprint, day).checked_on == day
    for other in (
        replace(LINE, contact=Contact(phone="2")),
        replace(LINE, contact=Contact(text="1")),
        replace(LINE, contact=Contact(phone="1", chat_url="https://example.org")),
        replace(LINE, contact=Contact(phone="1", web_url="https://example.org")),
        replace(LINE, iso="IE"),
    ):
        assert other.checked(LINE.fingerprint, day).checked_on is None
    assert replace(LINE, note="Now with another note.").checked(LINE.fingerprint, day).checked_on == day
