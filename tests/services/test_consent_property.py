"""Whatever people do, in whatever order and side by side: no row about somebody without the consent it rests on."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportbot.domain.communities import CommunitySettings
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.helplines import Helplines
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.errors import UserError
from supportbot.exchange.mydata import pack
from supportbot.services.consents import Consents
from supportbot.services.crisis import Crisis
from supportbot.services.handover import HandOver
from supportbot.services.languages import Languages
from supportbot.services.mydata import MyData
from supportbot.storage.engine import Database
from supportbot.storage.migrate import upgrade
from tests.services.house import ALEX, SAM, House, house_on
from tests.services.nights import HERE, nights_on
from tests.support.consent_rule import broken
from tests.support.fakes import FakeClock, FakeMessenger, FakeStaffRooms, FakeWhereabouts

TEAM = ChannelId(700)


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does; `number` says when, which text, or which country."""

    what: str
    person: PersonId
    scope: Scope
    number: int


class Life:
    """Every use case that keeps something, over one database."""

    def __init__(self, house: House) -> None:
        self.house = house
        store, clock = house.store, house.clock
        self.rooms = FakeStaffRooms()
        self.crisis = Crisis(store, clock, Helplines(()))
        self.languages = Languages(store, clock, ("en", "es"))
        self.handover = HandOver(store, clock, self.rooms, is_young=lambda _: False, post_within=1)
        self.consents = Consents(
            store, clock, withdrawing=self._withdrawing, withdrawn=self._withdrawn, changed=lambda: None
        )
        self.mydata = MyData(store, clock, pack=pack, erased=self._erased)
        self.nights = nights_on(house, FakeWhereabouts(HERE))
        self.rooms.members |= {(HERE, SAM), (HERE, ALEX)}
        self.rooms.looking = lambda: asyncio.sleep(0.001)  # long enough for others to get between
        self._previews = 0

    def _withdrawing(self, person: PersonId, scope: Scope) -> None:
        if scope is Scope.CHECKINS:
            self.house.checkins.erased(person)
        elif scope is Scope.LANGUAGE:
            self.languages.withdrawing(person)
        elif scope is Scope.HANDOVER:
            self.handover.withdrawing(person)

    def _withdrawn(self, person: PersonId, scope: Scope) -> None:
        if scope is Scope.LANGUAGE:
            self.languages.withdrawn(person)

    def _erased(self, person: PersonId) -> None:
        self.house.checkins.erased(person)
        self.languages.erased(person)
        self.handover.erased(person)

    async def do(self, act: Act) -> None:
        """One act. A kind refusal is an outcome, too."""
        acts: dict[str, Callable[[Act], Awaitable[object]]] = {
            "start": lambda act: self.house.start(act.person, f"{act.number % 24:02}:00"),
            "stop": lambda act: self.house.checkins.stop_all(act.person),
            "region": lambda act: self.crisis.remember(act.person, HERE, "JP", _text(Scope.REGION, act)),
            "language": lambda act: self.languages.remember(act.person, HERE, "es", _text(Scope.LANGUAGE, act)),
            "post": self._post,
            "renew": lambda act: self.consents.renew(act.person, _text(act.scope, act)),
            "withdraw": lambda act: self.consents.withdraw(act.person, act.scope),
            "erase": lambda act: self.mydata.delete(act.person),
            "pass": lambda act: self.house.pass_to(act.number),
            "night": lambda act: self.nights.pass_days(act.number * 20),
        }
        try:
            await acts[act.what](act)
        except UserError:
            return

    async def _post(self, act: Act) -> None:
        self._previews += 1
        room = self.rooms.open(HERE, TEAM)
        text, preview = _text(Scope.HANDOVER, act), MessageId(self._previews)
        await self.handover.send(
            act.person, HERE, mark=room.mark, text=text, words=None, preview=preview, is_there=act.number % 2 == 0
        )


def _text(scope: Scope, act: Act) -> ConsentText:
    return ConsentText(scope, str(act.number % 3), "en", "…")


WHAT = ("start", "stop", "region", "language", "post", "renew", "withdraw", "erase", "pass", "night")
acts = st.builds(
    Act, st.sampled_from(WHAT), st.sampled_from((SAM, ALEX)), st.sampled_from(list(Scope)), st.integers(0, 30)
)
steps = st.lists(st.lists(acts, min_size=1, max_size=3), min_size=1, max_size=12)
"""One after the other; the acts of one step side by side."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with our tables, to copy."""
    file = tmp_path_factory.mktemp("template") / "bot.db"
    asyncio.run(upgrade(f"sqlite:///{file}"))
    return file


async def lived(file: Path, steps: list[list[Act]]) -> None:
    database = await Database.open(f"sqlite:///{file}", readers=2)
    try:
        clock = FakeClock()
        life = Life(house_on(database, clock, FakeMessenger(clock)))
        store = life.house.store
        async with store.write() as tx:
            await tx.communities.save(CommunitySettings(HERE, None, TEAM), at=clock.now())
        for step in steps:
            without = [person for person in (SAM, ALEX) if not await _agreed(life, person)]
            sent = {person: len(life.house.invitations(person)) for person in without}
            await asyncio.gather(*map(life.do, step))
            assert await broken(database, store) == []
            if not any(act.what == "start" for act in step):
                assert sent == {person: len(life.house.invitations(person)) for person in without}
    finally:
        await database.close()


async def _agreed(life: Life, person: PersonId) -> bool:
    async with life.house.store.read() as tx:
        return await tx.consents.holds(person, Scope.CHECKINS)


def _example(template: Path, steps: list[list[Act]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(lived(Path(shutil.copy(template, folder)), steps))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_no_row_is_without_its_consent(template: Path, steps: list[list[Act]]) -> None:
    _example(template, steps)


@pytest.mark.long
@pytest.mark.timeout(400)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_no_row_is_without_its_consent_over_many_lives(template: Path, steps: list[list[Act]]) -> None:
    _example(template, steps)
