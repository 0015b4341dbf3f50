"""A real discord.py bot against the sandbox, with people acting on it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest

from supportbot.sandbox.places import ActorError, NotAllowed, NotThere
from supportbot.sandbox.server import Sandbox
from tests.sandbox.small_bot import RunningBot, SmallBot, run_bot

SUPPORT = "riverside-recovery/support"


async def test_a_command_with_every_kind_of_option(sandbox: Sandbox, bot: RunningBot) -> None:
    result = await sandbox.actor.invoke(
        user="sam",
        channel=SUPPORT,
        command="hello",
        options={
            "name": "Robin",
            "times": 3,
            "mood": "good",
            "who": "mika",
            "where": "general",
            "role": "Moderators",
            "loud": True,
        },
    )
    assert result["outcome"] == "message"
    assert result["message"]["content"] == "Robin 3 good mika Member general Moderators True"
    assert result["message"]["ephemeral"] is True
    assert result["message"]["reply_to_command"] == {"name": "hello", "user": "sam"}
    interaction = bot.interactions[-1]
    assert interaction.guild.name == "Riverside Recovery"
    assert interaction.guild.me is not None
    assert interaction.context.guild
    assert interaction.app_permissions.send_messages
    assert interaction.permissions.send_messages
    assert not interaction.permissions.manage_guild
    assert str(interaction.locale) == str(interaction.guild_locale) == "en-US"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "'name' is required"),
        ({"name": "x"}, "'name' takes 2 to 8 characters"),
        ({"name": "xx", "times": 9}, "'times' takes a number from 1 to 5"),
        ({"name": "xx", "times": "2"}, "'times' takes a whole number"),
        ({"name": "xx", "mood": "odd"}, "'mood' takes one of 'good', 'bad'"),
        ({"name": "xx", "loud": 1}, "'loud' takes true or false"),
        ({"name": "xx", "where": "night-owls/lobby"}, "does not see"),
        ({"name": "xx", "role": "Kings"}, "'role' takes a role"),
        ({"name": "xx", "who": "nobody"}, "no user 'nobody'"),
        ({"name": "xx", "nme": "y"}, "no option 'nme'"),
    ],
)
async def test_the_client_does_not_send_wrong_options(
    sandbox: Sandbox, bot: RunningBot, options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ActorError, match=sentence):
        await sandbox.actor.invoke(user="sam", channel=SUPPORT, command="hello", options=options)
    assert not bot.interactions


async def test_subcommands_groups_and_menus(sandbox: Sandbox, bot: RunningBot) -> None:
    actor = sandbox.actor
    answer = await actor.invoke(user="sam", channel="dm", command="roles compare", options={"one": "x"})
    assert answer["message"]["content"] == "compare x"
    assert (await actor.invoke(user="sam", channel="dm", command="roles more deep"))["message"]["content"] == "deep"
    said = await actor.send_message(user="alex", channel=SUPPORT, content="hi all")
    quoted = await actor.invoke(user="sam", channel=SUPPORT, command="Quote it", target=said["id"])
    assert quoted["message"]["content"] == "> hi all"
    greeted = await actor.invoke(user="sam", channel=SUPPORT, command="Greet them", target="mika", command_type=2)
    assert greeted["message"]["content"] == "hello mika"
    with pytest.raises(ActorError, match="needs a target"):
        await actor.invoke(user="sam", channel=SUPPORT, command="Quote it")
    with pytest.raises(NotThere):
        await actor.invoke(user="sam", channel=SUPPORT, command="roles")


async def test_only_moderators_see_moderators_commands(sandbox: Sandbox, bot: RunningBot) -> None:
    async def names(user: str, channel: str) -> set[str]:
        return {row["name"] for row in await sandbox.actor.commands(user=user, channel=channel)}

    assert "setup" not in await names("sam", SUPPORT)
    assert "setup" in await names("mika", SUPPORT)
    assert "setup" in await names("olu", SUPPORT)
    assert "setup" not in await names("mika", "dm")
    assert "hello" in await names("mika", "dm")
    with pytest.raises(NotThere):
        await sandbox.actor.invoke(user="sam", channel=SUPPORT, command="setup")
    with pytest.raises(NotAllowed):
        await sandbox.actor.commands(user="sam", channel="riverside-recovery/staff")


async def test_deferred_answers(sandbox: Sandbox, bot: RunningBot) -> None:
    actor = sandbox.actor
    first = await actor.invoke(user="sam", channel="dm", command="slow")
    assert first["outcome"] == "deferred"
    assert first["message"]["flags"] == 128 | 64
    final = await actor.invoke(user="sam", channel="dm", command="slow", wait="final")
    assert (final["outcome"], final["message"]["content"]) == ("message", "edited")
    assert final["message"]["flags"] == 64
    assert final["message"]["edited_timestamp"] is None
    followed = await actor.invoke(user="sam", channel="dm", command="slow", options={"followup": True}, wait="final")
    assert followed["message"]["content"] == "first"
    assert followed["message"]["ephemeral"] is True, "the deferral said so, not the follow-up"
    second = await actor.wait_for_message(user="sam", channel="dm", where=lambda row: row["content"] == "second")
    assert second["message_reference"]["message_id"] == followed["message"]["id"]


async def test_pressing(sandbox: Sandbox, bot: RunningBot) -> None:
    actor = sandbox.actor
    shown = (await actor.invoke(user="sam", channel=SUPPORT, command="buttons"))["message"]["id"]
    pressed = await actor.press(user="sam", message=shown, custom_id="reply")
    assert (pressed["outcome"], pressed["message"]["ephemeral"]) == ("message", True)
    assert pressed["message"]["interaction_metadata"]["interacted_message_id"] == shown
    later = await actor.press(user="alex", message=shown, custom_id="later", wait="final")
    assert (later["outcome"], later["message"]["content"]) == ("update", "later")
    picked = await actor.press(user="sam", message=shown, custom_id="pick", values=["c", "a"])
    assert picked["message"]["content"] == "c,a"
    who = await actor.press(user="sam", message=shown, custom_id="who", values=["mika"])
    assert who["message"]["content"] == "mika Member"
    gone = await actor.press(user="sam", message=shown, custom_id="update")
    assert (gone["outcome"], gone["message"]["components"]) == ("update", [])
    with pytest.raises(NotThere):
        await actor.press(user="sam", message=shown, custom_id="update")


async def test_only_what_is_there_can_be_pressed(sandbox: Sandbox, bot: RunningBot) -> None:
    actor = sandbox.actor
    own = (await actor.invoke(user="sam", channel=SUPPORT, command="buttons", options={"ephemeral": True}))["message"]
    with pytest.raises(NotAllowed, match="does not see"):
        await actor.press(user="alex", message=own["id"], custom_id="reply")
    guarded = await actor.press(user="alex", message=own["id"], custom_id="reply", as_if_visible=True)
    assert guarded["outcome"] == "message"
    with pytest.raises(NotAllowed, match="greyed out"):
        await actor.press(user="sam", message=own["id"], custom_id="off")
    with pytest.raises(NotThere, match="custom_id"):
        await actor.press(user="sam", message=own["id"], custom_id="other")
    with pytest.raises(NotThere, match="no option"):
        await actor.press(user="sam", message=own["id"], custom_id="pick", values=["z"])
    with pytest.raises(ActorError, match="Choose 1 to 2"):
        await actor.press(user="sam", message=own["id"], custom_id="pick", values=["a", "b", "c"])
    with pytest.raises(ActorError, match="once"):
        await actor.press(user="sam", message=own["id"], custom_id="pick", values=["a", "a"])
    await actor.add_user(username="eve")
    with pytest.raises(NotAllowed, match="not in this community"):
        await actor.press(user="eve", message=own["id"], custom_id="reply", as_if_visible=True)


async def test_modals(sandbox: Sandbox, bot: RunningBot) -> None:
    actor = sandbox.actor
    opened = await actor.invoke(user="sam", channel="dm", command="form")
    assert opened["outcome"] == "modal"
    modal = opened["modal"]
    assert (modal["title"], modal["custom_id"]) == ("Tell us", "ask")
    with pytest.raises(ActorError, match="'why' is required"):
        await actor.submit(user="sam", modal=modal["id"], values={})
    with pytest.raises(ActorError, match="2 to 10"):
        await actor.submit(user="sam", modal=modal["id"], values={"why": "x"})
    with pytest.raises(NotThere, match="no field"):
        await actor.submit(user="sam", modal=modal["id"], values={"why": "xx", "what": "y"})
    with pytest.raises(NotAllowed):
        await actor.submit(user="alex", modal=modal["id"], values={"why": "xx"})
    sent = await actor.submit(user="sam", modal=modal["id"], values={"why": "xx"})
    assert (sent["outcome"], sent["message"]["content"]) == ("message", "because xx|")
    with pytest.raises(NotThere):
        await actor.submit(user="sam", modal=modal["id"], values={"why": "xx"})


async def test_a_modal_from_a_button_edits_its_message(sandbox: Sandbox, bot: RunningBot) -> None:
    actor = sandbox.actor
    shown = (await actor.invoke(user="sam", channel="dm", command="buttons"))["message"]
    modal = (await actor.press(user="sam", message=shown["id"], custom_id="form"))["modal"]
    sent = await actor.submit(user="sam", modal=modal["id"], values={"why": "so", "more": "yes"})
    assert (sent["outcome"], sent["message"]["content"]) == ("update", "because so|yes")
    assert sent["message"]["id"] == shown["id"]


async def test_autocomplete(sandbox: Sandbox, bot: RunningBot) -> None:
    ask = {"user": "sam", "channel": "dm", "command": "suggest", "focused": "word"}
    found = await sandbox.actor.autocomplete(**ask, value="a")
    assert found == {"choices": [{"name": "apple", "value": "apple"}, {"name": "avocado", "value": "avocado"}]}
    with pytest.raises(NotThere):
        await sandbox.actor.autocomplete(user="sam", channel="dm", command="hello", focused="name", value="a")


async def test_files_can_be_downloaded(sandbox: Sandbox, bot: RunningBot, session: aiohttp.ClientSession) -> None:
    result = await sandbox.actor.invoke(user="sam", channel="dm", command="file")
    (attachment,) = result["message"]["attachments"]
    assert (attachment["filename"], attachment["size"], attachment["description"]) == ("sheet.csv", 8, "numbers")
    async with session.get(attachment["url"]) as response:
        assert await response.read() == b"a,b\n1,2\n"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Disposition"] == "attachment"


async def test_an_answer_in_three_seconds_or_none(make_sandbox: Any) -> None:
    sandbox = await make_sandbox(answer_within=0.1)
    async with run_bot(sandbox) as bot:
        result = await sandbox.actor.invoke(user="sam", channel="dm", command="silent")
        assert (result["outcome"], result["error"]) == ("failed", "The application did not respond")
        with pytest.raises(discord.NotFound) as late:
            await bot.interactions[-1].response.send_message("late")
        assert (late.value.status, late.value.code) == (404, 10062)


async def test_nobody_answers_while_no_bot_is_there(make_sandbox: Any) -> None:
    sandbox = await make_sandbox(answer_within=0.1)
    async with run_bot(sandbox):
        pass
    result = await sandbox.actor.invoke(user="sam", channel="dm", command="form")
    assert result["outcome"] == "failed"


async def test_direct_messages(sandbox: Sandbox, bot: RunningBot) -> None:
    actor = sandbox.actor
    sent = await actor.invoke(user="sam", channel=SUPPORT, command="direct", wait="final")
    assert sent["message"]["content"] == "sent"
    message = await actor.wait_for_message(user="sam", channel="dm")
    assert message["embeds"] == [{"type": "rich", "title": "T", "description": "D"}]
    refused = await actor.invoke(user="noor", channel=SUPPORT, command="direct", wait="final")
    assert refused["message"]["content"] == "no 50007"
    await actor.edit_user(user="noor", dms_open=True)
    assert (await actor.invoke(user="noor", channel=SUPPORT, command="direct", wait="final"))["message"][
        "content"
    ] == "sent"
    dm = (await actor.open_dm(user="noor"))["channel"]
    await actor.edit_user(user="noor", leave="Riverside Recovery")
    gone = await actor.invoke(user="noor", channel=dm, command="direct", wait="final")
    assert gone["message"]["content"] == "no 50278"
    with pytest.raises(NotAllowed, match="share no community"):
        await actor.send_message(user="noor", channel="dm", content="hello?")


async def test_what_the_bot_hears(sandbox: Sandbox, bot: RunningBot) -> None:
    actor = sandbox.actor
    await actor.send_message(user="sam", channel="dm", content="a DM")
    await actor.send_message(user="sam", channel=SUPPORT, content="not for the bot")
    await actor.send_message(user="sam", channel=SUPPORT, content=f"<@{bot.user.id}> look")
    await actor.edit_user(user="supportbot", leave="Night Owls")
    joined = asyncio.create_task(bot.wait_for("guild_join", timeout=10))
    await asyncio.sleep(0)
    await actor.edit_user(user="supportbot", join="Night Owls")
    await joined
    await asyncio.sleep(0)
    assert [line for line in bot.heard if line != "ready"] == [
        "message 'a DM' in Direct Message with Unknown User",
        "message '' in support",
        f"message '<@{bot.user.id}> look' in support",
        "remove Night Owls",
        "join Night Owls",
    ]


async def test_commands_vanish_with_the_bot(sandbox: Sandbox, bot: RunningBot) -> None:
    await sandbox.actor.edit_user(user="supportbot", leave="Night Owls")
    assert await sandbox.actor.commands(user="alex", channel="night-owls/lobby") == []
    assert await sandbox.actor.commands(user="alex", channel=SUPPORT)


@pytest.mark.parametrize("action", [{"action": "reconnect"}, {"action": "drop"}, {"action": "close", "code": 4000}])
async def test_a_broken_connection_is_resumed(sandbox: Sandbox, bot: RunningBot, action: dict[str, Any]) -> None:
    resumed = asyncio.create_task(bot.wait_for("resumed", timeout=10))
    await asyncio.sleep(0)
    assert await sandbox.actor.gateway(**action) == {"closed": 1}
    result = await sandbox.actor.invoke(user="sam", channel="dm", command="roles more deep")
    assert result["outcome"] == "message", "an interaction from between is replayed"
    await resumed
    assert bot.heard.count("ready") == 1


async def test_a_lost_session_is_identified_anew(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = asyncio.sleep
    monkeypatch.setattr(
        "discord.gateway.asyncio.sleep", lambda delay, *rest: sleep(0 if delay == 5.0 else delay, *rest)
    )
    async with run_bot(sandbox) as bot:
        await sandbox.actor.gateway(action="invalid_session", resumable=False)
        await bot.wait_for("ready", timeout=10)
        assert (await sandbox.actor.invoke(user="sam", channel="dm", command="roles more deep"))["outcome"] == "message"


async def run_to_its_end(sandbox: Sandbox, client: SmallBot, close_with: int | None = None) -> None:
    async with run_bot(sandbox, client) as bot:
        if close_with is not None:
            await sandbox.actor.gateway(action="close", code=close_with)
        await asyncio.wait([bot.task], timeout=5)


@pytest.mark.parametrize(
    ("code", "error"), [(4004, discord.ConnectionClosed), (4014, discord.PrivilegedIntentsRequired)]
)
async def test_some_close_codes_end_the_bot(sandbox: Sandbox, code: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        await run_to_its_end(sandbox, SmallBot(), code)


async def test_privileged_intents_are_not_enabled(sandbox: Sandbox) -> None:
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await run_to_its_end(sandbox, SmallBot(intents=discord.Intents(guilds=True, members=True)))


async def test_the_bot_works_at_any_time(sandbox: Sandbox, bot: RunningBot) -> None:
    for days in (400, -800):
        sandbox.clock.advance(timedelta(days=days))
        result = await sandbox.actor.invoke(user="sam", channel="dm", command="slow", wait="final")
        assert result["message"]["content"] == "edited"
        assert result["message"]["timestamp"][:10] == sandbox.clock.now().date().isoformat()


async def test_a_sharded_bot(sandbox: Sandbox) -> None:
    class Sharded(SmallBot, discord.AutoShardedClient):
        pass

    async with run_bot(sandbox, Sharded(shard_count=2)) as bot:
        await sandbox.actor.bot_ready()
        assert sorted(bot.shards) == [0, 1]
        for channel in (SUPPORT, "night-owls/lobby", "dm"):
            result = await sandbox.actor.invoke(user="alex", channel=channel, command="roles more deep")
            assert result["outcome"] == "message"
