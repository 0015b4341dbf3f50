"""What a test of the use cases holds in its hands: a real database, and fakes of clock, wake-ups and messenger."""

from __future__ import annotations

from dataclasses import dataclass

from supportbot.domain.cadence import Cadence, Rule
from supportbot.domain.checkins import Invitation, Kind, Timing, Welcome
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.people import PersonId
from supportbot.domain.retention import Periods
from supportbot.domain.wallclock import parse_local_time
from supportbot.domain.wishes import Wish, numbered
from supportbot.services.arrivals import Arrivals, At
from supportbot.services.checkin_errands import CheckInErrands
from supportbot.services.checkins import CheckIns
from supportbot.services.clock_guard import ClockGuard
from supportbot.services.delivery import DeliveryEngine
from supportbot.services.farewells import FarewellErrands
from supportbot.services.opening import OpeningDms
from supportbot.services.planning import Planner
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore, new_id
from tests.support.fakes import FakeClock, FakeMessenger, FakePacer, FakeWakeups, TrueTime

SAM, ALEX = PersonId(1), PersonId(2)
TEXT = ConsentText(Scope.CHECKINS, "1", "en", "…")
TIMING = Timing()
KEYS = KeyRing("test", {"test": b"k" * 32})


def daily(*times: str) -> Wish:
    """To be asked every day at these times."""
    return Wish(Rule(Cadence.DAILY, numbered(map(parse_local_time, times))))


@dataclass
class House:
    """Everything a test of the engine touches."""

    database: Database
    store: SqlStore
    clock: FakeClock
    messenger: FakeMessenger
    wakeups: FakeWakeups
    pacer: FakePacer
    engine: DeliveryEngine
    checkins: CheckIns
    gone: list[PersonId]
    planner: Planner
    errands: CheckInErrands
    arrivals: Arrivals
    time: TrueTime
    guard: ClockGuard

    async def start(self, person: PersonId = SAM, at: str = "20:30", zone: str = "UTC") -> str:
        wish = daily(at)
        await self.checkins.propose(person, wish, zone)
        started = await self.checkins.agree(person, None, wish, zone, TEXT)
        return started.plan.id

    async def pass_to(self, hours: float) -> None:
        """Move the clock, and work on what is due then."""
        self.clock.advance(hours=hours)
        await self.engine.deliver_due()

    async def states(self) -> list[tuple[str, str | None]]:
        async with self.store.read() as tx:
            found = [*await tx.deliveries.export(SAM), *await tx.deliveries.export(ALEX)]
        return [(str(row["state"]), row["reason"] and str(row["reason"])) for row in found]

    def last(self, person: PersonId = SAM) -> At:
        """This person's hand on the message that came last, other than the one that proves that they arrive."""
        note, id_ = [(sent.note, sent.id) for sent in self.messenger.sent if not isinstance(sent.note, Welcome)][-1]
        return At(person, note.delivery, id_)

    def invitations(self, person: int = SAM) -> list[Invitation]:
        return [note for note in self.messenger.sent_to(person) if isinstance(note, Invitation)]


def house_on(database: Database, clock: FakeClock, messenger: FakeMessenger) -> House:
    """A process of its own, as far as the database can tell."""
    store = SqlStore(database, Sealer(KEYS))
    wakeups, pacer = FakeWakeups(), FakePacer()
    gone: list[PersonId] = []
    planner = Planner(clock, new_id, TIMING.lateness)
    errands = CheckInErrands(planner)
    farewells = FarewellErrands(Periods.default(), new_id=new_id)
    kinds = {Kind.CHECKIN: errands, Kind.SILENCE: errands, Kind.FAREWELL: farewells}
    opening = OpeningDms(messenger, clock)
    time = TrueTime(clock)
    guard = ClockGuard(clock, time.told, steady=time.steady)
    engine = DeliveryEngine(
        store,
        clock,
        messenger,
        wakeups,
        kinds,
        opening=opening,
        new_id=new_id,
        timing=TIMING,
        pacer=pacer,
        guard=guard,
        gone=gone.append,
    )
    checkins = CheckIns(store, clock, messenger, opening, new_id=new_id, timing=TIMING, changed=engine.look)
    arrivals = Arrivals(store, clock, planner, changed=engine.look)
    return House(
        database,
        store,
        clock,
        messenger,
        wakeups,
        pacer,
        engine,
        checkins,
        gone,
        planner,
        errands,
        arrivals,
        time,
        guard,
    )
