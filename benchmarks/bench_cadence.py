"""Claim: a plan's next occurrence is known within 20 µs. Peers: zoneinfo arithmetic, APScheduler's cron trigger."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from apscheduler.triggers.cron import CronTrigger

from supportbot.domain.cadence import (
    Cadence,
    MemberTimes,
    QuietHours,
    Rule,
    Slot,
    Vacation,
    next_occurrences,
)
from supportbot.domain.wallclock import zone_names

LIMIT = 20.0
ROUNDS, CALLS, COUNT = 7, 2000, 4
AFTER = datetime(2026, 3, 27, 12, tzinfo=UTC)
EVENING = (Slot("a", clock_time(20, 30)),)
THREE = (Slot("a", clock_time(8)), Slot("b", clock_time(13)), Slot("c", clock_time(23)))
QUIET = QuietHours(clock_time(22), clock_time(7))
AWAY = Vacation(date(2026, 3, 1), date(2036, 3, 1))
PLANS = {
    "daily": (Rule(Cadence.DAILY, EVENING), MemberTimes("Europe/Berlin")),
    "daily, three times, quiet hours": (Rule(Cadence.DAILY, THREE), MemberTimes("Europe/Berlin", QUIET)),
    "weekdays": (Rule(Cadence.WEEKDAYS, EVENING), MemberTimes("Africa/Cairo")),
    "weekly, ten years away": (Rule(Cadence.WEEKLY, EVENING, days=(0, 3)), MemberTimes("America/Lima", vacation=AWAY)),
    "every 90 days since 1990": (
        Rule(Cadence.EVERY_N_DAYS, EVENING, every=90, start=date(1990, 1, 1)),
        MemberTimes("Asia/Kathmandu", QUIET),
    ),
    "monthly, on the 31st": (Rule(Cadence.MONTHLY, EVENING, day=31), MemberTimes("Pacific/Chatham", QUIET)),
}


def main() -> None:
    """Print microseconds an occurrence, warm, and what a zone's first question costs."""
    peer = best(lambda: plain(THREE, ZoneInfo("Europe/Berlin"), AFTER), COUNT)
    rows = {"peer: zoneinfo, daily, three times": peer}
    trigger = CronTrigger(hour=20, minute=30, timezone="Europe/Berlin")
    rows["peer: APScheduler's cron trigger, daily"] = best(lambda: trigger.get_next_fire_time(None, AFTER), 1)
    for name, (rule, times) in PLANS.items():
        rows[name] = best(lambda rule=rule, times=times: next_occurrences(rule, times, AFTER, COUNT), COUNT)
        rows[f"{name}; the next alone"] = best(
            lambda rule=rule, times=times: next_occurrences(rule, times, AFTER, 1), 1
        )
    width = max(map(len, rows))
    print(f"{'':{width}}  µs each   of {LIMIT:g} µs   x zoneinfo")
    for name, micros in rows.items():
        print(f"{name:{width}}  {micros:7.1f}   {micros / LIMIT:8.2f}   {micros / peer:10.2f}")
    print(f"\nthe first question of a zone and a year: {cold():.0f} µs, the mean of {len(zone_names())} zones")


def best(ask: Callable[[], object], answers: int) -> float:
    """Microseconds an answer, in the best of the rounds: whatever else the machine does."""
    ask()
    found: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(CALLS):
            ask()
        found.append(time.perf_counter() - began)
    return min(found) / CALLS / answers * 1e6


def cold() -> float:
    """Microseconds that the first answer of a zone takes, with the time zone's file already read."""
    rule, zones = Rule(Cadence.DAILY, EVENING), sorted(zone_names())
    for zone in zones:
        next_occurrences(rule, MemberTimes(zone), AFTER, 1)
    began = time.perf_counter()
    for zone in zones:
        next_occurrences(rule, MemberTimes(zone), AFTER + timedelta(days=3660), 1)
    return (time.perf_counter() - began) / len(zones) * 1e6


def plain(slots: Sequence[Slot], zone: ZoneInfo, after: datetime) -> list[datetime]:
    """What one would write first: each time of the next days in the zone, sorted. No gaps, no quiet hours."""
    today = after.astimezone(zone).date()
    days = [today + timedelta(days=ahead) for ahead in range(3)]
    dues = (datetime.combine(day, slot.at, zone).astimezone(UTC) for day in days for slot in slots)
    return sorted(due for due in dues if due > after)[:COUNT]


if __name__ == "__main__":
    main()
