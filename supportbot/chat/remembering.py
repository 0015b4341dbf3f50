"""Having something remembered: what is offered, the consent to it, and no."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar, Self

import discord

from supportbot.chat.components import Press, Stateless, Style, button, row_of
from supportbot.chat.host import AnyInteraction, AnyItem, host_of, voice_of
from supportbot.chat.present import CALM
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.consent import ConsentText, Scope
from supportbot.errors import UserError

VERSION = r"(?P<version>[0-9.-]{1,12})"

Keep = Callable[[AnyInteraction, str, ConsentText], Awaitable[None]]
"""Keeps a value under the consent to this text, for whoever acts."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What can be remembered. Its custom_ids begin with `prefix`; `name` is how a value is called, in a text, too.

    `title` and `body` are the ids of the texts that offer it, `done` of the one that says it was kept, `stale` of the
    one for a button of another version. `crisis_help` makes the button that leads there.
    """

    scope: Scope
    prefix: str
    title: str
    body: str
    done: str
    stale: str
    name: Callable[[Voice, str], str]
    is_known: Callable[[AnyInteraction, str], bool]
    keep: Keep
    crisis_help: Callable[[Voice], AnyItem]


class Offer(Press, template=r"offer-is-a-base-class"):
    """Asks whether a value may be kept. Templates name it `value`."""

    kept: ClassVar[Kept]
    agree: ClassVar[type[Agree]]
    decline: ClassVar[type[Decline]]

    def __init__(self, value: str, label: str = "…", *, row: int | None = None) -> None:
        super().__init__(button(f"{self.kept.prefix}:remember:{value}", label), row=row)
        self._value = value

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["value"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show what would be kept, in a message of its own: the page stays."""
        kept, voice = self.kept, voice_of(interaction)
        if not kept.is_known(interaction, self._value):
            raise UserError(kept.stale)
        text = _text(interaction, kept)
        embed = discord.Embed(
            title=voice(kept.title),
            description=voice(kept.body, name=kept.name(voice, self._value)),
            colour=CALM,
        )
        embed.add_field(name=voice("checkin.draft.consent.name"), value=text.body, inline=False)
        choice = row_of(
            self.agree(self._value, text.version, voice("remember.agree")),
            self.decline(voice("remember.decline")),
            kept.crisis_help(voice),
        )
        await say(interaction, embed=embed, view=choice)


class Agree(Press, template=r"agree-is-a-base-class"):
    """The consent: only whoever sees the message that only they can see can press it."""

    kept: ClassVar[Kept]

    def __init__(self, value: str, version: str, label: str = "…") -> None:
        super().__init__(button(f"{self.kept.prefix}:agree:{value}:{version}", label, Style.success))
        self._value, self._version = value, version

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["value"], match["version"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Keep it, and say so when it is true, in the language that is spoken then."""
        kept, text = self.kept, _text(interaction, self.kept)
        if text.version != self._version:
            raise UserError(kept.stale)
        await kept.keep(interaction, self._value, text)
        voice = voice_of(interaction)
        said = voice(kept.done, name=kept.name(voice, self._value))
        await replace(interaction, said, view=row_of(kept.crisis_help(voice)))


class Decline(Stateless, template=r"decline-is-a-base-class"):
    """Not to be kept."""

    kept: ClassVar[Kept]

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Keep nothing."""
        voice = voice_of(interaction)
        said = voice("remember.declined")
        await replace(interaction, said, view=row_of(self.kept.crisis_help(voice)))


def _text(interaction: AnyInteraction, kept: Kept) -> ConsentText:
    return host_of(interaction.client).content.consent(kept.scope, voice_of(interaction).language)
