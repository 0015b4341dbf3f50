"""Whatever members and moderators type and name, if it is shown again it is shown as it is, and calls nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import discord

from tests.cogs.house import House
from tests.cogs.test_handover import add_line, asked
from tests.cogs.test_setup import HIDDEN, VIEW

HOSTILE = "*zq _zq `zq ~~zq ||zq <@zq [zq](https://zq.example) @everyone @zq"
LIVE = re.compile(r"(?<!\\)(?:[*_`~|<\[@]zq|@everyone)|^(?:#|-#|-|>) zq", re.MULTILINE)
"""A sign that Discord would act on, before what was typed."""

LINE = {
    "kind": "warmline",
    "service": HOSTILE,
    "source": "https://zq.example/*zq_zq",
    "phone": "*4141",
    "hours": "24/7",
    "note": f"# zq {HOSTILE}",
}


def texts(body: Any, key: str = "") -> Iterator[str]:
    """Every text in a request that Discord reads Markdown in."""
    if isinstance(body, dict):
        for name, inner in body.items():
            yield from texts(inner, name)
    elif isinstance(body, list):
        for inner in body:
            yield from texts(inner, key)
    elif isinstance(body, str) and key in {"content", "description", "title", "value"}:
        yield body


def shown(house: House) -> list[str]:
    """What the bot said so far; suggestions and what is in a select are plain text at Discord."""
    bodies = [row.json for row in house.env.http_requests if isinstance(row.json, dict)]
    spoken = [body for body in bodies if body.get("type") != 8]
    return [text for body in spoken for text in texts({**body, "components": None})]


async def test_what_moderators_type_is_shown_as_it_is(house: House) -> None:
    hidden = {house.guild.default_role: HIDDEN, house.bot.user: VIEW, house.guild.roles["Moderators"]: VIEW}
    role = house.guild.create_role(HOSTILE[:90])
    team = house.guild.create_text_channel("quiet_zq", overwrites={**hidden, role: VIEW})
    await house.run(house.mia, "setup staff-channel", channel=team)
    await house.run(house.mia, "setup helpline add", **LINE)
    waits = team.history(viewer=house.mia)[-1]
    await house.press(house.olu, waits, "Approve")
    await house.run(house.mia, "setup helpline list")
    await house.run(house.ann, "crisis")
    (key,) = await house.mia.autocomplete(house.general, "setup helpline remove", "line", "")
    await house.run(house.mia, "setup region", country=HOSTILE[:90])
    await house.run(house.mia, "setup helpline remove", line=HOSTILE)
    await house.run(house.mia, "setup helpline remove", line=key["value"])
    await house.run(house.mia, "audit")
    said = shown(house)
    assert sum("zq" in text for text in said) >= 5, "it is shown, so that this can fail"
    assert [text for text in said if LIVE.search(text)] == []


async def test_what_members_type_is_shown_as_it_is(house: House) -> None:
    hidden = {house.guild.default_role: HIDDEN, house.bot.user: VIEW, house.guild.roles["Moderators"]: VIEW}
    team = house.guild.create_text_channel("team", overwrites=hidden)
    await house.run(house.mia, "setup staff-channel", channel=team)
    preview = await asked(house, house.ann)
    changed = await add_line(house, house.ann, preview, f"# zq\n> zq\n-# zq\n{HOSTILE}")
    await house.press(house.ann, changed.message, "Send this")
    (post,) = [each for each in team.history(viewer=house.mia) if "zq" in each.content]
    assert {each.id for each in post.mentions} <= {house.ann.id}, "the bot itself names who asks"
    for command, option in (
        ("ask", "question"),
        ("glossary", "term"),
        ("crisis", "country"),
        ("roles about", "role"),
        ("roles compare", "a"),
        ("checkin stop", "which"),
    ):
        await house.run(house.ann, command, **{option: HOSTILE[:60]})
    await house.run(house.ann, "checkin start", when=HOSTILE[:20], zone="Europe/Berlin")
    await house.run(house.ann, "checkin start", when="20:30", zone=HOSTILE)
    said = shown(house)
    assert sum("zq" in text for text in said) >= 2
    assert [text for text in said if LIVE.search(text)] == []


async def test_no_request_lets_anybody_be_called(house: House) -> None:
    await house.start_checkin(house.ann)
    await house.deliver_next()
    await asked(house, house.ann)
    bodies = [row.json for row in house.env.http_requests if row.method == "POST" and isinstance(row.json, dict)]
    spoken = [body for body in (body.get("data", body) for body in bodies) if body.get("content") or body.get("embeds")]
    assert len(spoken) >= 3
    assert all(body.get("allowed_mentions") == discord.AllowedMentions.none().to_dict() for body in spoken)
