"""Keeping answers, from the offer to the chart, the export and the end: the sandbox, and the real drawing."""

from __future__ import annotations

import io
import json
import sqlite3
from pathlib import Path
from zipfile import ZipFile

from PIL import Image

from supportbot.app import App
from supportbot.render.charts import LOOKS, PAPER, WIDTH
from supportbot.sandbox.server import Sandbox
from tests.e2e.test_pictures import fetched, the_file
from tests.support.running import Person, buttons, words


async def test_from_the_offer_to_the_end(app: App, sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    draft = await sam.run("checkin start", when="8:30 pm", zone="europe/berlin")
    await sam.press(draft, "I agree, start")
    await sam.next_dm()
    offer = await sam.run("checkin history")
    agreed = (await sam.press(offer, "I am 18 or older and agree"))["message"]
    assert "From now on I keep what you answer" in words(agreed)

    for mood in ("4 good", "2 low"):
        question = (await sam.press(await sam.checkin(), "Open"))["message"]
        await sam.press(question, mood)
    page = await sam.run("checkin history")
    assert page["ephemeral"]
    assert "You answered on 2 of 30 days." in words(page)
    assert "From 2 to 4, no answer more than once." in words(page)
    file = the_file({"message": page})
    assert "From 2 to 4" in file["description"]
    kind, png = await fetched(file["url"])
    assert kind == "image/png"
    chart = Image.open(io.BytesIO(png)).convert("RGB")
    assert chart.width == WIDTH
    drawn = {"#{:02X}{:02X}{:02X}".format(*colour) for _, colour in chart.getcolors(1 << 20) or []}
    (mood_look, craving_look) = LOOKS.values()
    assert {PAPER, mood_look.colour} <= drawn
    assert craving_look.colour not in drawn, "nothing was answered there"

    alone = (await sam.press(page, "In words only"))["message"]
    assert alone["id"] == page["id"]
    assert alone["attachments"] == []
    assert "With the chart" in buttons(alone)
    with sqlite3.connect(database) as connection:
        kept = connection.execute("SELECT answer FROM answers").fetchall()
    assert len(kept) == 2
    assert not any(b"mood" in answer for (answer,) in kept), "sealed"

    exported = await sam.run("mydata export")
    _, archive = await fetched(the_file({"message": exported})["url"])
    with ZipFile(io.BytesIO(archive)) as folder:
        (name,) = [each for each in folder.namelist() if each.endswith(".json")]
        held = json.loads(folder.read(name))
    assert '"mood": 4' in json.dumps(held)

    asked = (await sam.press(alone, "Stop keeping and erase"))["message"]
    await sam.press(asked, "Take it back, and erase it")
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM answers").fetchone() == (0,)
        assert connection.execute("SELECT state FROM plans").fetchone() == ("active",)
    assert "Keep your answers, for you alone?" in words(await sam.run("checkin history"))
