"""The crisis page: it comes at once, with the right country's numbers or with none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import discord
import pytest

from supportbot.chat.components import row_of
from supportbot.chat.crisis import Asked, MoreLines, Reader, crisis_page
from supportbot.domain.communities import CommunitySettings, OwnHelpline
from supportbot.domain.consent import Scope
from supportbot.domain.crisis import FIRST, Need
from supportbot.domain.helplines import Contact, Kind
from supportbot.domain.people import CommunityId, PersonId
from supportbot.services.ports import HelplineCheck
from tests.cogs.house import Answer, House, buttons, words
from tests.storage.rows import agreed

NEEDS = {
    Need.ASLEEP: "Not waking up, or took too much",
    Need.LIFE: "Thinking of ending my life",
    Need.HURT: "Somebody is hurting me",
    Need.WORRIED: "Worried about somebody else",
    Need.WRITTEN: "I can't or won't phone",
    Need.OTHER: "Other lines",
}
DIRECTORIES = ("findahelpline.com", "befrienders.org")
LOCAL = "call your local emergency number"
NIGHT = datetime(2026, 3, 1, 3, tzinfo=UTC)
NAME = "Night neighbours *of* [ours](https://example.org)"


def options(message: discord.Message) -> list[discord.SelectOption]:
    """What can be chosen in the message's select."""
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return [
        option
        for row in rows
        for each in row.children
        if isinstance(each, discord.SelectMenu)
        for option in each.options
    ]


def chosen(message: discord.Message) -> str | None:
    return next((option.value for option in options(message) if option.default), None)


def fields(message: discord.Message) -> dict[str, str]:
    return {str(field.name): str(field.value) for embed in message.embeds for field in embed.fields}


async def set_region(house: House, region: str) -> None:
    async with house.store.write() as tx:
        await tx.communities.save(CommunitySettings(CommunityId(house.guild.id), region), at=house.clock.now())


async def own_line(house: House, kind: Kind = Kind.CRISIS, *, approved: bool = True) -> None:
    line = OwnHelpline(
        id="0123456789abcdef",
        community=CommunityId(house.guild.id),
        kind=kind,
        service=NAME,
        contact=Contact(phone="555 0100", web_url="https://example.org/night_line"),
        hours="most evenings",
        languages=("en",),
        note="Ring twice.",
        source="the town hall",
        added_at=house.clock.now(),
        added_by=PersonId(house.mia.id),
        region="GB",
    )
    async with house.store.write() as tx:
        await tx.own_helplines.add(line)
        if approved:
            await tx.own_helplines.approve(line.id, PersonId(house.olu.id), house.clock.now())


async def remember(house: House, country: str, *, dm: bool = False) -> Answer:
    page = await house.run(house.ann, "crisis", dm=dm, country=country)
    asked = await house.press(house.ann, page.message, "Remember this country")
    return await house.press(house.ann, asked.message, "I agree, remember it")


@pytest.mark.parametrize("dm", [False, True])
async def test_nobody_is_taken_to_be_in_any_country(house: House, dm: bool) -> None:
    page = await house.run(house.ann, "crisis", dm=dm)
    assert page.ephemeral
    assert LOCAL in page.text
    assert all(directory in page.text for directory in DIRECTORIES)
    assert chosen(page.message) is None
    assert not any(line.contact.phone in page.text for line in house.bot.content.helplines if line.contact.phone)
    assert await house.rows() == {}


@pytest.mark.parametrize("dm", [False, True])
async def test_a_country_typed_is_shown_with_its_numbers(house: House, dm: bool) -> None:
    page = await house.run(house.ann, "crisis", dm=dm, country="vereinigtes königreich")
    assert "call 999** (United Kingdom)" in page.text
    assert "112 also works." in page.text
    assert "Call **116 123** (United Kingdom)" in page.text
    assert "Text **SHOUT to 85258** (United Kingdom)" in page.text
    assert "**Only in England.**" in page.text
    assert "Taken from a source of 2022, not checked by calling." in page.text
    assert "samaritans.org/how-we-can-help" not in page.text, "the raw source is for maintainers"
    assert chosen(page.message) == "GB"
    assert not any(directory in page.text for directory in DIRECTORIES)


async def test_the_order_on_the_page(house: House) -> None:
    await own_line(house)
    page = await house.run(house.ann, "crisis", country="GB")
    places = [page.text.index(part) for part in ("call 999", "Samaritans", "Shout", "NHS 111", "Night neighbours")]
    assert places == sorted(places)
    rows = [row for row in page.message.components if isinstance(row, discord.ActionRow)]
    assert len(rows) == 3
    assert [getattr(each, "label", None) for each in rows[0].children] == [NEEDS[need] for need in FIRST]


@pytest.mark.parametrize("need", Need)
async def test_each_need_is_one_press(house: House, need: Need) -> None:
    page = await house.run(house.ann, "crisis", country="US")
    shown = await house.press(house.ann, page.message, NEEDS[need])
    assert shown.message.id == page.message.id
    assert shown.message.embeds[0].title == "Help right now"
    assert "call 911** (United States)" in shown.text
    assert NEEDS[need] in shown.text
    assert chosen(shown.message) == "US"


async def test_too_much_taken(house: House) -> None:
    page = await house.run(house.ann, "crisis", country="US")
    text = (await house.press(house.ann, page.message, NEEDS[Need.ASLEEP])).text
    for part in ("Call the emergency number now", "naloxone", "on their side", "Stay with them", "1-800-222-1222"):
        assert part in text
    assert "988" not in text


async def test_breathing_comes_before_lying_on_the_side(house: House) -> None:
    """Somebody who does not breathe must not be left on their side, nor kept awake who is not awake."""
    page = await house.run(house.ann, "crisis", country="US")
    text = (await house.press(house.ann, page.message, NEEDS[Need.ASLEEP])).text
    order = (
        "Call the emergency number",
        "Do they breathe?",
        "Give naloxone",
        "If they breathe but do not wake up, lay",
    )
    assert sorted(order, key=text.index) == list(order)
    assert "If they are awake, try to keep them awake." in text


async def test_somebody_is_hurting_me(house: House) -> None:
    page = await house.run(house.ann, "crisis", country="US")
    shown = await house.press(house.ann, page.message, NEEDS[Need.HURT])
    assert shown.text.count("Calls and texts may stay in the call log or on the bill.") == 1
    assert list(fields(shown.message)) == ["National Domestic Violence Hotline"]


async def test_cannot_phone(house: House) -> None:
    page = await house.run(house.ann, "crisis", country="US")
    shown = await house.press(house.ann, page.message, NEEDS[Need.WRITTEN])
    assert "Text **HOME to 741741** (United States)" in shown.text
    lines = fields(shown.message)
    assert "Call **" not in "\n".join(lines.values())
    assert "Poison Help" not in lines, "it cannot be written to"
    kinds = [str(embed.title) for embed in shown.message.embeds if embed.fields]
    assert kinds[0] == "Crisis lines: United States"
    assert len(kinds) == len(set(kinds)) > 1


async def test_cannot_phone_where_all_lines_are_by_phone(house: House) -> None:
    """What is not there is not promised, and what is there by phone is not denied."""
    page = await house.run(house.ann, "crisis", country="PL")
    shown = await house.press(house.ann, page.message, NEEDS[Need.WRITTEN])
    assert "I know no line here that you can write to" in shown.text
    assert "There are lines here that you can call" in shown.text
    assert "findahelpline.com" in shown.text
    assert "These are the lines" not in shown.text
    assert "no checked line" not in shown.text
    other = await house.press(house.ann, shown.message, NEEDS[Need.LIFE])
    assert "Call **" in "\n".join(fields(other.message).values())


async def test_cannot_phone_where_there_is_no_line_at_all(house: House) -> None:
    page = await house.run(house.ann, "crisis", country="NP")
    shown = await house.press(house.ann, page.message, NEEDS[Need.WRITTEN])
    assert "I know no line here that you can write to" in shown.text
    assert "lines here that you can call" not in shown.text
    assert "We have no checked line here" in shown.text


async def test_cannot_phone_where_the_country_is_not_known(house: House) -> None:
    page = await house.run(house.ann, "crisis")
    shown = await house.press(house.ann, page.message, NEEDS[Need.WRITTEN])
    assert "Choose your country below, and I show the lines there that you can text or chat with" in shown.text
    assert "These are the lines" not in shown.text


async def test_other_lines_are_never_among_crisis_lines(house: House) -> None:
    page = await house.run(house.ann, "crisis", country="US")
    assert "1-800-662-4357" not in page.text
    other = await house.press(house.ann, page.message, NEEDS[Need.OTHER])
    assert "1-800-662-4357" in other.text
    assert "These are no crisis lines" in other.text
    assert not any(str(embed.title).startswith("Crisis lines") for embed in other.message.embeds)


@pytest.mark.parametrize(
    ("country", "number", "named"), [("HR", "112", "Croatia"), ("VN", "115", "Vietnam"), ("CO", "123", "Colombia")]
)
async def test_no_checked_line_for_the_country(house: House, country: str, number: str, named: str) -> None:
    page = await house.run(house.ann, "crisis", country=country)
    assert f"call {number}** ({named})" in page.text
    assert "We have no checked line here" in page.text
    assert all(directory in page.text for directory in DIRECTORIES)


async def test_a_line_for_one_city_is_not_taken_for_the_countrys(house: House) -> None:
    page = await house.run(house.ann, "crisis", country="CO")
    assert "**Only in Bogotá.**" in page.text
    assert "for the whole country (Colombia)" in page.text


async def test_a_country_of_which_we_know_nothing(house: House) -> None:
    page = await house.run(house.ann, "crisis", country="Afghanistan")
    assert f"{LOCAL}** (Afghanistan)" in page.text
    assert all(directory in page.text for directory in DIRECTORIES)
    assert chosen(page.message) == "AF"


async def test_a_star_is_shown_as_it_is_dialled(house: House) -> None:
    page = await house.run(house.ann, "crisis", country="Chile")
    assert r"Call **\*4141** (Chile)" in page.text


async def test_closed_hours_are_said_and_nothing_is_hidden(house: House) -> None:
    house.clock.set(datetime(2026, 3, 4, 20, tzinfo=UTC))
    page = await house.run(house.ann, "crisis", country="Italy")
    value = fields(page.message)["Telefono Amico Italia"]
    assert "Closed now" not in value
    house.clock.set(NIGHT)
    value = fields((await house.run(house.ann, "crisis", country="Italy")).message)["Telefono Amico Italia"]
    assert "**Closed now,** by its hours. Opens <t:" in value
    assert "every day 09:00–24:00, time in Europe/Rome" in value
    assert "02 2327 2327" in value


async def test_a_check_with_the_service_is_another_date(house: House) -> None:
    line = next(each for each in house.bot.content.helplines if each.id == "us-988-crisis")
    async with house.store.write() as tx:
        await tx.helpline_checks.save(line.id, HelplineCheck(line.fingerprint, date(2026, 2, 3)))
    value = fields((await house.run(house.ann, "crisis", country="US")).message)[line.service]
    assert "Taken from a source of 2023. " in value
    assert "Checked with the service on February 3, 2026." in value
    assert "not checked by calling" not in value
    changed = replace(line, contact=Contact(phone="999"))
    async with house.store.write() as tx:
        await tx.helpline_checks.save(line.id, HelplineCheck(changed.fingerprint, date(2026, 2, 3)))
    value = fields((await house.run(house.ann, "crisis", country="US")).message)[line.service]
    assert "Taken from a source of 2023, not checked by calling." in value


# --- the country


async def test_the_community_country_is_a_start_not_a_verdict(house: House) -> None:
    await set_region(house, "DE")
    page = await house.run(house.ann, "crisis")
    assert "call 112** (Germany)" in page.text
    assert "This community set it." in page.text
    moved = await house.choose(house.ann, page.message, "US")
    assert moved.message.id == page.message.id
    assert "call 911** (United States)" in moved.text
    assert "112" not in moved.text


async def test_in_a_dm_it_is_the_community_of_the_persons_check_ins(house: House) -> None:
    await set_region(house, "DE")
    assert LOCAL in (await house.run(house.ann, "crisis", dm=True)).text
    await house.start_checkin(house.ann)
    assert "call 112** (Germany)" in (await house.run(house.ann, "crisis", dm=True)).text


async def test_countries_of_the_language_are_offered_only(house: House) -> None:
    page = await house.run(house.ann, "crisis")
    offered = [option.value for option in options(page.message)]
    assert offered[0] == "US"
    assert offered[-1] == "other"
    assert {"GB", "CA", "IE", "NZ"} <= set(offered)
    assert len(offered) <= 25


async def test_another_country_is_found_by_its_name_in_any_language(house: House) -> None:
    page = await house.run(house.ann, "crisis")
    form = await house.choose(house.ann, page.message, "other")
    shown = await house.fill(house.ann, form, country="Suomi")
    assert shown.message.id == page.message.id
    assert "call 112** (Finland)" in shown.text
    need = await house.press(house.ann, shown.message, NEEDS[Need.LIFE])
    assert chosen(need.message) == "FI"


async def test_a_name_that_may_mean_several_is_asked_back(house: House) -> None:
    page = await house.run(house.ann, "crisis", country="congo")
    assert "Which of these countries do you mean?" in page.text
    assert LOCAL in page.text
    assert [option.value for option in options(page.message)] == ["CG", "CD", "other"]
    shown = await house.choose(house.ann, page.message, "CD")
    assert "Congo - Kinshasa" in shown.text


async def test_until_it_is_clear_no_country_is_shown(house: House) -> None:
    await set_region(house, "DE")
    page = await house.run(house.ann, "crisis", country="congo")
    assert LOCAL in page.text
    assert "Germany" not in page.text
    need = await house.press(house.ann, page.message, NEEDS[Need.LIFE])
    assert LOCAL in need.text
    assert "112" not in need.text


async def test_a_name_that_means_none(house: House) -> None:
    page = await house.run(house.ann, "crisis")
    form = await house.choose(house.ann, page.message, "other")
    shown = await house.fill(house.ann, form, country="the *moon*")
    assert "I know no country of that name" in shown.text
    assert "moon" not in shown.text
    assert LOCAL in shown.text
    assert "moon" not in house.log_text()


async def test_two_people_can_type_at_the_same_time(house: House) -> None:
    pages = [await house.run(who, "crisis") for who in (house.ann, house.bea)]
    forms = [
        await house.choose(who, page.message, "other") for who, page in zip((house.ann, house.bea), pages, strict=True)
    ]
    first = await house.fill(house.ann, forms[0], country="Finland")
    second = await house.fill(house.bea, forms[1], country="Sweden")
    assert "(Finland)" in first.text
    assert "(Sweden)" in second.text


async def test_suggestions_while_typing(house: House) -> None:
    suggested = await house.ann.autocomplete(house.general, "crisis", "country", "deuts")
    assert suggested == [{"name": "Germany", "value": "DE"}]
    first = await house.ann.autocomplete(house.general, "crisis", "country", "")
    assert first[0] == {"name": "United States", "value": "US"}
    assert len(first) <= 25


# --- remembering


async def test_a_country_is_remembered_only_after_agreeing_and_forgotten_on_request(house: House) -> None:
    page = await house.run(house.ann, "crisis", country="Finland")
    asked = await house.press(house.ann, page.message, "Remember this country")
    assert asked.ephemeral
    assert "**What I keep:**" in asked.text
    assert "Finland" in asked.text
    assert await house.rows() == {}
    done = await house.press(house.ann, asked.message, "I agree, remember it")
    assert "I remember your country now: **Finland**" in done.text
    assert await house.rows() == {"consents": 1, "member_regions": 1}

    await set_region(house, "DE")
    page = await house.run(house.ann, "crisis")
    assert "call 112** (Finland)" in page.text
    assert "You asked me to remember it." in page.text
    assert "Remember this country" not in buttons(page.message)
    assert LOCAL in (await house.run(house.bea, "crisis", country="Niue")).text

    forgotten = await house.press(house.ann, page.message, "Forget it")
    assert "I forgot your country." in forgotten.text
    assert "(Germany)" in forgotten.text, "the community's again"
    rows = await house.rows()
    assert "member_regions" not in rows
    assert "Forget it" not in buttons(forgotten.message)


async def test_agreeing_can_be_left(house: House) -> None:
    page = await house.run(house.ann, "crisis", country="Finland")
    asked = await house.press(house.ann, page.message, "Remember this country")
    left = await house.press(house.ann, asked.message, "Not now")
    assert "I keep nothing" in left.text
    assert await house.rows() == {}


async def test_erasing_everything_erases_the_country(house: House) -> None:
    await remember(house, "Finland", dm=True)
    asked = await house.run(house.ann, "mydata delete")
    await house.press(house.ann, asked.message, "Erase it all")
    assert await house.rows() == {}
    assert LOCAL in (await house.run(house.ann, "crisis")).text


async def test_a_country_without_consent_is_not_used(house: House) -> None:
    async with house.store.write() as tx:
        ann = PersonId(house.ann.id)
        await agreed(tx, ann)
        await tx.member_regions.save(ann, "FI", at=house.clock.now())
        await tx.consents.withdraw(ann, Scope.REGION, at=house.clock.now())
    assert LOCAL in (await house.run(house.ann, "crisis")).text


# --- the community's own lines


async def test_the_communitys_lines_come_last_and_marked(house: House) -> None:
    await own_line(house)
    await set_region(house, "GB")
    page = await house.run(house.ann, "crisis")
    last = page.message.embeds[-1]
    assert (last.title, last.description) == ("From this community", "Added by this community, not checked by us.")
    assert r"Night neighbours \*of\* \[ours\](https://example.org)" in page.text
    assert "Call **555 0100** (United Kingdom)" in page.text
    assert "Ring twice." in page.text
    assert "town hall" not in page.text
    assert "Samaritans" in page.text


async def test_a_line_that_waits_for_approval_is_not_shown(house: House) -> None:
    await own_line(house, approved=False)
    assert "Night neighbours" not in (await house.run(house.ann, "crisis")).text


async def test_a_communitys_line_stands_with_its_kind(house: House) -> None:
    await own_line(house, Kind.SUBSTANCE)
    page = await house.run(house.ann, "crisis")
    assert "Night neighbours" not in page.text
    other = await house.press(house.ann, page.message, NEEDS[Need.OTHER])
    assert "About alcohol and drugs\nCall **555 0100**" in other.text


# --- whatever happens


async def test_it_comes_without_a_database(house: House) -> None:
    await set_region(house, "DE")
    await own_line(house)
    house.store.broken = True
    page = await house.run(house.ann, "crisis")
    assert LOCAL in page.text
    assert "Night neighbours" not in page.text
    need = await house.press(house.ann, page.message, NEEDS[Need.LIFE])
    assert LOCAL in need.text
    chosen_country = await house.choose(house.ann, need.message, "US")
    assert "call 911** (United States)" in chosen_country.text
    refused = await house.press(house.ann, chosen_country.message, "Remember this country")
    refused = await house.press(house.ann, refused.message, "I agree, remember it")
    assert "nothing was changed" in refused.last


async def test_on_a_message_with_other_buttons_the_answer_is_a_message_of_its_own(house: House) -> None:
    asked = Asked(country="US", in_place=False)
    reader = Reader(
        house.bot, PersonId(house.ann.id), CommunityId(house.guild.id), house.bot.voice("en-US"), ("en-US",)
    )
    page = await crisis_page(reader, asked)
    assert {item.item.row for item in page.items} <= {0, 1, 2}
    channel = house.bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send(embeds=page.embeds, view=page.view())
    for answer in (
        await house.press(house.ann, message, NEEDS[Need.LIFE]),
        await house.choose(house.ann, message, "GB"),
    ):
        assert answer.ephemeral
        assert answer.message.id != message.id
        moved = await house.press(house.ann, answer.message, NEEDS[Need.HURT])
        assert moved.message.id == answer.message.id
    unchanged = next(row for row in house.general.history() if row.id == message.id)
    assert words(unchanged) == words(message)


@pytest.mark.parametrize("asked", [Asked(Need.LIFE, "XX"), Asked(page=99), Asked(country="ZZ", page=7)])
async def test_a_press_on_a_page_of_another_version_still_brings_help(house: House, asked: Asked) -> None:
    channel = house.bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send("old", view=row_of(MoreLines(asked, "More lines")))
    answer = await house.press(house.ann, message, "More lines")
    assert LOCAL in answer.text
    assert all(directory in answer.text for directory in DIRECTORIES)


def test_ids_hold_need_and_country_and_nothing_about_a_person() -> None:
    for country in (None, "DE"):
        for need in (None, *Need):
            asked = Asked(need, country, 3, in_place=False)
            assert len(f"crisis:where:{asked}") <= 40
            assert str(asked) == f"{need or '-'}:{country or '-'}:3:n"
