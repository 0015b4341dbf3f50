from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.domain.countries import COUNTRIES
from supportbot.domain.resources import Entry, Kind, Region, Status, changed_fields

CITIES = st.from_regex(r"[^\W_]+(?:[ '.-]?[^\W_]+){0,4}", fullmatch=True).filter(lambda city: len(city) <= 60)


@st.composite
def regions(draw: st.DrawFn) -> Region:
    country = draw(st.sampled_from(sorted(COUNTRIES)))
    part = draw(st.none() | st.from_regex(r"[A-Z0-9]{1,3}", fullmatch=True))
    return Region(country, part and f"{country}-{part}", draw(st.none() | CITIES))


@given(regions() | st.just(Region("001")))
def test_a_region_is_read_as_it_is_written(region: Region) -> None:
    assert Region.read(str(region)) == region


@pytest.mark.parametrize(
    "text",
    [
        "",
        "us",
        "XX",
        "US-",
        "US-ABCD",
        "US/",
        "US//Oakland",
        "001/Berlin",
        "001-CA",
        "US-CA/ x/y",
        "DE;AT",
        "US/Washington, DC",
    ],
)
def test_what_is_no_region_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Region.read(text)


def test_a_part_belongs_to_its_country() -> None:
    with pytest.raises(ValueError, match="no part of DE"):
        Region("DE", "US-CA")


@pytest.mark.parametrize(
    ("review_by", "status", "due"),
    [
        (None, Status.ACTIVE, False),
        (date(2030, 5, 2), Status.ACTIVE, False),
        (date(2030, 5, 1), Status.ACTIVE, True),
        (date(2030, 4, 1), Status.ACTIVE, True),
        (date(2030, 4, 1), Status.RETIRED, False),
    ],
)
def test_when_somebody_should_look_again(review_by: date | None, status: Status, *, due: bool) -> None:
    assert Entry(Kind.GROUP, "Tuesday", review_by=review_by, status=status).is_due(date(2030, 5, 1)) is due


def test_what_changed_is_named() -> None:
    before = Entry(Kind.GROUP, "Tuesday", tags=("men",))
    after = Entry(Kind.GROUP, "Tuesday night", tags=("men",), online=True)
    assert changed_fields(before, after) == {"name": ("Tuesday", "Tuesday night"), "online": (False, True)}
    assert changed_fields(before, before) == {}
