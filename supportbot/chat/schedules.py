"""When a plan asks, in words: a rule, its next dates, and why somebody's words were not understood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_day_names
from babel.lists import format_list
from discord.app_commands import Choice

from supportbot.chat.markdown import escaped
from supportbot.chat.present import times as shown
from supportbot.chat.words import Voice
from supportbot.domain.cadence import Cadence, Occurrence, QuietHours, Rule, Vacation
from supportbot.domain.understanding import NotUnderstood, Why

LAST = 31
SUGGESTIONS = ("daily", "twice", "weekdays", "weekly", "every_n_days", "monthly")
SHORTEST_MONTH = 28


def in_words(voice: Voice, rule: Rule) -> str:
    """A rule without its end, such as "Every Monday and Thursday at 20:00"."""
    at = times_of_day(voice, (slot.at for slot in rule.slots))
    match rule.cadence:
        case Cadence.DAILY:
            return voice("schedule.daily", times=at)
        case Cadence.WEEKDAYS:
            return voice("schedule.weekdays", times=at)
        case Cadence.WEEKLY:
            return voice("schedule.weekly", days=_days(voice, rule.days), times=at)
        case Cadence.EVERY_N_DAYS:
            return voice("schedule.every_n_days", every=rule.every, times=at)
        case Cadence.MONTHLY:
            return voice(_monthly(rule.day or 1), day=rule.day, times=at)


def with_end(voice: Voice, rule: Rule) -> str:
    """The rule, and the last day if there is one."""
    words = in_words(voice, rule)
    return words if rule.until is None else voice("schedule.until", rule=words, date=day(voice, rule.until))


def day(voice: Voice, local: date) -> str:
    """A date as people write it."""
    return format_date(local, "long", locale=_locale(voice))


def times_of_day(voice: Voice, times: Iterable[time]) -> str:
    """Times as the clock shows them, in one list."""
    return _listed(voice, [f"{at:%H:%M}" for at in times])


def quiet(voice: Voice, hours: QuietHours) -> str:
    """Quiet hours, from and to."""
    return voice("schedule.quiet", begins=f"{hours.begins:%H:%M}", ends=f"{hours.ends:%H:%M}")


def vacation(voice: Voice, away: Vacation) -> str:
    """A vacation, first and last day."""
    return voice("schedule.vacation", first=day(voice, away.first), last=day(voice, away.last))


def coming(voice: Voice, occurrences: Sequence[Occurrence]) -> str:
    """The next dates, a line each; those that quiet hours move say so."""
    return "\n".join(
        voice("schedule.next.deferred" if each.deferred else "schedule.next", **shown(each.due)) for each in occurrences
    )


def suggestions(voice: Voice, typed: str) -> list[Choice[str]]:
    """Ways to say when, to complete what somebody types: those that begin as it does, or all of a few."""
    ways = [voice(f"when.suggestion.{each}") for each in SUGGESTIONS]
    wanted = typed.strip().lower()
    return [Choice(name=each, value=each) for each in ways if wanted in each.lower()]


def not_understood(voice: Voice, failure: NotUnderstood) -> str:
    """What was not understood, and what would work."""
    why = voice(f"when.{failure.why.value}")
    if failure.why in {Why.WORD, Why.NUMBER} and failure.word:
        why = voice(f"when.{failure.why.value}.this", word=escaped(failure.word))
    return f"{why}\n{voice('when.examples')}"


def _monthly(wanted: int) -> str:
    if wanted == LAST:
        return "schedule.monthly.last"
    return "schedule.monthly" if wanted <= SHORTEST_MONTH else "schedule.monthly.short"


def _days(voice: Voice, days: Sequence[int]) -> str:
    names = get_day_names("wide", locale=_locale(voice))
    return _listed(voice, [names[day] for day in days])


def _listed(voice: Voice, parts: Sequence[str]) -> str:
    return format_list(list(parts), locale=_locale(voice))


def _locale(voice: Voice) -> Locale:
    try:
        return Locale.parse(voice.language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")
