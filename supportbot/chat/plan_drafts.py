"""Drafts of check-ins: shown before they count, and the presses that make them count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

import discord

from supportbot.chat import plan_pages
from supportbot.chat.components import OwnersPress, Press, Style, button, owned, row_of
from supportbot.chat.host import AnyInteraction, host_of, services_of, voice_of
from supportbot.chat.limits import may_have
from supportbot.chat.present import times
from supportbot.chat.replies import replace, say
from supportbot.domain.consent import Scope
from supportbot.domain.people import CommunityId, PersonId
from supportbot.domain.wishes import CODE, Wish, coded, decoded
from supportbot.errors import UserError
from supportbot.services.checkins import Greeting
from supportbot.services.limits import Costly
from supportbot.services.wishes import Draft

ZONE = r"(?P<zone>[A-Za-z0-9_+/-]{1,40})"
VERSION = r"(?P<version>[0-9.-]{1,12})"
STARTED = {
    Greeting.SENT: "checkin.started",
    Greeting.UNSURE: "checkin.started.unsure",
    Greeting.BEFORE: "checkin.started.before",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What stands behind one "I agree": the plan, the text's version, and whether a move of other plans was shown."""

    wish: Wish
    zone: str
    version: str
    moves: bool

    def __str__(self) -> str:
        return f"{coded(self.wish, flag=self.moves)}:{self.zone}:{self.version}"


class Agree(OwnersPress, template=rf"{owned('plan:agree')}:(?P<code>{CODE}):{ZONE}:{VERSION}"):
    """The consent. The plan stands in the custom_id, so that nothing is kept before the press."""

    def __init__(self, owner: int, offer: Offer | str, label: str = "…") -> None:
        super(OwnersPress, self).__init__(button(f"plan:agree:{owner}:{offer}", label, Style.success))
        self.owner = owner
        self._offer = str(offer)

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(int(match["owner"]), f"{match['code']}:{match['zone']}:{match['version']}")

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Record, start, and say so when it is true."""
        code, zone, version = self._offer.split(":")
        wish, moves = _decoded(code)
        await _start(interaction, Offer(wish, zone, version, moves))


class AgreeToWords(OwnersPress, template=rf"{owned('plan:words')}:(?P<token>[a-z0-9]{{16}})"):
    """The same for a plan with words of its owner, which stand in no id: they wait in memory for a while."""

    def __init__(self, owner: int, token: str, label: str = "…") -> None:
        super(OwnersPress, self).__init__(button(f"plan:words:{owner}:{token}", label, Style.success))
        self.owner = owner
        self._token = token

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(int(match["owner"]), match["token"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Start or change what waits."""
        wishes = services_of(interaction).wishes
        draft = wishes.kept(PersonId(self.owner), self._token)
        if draft.plan_id is not None:
            await _change(interaction, draft.plan_id, draft.wish)
        elif not await _start(interaction, Offer(draft.wish, draft.zone, draft.version, draft.moves)):
            return
        wishes.done(self._token)


class ConfirmEdit(OwnersPress, template=rf"{owned('plan:edit')}:(?P<plan>[a-z0-9]{{16}}):(?P<code>{CODE})"):
    """Changes a plan as it was shown."""

    def __init__(self, owner: int, plan_id: str, code: str, label: str = "…") -> None:
        super(OwnersPress, self).__init__(button(f"plan:edit:{owner}:{plan_id}:{code}", label, Style.success))
        self.owner = owner
        self._plan, self._code = plan_id, code

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(int(match["owner"]), match["plan"], match["code"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Change it."""
        await _change(interaction, self._plan, _decoded(self._code)[0])


class Decline(OwnersPress, template=owned("checkin:decline")):
    """Not now."""

    prefix = "checkin:decline"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Keep nothing."""
        await replace(interaction, voice_of(interaction)("checkin.draft.declined"))


class KeepAsItIs(OwnersPress, template=owned("plan:keep")):
    """No change."""

    prefix = "plan:keep"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Change nothing."""
        await replace(interaction, voice_of(interaction)("checkin.edit.kept"))


BUTTONS: tuple[type[Press], ...] = (Agree, AgreeToWords, ConfirmEdit, Decline, KeepAsItIs)


async def show_start(interaction: AnyInteraction, wish: Wish, zone: str, *, is_guess: bool) -> None:
    """Answer with what would be kept, and ask for consent. Raises UserError."""
    voice, person, services = voice_of(interaction), PersonId(interaction.user.id), services_of(interaction)
    draft = await services.checkins.propose(person, wish, zone)
    text = host_of(interaction.client).content.consent(Scope.CHECKINS, voice.language)
    zone, moves = draft.times.zone, draft.moves_from is not None
    label = voice("checkin.draft.agree")
    if wish.words is None:
        agree: Press = Agree(person, Offer(wish, zone, text.version, moves), label)
    else:
        token = services.wishes.keep(Draft(person, wish, zone, text.version, moves))
        agree = AgreeToWords(person, token, label)
    view = row_of(agree, Decline(person, voice("checkin.draft.decline")))
    await say(interaction, embed=plan_pages.draft(voice, wish, draft, text, is_guess=is_guess), view=view)


async def show_edit(interaction: AnyInteraction, plan_id: str, wish: Wish, *, is_guess: bool) -> None:
    """Answer with what a plan would become, and ask. Raises UserError."""
    voice, person, services = voice_of(interaction), PersonId(interaction.user.id), services_of(interaction)
    draft = await services.plan_changes.propose(person, plan_id, wish)
    label = voice("checkin.edit.yes")
    if wish.words is None:
        confirm: Press = ConfirmEdit(person, plan_id, coded(wish), label)
    else:
        token = services.wishes.keep(Draft(person, wish, draft.times.zone, "", moves=False, plan_id=plan_id))
        confirm = AgreeToWords(person, token, label)
    view = row_of(confirm, KeepAsItIs(person, voice("checkin.edit.no")))
    await say(interaction, embed=plan_pages.draft(voice, wish, draft, None, is_guess=is_guess), view=view)


async def _start(interaction: AnyInteraction, offer: Offer) -> bool:
    """Whether it runs now."""
    voice = voice_of(interaction)
    text = host_of(interaction.client).content.consent(Scope.CHECKINS, voice.language)
    if text.version != offer.version:
        raise UserError("checkin.stale")
    if not await may_have(interaction, Costly.DM):
        return False
    await interaction.response.defer()
    community = None if interaction.guild_id is None else CommunityId(interaction.guild_id)
    try:
        started = await services_of(interaction).checkins.agree(
            PersonId(interaction.user.id), community, offer.wish, offer.zone, text, may_move=offer.moves
        )
    except UserError as error:
        await replace(interaction, voice(error.text_id, **error.values))
        return False
    await replace(interaction, voice(STARTED[started.greeting], **times(started.draft.next[0].due)))
    return True


async def _change(interaction: AnyInteraction, plan_id: str, wish: Wish) -> None:
    voice = voice_of(interaction)
    draft = await services_of(interaction).plan_changes.edit(PersonId(interaction.user.id), plan_id, wish)
    shown = discord.Embed(description=voice("checkin.edited", **times(draft.next[0].due)), colour=plan_pages.CALM)
    await replace(interaction, embeds=[shown])


def _decoded(code: str) -> tuple[Wish, bool]:
    try:
        return decoded(code)
    except ValueError:
        raise UserError("checkin.stale") from None
