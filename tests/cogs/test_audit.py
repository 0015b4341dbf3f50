"""`/audit`: what moderators changed, in their words, for moderators only; and the files to take along."""

from __future__ import annotations

import csv
import io
import json

import discord
from sqlalchemy import text

from supportbot.storage.engine import Database
from tests.cogs.house import House, buttons
from tests.cogs.test_setup import LINE, NOT_FOR_YOU, forced, let, line_waits, team_channel

NOTED = "</audit:"


async def changed(house: House, statement: str, **values: object) -> None:
    """By somebody who has the database."""
    database = await Database.open(f"sqlite+aiosqlite:///{house.path}")
    async with database.write() as connection:
        await connection.execute(text(statement), values)
    await database.close()


async def test_every_change_is_listed_with_who_made_it(house: House) -> None:
    assert "No moderator has changed anything yet" in (await house.run(house.mia, "audit")).text
    assert NOTED in (await house.run(house.mia, "setup region", country="DE")).text
    await house.run(house.olu, "setup region", country="Spain")
    await house.run(house.olu, "setup region", country="Spain")
    assert NOTED in (await house.run(house.mia, "setup region")).text
    _, message = await line_waits(house)
    await house.press(house.olu, message, "Approve")
    (choice,) = await house.mia.autocomplete(house.general, "setup helpline remove", "line", "")
    assert NOTED in (await house.run(house.mia, "setup helpline remove", line=choice["value"])).text
    other = team_channel(house, "other")
    await house.run(house.olu, "setup staff-channel", channel=other)
    await house.run(house.mia, "setup helpline add", **LINE)
    declined = await house.press(house.olu, other.history(viewer=house.mia)[-1], "Decline")
    assert "I keep nothing of this line but its name" in declined.text
    assert NOTED in (await house.run(house.mia, "setup staff-channel")).text

    answer = await house.run(house.olu, "audit")
    assert answer.ephemeral
    assert "with the name of whoever made it" in answer.text
    mia, olu, team = f"<@{house.mia.id}>", f"<@{house.olu.id}>", house.guild.channels["team"].id
    rows = answer.message.embeds[0].description.splitlines()
    assert [row.split(">: ")[1] for row in rows] == [
        f"{mia} took the staff channel <#{other.id}> away",
        rf"{olu} declined the helpline **Night \*talk\***",
        rf"{mia} added the helpline **Night \*talk\***",
        f"{olu} moved the staff channel from <#{team}> to <#{other.id}>",
        rf"{mia} took the helpline **Night \*talk\*** away",
        rf"{olu} approved the helpline **Night \*talk\***",
        rf"{mia} added the helpline **Night \*talk\***",
        f"{mia} set the staff channel to <#{team}>",
        f"{mia} took the country Spain away",
        f"{olu} changed the country from Germany to Spain",
    ]
    older = await house.press(house.olu, answer.message, "Older")
    assert older.text.count("\n") == 2, "title, one row, footer"
    assert f"{mia} set the country to Germany" in older.text
    assert set(buttons(older.message)) == {"Newer", "Save as files"}
    newer = await house.press(house.olu, older.message, "Newer")
    assert newer.message.embeds[0].description.splitlines() == rows


async def test_the_files_hold_what_the_pages_show(house: House) -> None:
    team = team_channel(house)
    await house.run(house.mia, "setup staff-channel", channel=team)
    await house.run(house.mia, "setup helpline add", **{**LINE, "service": '=HYPERLINK("https://evil.example")'})
    page = await house.run(house.olu, "audit")
    answer = await house.press(house.olu, page.message, "Save as files")
    files = {
        file.filename: await file.read() for each in [answer.message, *answer.followups] for file in each.attachments
    }
    as_json, as_csv = (files[f"supportbot-audit-{house.guild.id}.{kind}"] for kind in ("json", "csv"))
    told = json.loads(as_json)
    assert told["community"] == str(house.guild.id)
    assert [(row["number"], row["act"], row["moderator"], row["intact"]) for row in told["entries"]] == [
        (2, "line_added", str(house.mia.id), True),
        (1, "staff_channel", str(house.mia.id), True),
    ]
    table = list(csv.DictReader(io.StringIO(as_csv.decode("utf-8-sig"))))
    assert table[0]["service"] == '\'=HYPERLINK("https://evil.example")'
    assert [row["after"] for row in table] == ["", str(team.id)]


async def test_it_is_for_moderators_also_when_a_button_gets_into_other_hands(house: House) -> None:
    stored = house.env.backend.find_command("audit", None)
    assert stored is not None
    assert int(stored["default_member_permissions"]) == discord.Permissions(manage_guild=True).value
    for number in range(12):
        await house.run(house.mia, "setup region", country=("DE", "ES")[number % 2])
    assert NOT_FOR_YOU in (await forced(house, house.ann, "audit")).text
    page = (await house.run(house.mia, "audit")).message
    for label in ("Older", "Save as files"):
        stolen = await house.steal(house.ann, page, label)
        assert NOT_FOR_YOU in stolen.text
        assert stolen.message.attachments == []
    let(house, {house.ann: True})
    assert "set the country to Germany" in (await house.steal(house.ann, page, "Older")).text


async def test_a_moderator_who_was_erased_is_named_no_more(house: House) -> None:
    await house.run(house.mia, "setup region", country="DE")
    delete = await house.run(house.mia, "mydata delete")
    assert "what you changed as a moderator" in delete.text
    await house.press(house.mia, delete.message, "Erase it all")
    answer = await house.run(house.olu, "audit")
    assert "somebody whose data was erased set the country to Germany" in answer.text
    assert str(house.mia.id) not in answer.text
    assert "⚠️" not in answer.text


async def test_a_changed_list_says_so(house: House) -> None:
    for country in ("DE", "ES", "FI"):
        await house.run(house.mia, "setup region", country=country)
    await changed(house, "UPDATE audit_actors SET person_id = :olu WHERE number = 2", olu=house.olu.id)
    await changed(house, "UPDATE audit SET act = 'other' WHERE number = 1")
    shown = (await house.run(house.olu, "audit")).text
    assert "Something in this list is not as I wrote it" in shown
    rows = shown.splitlines()[-4:-1]
    assert ["not as I wrote it" in row for row in rows] == [False, True, True]
    assert "changed something that I cannot read" in rows[2]
    await changed(house, "DELETE FROM audit_actors")
    await changed(house, "DELETE FROM audit")
    assert "Something in this list is not as I wrote it" in (await house.run(house.olu, "audit")).text
