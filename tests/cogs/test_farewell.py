"""The word before everything is erased, as it stands in the DM: a date, and a way to keep everything."""

from __future__ import annotations

from datetime import timedelta

from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.domain.retention import Absence, Why
from supportbot.services.farewells import FarewellErrands
from supportbot.storage.store import new_id
from tests.cogs.house import House, buttons, settings_for
from tests.support.fakes import START


async def test_a_press_keeps_everything(house: House) -> None:
    ann = PersonId(house.ann.id)
    await house.start_checkin(house.ann)
    farewells = FarewellErrands(settings_for(house.path).periods, new_id=new_id)
    absence = Absence(ann, Why.INACTIVE, START)
    async with house.store.write() as tx:
        await tx.consents.rely_on(ann, Scope.CHECKINS)
        await tx.absences.add(absence)
        await farewells.plan(tx, absence)
    await house.deliver_next()
    message = house.dms(house.ann)[-1]
    assert f"<t:{int((START + timedelta(days=30)).timestamp())}:D>" in message.content
    assert list(buttons(message)) == ["Keep"]
    kept = await house.press(house.ann, message, "Keep")
    assert "I erase nothing" in kept.text
    assert list(buttons(kept.message)) == ["Crisis help"]
    async with house.store.read() as tx:
        assert await tx.absences.get(ann) is None
