"""How long what is kept, in one table; when a night's purge is due; and who counts as gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from supportbot.domain import erasures
from supportbot.domain.people import CommunityId, PersonId


class Keep(StrEnum):
    """What has a period of its own. The name is also the end of its setting's name, where it has one."""

    DELIVERIES = "deliveries"
    STOPPED_PLANS = "stopped_plans"
    REMEMBERED = "remembered"
    ANSWERS = "answers"
    CONSENTS = "consents"
    AUDIT = "audit"
    INACTIVE = "inactive"
    GRACE = "grace"
    ERASURES = "erasures"


@dataclass(frozen=True, slots=True)
class Period:
    """How many days something is kept. A host may choose from `least` to `days`, never longer: the texts that members
    agreed to name `days` as the most. Where both are the same it is fixed.
    """

    what: str
    days: int
    least: int

    @property
    def is_fixed(self) -> bool:
        return self.days == self.least


TABLE: Mapping[Keep, Period] = {
    # A week at least: what was sent lately must not be sent again.
    Keep.DELIVERIES: Period("what became of each check-in, after it is settled", 90, 7),
    Keep.STOPPED_PLANS: Period("a stopped check-in, and with the last one what else rested on that consent", 365, 7),
    Keep.REMEMBERED: Period("a remembered country or language, after it was last chosen", 730, 30),
    Keep.ANSWERS: Period("an answer that a member asked to be kept, after it was given", 730, 30),
    Keep.CONSENTS: Period("consents that no longer count, and withdrawals, when nothing rests on them", 365, 30),
    Keep.AUDIT: Period("what moderators changed, and who of them", 365, 30),
    Keep.INACTIVE: Period("check-ins of somebody who gives no sign, before the grace begins", 365, 90),
    Keep.GRACE: Period("everything about somebody who is gone or inactive, and of a community without the bot", 30, 7),
    Keep.ERASURES: Period("the keyed hash of an erasure", erasures.KEPT.days, erasures.KEPT.days),
}
"""Every period there is."""


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods in force, in days."""

    days: Mapping[Keep, int]

    @staticmethod
    def default() -> Periods:
        """As they are where nothing is set."""
        return Periods({keep: period.days for keep, period in TABLE.items()})

    def start(self, keep: Keep, now: datetime) -> datetime:
        """What is from before this instant, or from it, has had its time."""
        return now - timedelta(days=self.days[keep])


HOUR = time(3)
"""When a night's work begins, in UTC."""


def night_of(instant: datetime) -> date:
    """The night that an aware UTC instant belongs to: it lasts until the next one begins."""
    return (instant - timedelta(hours=HOUR.hour)).date()


def next_night(instant: datetime) -> datetime:
    """When the next night after this instant begins."""
    return datetime.combine(night_of(instant) + timedelta(days=1), HOUR, instant.tzinfo)


def is_due(last: datetime | None, now: datetime) -> bool:
    """Whether this night's work is still to do. A clock that was set back makes it due again, which does no harm."""
    return last is None or night_of(last) != night_of(now)


LEAP = timedelta(days=60)
"""After a longer time without a night, the clock itself is in doubt: one that is years ahead makes everything old."""


def differ(ours: datetime, theirs: datetime) -> bool:
    """Whether two clocks are more than a day apart: then one of them is wrong."""
    return abs(ours - theirs) > timedelta(days=1)


def begins_in_doubt(trusted: datetime | None, now: datetime) -> bool:
    """Whether so much time went by since the clock was last trusted that a first night is waited for."""
    return trusted is not None and now - trusted > LEAP


def is_trusted(trusted: datetime | None, now: datetime) -> bool:
    """Whether the clock is trusted at this instant, where it is trusted from `trusted` on. Of one that was set back
    by more than a night, what was thought before does not count.
    """
    return trusted is None or now >= trusted or trusted - now > timedelta(days=1)


def is_late(last: datetime | None, now: datetime) -> bool:
    """Whether more than two nights went by without it."""
    return last is None or night_of(now) - night_of(last) > timedelta(days=2)


class Why(StrEnum):
    """Why somebody is in grace."""

    NOT_THERE = "not_there"
    """They are in none of the communities that they are known from."""
    NO_SHARED = "no_shared"
    """Discord says that they share no community with the bot."""
    INACTIVE = "inactive"
    """They gave no sign for long."""


GONE = (Why.NOT_THERE, Why.NO_SHARED)
"""Reasons for which nobody is written to any more."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody in grace. `since` is an aware UTC instant."""

    person: PersonId
    why: Why
    since: datetime


class Look(StrEnum):
    """What a look for a person in one community found."""

    THERE = "there"
    NOT_THERE = "not_there"
    BOT_NOT_THERE = "bot_not_there"
    UNKNOWN = "unknown"
    """There was no answer that says it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from looking. `left` are communities of theirs that they left while they are still in another."""

    is_there: bool
    is_gone: bool
    left: frozenset[CommunityId] = frozenset()


def judge(found: Mapping[CommunityId, Look]) -> Verdict:
    """What follows from looking in every community that somebody is known from. Nothing does from no answer."""
    looks = set(found.values())
    if Look.THERE in looks:
        return Verdict(True, False, frozenset(where for where, look in found.items() if look is Look.NOT_THERE))
    return Verdict(False, bool(looks) and Look.UNKNOWN not in looks)


def share_of(people: int, a_night: int) -> int:
    """Over how many nights looking at so many people is spread."""
    return max(1, -(-people // a_night))
