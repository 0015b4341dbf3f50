"""The buttons and the select of the crisis page, for every locale that Discord knows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from supportbot import content
from supportbot.chat.crisis import Asked, Reader, crisis_page
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.domain.crisis import Need
from supportbot.domain.people import PersonId
from supportbot.services.countries import LANGUAGES, Countries
from supportbot.services.crisis import Crisis
from tests.support.fakes import FakeClock
from tests.support.stores import EmptyStore

CONTENT = content.load()
WORDS = Words(CONTENT.catalogues, CONTENT.line_words)
SERVICES = SimpleNamespace(
    crisis=Crisis(EmptyStore(), FakeClock(), CONTENT.helplines), countries=Countries(CONTENT.zones)
)
HOST: Any = SimpleNamespace(services=SERVICES, content=CONTENT)


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_discord_takes_the_items(locale: str) -> None:
    voice = Voice(WORDS, WORDS.language(locale), Mentions({}))
    for country in (None, "GB", "AF"):
        for need in (None, *Need):
            page = await crisis_page(Reader(HOST, PersonId(1), None, voice, (locale,)), Asked(need, country))
            rows: dict[int | None, list[discord.ui.Item[Any]]] = {}
            for item in page.items:
                rows.setdefault(item.item.row, []).append(item.item)
            assert set(rows) == {0, 1, 2}
            assert len(rows[0]) == 5
            assert len(rows[2]) <= 5
            (select,) = rows[1]
            assert isinstance(select, discord.ui.Select)
            values = [option.value for option in select.options]
            assert len(set(values)) == len(values) <= 25
            assert values[-1] == "other"
            assert [option.value for option in select.options if option.default] == [country] * (country is not None)
            labels = [item.label for row in (0, 2) for item in rows[row] if isinstance(item, discord.ui.Button)]
            assert all(label and len(label) <= 80 for label in labels)
            assert len({item.custom_id for row in rows.values() for item in row}) == len(page.items)  # type: ignore[attr-defined]
