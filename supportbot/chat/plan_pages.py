"""A member's check-ins as they see them: the draft they agree to, the list, the status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import discord

from supportbot.chat import schedules
from supportbot.chat.communities import name_of
from supportbot.chat.host import AnyInteraction, voice_of
from supportbot.chat.markdown import escaped
from supportbot.chat.present import CALM, times
from supportbot.chat.words import Voice
from supportbot.domain.cadence import MemberTimes
from supportbot.domain.checkins import Asks, Paused, Plan, PlanDraft, PlanState, State
from supportbot.domain.consent import ConsentText
from supportbot.domain.people import Notice
from supportbot.domain.wishes import Wish, is_always_quiet
from supportbot.services.checkins import PlanView
from supportbot.services.plan_status import Status

LONGEST_FIELD = 1024
PAUSED = {
    None: "checkin.list.paused",
    Paused.CLOSED_DM: "checkin.list.paused",
    Paused.MEMBER: "checkin.list.paused.member",
    Paused.SILENCE: "checkin.list.paused.silence",
    Paused.ZONE_GONE: "checkin.list.paused.zone_gone",
}


def draft(
    voice: Voice, wish: Wish, plan: PlanDraft, consent: ConsentText | None, *, is_guess: bool = False
) -> discord.Embed:
    """What a member is about to agree to: the plan, its next dates, and the consent text, which an edit has not."""
    title = voice("checkin.draft.title" if consent else "checkin.edit.title")
    text = "\n".join(_said(voice, wish, plan, is_guess=is_guess))
    embed = discord.Embed(title=title, description=text, colour=CALM)
    coming = schedules.coming(voice, plan.next)
    embed.add_field(name=voice("checkin.draft.next.name"), value=coming[:LONGEST_FIELD], inline=False)
    if consent is None:
        return embed
    return embed.add_field(name=voice("checkin.draft.consent.name"), value=consent.body, inline=False)


def _said(voice: Voice, wish: Wish, plan: PlanDraft, *, is_guess: bool) -> list[str]:
    zone, rule = plan.times.zone, schedules.with_end(voice, plan.rule)
    lines = [
        voice("checkin.draft.plan", rule=rule, zone=zone),
        voice("checkin.draft.asks", asks=asks(voice, wish.asks)),
    ]
    if wish.words is not None:
        lines.append(voice("checkin.draft.words", words=escaped(wish.words)))
    if not wish.discreet:
        lines.append(voice("checkin.draft.plain"))
    if is_guess:
        lines.append(voice("checkin.draft.guess"))
    if plan.moves_from is not None:
        lines.append(voice("checkin.draft.moves", zone=zone, before=plan.moves_from))
    if is_always_quiet(plan.rule, plan.times.quiet):
        lines.append(always_quiet(voice, plan.times))
    if plan.times.vacation is not None:
        lines.append(voice("checkin.draft.vacation", dates=schedules.vacation(voice, plan.times.vacation)))
    return lines


def always_quiet(voice: Voice, times_of_member: MemberTimes) -> str:
    """That quiet hours cover all of a plan's times, and what comes of it."""
    quiet = times_of_member.quiet
    if quiet is None:
        return ""
    return voice("checkin.always_quiet", hours=schedules.quiet(voice, quiet), ends=f"{quiet.ends:%H:%M}")


def asks(voice: Voice, what: Asks) -> str:
    """What a plan asks about, in a few words."""
    return voice(f"asks.{what.value}")


def listed(interaction: AnyInteraction, views: Sequence[PlanView]) -> discord.Embed:
    """A member's check-ins."""
    voice = voice_of(interaction)
    lines = [_line(interaction, number, view) for number, view in enumerate(views, 1)]
    text = "\n".join([*lines, "", voice("checkin.list.change"), voice("checkin.list.stop")])
    return discord.Embed(title=voice("checkin.list.title"), description=text, colour=CALM)


def _line(interaction: AnyInteraction, number: int, view: PlanView) -> str:
    voice = voice_of(interaction)
    about = voice("checkin.list.about", asks=asks(voice, view.plan.asks), place=_place(interaction, view.plan))
    return f"{_first_line(voice, number, view)}\n{about}"


def _first_line(voice: Voice, number: int, view: PlanView) -> str:
    plan = view.plan
    values = {"number": number, "rule": schedules.with_end(voice, plan.rule), "zone": view.zone}
    if plan.state is PlanState.PAUSED:
        return voice(PAUSED[plan.paused], **values)
    if view.next_due is None:
        return voice("checkin.list.nothing" if plan.rule.until is None else "checkin.list.ended", **values)
    text = "checkin.list.line" if plan.paused_until is None else "checkin.list.rests"
    return voice(text, **values, **times(view.next_due))


def _place(interaction: AnyInteraction, plan: Plan) -> str:
    voice = voice_of(interaction)
    if plan.community is None:
        return voice("checkin.list.from_dm")
    return voice("checkin.list.from", community=escaped(name_of(interaction, plan.community)))


def status(interaction: AnyInteraction, found: Status) -> discord.Embed:
    """What comes, what came, what went wrong and what to do."""
    voice, member = voice_of(interaction), found.times
    embed = discord.Embed(title=voice("checkin.status.title"), colour=CALM)
    plans = "\n".join(_first_line(voice, number, view) for number, view in enumerate(found.plans, 1))
    embed.add_field(name=voice("checkin.status.plans"), value=_fitting(plans), inline=False)
    last = (
        voice("checkin.status.last.none") if found.last is None else voice("checkin.status.last", **times(found.last))
    )
    embed.add_field(name=voice("checkin.status.last.name"), value=last, inline=False)
    embed.add_field(name=voice("checkin.status.times"), value=times_in_words(voice, member), inline=False)
    troubles = "\n".join(_troubles(voice, found)) or voice("checkin.status.fine")
    return embed.add_field(name=voice("checkin.status.troubles"), value=_fitting(troubles), inline=False)


def times_in_words(voice: Voice, member: MemberTimes) -> str:
    """Zone, quiet hours and vacation."""
    lines = [voice("checkin.status.zone", zone=member.zone)]
    if member.quiet is not None:
        lines.append(voice("checkin.status.quiet", hours=schedules.quiet(voice, member.quiet)))
    if member.vacation is not None:
        lines.append(voice("checkin.status.vacation", dates=schedules.vacation(voice, member.vacation)))
    return "\n".join(lines)


def _troubles(voice: Voice, found: Status) -> list[str]:
    states = Counter(each.delivery.state for each in found.troubles)
    paused = {view.plan.paused for view in found.plans if view.plan.state is PlanState.PAUSED}
    lines: list[str] = []
    if states[State.NOT_SENT]:
        lines.append(voice.count("checkin.status.not_sent", states[State.NOT_SENT]))
    if states[State.GAVE_UP]:
        lines.append(voice.count("checkin.status.gave_up", states[State.GAVE_UP]))
    if paused & {None, Paused.CLOSED_DM} or found.notice is Notice.CLOSED_DM:
        lines.append(voice("checkin.notice.closed_dm"))
    if Paused.ZONE_GONE in paused:
        lines.append(voice("checkin.notice.zone_gone"))
    if Paused.SILENCE in paused:
        lines.append(voice("checkin.status.silence"))
    return lines


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST_FIELD else text[: LONGEST_FIELD - 1] + "…"
