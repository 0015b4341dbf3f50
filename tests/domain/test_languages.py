"""The order of languages, and why one is spoken."""

from __future__ import annotations

import pytest

from supportbot.domain.languages import Why, Wish, fitting, why

KNOWN = {"en", "es", "pt-BR"}


@pytest.mark.parametrize(
    ("locales", "found"),
    [
        (("es",), ("es",)),
        (("es-419",), ("es",)),
        (("pt-BR",), ("pt-BR",)),
        (("pt",), ()),
        (("de", "es-ES", "en-GB"), ("es", "en")),
        (("es-ES", "es-419", "en-US"), ("es", "en")),
        (("de", "tlh", ""), ()),
        ((), ()),
    ],
)
def test_the_languages_that_fit_locales(locales: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert fitting(KNOWN, *locales) == found


@pytest.mark.parametrize(
    ("wish", "theirs", "communitys", "reason"),
    [
        (Wish("es"), "en-US", "en-US", Why.CHOSEN),
        (Wish("es", "en"), "en-US", "en-US", Why.CHOSEN),
        (Wish("es", "es"), "en-US", "en-US", Why.REMEMBERED),
        (Wish(None, "es"), "en-US", "en-US", Why.DISCORD),
        (Wish(), "es-ES", "en-US", Why.DISCORD),
        (Wish(), "de", "es-ES", Why.COMMUNITY),
        (Wish(), "de", "de", Why.NONE_FITS),
        (Wish(), "de", None, Why.NONE_FITS),
        (Wish("tlh"), "de", "es-ES", Why.COMMUNITY),
    ],
)
def test_what_decides(wish: Wish, theirs: str, communitys: str | None, reason: Why) -> None:
    assert why(KNOWN, wish, theirs, communitys) is reason
