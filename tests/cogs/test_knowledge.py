"""Pages: turning them, where they lead, what they rest on, and showing them to others or to oneself."""

from __future__ import annotations

import discord
import pytest

from supportbot.chat.host import AnyItem
from supportbot.chat.knowledge_items import AsPicture, OpenPage, Share, ShareNow, Sources, Subject, ToDm
from supportbot.content import Content
from tests.cogs.house import House, buttons, words

MUTED, SPEAKS = discord.PermissionOverwrite(send_messages=False), discord.PermissionOverwrite(send_messages=True)


async def test_pages_turn_in_one_message(house: House, content: Content) -> None:
    entry = content.knowledge.entry("roles-when", ["en"])
    answer = await house.run(house.ann, "roles when")
    assert len(entry.pages) > 2
    message = answer.message
    for number in range(len(entry.pages) - 1):
        assert f"Page {number + 1} of {len(entry.pages)}" in words(message)
        message = (await house.press(house.ann, message, "Read on")).message
    assert "Read on" not in buttons(message)
    assert answer.message.id == message.id
    assert f"Page {len(entry.pages)} of" in words(message)
    back = await house.press(house.ann, message, "Back")
    assert f"Page {len(entry.pages) - 1} of" in back.text
    assert house.general.history(viewer=house.bea) == []


async def test_a_page_leads_to_others_and_to_help(house: House, content: Content) -> None:
    answer = await house.run(house.ann, "roles about", role="therapist")
    entry = content.knowledge.entry("therapist", ["en"])
    assert {"Crisis help", "Sources", "Share here"} <= buttons(answer.message).keys()
    following = content.knowledge.entry(entry.then[0], ["en"])
    led = await house.press(house.ann, answer.message, following.title[:80])
    assert led.message.embeds[0].title == following.title
    helped = await house.press(house.ann, led.message, "Crisis help")
    assert helped.ephemeral
    assert helped.message.id != led.message.id


async def test_sources_are_links_that_anybody_can_open(house: House, content: Content) -> None:
    answer = await house.run(house.ann, "roles about", role="therapist")
    told = await house.press(house.ann, answer.message, "Sources")
    assert told.ephemeral
    assert told.message.id != answer.message.id
    entry = content.knowledge.entry("therapist", ["en"])
    links = [each.link for each in content.knowledge.sources_of(entry) if each.link]
    assert links
    for link in links:
        assert f"(<{link}>)" in told.text
    assert "last looked over on" in told.text


async def test_sharing_is_asked_for_and_answers_each_reader_alone(house: House) -> None:
    answer = await house.run(house.ann, "roles about", role="therapist")
    asked = await house.press(house.ann, answer.message, "Share here")
    assert asked.ephemeral
    assert house.general.history(viewer=house.bea) == []
    done = await house.press(house.ann, asked.message, "Share it")
    (shared,) = house.general.history(viewer=house.bea)
    assert shared.embeds[0].title == "Therapist"
    assert buttons(done.message) == {}
    assert done.message.content == "Shared."
    read = await house.press(house.bea, shared, "Read for yourself")
    assert read.ephemeral
    assert read.message.id != shared.id
    assert house.general.history(viewer=house.ann)[0].embeds == shared.embeds, "the shared page stays as it is"


async def test_two_roles_can_be_shared_too(house: House) -> None:
    answer = await house.run(house.ann, "roles compare", a="psychologist", b="psychiatrist")
    asked = await house.press(house.ann, answer.message, "Share here")
    await house.press(house.ann, asked.message, "Share it")
    (shared,) = house.general.history(viewer=house.bea)
    assert "Psychologist" in str(shared.embeds[0].title)
    assert "Psychiatrist" in str(shared.embeds[0].title)


async def test_what_is_kept_to_oneself_is_not_shared(house: House) -> None:
    answer = await house.run(house.ann, "roles about", role="therapist")
    asked = await house.press(house.ann, answer.message, "Share here")
    kept = await house.press(house.ann, asked.message, "Keep it to myself")
    assert kept.text == "All right, nobody else sees it."
    assert house.general.history(viewer=house.bea) == []


async def test_only_those_who_may_write_may_share(house: House) -> None:
    quiet = house.guild.create_text_channel(
        "read_only", overwrites={house.guild.default_role: MUTED, house.bot.user: SPEAKS}
    )
    result = await house.ann.slash(quiet, "roles about", role="therapist")
    assert result.response is not None
    assert "Share here" not in buttons(result.response.message)
    # A page from before somebody lost the right.
    subjects = Subject("therapist"), Subject("therapist", other="psychologist")
    items = [button(subject, "…") for button in (Share, ShareNow) for subject in subjects]
    message = await posted(house, quiet.id, *items)
    for item in items:
        answer = await house.ann.click(message, custom_id=item.custom_id)
        assert answer.response is not None
        assert "cannot write in this channel" in words(answer.response.message)
        assert answer.response.message.flags.ephemeral
    assert [each.id for each in quiet.history(viewer=house.bea)] == [message.id]


async def test_nothing_is_shared_from_a_dm(house: House) -> None:
    answer = await house.run(house.ann, "roles about", dm=True, role="therapist")
    assert "Share here" not in buttons(answer.message)
    assert "Send to my DM" not in buttons(answer.message)


GONE = (
    OpenPage("nowhere", 0),
    Sources("nowhere"),
    AsPicture("nowhere", "therapist"),
    Share(Subject("therapist", other="nowhere")),
    ShareNow(Subject("nowhere")),
    ToDm("nowhere", 0),
)


@pytest.mark.parametrize("number", range(len(GONE)))
async def test_a_button_of_a_page_that_is_gone(house: House, number: int) -> None:
    message = await posted(house, house.general.id, *GONE)
    answer = await house.ann.click(message, custom_id=GONE[number].custom_id)
    assert answer.response is not None
    assert answer.response.message.flags.ephemeral
    assert "is not here any more" in words(answer.response.message)
    assert [each.id for each in house.general.history(viewer=house.bea)] == [message.id]


async def test_a_page_beyond_the_last_is_the_last(house: House, content: Content) -> None:
    message = await posted(house, house.general.id, OpenPage("therapist", 99))
    answer = await house.ann.click(message, custom_id="k:therapist:99")
    pages = len(content.knowledge.entry("therapist", ["en"]).pages)
    assert answer.response is not None
    assert f"Page {pages} of {pages}" in words(answer.response.message)


async def test_a_checklist_goes_to_the_dm_without_a_word_of_what_it_is(house: House, content: Content) -> None:
    entry = content.knowledge.entry("intervention-prepare", ["en"])
    answer = await house.run(house.ann, "intervention prepare")
    sent = await house.press(house.ann, answer.message, "Send to my DM")
    (door,) = house.dms(house.ann)
    assert words(door) == "Here is the page that you asked for."
    assert "in your DM" in sent.last
    opened = await house.press(house.ann, door, "Open")
    assert opened.message.id == door.id
    assert entry.pages[-1][:40] in opened.text
    assert await house.rows() == {}


async def test_a_closed_dm_is_said(house: House) -> None:
    house.close_dms(house.ann)
    answer = await house.run(house.ann, "intervention prepare")
    refused = await house.press(house.ann, answer.message, "Send to my DM")
    assert "could not send you a DM" in refused.last
    assert house.dms(house.ann) == []
    assert await house.rows() == {}


async def posted(house: House, channel: int, *items: AnyItem) -> discord.Message:
    """A message of the bot with these buttons, as an older version of it may have left it."""
    place = house.bot.get_channel(channel)
    assert isinstance(place, discord.TextChannel)
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return await place.send("…", view=view)
