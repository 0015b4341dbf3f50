"""From what somebody typed to the check-in that they wish for, and words of theirs that wait for a press."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from supportbot.domain.cadence import Rule
from supportbot.domain.people import CommunityId, PersonId
from supportbot.domain.schedule_words import ScheduleWords
from supportbot.domain.understanding import NotUnderstood, understand
from supportbot.domain.wallclock import check_zone, wall_clock
from supportbot.domain.wishes import Wish, soonest
from supportbot.errors import UserError
from supportbot.services.dates import read_date
from supportbot.services.ports import Clock, NewId

KEPT_FOR = timedelta(minutes=15)
MOST_KEPT = 10_000
NEVER = frozenset({"never", "none", "no end", "nunca", "ninguno", "sin fin"})
"""What somebody writes who wants no end."""


@dataclass(frozen=True, slots=True)
class ReadWish:
    """A rule as it was read. `is_guess`: morning was taken for granted where it could have been the evening."""

    rule: Rule
    is_guess: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A wish with words of its owner, who has not agreed yet. `plan_id` is set where it changes a plan."""

    owner: PersonId
    wish: Wish
    zone: str
    version: str
    moves: bool
    plan_id: str | None = None
    community: CommunityId | None = None


class Wishes:
    """Reads words about when. Drafts with somebody's own words are held in memory alone, for 15 minutes."""

    def __init__(
        self, clock: Clock, vocabularies: Sequence[ScheduleWords], abbreviations: frozenset[str], *, new_token: NewId
    ) -> None:
        self._clock = clock
        self._vocabularies = vocabularies
        self._zones = abbreviations | {"utc", "z"}
        self._new_token = new_token
        self._drafts: OrderedDict[str, tuple[datetime, Draft]] = OrderedDict()

    async def read(
        self, when: str, zone: str, languages: Sequence[str], *, until: str | None = None
    ) -> ReadWish | NotUnderstood:
        """Understand a rule, in the first of these languages or else in another. Nothing of the text is kept.

        Raises UserError for a zone that is none, and for an end that is unclear or over.
        """
        now = wall_clock(self._clock.now(), check_zone(zone))
        vocabularies = sorted(self._vocabularies, key=lambda each: _place(languages, each.language))
        found = understand(when, vocabularies, now.date(), zones=self._zones)
        if isinstance(found, NotUnderstood):
            return found
        rule = soonest(found.rule, now, found.step)
        return ReadWish(await self.ending(rule, zone, languages, until=until), found.is_guess)

    async def ending(self, rule: Rule, zone: str, languages: Sequence[str], *, until: str | None) -> Rule:
        """The rule with the end that somebody wrote, if they wrote one. Raises UserError."""
        if until is None:
            return rule
        if until.strip().lower() in NEVER:
            return replace(rule, until=None)
        today = wall_clock(self._clock.now(), check_zone(zone)).date()
        known = [each.language for each in self._vocabularies]
        ordered = sorted(known, key=lambda each: _place(languages, each))
        return replace(rule, until=await read_date(until, tuple(ordered), today))

    def keep(self, draft: Draft) -> str:
        """Hold a draft for a while; the token says which, and nothing of it."""
        self._forget_old()
        token = self._new_token()
        self._drafts[token] = (self._clock.now(), draft)
        if len(self._drafts) > MOST_KEPT:
            self._drafts.popitem(last=False)
        return token

    def kept(self, person: PersonId, token: str) -> Draft:
        """The draft, as long as it is there. Raises UserError."""
        self._forget_old()
        _, draft = self._drafts.get(token, (None, None))
        if draft is None or draft.owner != person:
            raise UserError("checkin.draft.gone")
        return draft

    def done(self, token: str) -> None:
        """The draft is not needed any more."""
        self._drafts.pop(token, None)

    def erased(self, person: PersonId) -> None:
        """Forget what waits of somebody."""
        for token in [token for token, (_, draft) in self._drafts.items() if draft.owner == person]:
            del self._drafts[token]

    def _forget_old(self) -> None:
        now = self._clock.now()
        # The oldest stand in front. A clock that was set back makes all of them look new: they go too.
        while self._drafts and not timedelta() <= now - next(iter(self._drafts.values()))[0] < KEPT_FOR:
            self._drafts.popitem(last=False)


def _place(languages: Sequence[str], language: str) -> int:
    return languages.index(language) if language in languages else len(languages)
