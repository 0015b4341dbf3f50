"""Pages: turning them, where they lead, what they rest on, and showing them to others or to oneself."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord import interactions as wire

from supportbot.chat.host import AnyItem
from supportbot.chat.knowledge_items import (
    AsPicture,
    Back,
    OpenPage,
    Share,
    ShareNow,
    Sources,
    ToDm,
    items_of_entry,
)
from supportbot.chat.knowledge_subjects import Subject
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.content import Content
from tests.cogs.house import PRESS, Answer, House, buttons, words

ON = {"Back to the page", "Crisis help"}
"""The ways from a message beside a page."""
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
    assert buttons(told.message).keys() == ON
    back = await house.press(house.ann, told.message, "Back to the page")
    assert back.message.id == told.message.id
    assert back.message.embeds[0].title == entry.title


async def test_sharing_is_asked_for_and_answers_each_reader_alone(house: House) -> None:
    answer = await house.run(house.ann, "roles about", role="therapist")
    asked = await house.press(house.ann, answer.message, "Share here")
    assert asked.ephemeral
    assert house.general.history(viewer=house.bea) == []
    done = await house.press(house.ann, asked.message, "Share it")
    (shared,) = house.general.history(viewer=house.bea)
    assert shared.embeds[0].title == "Therapist"
    assert gone(done), "its buttons can be pressed no more"
    told = done.followups[-1]
    assert (told.content, told.flags.ephemeral) == ("Shared.", True)
    assert buttons(told).keys() == ON
    back = await house.press(house.ann, told, "Back to the page")
    assert back.message.embeds[0].title == "Therapist"
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
    assert buttons(kept.message).keys() == ON
    back = await house.press(house.ann, kept.message, "Back to the page")
    assert back.message.id == kept.message.id
    assert back.message.embeds[0].title == "Therapist"
    assert house.general.history(viewer=house.bea) == []


async def test_two_presses_on_their_way_share_once(house: House) -> None:
    answer = await house.run(house.ann, "roles about", role="therapist")
    asked = await house.press(house.ann, answer.message, "Share here")
    pressed = {"custom_id": buttons(asked.message)["Share it"], "component_type": 2}
    presses = [house.emit(house.ann, PRESS, pressed, message=asked.message) for _ in range(2)]
    await house.env.settle()
    assert all(press.acknowledged for press in presses)
    assert len(house.general.history(viewer=house.bea)) == 1
    told = [each.message.content for press in presses for each in press.followups]
    assert told.count("Shared.") == 1


async def test_what_cannot_be_shared_is_said(house: House) -> None:
    answer = await house.run(house.ann, "roles compare")
    asked = await house.press(house.ann, answer.message, "Share here")
    house.env.inject_error("POST", "/webhooks/*", status=403, code=50001, message="no")
    done = await house.press(house.ann, asked.message, "Share it")
    assert gone(done)
    (told,) = done.followups
    assert told.flags.ephemeral
    assert "could not share it here" in told.content
    assert buttons(told).keys() == ON
    assert house.general.history(viewer=house.bea) == []
    back = await house.press(house.ann, told, "Back to the page")
    assert back.message.embeds[0].title == answer.message.embeds[0].title


@pytest.mark.parametrize(
    ("theirs", "communitys", "asked_in", "shared_in", "is_named"),
    [
        ("en-US", "es-ES", "Spanish", "es", True),
        ("es-ES", "en-US", "en inglés", "en", True),
        ("es-ES", "fr", "", "es", False),
        ("en-US", "en-US", "", "en", False),
    ],
)
async def test_what_is_shared_is_in_the_communitys_language(
    house: House,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
    theirs: str,
    communitys: str,
    asked_in: str,
    shared_in: str,
    is_named: bool,
) -> None:
    made = wire.base_payload

    def spoken(*args: Any, **named: Any) -> Any:
        record, payload = made(*args, **named)
        return record, payload | {"locale": theirs, "guild_locale": communitys}

    monkeypatch.setattr(wire, "base_payload", spoken)
    spanish = theirs.startswith("es")
    answer = await house.run(house.ann, "roles about", role="therapist")
    asked = await house.press(house.ann, answer.message, "Compartir aquí" if spanish else "Share here")
    assert any(each in asked.text for each in ("language of this server", "idioma de este servidor")) == is_named
    assert asked_in in asked.text
    await house.press(house.ann, asked.message, "Compartirla" if spanish else "Share it")
    (shared,) = house.general.history(viewer=house.bea)
    assert shared.embeds[0].title == content.knowledge.entry("therapist", [shared_in]).title
    assert ("Leer por tu cuenta" in buttons(shared)) == (shared_in == "es")


@pytest.mark.parametrize("may", [True, False])
async def test_in_a_thread_the_right_for_threads_counts(house: House, may: bool) -> None:
    rights = discord.PermissionOverwrite(send_messages=not may, send_messages_in_threads=may)
    parent = house.guild.create_text_channel("topics", overwrites={house.guild.default_role: rights})
    house.env.backend.create_thread(parent.id, "Sleep", house.bot.user.id)
    result = await house.ann.slash(parent.threads[0], "roles about", role="therapist")
    assert result.response is not None
    assert ("Share here" in buttons(result.response.message)) == may


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
    Back(Subject("nowhere")),
    Back(Subject("nowhere", other="therapist")),
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
    back = await house.press(house.ann, door, "Back")
    await house.press(house.ann, back.message, "Clear this")
    assert house.dms(house.ann) == []
    assert await house.rows() == {}


async def test_only_what_stays_can_be_cleared(house: House) -> None:
    """Discord takes the others away by itself."""
    for dm in (True, False):
        answer = await house.run(house.ann, "intervention prepare", dm=dm)
        turned = await house.press(house.ann, answer.message, "Read on")
        assert "Clear this" not in buttons(turned.message)


async def test_a_page_does_not_lead_to_itself(content: Content) -> None:
    entry = content.knowledge.entry("therapist", ["en"])
    voice = Voice(Words(content.catalogues), "en", Mentions({}))
    items = items_of_entry(voice, content, entry, 1, then=[entry], in_server=True, can_share=True)
    ids = [each.custom_id for each in items]
    assert ids.count("k:therapist:0") == 1, "the way back alone"


async def test_a_closed_dm_is_said(house: House) -> None:
    house.close_dms(house.ann)
    answer = await house.run(house.ann, "intervention prepare")
    refused = await house.press(house.ann, answer.message, "Send to my DM")
    assert "could not send you a DM" in refused.last
    assert house.dms(house.ann) == []
    assert await house.rows() == {}


def gone(answer: Answer) -> bool:
    """Whether the message that was pressed was taken away."""
    return answer.result.response is None


async def posted(house: House, channel: int, *items: AnyItem) -> discord.Message:
    """A message of the bot with these buttons, as an older version of it may have left it."""
    place = house.bot.get_channel(channel)
    assert isinstance(place, discord.TextChannel)
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return await place.send("…", view=view)
