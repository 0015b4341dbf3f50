"""Hard cases of wall clocks, checked by hand: what is due when, and why, in words.

Clocks that governments move at short notice are taken from the past, so that no new time zone data moves them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from tests.domain.cadence_oracle import Case

Hard = tuple[str, Case, str]
"""Why; what is asked; what comes of it: `date slot instant` with `q` behind it where quiet hours moved it, in UTC."""


def case(zone: str, after: str, at: str, *, cadence: str = "daily", **more: Any) -> Case:
    times = tuple(map(time.fromisoformat, at.split()))
    if "quiet" in more:
        begins, ends = more["quiet"].split("-")
        more["quiet"] = (time.fromisoformat(begins), time.fromisoformat(ends))
    if "away" in more:
        more["away"] = tuple(map(date.fromisoformat, more["away"].split()))
    return Case(cadence, times, zone, datetime.fromisoformat(after).replace(tzinfo=UTC), 0, **more)


HARD: list[Hard] = [
    (
        "Berlin springs from 02:00 +1 to 03:00 +2 at 01:00Z. 02:30 is never shown: 02:30 +1 is 01:30Z.",
        case("Europe/Berlin", "2026-03-28T00:00", "02:30"),
        "2026-03-28 0 2026-03-28T01:30 / 2026-03-29 0 2026-03-29T01:30 / 2026-03-30 0 2026-03-30T00:30",
    ),
    (
        "Berlin falls from 03:00 +2 to 02:00 +1 at 01:00Z. 02:30 is shown at 00:30Z and 01:30Z: the first, once.",
        case("Europe/Berlin", "2026-10-24T12:00", "02:30"),
        "2026-10-25 0 2026-10-25T00:30 / 2026-10-26 0 2026-10-26T01:30",
    ),
    (
        "Three slots around Berlin's jump: 03:00 +2 is 01:00Z and comes before 02:30, which meets 03:30 +2 at 01:30Z.",
        case("Europe/Berlin", "2026-03-29T00:00", "02:30 03:00 03:30"),
        "2026-03-29 1 2026-03-29T01:00 / 2026-03-29 0 2026-03-29T01:30 / 2026-03-29 2 2026-03-29T01:30",
    ),
    (
        "The last minute before Berlin's jump is 01:59 +1, the first behind it 03:00 +2.",
        case("Europe/Berlin", "2026-03-28T23:00", "01:59 02:00 03:00"),
        "2026-03-29 0 2026-03-29T00:59 / 2026-03-29 1 2026-03-29T01:00 / 2026-03-29 2 2026-03-29T01:00",
    ),
    (
        "New York falls from 02:00 -4 to 01:00 -5 at 06:00Z: the first 01:30 is -4, 05:30Z.",
        case("America/New_York", "2026-11-01T00:00", "01:30"),
        "2026-11-01 0 2026-11-01T05:30 / 2026-11-02 0 2026-11-02T06:30",
    ),
    (
        "Just after New York's first 01:30 the second is not another occurrence: the next is tomorrow's.",
        case("America/New_York", "2026-11-01T05:30", "01:30"),
        "2026-11-02 0 2026-11-02T06:30",
    ),
    (
        "New York springs from 02:00 -5 to 03:00 -4 at 07:00Z: 02:30 -5 is 07:30Z, shown as 03:30.",
        case("America/New_York", "2026-03-08T00:00", "02:30"),
        "2026-03-08 0 2026-03-08T07:30 / 2026-03-09 0 2026-03-09T06:30",
    ),
    (
        "Lord Howe springs by half an hour from 02:00 +10:30 to 02:30 +11: 02:10 +10:30 is 15:40Z, shown as 02:40.",
        case("Australia/Lord_Howe", "2026-10-03T12:00", "02:10"),
        "2026-10-04 0 2026-10-03T15:40 / 2026-10-05 0 2026-10-04T15:10",
    ),
    (
        "Lord Howe falls by half an hour from 02:00 +11 to 01:30 +10:30: the first 01:45 is +11, 14:45Z.",
        case("Australia/Lord_Howe", "2026-04-04T12:00", "01:45"),
        "2026-04-05 0 2026-04-04T14:45 / 2026-04-06 0 2026-04-05T15:15",
    ),
    (
        "Apia went from the end of the 29th, -10, to the start of the 31st, +14: nothing is due on the 30th.",
        case("Pacific/Apia", "2011-12-29T17:00", "08:00"),
        "2011-12-29 0 2011-12-29T18:00 / 2011-12-31 0 2011-12-30T18:00 / 2012-01-01 0 2011-12-31T18:00",
    ),
    (
        "Quiet until 07:00 on Apia's missing 30th: moved on by the gap's length, to 07:00 +14 on the 31st, 17:00Z.",
        case("Pacific/Apia", "2011-12-29T17:00", "23:00", quiet="22:00-07:00"),
        "2011-12-29 0 2011-12-30T17:00 q / 2011-12-31 0 2011-12-31T17:00 q",
    ),
    (
        "The same, asked an hour before, when Apia's clocks show 06:00 on the 31st: two dates later than its own.",
        case("Pacific/Apia", "2011-12-30T16:00", "23:00", quiet="22:00-07:00"),
        "2011-12-29 0 2011-12-30T17:00 q / 2011-12-31 0 2011-12-31T17:00 q",
    ),
    (
        "Toronto sprang from 23:30 -5 to 00:30 -4: 23:45 -5 is 04:45Z, shown as 00:45 of the date after its own.",
        case("America/Toronto", "1919-03-31T04:40", "23:45"),
        "1919-03-30 0 1919-03-31T04:45 / 1919-03-31 0 1919-04-01T03:45",
    ),
    (
        "Every five days from the 25th, counted by the calendar: the 30th does not exist in Apia, the next is the 4th.",
        case("Pacific/Apia", "2011-12-25T00:00", "08:00", cadence="every_n_days", every=5, start=date(2011, 12, 25)),
        "2011-12-25 0 2011-12-25T18:00 / 2012-01-04 0 2012-01-03T18:00",
    ),
    (
        "Kwajalein left out 1993-08-21 when it went from -12 to +12: noon of the 20th and of the 22nd are a day apart.",
        case("Pacific/Kwajalein", "1993-08-20T12:00", "12:00"),
        "1993-08-20 0 1993-08-21T00:00 / 1993-08-22 0 1993-08-22T00:00",
    ),
    (
        "Cairo sprang at midnight to 01:00 +3: 00:30 +2 of the 26th is 22:30Z, shown as 01:30, on the same date.",
        case("Africa/Cairo", "2024-04-25T12:00", "00:30"),
        "2024-04-26 0 2024-04-25T22:30 / 2024-04-27 0 2024-04-26T21:30",
    ),
    (
        "Cairo fell at midnight back to 23:00 +2 of the same date: the first 23:30 of the 31st is +3, 20:30Z.",
        case("Africa/Cairo", "2024-10-31T12:00", "23:30"),
        "2024-10-31 0 2024-10-31T20:30 / 2024-11-01 0 2024-11-01T21:30",
    ),
    (
        "For Ramadan Casablanca fell from 03:00 +1 to 02:00 +0 on 10 March 2024: the first 02:30 is +1, 01:30Z.",
        case("Africa/Casablanca", "2024-03-09T12:00", "02:30"),
        "2024-03-10 0 2024-03-10T01:30 / 2024-03-11 0 2024-03-11T02:30",
    ),
    (
        "After Ramadan Casablanca sprang from 02:00 +0 to 03:00 +1 on 14 April 2024: 02:30 +0 is 02:30Z.",
        case("Africa/Casablanca", "2024-04-13T12:00", "02:30"),
        "2024-04-14 0 2024-04-14T02:30 / 2024-04-15 0 2024-04-15T01:30",
    ),
    (
        "El Aaiun moves with Casablanca.",
        case("Africa/El_Aaiun", "2024-04-13T12:00", "02:30"),
        "2024-04-14 0 2024-04-14T02:30 / 2024-04-15 0 2024-04-15T01:30",
    ),
    (
        "Troll springs by two hours from 01:00 +0 to 03:00 +2: 02:00 +0 is 02:00Z, shown as 04:00.",
        case("Antarctica/Troll", "2026-03-28T12:00", "02:00"),
        "2026-03-29 0 2026-03-29T02:00 / 2026-03-30 0 2026-03-30T00:00",
    ),
    (
        "Troll falls by two hours from 03:00 +2 to 01:00 +0: the first 02:00 is +2, 00:00Z.",
        case("Antarctica/Troll", "2026-10-24T12:00", "02:00"),
        "2026-10-25 0 2026-10-25T00:00 / 2026-10-26 0 2026-10-26T02:00",
    ),
    (
        "Dublin's standard time is summer's, and winter's saving is -1: nothing else differs from London.",
        case("Europe/Dublin", "2026-03-28T12:00", "01:30"),
        "2026-03-29 0 2026-03-29T01:30 / 2026-03-30 0 2026-03-30T00:30",
    ),
    (
        "Dublin falls from 02:00 +1 to 01:00 +0: the first 01:30 is +1, 00:30Z.",
        case("Europe/Dublin", "2026-10-24T12:00", "01:30"),
        "2026-10-25 0 2026-10-25T00:30 / 2026-10-26 0 2026-10-26T01:30",
    ),
    (
        "Chatham springs from 02:45 +12:45 to 03:45 +13:45: 03:00 +12:45 is 14:15Z, shown as 04:00.",
        case("Pacific/Chatham", "2026-09-26T00:00", "03:00"),
        "2026-09-27 0 2026-09-26T14:15 / 2026-09-28 0 2026-09-27T13:15",
    ),
    (
        "Chatham falls from 03:45 +13:45 to 02:45 +12:45: the first 03:00 is +13:45, 13:15Z.",
        case("Pacific/Chatham", "2026-04-04T00:00", "03:00"),
        "2026-04-05 0 2026-04-04T13:15 / 2026-04-06 0 2026-04-05T14:15",
    ),
    (
        "St John's fell at 00:01 -2:30 to 23:01 -3:30 of the day before: the 7th began for a minute, at 02:30Z.",
        case("America/St_Johns", "2010-11-06T12:00", "00:00 23:30"),
        "2010-11-06 1 2010-11-07T02:00 / 2010-11-07 0 2010-11-07T02:30 / 2010-11-07 1 2010-11-08T03:00",
    ),
    (
        "Gaza sprang from 02:00 +2 to 03:00 +3 on Saturday 29 April 2023: 02:30 +2 is 00:30Z.",
        case("Asia/Gaza", "2023-04-28T12:00", "02:30"),
        "2023-04-29 0 2023-04-29T00:30 / 2023-04-30 0 2023-04-29T23:30",
    ),
    (
        "Santiago jumps over midnight to 01:00 -3: 00:00 -4 is 04:00Z.",
        case("America/Santiago", "2019-09-07T12:00", "00:00"),
        "2019-09-08 0 2019-09-08T04:00 / 2019-09-09 0 2019-09-09T03:00",
    ),
    (
        "Tehran fell for the last time after 21 September 2022, to 23:00 +3:30: the first 23:30 is +4:30, 19:00Z.",
        case("Asia/Tehran", "2022-09-21T12:00", "23:30"),
        "2022-09-21 0 2022-09-21T19:00 / 2022-09-22 0 2022-09-22T20:00",
    ),
    (
        "The 31st of each month: a month without it asks on its last day, and a leap year's February on the 29th.",
        case("UTC", "2024-01-31T12:00", "12:00", cadence="monthly", day=31),
        "2024-02-29 0 2024-02-29T12:00 / 2024-03-31 0 2024-03-31T12:00 / 2024-04-30 0 2024-04-30T12:00",
    ),
    (
        "The 29th of each month, in a year that is no leap year: the 28th of February.",
        case("UTC", "2025-01-29T12:00", "12:00", cadence="monthly", day=29),
        "2025-02-28 0 2025-02-28T12:00 / 2025-03-29 0 2025-03-29T12:00",
    ),
    (
        "Sundays at 02:30 in Berlin meet the jump of 29 March, as daily ones do, and the next is a week later.",
        case("Europe/Berlin", "2026-03-23T00:00", "02:30", cadence="weekly", days=(6,)),
        "2026-03-29 0 2026-03-29T01:30 / 2026-04-05 0 2026-04-05T00:30",
    ),
    (
        "Monday to Friday: after Friday 29 May comes Monday 1 June.",
        case("UTC", "2026-05-28T12:00", "12:00", cadence="weekdays"),
        "2026-05-29 0 2026-05-29T12:00 / 2026-06-01 0 2026-06-01T12:00",
    ),
    (
        "Every 90 days, asked long before it starts: the first is the start, then 90 days on, over a 29th of February.",
        case("UTC", "1999-01-01T00:00", "08:00", cadence="every_n_days", every=90, start=date(2024, 1, 1)),
        "2024-01-01 0 2024-01-01T08:00 / 2024-03-31 0 2024-03-31T08:00",
    ),
    (
        "Quiet hours end at 02:30 on the day of Berlin's jump: 02:30 +1 is 01:30Z, shown as 03:30.",
        case("Europe/Berlin", "2026-03-28T12:00", "23:30", quiet="22:00-02:30"),
        "2026-03-28 0 2026-03-29T01:30 q / 2026-03-29 0 2026-03-30T00:30 q",
    ),
    (
        "Quiet hours end at 02:30, which Berlin shows twice: with the first, 00:30Z.",
        case("Europe/Berlin", "2026-10-24T12:00", "23:30", quiet="22:00-02:30"),
        "2026-10-24 0 2026-10-25T00:30 q / 2026-10-25 0 2026-10-26T01:30 q",
    ),
    (
        "02:30 is shown as 03:30 on the day of the jump and only then lies in the quiet hours from 03:00 to 04:00.",
        case("Europe/Berlin", "2026-03-28T12:00", "02:30", quiet="03:00-04:00"),
        "2026-03-29 0 2026-03-29T02:00 q / 2026-03-30 0 2026-03-30T00:30",
    ),
    (
        "Quiet over midnight: yesterday's 23:00 and today's 06:00 are both due at 07:00, and keep their dates.",
        case("UTC", "2026-06-01T00:00", "06:00 12:00 23:00", quiet="22:00-07:00"),
        "2026-05-31 2 2026-06-01T07:00 q / 2026-06-01 0 2026-06-01T07:00 q / 2026-06-01 1 2026-06-01T12:00",
    ),
    (
        "The first minute of the quiet hours is quiet, their end is not; where both are the same there are none.",
        case("UTC", "2026-06-01T00:00", "08:59 09:00 10:00", quiet="09:00-10:00"),
        "2026-06-01 0 2026-06-01T08:59 / 2026-06-01 1 2026-06-01T10:00 q / 2026-06-01 2 2026-06-01T10:00",
    ),
    (
        "From 09:00 to 09:00 is no time at all.",
        case("UTC", "2026-06-01T00:00", "09:00 21:00", quiet="09:00-09:00"),
        "2026-06-01 0 2026-06-01T09:00 / 2026-06-01 1 2026-06-01T21:00",
    ),
    (
        "A vacation takes its first and its last date, and both days beside it stay.",
        case("UTC", "2026-06-01T00:00", "08:00", away="2026-06-02 2026-06-04"),
        "2026-06-01 0 2026-06-01T08:00 / 2026-06-05 0 2026-06-05T08:00",
    ),
    (
        "What quiet hours move into the vacation still belongs to the date before it.",
        case("UTC", "2026-06-01T12:00", "23:00", quiet="22:00-07:00", away="2026-06-02 2026-06-04"),
        "2026-06-01 0 2026-06-02T07:00 q / 2026-06-05 0 2026-06-06T07:00 q",
    ),
    (
        "The last date is asked on, also when quiet hours move it to the day after; then nothing more.",
        case("UTC", "2026-06-01T12:00", "23:00", quiet="22:00-07:00", until=date(2026, 6, 2)),
        "2026-06-01 0 2026-06-02T07:00 q / 2026-06-02 0 2026-06-03T07:00 q / end",
    ),
    (
        "`after` is exclusive: at the very instant it is over.",
        case("Europe/Berlin", "2026-06-01T06:00", "08:00"),
        "2026-06-02 0 2026-06-02T06:00",
    ),
]
