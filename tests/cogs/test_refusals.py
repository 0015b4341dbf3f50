"""Every interaction is answered kindly, whatever is wrong, and the log holds nothing that anybody typed."""

from __future__ import annotations

import re

import discord
import pytest
from discord import app_commands

from supportbot.errors import StorageBusy
from tests.cogs.house import COMMAND, GROUP_DM, House

TYPED = "Xanthippe/Secret_Town"


def said_in(house: House) -> str:
    """The log without what is made by chance or by the clock, which can look like a time that somebody typed."""
    return re.sub(r'"(?:timestamp|reference|interaction)": "?[^",}]*', "", house.log_text())


async def test_an_unexpected_error_is_answered_with_a_reference_that_is_in_the_log(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object, **__: object) -> None:
        raise RuntimeError(f"on fire: {TYPED}")

    monkeypatch.setattr(house.bot.services.wishes, "read", breaks)
    house.expect(RuntimeError)
    answer = await house.run(house.ann, "checkin start", when="20:31", zone=TYPED)
    assert answer.ephemeral
    assert "Something went wrong on my side, not yours" in answer.text
    assert "on fire" not in answer.text
    (line,) = house.logged("interaction.failed")
    assert f"**{line['reference']}**" in answer.text
    assert re.fullmatch(r"[0-9a-f]{8}", line["reference"])
    assert line["failure"][0] == "builtins.RuntimeError"
    assert line["failure"][-1].endswith("in breaks")
    for secret in (TYPED, "20:31"):
        assert secret not in said_in(house)


async def test_an_error_behind_a_button_is_answered_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*_: object) -> None:
        raise RuntimeError(f"on fire: {TYPED}")

    draft = await house.run(house.ann, "checkin start", when="20:31", zone="Europe/Berlin")
    monkeypatch.setattr(house.bot.services.checkins, "agree", breaks)
    house.expect(RuntimeError)
    answer = await house.press(house.ann, draft.message, "I agree, start")
    (line,) = house.logged("interaction.failed")
    assert f"**{line['reference']}**" in answer.last
    assert answer.followups[-1].flags.ephemeral
    for secret in ("20:31", "2031", "Europe/Berlin"):
        assert secret not in said_in(house)


async def test_a_button_of_an_older_version_is_answered(house: House) -> None:
    view = discord.ui.View(timeout=None).add_item(discord.ui.Button(label="Old", custom_id="forgotten:1"))
    sent = await house.bot.get_partial_messageable(house.general.id).send("old", view=view)
    answer = await house.press(house.ann, house.general.history()[-1], "Old")
    assert sent.id == house.general.history()[0].id
    assert answer.ephemeral
    assert "This is from before I was changed or restarted" in answer.text


async def test_a_command_that_is_gone_is_answered(house: House) -> None:
    removed = house.bot.tree.remove_command("about")
    assert removed is not None
    house.expect(app_commands.CommandNotFound)
    answer = await house.run(house.ann, "about")
    assert answer.ephemeral
    assert "</help:" in answer.text


@pytest.mark.parametrize(
    ("command", "options"),
    [("about", {}), ("checkin start", {"when": "20:30", "zone": "Europe/Berlin"}), ("mydata delete", {})],
)
async def test_in_group_dms_the_bot_says_where_it_works(house: House, command: str, options: dict[str, str]) -> None:
    await house.start_checkin(house.ann)
    house.expect(app_commands.CheckFailure)
    answer = await house.forge(house.ann, COMMAND, house.command(command, **options), context=GROUP_DM)
    assert answer.ephemeral
    assert "I work in servers that I am in, and in DMs with me" in answer.text
    assert answer.followups == []


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("checkin start", {"when": TYPED * 100, "zone": "Europe/Berlin"}),
        ("checkin start", {"when": "20:30", "zone": TYPED * 100}),
        ("checkin stop", {"which": TYPED * 100}),
    ],
)
async def test_what_discord_should_not_have_let_through_is_refused(
    house: House, command: str, options: dict[str, str]
) -> None:
    answer = await house.forge(house.ann, COMMAND, house.command(command, **options))
    assert answer.ephemeral
    assert TYPED not in answer.text + house.log_text()


async def test_a_command_as_an_older_client_knows_it_is_answered(house: House) -> None:
    house.expect(app_commands.CommandSignatureMismatch)
    answer = await house.forge(house.ann, COMMAND, house.command("checkin start", at=TYPED))
    assert answer.ephemeral
    assert "</help:" in answer.text
    assert TYPED not in house.log_text()


async def test_suggestions_that_fail_are_none(house: House) -> None:
    house.store.broken = True
    house.expect(StorageBusy)
    found = await house.ann.autocomplete(house.general, "checkin stop", "which", TYPED)
    assert found == []
    assert TYPED not in house.log_text()


@pytest.mark.parametrize("command", ["checkin list", "mydata export", "mydata delete"])
async def test_a_busy_database_is_no_error_of_anybody(house: House, command: str) -> None:
    house.store.broken = True
    house.expect(StorageBusy)
    answer = await house.run(house.ann, command)
    assert answer.ephemeral
    assert "My notebook is in use just now" in answer.text
    assert house.logged("interaction.failed") == []


async def test_a_late_answer_is_only_noted(house: House) -> None:
    """Discord has told the person already; a second try would only be refused again."""
    house.expect(discord.NotFound)
    house.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062, message="Unknown interaction")
    result = await house.ann.slash(house.general, "about")
    assert not result.acknowledged
    (line,) = house.logged("interaction.too_late")
    assert line["code"] == 10062
    assert len([row for row in house.env.http_requests if row.path.endswith("/callback")]) == 1


async def test_nothing_pings_anybody(house: House) -> None:
    await house.run(house.ann, "checkin start", when="20:30", zone=f"<@{house.bea.id}>")
    await house.start_checkin(house.ann)
    bodies = [row.json for row in house.env.http_requests if isinstance(row.json, dict)]
    sent = [body.get("data", body) for body in bodies if "content" in body.get("data", body)]
    assert sent
    for body in sent:
        assert body.get("allowed_mentions") == {"parse": []}
