"""When a check-in comes again that somebody puts off."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.domain.cadence import MemberTimes, QuietHours, deferred_to
from supportbot.domain.snoozing import Later, again_at

START = datetime(2020, 1, 1, tzinfo=UTC)
BERLIN = MemberTimes("Europe/Berlin")
NIGHT = MemberTimes("Europe/Berlin", QuietHours(time(22), time(7)))


@pytest.mark.parametrize(
    ("later", "now", "times", "due"),
    [
        (Later.QUARTER, "2026-01-05T08:00", BERLIN, "2026-01-05T08:15"),
        (Later.HOUR, "2026-01-05T08:00", BERLIN, "2026-01-05T09:00"),
        (Later.TONIGHT, "2026-01-05T08:00", BERLIN, "2026-01-05T19:00"),  # 20:00 in Berlin
        (Later.TONIGHT, "2026-07-05T08:00", BERLIN, "2026-07-05T18:00"),  # in summer
        (Later.TONIGHT, "2026-01-05T18:00", BERLIN, "2026-01-05T19:00"),  # an hour away, just
        (Later.TONIGHT, "2026-01-05T18:01", BERLIN, "2026-01-05T20:01"),  # less than an hour away
        (Later.TONIGHT, "2026-01-05T20:30", BERLIN, "2026-01-05T22:30"),  # over
        (Later.TONIGHT, "2026-01-05T19:30", NIGHT, "2026-01-06T06:00"),  # into quiet hours: their end
        (Later.QUARTER, "2026-01-05T20:50", NIGHT, "2026-01-06T06:00"),
        (Later.HOUR, "2026-01-05T03:00", NIGHT, "2026-01-05T06:00"),  # snoozed inside of them
        (Later.TONIGHT, "2026-01-05T23:30", BERLIN, "2026-01-06T19:00"),  # after midnight in Berlin: that day's evening
    ],
)
def test_when(later: Later, now: str, times: MemberTimes, due: str) -> None:
    found = again_at(later, datetime.fromisoformat(now).replace(tzinfo=UTC), times)
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


@given(
    st.sampled_from(Later),
    st.integers(0, 10 * 365 * 24 * 4).map(lambda quarters: START + timedelta(minutes=15 * quarters)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]),
    st.times(),
    st.times(),
)
def test_it_is_later_and_never_quiet(later: Later, now: datetime, zone: str, begins: time, ends: time) -> None:
    times = MemberTimes(
        zone, QuietHours(begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0))
    )
    due = again_at(later, now, times)
    assert due > now
    assert deferred_to(due, times) is None
