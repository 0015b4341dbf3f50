"""Every page for every country, need and language is one that Discord takes, and holds every line once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot import content
from supportbot.chat import crisis_parts
from supportbot.chat.helplines import own_field
from supportbot.chat.markdown import escaped
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.domain.communities import OwnHelpline
from supportbot.domain.countries import COUNTRIES
from supportbot.domain.crisis import Need
from supportbot.domain.helplines import Contact, Kind
from supportbot.domain.people import CommunityId, PersonId
from supportbot.services.crisis import Crisis, Help, Origin, Region
from tests.support.fakes import FakeClock
from tests.support.stores import EmptyStore

CONTENT = content.load()
WORDS = Words(CONTENT.catalogues, CONTENT.line_words)
NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)
NEEDS = [None, *Need]
SOMEBODY = PersonId(1)


def voice(language: str) -> Voice:
    return Voice(WORDS, language, Mentions({}))


async def shown(country: str | None, need: Need | None) -> Help:
    return await Crisis(EmptyStore(), FakeClock(NOW), CONTENT.helplines).help(SOMEBODY, None, need=need, chosen=country)


def refuse_too_large(embeds: list[discord.Embed]) -> None:
    """Discord's limits."""
    assert len(embeds) <= 10
    assert sum(map(len, embeds)) <= 6000
    for embed in embeds:
        assert len(embed.title or "") <= 256
        assert len(embed.description or "") <= 4096
        assert len(embed.fields) <= 25
        for field in embed.fields:
            assert 0 < len(field.name or "") <= 256
            assert 0 < len(field.value or "") <= 1024


def said(pages: list[list[discord.Embed]]) -> list[tuple[str, str]]:
    return [(str(field.name), str(field.value)) for page in pages for embed in page for field in embed.fields]


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("language", sorted(CONTENT.catalogues))
async def test_every_country_fits(language: str, need: Need | None) -> None:
    for country in (None, *sorted(COUNTRIES)):
        help_ = await shown(country, need)
        pages = crisis_parts.pages(voice(language), help_, need)
        for page in pages:
            refuse_too_large(page)
            assert page[0].colour == crisis_parts.URGENT
            if help_.emergency:
                assert f"{escaped(help_.emergency.contact.phone or '')}**" in str(page[0].description)
        named = "\n".join(f"{name}\n{value}" for name, value in said(pages))
        for line in help_.lines:
            assert escaped(line.service) in named
            if need is not Need.WRITTEN and line.contact.phone:
                assert f"**{escaped(line.contact.phone)}**" in named
            if line.contact.text:
                assert f"**{escaped(line.contact.text)}**" in named
            addresses = {line.contact.chat_url, line.contact.web_url} - {None}
            assert all(f"<{address}>" in named for address in addresses)
            for cell in filter(None, (line.note, line.audience)):
                assert escaped(voice(language).cell(cell)) in named
            if line.source not in addresses:
                assert line.source not in named


@pytest.mark.parametrize("country", sorted(CONTENT.helplines.countries))
async def test_no_number_of_another_country_is_on_the_page(country: str) -> None:
    own = {line.contact.phone for line in CONTENT.helplines if line.iso == country}
    for need in NEEDS:
        for line in (await shown(country, need)).lines:
            assert line.iso == country
            assert line.contact.phone in own


async def test_an_unknown_region_has_no_number_at_all() -> None:
    for need in NEEDS:
        help_ = await shown(None, need)
        assert help_.emergency is None
        assert [line.contact.phone for line in (*help_.lines, *help_.directories)] == [None, None]


def own_line(at: int, **values: object) -> OwnHelpline:
    line = OwnHelpline(
        id=str(at),
        community=CommunityId(1),
        kind=Kind.CRISIS,
        service="x",
        contact=Contact(phone="1"),
        hours="unknown",
        languages=(),
        note=None,
        source="a poster",
        added_at=NOW,
        added_by=None,
    )
    return replace(line, **values)  # type: ignore[arg-type]


texts = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=1500)


@given(st.lists(st.tuples(texts, texts), max_size=30))
def test_whatever_a_community_added_fits_on_pages_and_is_whole(rows: list[tuple[str, str]]) -> None:
    lines = tuple(own_line(at, service=service, note=note) for at, (service, note) in enumerate(rows))
    found = replace(HELP, own=lines)
    pages = crisis_parts.pages(voice("en"), found, None)
    for page in pages:
        refuse_too_large(page)
        assert "911" in str(page[0].description)
    if rows:
        marked = [page for page in pages if any(embed.description == MARK for embed in page)]
        assert len(marked) >= 1
        everything = "".join(f"{name}{value}" for name, value in said(pages)).replace("…", "").replace("\n", "")
        for service, note in rows:
            assert escaped(service).replace("…", "") in everything
            assert escaped(note).replace("…", "") in everything


MARK = "Added by this community, not checked by us."
US = CONTENT.helplines.emergency("US")
assert US is not None
HELP = Help(
    region=Region("US", Origin.CHOSEN, community="US"),
    kinds=(Kind.CRISIS,),
    emergency=US,
    lines=(),
    own=(),
    directories=(),
    at=NOW,
)


def test_a_communitys_number_stands_with_its_country_only_if_that_is_known() -> None:
    line = own_line(1, contact=Contact(phone="*12_3", text="HI to 55"), region="US")
    assert r"Call **\*12\_3** (United States)" in own_field(voice("en"), line, NOW)[1]
    alone = own_field(voice("en"), replace(line, region=None), NOW)[1]
    assert r"Call **\*12\_3** (country not known)" in alone
    assert "Text **HI to 55** (country not known)" in alone


def test_lines_alone_keep_to_the_room_there_is() -> None:
    lines = tuple(own_line(at, note="n" * 300) for at in range(30))
    for spare in (1000, 4000):
        embeds = crisis_parts.sections(voice("en"), replace(HELP, own=lines), spare=spare)
        assert 5400 - spare < sum(map(len, embeds)) <= 6000 - spare
