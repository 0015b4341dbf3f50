"""Asking for somebody to talk to: a preview of all that would be posted, then one post, or nothing at all."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest
import simcord

from supportbot.chat.components import row_of
from supportbot.chat.handover import AskIn, AskSomebody, CommunityResources
from supportbot.chat.host import AnyItem
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import StorageBusy
from tests.cogs.house import PRESS, Answer, House, buttons, words
from tests.cogs.test_setup import HIDDEN, VIEW, settings, team_channel, with_team
from tests.storage.rows import line_of

SEND, ADD, NO, YOUNG, HELP = "Send this", "Add a line", "Not now", "I'm under 18", "Crisis help"


async def press(house: House, who: simcord.MemberActor, item: AnyItem, *, dm: bool = False) -> Answer:
    """Press a button that is on some message of the bot's."""
    message = await message_with(house, who, item, dm=dm)
    return Answer(await (who.user if dm else who).click(message, custom_id=item.item.custom_id))


async def message_with(house: House, who: simcord.MemberActor, item: AnyItem, *, dm: bool = False) -> discord.Message:
    """The bot wrote a message with this button or select, as the triage does."""
    place = who.user.dm_channel if dm else house.general
    await house.bot.get_partial_messageable(place.id).send("Some page", view=row_of(item))
    return place.history(viewer=who.user if dm else who)[-1]


def here(house: House) -> CommunityId:
    return CommunityId(house.guild.id)


async def asked(house: House, who: simcord.MemberActor, *, dm: bool = False, community: bool = False) -> Answer:
    """Press **Ask for somebody to talk to**."""
    return await press(house, who, AskSomebody(here(house) if community else None), dm=dm)


async def resources(house: House, who: simcord.MemberActor, *, dm: bool = False, community: bool = False) -> Answer:
    """Press **This community's resources**."""
    return await press(house, who, CommunityResources(here(house) if community else None), dm=dm)


def posts(house: House, team: simcord.ChannelHandle) -> list[discord.Message]:
    return team.history(viewer=house.mia)


async def add_line(house: House, who: simcord.MemberActor, preview: Answer, text: str) -> Answer:
    """Open the form, type, send it in."""
    opened = await who.click(preview.message, label=ADD if ADD in buttons(preview.message) else "Change the line")
    return Answer(await who.submit_modal(opened, {"line": text}))


async def consents(house: House, who: simcord.MemberActor) -> list[tuple[object, object, object]]:
    async with house.store.read() as tx:
        rows = await tx.consents.export(PersonId(who.id))
    return [(row["scope"], row["community"], row["given"]) for row in rows]


async def test_the_preview_says_what_goes_where_and_who_reads_it(house: House) -> None:
    helpers = house.guild.create_role("*Night* helpers")
    hidden = {house.guild.default_role: HIDDEN, house.bot.user: VIEW, house.guild.roles["Moderators"]: VIEW}
    team = house.guild.create_text_channel("quiet_room", overwrites={**hidden, helpers: VIEW})
    await house.run(house.mia, "setup staff-channel", channel=team)
    preview = await asked(house, house.ann)
    assert preview.ephemeral
    assert set(buttons(preview.message)) == {SEND, ADD, NO, YOUNG, HELP}
    for part in (
        "Nothing was sent yet",
        r"**quiet\_room**",
        "**Riverside**",
        f"<@{house.ann.id}> asks for somebody to talk to.",
        r"**\*Night\* helpers**",
        "the owner and the administrators",
        "Nobody may be there right now",
        "This is not for emergencies",
        "that you agreed to this text",
        "I cannot say who of them will",
    ):
        assert part in preview.text
    assert "everybody in this server" not in preview.text
    assert (posts(house, team), await house.rows()) == ([], {})


async def test_what_was_shown_is_posted_once_and_pings_nobody(house: House) -> None:
    team = await with_team(house)
    preview = await asked(house, house.ann)
    shown = preview.message.embeds[1].description
    done = await house.press(house.ann, preview.message, SEND)
    assert "It is sent" in done.text
    assert "If nobody does" in done.text
    assert set(buttons(done.message)) == {HELP}
    (post,) = posts(house, team)
    assert words(post) == shown
    assert post.content.startswith(f"<@{house.ann.id}> asks for somebody to talk to.")
    (sent,) = [row.json for row in house.env.http_requests if row.path == f"/channels/{team.id}/messages"]
    assert sent["allowed_mentions"] == {"parse": []}
    assert len(sent["nonce"]) <= 25
    assert sent["enforce_nonce"] is True
    assert await consents(house, house.ann) == [("handover", str(house.guild.id), True)]
    assert await house.rows() == {"consents": 1}


async def test_two_quick_presses_post_once(house: House) -> None:
    team = await with_team(house)
    preview = await asked(house, house.ann)
    data = {"custom_id": buttons(preview.message)[SEND], "component_type": 2}
    both = [house.emit(house.ann, PRESS, data, message=preview.message) for _ in range(2)]
    await house.env.settle()
    assert len(posts(house, team)) == 1
    assert await consents(house, house.ann) == [("handover", str(house.guild.id), True)]
    said = "\n".join(words(each.message) for result in both for each in result.followups)
    assert "It was sent already, once" in said
    assert "It is sent" in preview.text


async def test_a_line_of_ones_own_is_shown_escaped_and_posted_as_shown(house: House) -> None:
    team = await with_team(house)
    preview = await asked(house, house.ann)
    changed = await add_line(house, house.ann, preview, "  I had a *long* night.\n\n@everyone <@1>\u202e ")
    assert "Change the line" in buttons(changed.message)
    assert "> I had a \\*long\\* night.\n> \\@everyone \\<\\@1\\>" in changed.text
    shown = changed.message.embeds[1].description
    await house.press(house.ann, changed.message, SEND)
    (post,) = posts(house, team)
    assert words(post) == shown
    assert "long" not in house.log_text()
    assert "long" not in str(await everything_kept(house))


async def test_a_line_can_be_changed_and_taken_away(house: House) -> None:
    team = await with_team(house)
    preview = await asked(house, house.ann)
    one = await add_line(house, house.ann, preview, "first words")
    two = await add_line(house, house.ann, one, "other words")
    assert "> other words" in two.text
    assert "first words" not in two.text
    none = await add_line(house, house.ann, two, "  ")
    assert ADD in buttons(none.message)
    await house.press(house.ann, none.message, SEND)
    (post,) = posts(house, team)
    assert "words" not in post.content


async def test_the_longest_line_fits(house: House) -> None:
    team = await with_team(house)
    line = "\n".join(["*" * 59] * 5)
    changed = await add_line(house, house.ann, await asked(house, house.ann), line)
    await house.press(house.ann, changed.message, SEND)
    (post,) = posts(house, team)
    assert post.content.count("\\*") == 5 * 59


async def test_words_of_crisis_bring_crisis_help_and_nobody_is_told(house: House) -> None:
    team = await with_team(house)
    changed = await add_line(house, house.ann, await asked(house, house.ann), "I want to die")
    assert "> I want to die" in changed.text
    (help_page,) = changed.followups
    assert help_page.flags.ephemeral
    assert "emergency number" in words(help_page)
    assert (posts(house, team), await house.rows()) == ([], {})
    assert "die" not in house.log_text()


async def test_not_now_sends_and_keeps_nothing(house: House) -> None:
    team = await with_team(house)
    answer = await house.press(house.ann, (await asked(house, house.ann)).message, NO)
    assert "nothing was sent and nothing is kept" in answer.text
    assert set(buttons(answer.message)) == {HELP}
    assert (posts(house, team), await house.rows()) == ([], {})


async def test_a_young_person_is_told_who_else_there_is_and_nothing_is_sent(house: House) -> None:
    team = await with_team(house)
    await house.run(house.mia, "setup region", country="US")
    answer = await house.press(house.ann, (await asked(house, house.ann)).message, YOUNG)
    assert "Nothing was sent to anybody" in answer.text
    assert "an adult you trust, at home or elsewhere" in answer.text
    assert "1-800-422-4453" in answer.text or "young people" in answer.text
    assert set(buttons(answer.message)) == {HELP}
    assert (posts(house, team), await house.rows()) == ([], {})


async def test_who_said_so_in_the_triage_is_young_here_too(house: House) -> None:
    team = await with_team(house)
    preview = await asked(house, house.ann)
    triage, ann = house.bot.services.triage, PersonId(house.ann.id)
    flow = triage.begin(ann, here(house))
    triage.is_under_18(ann, flow.token, flow.number)
    answer = await house.press(house.ann, preview.message, SEND)
    assert "Nothing was sent to anybody" in answer.text
    assert "an adult you trust, at home or elsewhere" in answer.text
    assert set(buttons(answer.message)) == {HELP}
    assert (posts(house, team), await house.rows()) == ([], {})


async def test_who_asked_just_now_is_told_when_and_nothing_more_is_posted(house: House) -> None:
    team = await with_team(house)
    at = discord.utils.format_dt(house.clock.now(), "F")
    await house.press(house.ann, (await asked(house, house.ann)).message, SEND)
    house.clock.advance(minutes=20)
    preview = await asked(house, house.ann)
    answer = await house.press(house.ann, preview.message, SEND)
    assert answer.ephemeral
    assert f"You asked at {at}" in answer.last
    assert HELP in buttons(answer.followups[-1])
    assert len(posts(house, team)) == 1
    house.clock.advance(minutes=10)
    assert "It is sent" in (await house.press(house.ann, preview.message, SEND)).text
    assert len(posts(house, team)) == 2
    assert await house.rows() == {"consents": 1}


async def test_crisis_help_is_one_press_away(house: House) -> None:
    await with_team(house)
    page = await house.press(house.ann, (await asked(house, house.ann)).message, HELP)
    assert page.ephemeral
    assert "emergency number" in page.text


@pytest.mark.parametrize("label", [SEND, ADD, NO, YOUNG])
async def test_a_strangers_press_does_nothing(house: House, label: str) -> None:
    team = await with_team(house)
    preview = await asked(house, house.ann)
    refused = await forced(house, house.bea, preview, buttons(preview.message)[label])
    assert "This button belongs to somebody else" in refused.text
    assert (posts(house, team), await house.rows()) == ([], {})
    assert SEND in buttons(preview.message)


async def test_a_strangers_form_changes_nothing(house: House) -> None:
    await with_team(house)
    preview = await asked(house, house.ann)
    custom_id = buttons(preview.message)[ADD].replace("handover:line", "handover:typed")
    data = {
        "custom_id": custom_id,
        "components": [{"type": 18, "component": {"type": 4, "custom_id": "line", "value": "x"}}],
    }
    refused = await house.forge(house.bea, 5, data, message=preview.message)
    assert "This button belongs to somebody else" in refused.text
    assert "> x" not in preview.text


async def test_a_form_from_before_a_restart_still_works(house: House) -> None:
    """Nothing of it is in memory: what it is about stands in its custom_id."""
    await with_team(house)
    preview = await asked(house, house.ann)
    custom_id = buttons(preview.message)[ADD].replace("handover:line", "handover:typed")
    data = {
        "custom_id": custom_id,
        "components": [{"type": 18, "component": {"type": 4, "custom_id": "line", "value": "x"}}],
    }
    await house.forge(house.ann, 5, data, message=preview.message)
    assert "> x" in preview.text


# --- when it is not as it was shown


async def test_a_channel_that_more_people_read_is_shown_again_first(house: House) -> None:
    team = await with_team(house)
    changed = await add_line(house, house.ann, await asked(house, house.ann), "a word")
    house.env.backend.delete_overwrite(team.id, house.guild.id)
    again = await house.press(house.ann, changed.message, SEND)
    assert "Something changed since I showed you this" in again.text
    assert "everybody in this server" in again.text
    assert "> a word" in again.text
    assert (posts(house, team), await house.rows()) == ([], {})
    assert "It is sent" in (await house.press(house.ann, again.message, SEND)).text
    (post,) = posts(house, team)
    assert "> a word" in post.content


async def test_another_channel_is_shown_again_first(house: House) -> None:
    team = await with_team(house)
    preview = await asked(house, house.ann)
    other = team_channel(house, "other-team")
    await house.run(house.mia, "setup staff-channel", channel=other)
    again = await house.press(house.ann, preview.message, SEND)
    assert "Something changed since I showed you this" in again.text
    assert "**other-team**" in again.text
    assert (posts(house, team), posts(house, other)) == ([], [])
    await house.press(house.ann, again.message, SEND)
    assert (len(posts(house, team)), len(posts(house, other))) == (0, 1)


async def test_without_a_place_it_is_said_with_what_else_there_is(house: House) -> None:
    for community in (False, True):
        answer = await asked(house, house.ann, community=community)
        assert answer.ephemeral
        assert "has not told me yet where I can ask for you" in answer.text
        assert set(buttons(answer.message)) == {HELP}
    await with_team(house)
    preview = await asked(house, house.ann)
    await house.run(house.mia, "setup staff-channel")
    answer = await house.press(house.ann, preview.message, SEND)
    assert "has not told me yet where I can ask for you" in answer.text
    assert set(buttons(answer.message)) == {HELP}


async def test_a_place_that_is_gone_is_said_with_what_else_there_is(house: House) -> None:
    team = await with_team(house)
    preview = await asked(house, house.ann)
    house.env.backend.delete_channel(team.id)
    for answer in (await asked(house, house.bea), await house.press(house.ann, preview.message, SEND)):
        assert "I cannot reach the team's channel" in answer.text
        assert "nothing was sent to anybody" in answer.text
        assert set(buttons(answer.message)) == {HELP}
    rows = house.logged("staff.unusable")
    assert {(row["community"], row["channel"]) for row in rows} == {(house.guild.id, team.id)}
    assert await house.rows() == {}
    assert await settings(house) == (None, team.id)


async def test_a_post_that_discord_refuses_is_said_with_what_else_there_is(house: House) -> None:
    team = await with_team(house)
    house.env.inject_error("POST", f"/channels/{team.id}/messages", status=403, code=50013, message="no")
    preview = await add_line(house, house.ann, await asked(house, house.ann), "my own words")
    answer = await house.press(house.ann, preview.message, SEND)
    assert "I could not post it" in answer.text
    assert set(buttons(answer.message)) == {HELP}
    assert (posts(house, team), await house.rows()) == ([], {"consents": 1})
    assert len(house.logged("staff.not_posted")) == 1
    assert "own words" not in house.log_text()


async def test_when_nobody_knows_it_may_be_pressed_again(house: House) -> None:
    team = await with_team(house)
    house.env.inject_error("POST", f"/channels/{team.id}/messages", status=500, code=0, message="no")
    preview = await asked(house, house.ann)
    answer = await house.press(house.ann, preview.message, SEND)
    assert "Discord did not tell me whether it was posted" in answer.last
    assert SEND in buttons(preview.message)
    await house.press(house.ann, preview.message, SEND)
    assert len(posts(house, team)) == 1


async def test_a_locked_database_is_said_and_nothing_is_sent(house: House) -> None:
    team = await with_team(house)
    preview = await asked(house, house.ann)
    house.expect(StorageBusy)
    house.store.broken = True
    assert "nothing was changed" in (await house.press(house.ann, preview.message, SEND)).last
    assert "nothing was changed" in (await asked(house, house.ann)).text
    house.store.broken = False
    assert posts(house, team) == []


# --- from a DM


async def test_from_a_dm_a_community_is_chosen_from_those_one_is_known_from(house: House) -> None:
    team = await with_team(house)
    nowhere = await asked(house, house.ann, dm=True)
    assert "I do not know of a server that we share" in nowhere.text
    assert set(buttons(nowhere.message)) == {HELP}
    await house.start_checkin(house.ann)
    offer = await asked(house, house.ann, dm=True)
    assert "In which server do you want to ask" in offer.text
    ((label, value),) = options(offer.message)
    assert (label, value) == ("Riverside", str(house.guild.id))
    preview = Answer(await house.ann.user.select(offer.message, [value]))
    assert "**Riverside**" in preview.text
    changed = await add_line(house, house.ann.user, preview, "from far away")
    done = Answer(await house.ann.user.click(changed.message, label=SEND))
    assert "It is sent" in done.text
    (post,) = posts(house, team)
    assert "> from far away" in post.content
    assert (await consents(house, house.ann))[-1] == ("handover", str(house.guild.id), True)


async def test_who_left_the_community_asks_nobody_there(house: House) -> None:
    team = await with_team(house)
    await house.start_checkin(house.ann)
    offer = await asked(house, house.ann, dm=True)
    house.guild.remove_member(house.ann)
    for answer in (
        Answer(await house.ann.user.select(offer.message, [str(house.guild.id)])),
        await asked(house, house.ann, dm=True, community=True),
    ):
        assert "I cannot find you in that server" in answer.last
    assert "I do not know of a server that we share" in (await asked(house, house.ann, dm=True)).text
    assert posts(house, team) == []


@pytest.mark.parametrize("values", [[], ["x"], ["1"], ["99999999999999999999"]])
async def test_a_forged_choice_leads_nowhere(house: House, values: list[str]) -> None:
    await with_team(house)
    message = await message_with(house, house.ann, AskIn([discord.SelectOption(label="a", value="a")]), dm=True)
    data = {"custom_id": "handover:in", "component_type": 3, "values": values}
    answer = await house.forge(house.ann, PRESS, data, message=message)
    assert "server" in answer.last or "from before I was changed" in answer.last
    assert await house.rows() == {}


# --- resources


async def listed(house: House, *services: str) -> None:
    """The community has these approved lines."""
    async with house.store.write() as tx:
        for service in services:
            line = line_of(PersonId(house.mia.id), community=CommunityId(house.guild.id))
            await tx.own_helplines.add(replace(line, service=service))
            await tx.own_helplines.approve(line.id, PersonId(house.olu.id), house.clock.now())


async def test_the_communitys_own_lines_are_shown_as_theirs(house: House) -> None:
    none = await resources(house, house.ann)
    assert none.ephemeral
    assert "has not added any help lines" in none.text
    assert set(buttons(none.message)) == {HELP}
    await listed(house, "Night *talk*")
    for community in (False, True):
        answer = await resources(house, house.ann, community=community)
        assert answer.ephemeral
        assert r"Night \*talk\*" in answer.text
        assert r"**\*4141**" in answer.text
        assert "Added by this community, not checked by us" in answer.text
        assert "leaflet" not in answer.text, "the source is for moderators"
        assert set(buttons(answer.message)) == {HELP}


async def test_many_lines_come_in_several_messages(house: House) -> None:
    await listed(house, *(f"Line {number:02}" for number in range(25)))
    answer = await resources(house, house.ann)
    messages = [answer.message, *answer.followups]
    text = "\n".join(map(words, messages))
    assert [number for number in range(25) if f"Line {number:02}" in text] == list(range(25))
    assert [set(buttons(each)) for each in messages] == [set()] * (len(messages) - 1) + [{HELP}]


async def test_from_a_dm_the_resources_of_a_community_are_chosen(house: House) -> None:
    await house.start_checkin(house.ann)
    nowhere = await resources(house, house.ann, dm=True)
    assert "I do not know of a server that we share" in nowhere.text
    await listed(house, "Night talk")
    offer = await resources(house, house.ann, dm=True)
    shown = Answer(await house.ann.user.select(offer.message, [str(house.guild.id)]))
    assert "Night talk" in shown.last


def options(message: discord.Message) -> list[tuple[str, str]]:
    """Label and value of each option of a message's select."""
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    selects = [each for row in rows for each in row.children if isinstance(each, discord.SelectMenu)]
    return [(option.label, option.value) for select in selects for option in select.options]


async def forced(house: House, who: simcord.MemberActor, preview: Answer, custom_id: str) -> Answer:
    """A press that Discord's client would not send any more, or not for this person."""
    return await house.forge(who, PRESS, {"custom_id": custom_id, "component_type": 2}, message=preview.message)


async def everything_kept(house: House) -> list[object]:
    async with house.store.read() as tx:
        return [await holder.export(PersonId(house.ann.id)) for holder in tx.holders()]
