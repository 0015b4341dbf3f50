"""What somebody answered over time, for them alone: in words, and as a chart."""

from __future__ import annotations

from datetime import date

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list

from supportbot.chat.words import Voice
from supportbot.domain.checkins import Goal
from supportbot.domain.history import History, Scale, runs, spread, ticks
from supportbot.domain.pictures import Chart, Curve, Shape, Tick, as_far_as_fits
from supportbot.services.histories import Looked

LONGEST_ALT = 1024
SHAPES = {Scale.MOOD: Shape.ROUND, Scale.CRAVING: Shape.SQUARE}
NOON = 0.5


def in_words(voice: Voice, shown: History) -> list[str]:
    """All that the chart shows, in sentences. How many and how often: nothing of it is a judgement."""
    if not shown.moments:
        return [voice.count("history.empty", shown.days)]
    said = [voice.count("history.days", shown.days, answered=shown.answered_days)]
    said += [line for scale in Scale if (line := _spread(voice, shown, scale))]
    if shown.goals:
        said.append(voice("history.goals", **{goal.value: shown.goals.get(goal, 0) for goal in Goal}))
    if shown.notes:
        said.append(voice.count("history.notes", shown.notes))
    return said


def left_out(voice: Voice, looked: Looked) -> list[str]:
    """What is not there because nobody had asked to keep it yet."""
    if looked.since <= looked.shown.first:
        return []
    return [voice("history.since", day=format_date(looked.since, "long", locale=_locale(voice)))]


def title(voice: Voice, shown: History) -> str:
    """From when to when."""
    first, last = (format_date(day, "medium", locale=_locale(voice)) for day in (shown.first, shown.last))
    return voice("history.title", first=first, last=last)


def chart(voice: Voice, shown: History) -> Chart | None:
    """The answers to draw; None where none is a number."""
    curves = [
        Curve(voice(f"history.{scale.value}"), scale.values[0], scale.values[-1], SHAPES[scale], joined)
        for scale in Scale
        if (joined := runs(shown, scale))
    ]
    if not curves:
        return None
    named = tuple(Tick((day - shown.first).days + _within(shown), _name(voice, shown, day)) for day in ticks(shown))
    foot = voice("history.foot.weeks") if shown.is_by_week else voice("history.foot.days")
    return Chart(title(voice, shown), shown.days, tuple(curves), named, (foot,))


def alt_text(voice: Voice, shown: History) -> str:
    """The chart in words, for those who do not see it; no longer than Discord takes."""
    said = [voice("history.alt", title=title(voice, shown)), *in_words(voice, shown)]
    return as_far_as_fits(said, LONGEST_ALT, rest=voice("compare.picture.alt.rest"))


def _spread(voice: Voice, shown: History, scale: Scale) -> str:
    found = spread(shown, scale)
    if found is None:
        return ""
    name = voice(f"history.{scale.value}")
    if found.count == 1:
        return voice("history.single", name=name, value=found.lowest)
    if found.lowest == found.highest:
        return voice("history.always", name=name, value=found.lowest)
    if found.times == 1:
        return voice("history.once", name=name, lowest=found.lowest, highest=found.highest)
    most = format_list([str(each) for each in found.most], locale=_locale(voice))
    return voice("history.spread", name=name, most=most, lowest=found.lowest, highest=found.highest)


def _within(shown: History) -> float:
    """A day is named at its middle, a month where it begins."""
    return 0 if shown.is_by_week else NOON


def _name(voice: Voice, shown: History, day: date) -> str:
    return format_skeleton("yMMM" if shown.is_by_week else "MMMd", day, locale=_locale(voice))


def _locale(voice: Voice) -> Locale:
    return Locale.parse(voice.language, sep="-")
