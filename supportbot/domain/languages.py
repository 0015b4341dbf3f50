"""Which language somebody is spoken to in, and why: what they chose, else Discord's, else their community's."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """What decided the language."""

    CHOSEN = "chosen"
    REMEMBERED = "remembered"
    DISCORD = "discord"
    COMMUNITY = "community"
    NONE_FITS = "none_fits"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for. `language` is the one to speak now, None where it is as Discord says; `kept` is the one
    that they agreed to have remembered, and counts again after the next start.
    """

    language: str | None = None
    kept: str | None = None


def fitting(known: Container[str], *locales: str) -> tuple[str, ...]:
    """The known languages for these locales, in this order and each once: `es-ES` is `es`; empty when none fits."""
    tags = [part for tag in locales for part in (tag, base(tag))]
    return tuple(dict.fromkeys(each for each in tags if each in known))


def why(known: Container[str], wish: Wish, theirs: str, communitys: str | None) -> Why:
    """What decides: the wish, else the locale of their Discord, else that of the community, else none of them."""
    asked = Why.REMEMBERED if wish.language == wish.kept else Why.CHOSEN
    order = ((asked, wish.language), (Why.DISCORD, theirs), (Why.COMMUNITY, communitys))
    return next((each for each, locale in order if locale and fitting(known, locale)), Why.NONE_FITS)


def base(tag: str) -> str:
    """The language of a locale: `pt` of `pt-BR`."""
    return tag.split("-", maxsplit=1)[0]
