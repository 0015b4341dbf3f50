"""Which of somebody's check-ins a command is about."""

from __future__ import annotations

from discord.app_commands import Choice

from supportbot.chat import schedules
from supportbot.chat.host import AnyInteraction, services_of, voice_of
from supportbot.chat.plan_pages import asks
from supportbot.chat.words import Voice
from supportbot.domain.checkins import Plan
from supportbot.domain.people import PersonId
from supportbot.errors import UserError

ALL = "all"
LONGEST_NAME = 100


async def one_plan(interaction: AnyInteraction, current: str) -> list[Choice[str]]:
    """Somebody's check-ins that fit what they typed so far."""
    return [choice for choice in await _names(interaction) if current.lower() in choice.name.lower()]


async def plan_choices(interaction: AnyInteraction, current: str) -> list[Choice[str]]:
    """The same, and where they have several, all of them."""
    found = await _names(interaction)
    if len(found) > 1:
        found.append(Choice(name=voice_of(interaction)("checkin.choice.all"), value=ALL))
    return [choice for choice in found if current.lower() in choice.name.lower()]


async def _names(interaction: AnyInteraction) -> list[Choice[str]]:
    voice = voice_of(interaction)
    plans = await services_of(interaction).checkins.plans(PersonId(interaction.user.id))
    return [Choice(name=short(voice, view.plan), value=view.plan.id) for view in plans]


async def chosen(interaction: AnyInteraction, which: str | None) -> str:
    """The plan's id, or ALL. Somebody with a single plan need not choose. Raises UserError."""
    if which is not None:
        return which
    plans = await services_of(interaction).checkins.plans(PersonId(interaction.user.id))
    if not plans:
        raise UserError("checkin.list.none")
    if len(plans) > 1:
        raise UserError("checkin.which")
    return plans[0].plan.id


def short(voice: Voice, plan: Plan) -> str:
    """A plan in a line of a list to choose from."""
    rule = schedules.in_words(voice, plan.rule)
    return voice("checkin.choice", rule=rule, asks=asks(voice, plan.asks))[:LONGEST_NAME]
