"""The composition root: builds everything in order, and closes it in reverse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from supportbot import content as content_files
from supportbot import health
from supportbot.bot import Addresses, SupportBot
from supportbot.chat.host import Services
from supportbot.chat.messenger import DiscordMessenger
from supportbot.chat.notes import renderer
from supportbot.chat.staff_notes import staff_renderer
from supportbot.chat.staff_rooms import DiscordStaffRooms
from supportbot.chat.whereabouts import DiscordWhereabouts
from supportbot.config import Settings
from supportbot.content import Content
from supportbot.domain.checkins import Kind, Timing
from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.exchange.audit import pack as pack_audit
from supportbot.exchange.mydata import pack
from supportbot.render.painter import Painter
from supportbot.scheduling.clocks import open_clock
from supportbot.scheduling.wakeups import SchedulerWakeups
from supportbot.scheduling.zonefiles import fingerprint
from supportbot.services import direct_messages
from supportbot.services.arrivals import Arrivals
from supportbot.services.audit import AuditLog
from supportbot.services.checkin_errands import CheckInErrands
from supportbot.services.checkins import CheckIns
from supportbot.services.clock_guard import ClockGuard
from supportbot.services.communities import Communities
from supportbot.services.consents import Consents
from supportbot.services.countries import Countries
from supportbot.services.counts import AnonymousCounts, Counts, NoCounts
from supportbot.services.crisis import Crisis
from supportbot.services.delivery import DeliveryEngine
from supportbot.services.farewells import FarewellErrands
from supportbot.services.graces import A_SECOND, Graces
from supportbot.services.handover import HandOver
from supportbot.services.histories import Histories
from supportbot.services.languages import Languages
from supportbot.services.library import Library
from supportbot.services.limits import Limits
from supportbot.services.member_times import TimesOfMembers
from supportbot.services.mydata import MyData
from supportbot.services.notices import Notices
from supportbot.services.nudges import Nudges
from supportbot.services.opening import OpeningDms
from supportbot.services.pacer import Pacer
from supportbot.services.pictures import Pictures
from supportbot.services.plan_changes import PlanChanges
from supportbot.services.plan_status import PlanStatus
from supportbot.services.planning import Planner
from supportbot.services.ports import Clock, DrawPicture, Messenger, NewId, StaffRooms, Store, Wakeups, Whereabouts
from supportbot.services.prompts import CommunityPrompts
from supportbot.services.retention import Retention
from supportbot.services.triage import Triage
from supportbot.services.typed import TypedDms
from supportbot.services.wishes import Wishes
from supportbot.services.zonedata import ZoneData
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyFile, KeyRing
from supportbot.storage.ledger_file import LedgerFile
from supportbot.storage.migrate import upgrade
from supportbot.storage.reapplying import reconcile
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore, holds_sealed, new_id, refuse_other_keys
from supportbot.storage.whole import refuse_emptied

log = structlog.stdlib.get_logger(__name__)

CLOSING_PAGES = 5.0
"""How many seconds the pages of open flows may take to close when the program ends."""

CONNECTING = 5.0
"""Seconds that are left to connecting, and to whoever waited for it, before anything is built ahead of its time."""


@dataclass(frozen=True, slots=True)
class App:
    """Everything built and open, not yet connected."""

    settings: Settings
    bot: SupportBot
    engine: DeliveryEngine
    retention: Retention
    zone_data: ZoneData
    clock: Clock

    async def run(self) -> None:
        """Connect to Discord and deliver check-ins until cancelled or closed.

        Raises ConfigError when there is no token or Discord refuses it.
        """
        token = self.settings.require_token().get_secret_value()
        addresses = Addresses(self.settings.discord_api_url, self.settings.discord_gateway_url)
        connected = asyncio.create_task(self.bot.run_with(token, addresses), name="discord")
        delivering = asyncio.create_task(self._deliver(), name="deliver")
        preparing = asyncio.create_task(self._prepare(), name="prepare")
        zones = asyncio.create_task(self._follow_zones(), name="zone-data")
        beside = (asyncio.create_task(self._purge(), name="purge"), preparing, zones)
        both = (connected, delivering)
        try:
            # Neither is of use without the other: a bot that no longer delivers must not look alive.
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in both:
                if task.done():
                    await task
        finally:
            for task in (*both, *beside):
                task.cancel()
            await asyncio.gather(*both, *beside, return_exceptions=True)

    async def _prepare(self) -> None:
        """Once Discord is connected, what the first question would wait for. Without it the bot still answers."""
        await self.bot.set_up.wait()
        await asyncio.sleep(CONNECTING)
        try:
            await self.bot.services.library.prepare()
        except Exception as error:  # noqa: BLE001
            log.error("library.not_prepared", error=type(error).__name__)  # noqa: TRY400

    async def _purge(self) -> None:
        """Where the bot is, and who is there, can be told once it is connected."""
        await self.bot.set_up.wait()
        await self.bot.wait_until_ready()
        await asyncio.sleep(CONNECTING)  # it has the whole night; who comes first is not to wait for it
        await self.retention.run()

    async def _follow_zones(self) -> None:
        await self.bot.set_up.wait()
        await self.zone_data.run()

    async def _deliver(self) -> None:
        await self.bot.set_up.wait()
        await self.engine.run()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[App]:
    """Build the app from its settings, and take it apart when the block ends.

    Raises ConfigError, ContentError or StorageError, each with a sentence for the operator.
    """
    async with AsyncExitStack() as stack:
        content = content_files.load(settings.content_dir)
        database, sealer = await _storage(settings, stack)
        clock = await stack.enter_async_context(open_clock(settings.clock_url))
        ledger = LedgerFile(settings.ledger_file)
        await _forgotten_again(database, sealer, ledger, clock.now())
        store = SqlStore(database, sealer, ledger=ledger)
        wakeups = SchedulerWakeups(clock)
        wakeups.start()
        stack.callback(wakeups.stop)
        pacer = Pacer()
        bot = SupportBot(content, store, guild_ready_timeout=settings.guild_ready_timeout, pacer=pacer)
        stack.push_async_callback(bot.close)
        messenger = DiscordMessenger(bot, renderer(bot.voice, content.prompts_in))
        rooms = DiscordStaffRooms(bot, staff_renderer(bot.voice))
        painter = Painter()
        stack.callback(painter.close)
        counts = AnonymousCounts() if settings.anonymous_counts else None
        whereabouts = DiscordWhereabouts(bot, rooms)
        guard = ClockGuard(clock, whereabouts.time)
        services, engine, retention = assemble(
            settings,
            content,
            store,
            clock=clock,
            messenger=messenger,
            rooms=rooms,
            whereabouts=whereabouts,
            wakeups=wakeups,
            draw=painter.draw,
            counts=counts,
            pacer=pacer,
            guard=guard,
        )
        planner = Planner(clock, new_id, timedelta(seconds=settings.lateness_window))
        zone_data = ZoneData(
            store,
            planner,
            wakeups,
            fingerprint,
            changed=engine.look,
            noted=services.notices.add,
            check_clock=guard.check,
        )
        guard.on_set_back(zone_data.set_back)
        stack.push_async_callback(services.pictures.close)
        stack.push_async_callback(services.nudges.close)
        stack.push_async_callback(_closed_pages, services.triage)
        stack.push_async_callback(services.direct_messages.close)
        await services.languages.load()
        await services.graces.load()
        await services.notices.load()
        bot.serve(services)
        answers = health.served(
            settings.health_port, is_ready=bot.is_ready, is_clock_wrong=lambda: guard.is_wrong, counts=counts
        )
        await stack.enter_async_context(answers)
        yield App(settings, bot, engine, retention, zone_data, clock)


def assemble(
    settings: Settings,
    content: Content,
    store: Store,
    *,
    clock: Clock,
    messenger: Messenger,
    rooms: StaffRooms,
    whereabouts: Whereabouts,
    wakeups: Wakeups,
    draw: DrawPicture,
    counts: Counts | None = None,
    new_token: NewId = new_id,
    pacer: Pacer | None = None,
    guard: ClockGuard | None = None,
) -> tuple[Services, DeliveryEngine, Retention]:
    """The use cases over their ports; tests call this with fakes.

    `counts` hears how often the triage is used, if anybody is to; `new_token` makes the ids of flows; `pacer`
    paces every request that is no reply to somebody; `guard` says whether the clock can be believed.
    """
    timing = Timing(
        send=timedelta(seconds=settings.send_timeout),
        grace=timedelta(seconds=settings.send_grace),
        lateness=timedelta(seconds=settings.lateness_window),
    )

    def gone(person: PersonId) -> None:
        graces.began(person)

    pacer = pacer or Pacer()
    planner = Planner(clock, new_id, timing.lateness)
    nudges = Nudges(store, clock, rooms, new_id=new_id, pacer=pacer, post_within=settings.send_timeout)
    notices = Notices(store)
    checkin_errands = CheckInErrands(planner, noted=notices.add)
    farewells = FarewellErrands(settings.periods, new_id=new_id, noted=notices.add)
    opening = OpeningDms(messenger, clock)
    engine = DeliveryEngine(
        store,
        clock,
        messenger,
        wakeups,
        {Kind.CHECKIN: checkin_errands, Kind.SILENCE: checkin_errands, Kind.FAREWELL: farewells},
        opening=opening,
        new_id=new_id,
        timing=timing,
        pacer=pacer,
        guard=guard or ClockGuard(clock, whereabouts.time),
        gone=gone,
        unreachable=nudges.unreachable,
    )
    checkins = CheckIns(store, clock, messenger, opening, new_id=new_id, timing=timing, changed=engine.look)
    triage = Triage(content.triage, clock, wakeups, new_token=new_token, counts=counts or NoCounts())
    handover = HandOver(store, clock, rooms, is_young=triage.young, post_within=settings.send_timeout)
    histories = Histories(store, clock, is_young=triage.young)
    typed = TypedDms(content.typed, content.pleas, clock)
    languages = Languages(store, clock, content.catalogues)
    limits = Limits(clock)
    wishes = Wishes(clock, content.schedules, content.zones.abbreviations, new_token=new_id)

    def no_more_checkins(person: PersonId) -> None:
        checkins.erased(person)
        wishes.erased(person)
        notices.erased(person)

    def erased(person: PersonId) -> None:
        no_more_checkins(person)
        triage.erased(person)
        typed.erased(person)
        handover.erased(person)
        histories.erased(person)
        nudges.withdrawing(person)
        languages.erased(person)
        limits.erased(person)

    under_way = {
        Scope.CHECKINS: no_more_checkins,
        Scope.LANGUAGE: languages.withdrawing,
        Scope.HANDOVER: handover.withdrawing,
        Scope.NUDGE: nudges.withdrawing,
        Scope.HISTORY: histories.erased,
    }

    def withdrawing(person: PersonId, scope: Scope) -> None:
        if scope in under_way:
            under_way[scope](person)

    def withdrawn(person: PersonId, scope: Scope) -> None:
        if scope is Scope.LANGUAGE:
            languages.withdrawn(person)

    mydata = MyData(store, clock, pack=pack, erased=erased, periods=settings.periods)
    slowly = Pacer(A_SECOND)
    graces = Graces(
        store,
        clock,
        whereabouts,
        settings.periods,
        erase=mydata.delete_if,
        pacer=slowly,
        say_farewell=farewells.plan,
    )
    retention = Retention(store, clock, wakeups, graces, settings.periods, forgot=withdrawn, pacer=slowly)

    services = Services(
        arrivals=Arrivals(store, clock, planner, changed=engine.look),
        audit=AuditLog(store, pack=pack_audit),
        checkins=checkins,
        plan_changes=PlanChanges(store, clock, new_id=new_id, lateness=timing.lateness, changed=engine.look),
        plan_status=PlanStatus(store, clock, checkins),
        times=TimesOfMembers(store, clock, new_id=new_id, lateness=timing.lateness, changed=engine.look),
        wishes=wishes,
        notices=notices,
        consents=Consents(store, clock, withdrawing=withdrawing, withdrawn=withdrawn, changed=engine.look),
        communities=Communities(
            store, clock, rooms, content.helplines, new_id=new_id, post_within=settings.send_timeout
        ),
        countries=Countries(content.zones),
        crisis=Crisis(store, clock, content.helplines),
        graces=graces,
        handover=handover,
        histories=histories,
        languages=languages,
        library=Library(content.knowledge, content.typed, content.searching),
        limits=limits,
        mydata=mydata,
        nudges=nudges,
        prompts=CommunityPrompts(store, clock, content.wordings, means_crisis=content.typed.mean_crisis, new_id=new_id),
        pictures=Pictures(draw),
        direct_messages=direct_messages.DirectMessages(messenger, opening, Pacer(direct_messages.PER_SECOND)),
        triage=triage,
        typed=typed,
    )
    return services, engine, retention


async def _closed_pages(triage: Triage) -> None:
    """Nothing of a flow stays behind where Discord still answers; where it does not, nobody waits for it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSING_PAGES):
            await triage.end_all()


async def _storage(settings: Settings, stack: AsyncExitStack) -> tuple[Database, Sealer]:
    if settings.database_file is not None:
        refuse_emptied(settings.database_file, (settings.key_file, settings.ledger_file))
    done = await upgrade(settings.database_url)
    if done.before != done.after:
        log.info("storage.upgraded", before=done.before, after=done.after, copy=str(done.backup or "none"))
    database = await Database.open(settings.database_url)
    stack.push_async_callback(database.close)
    keys = settings.given_keys
    ring, created = KeyRing.load(
        data_keys=keys, key_file=settings.key_file, may_create=not await holds_sealed(database)
    )
    if created is not None:
        log.warning(
            "storage.key_file_created",
            file=str(created),
            advice="keep a copy of it apart from the database's backups: without it they cannot be read",
        )
    # A setting stays as it is while the program runs; a file may get new keys.
    sealer = Sealer(ring) if keys is not None else Sealer(ring, KeyFile(settings.key_file).newer)
    await refuse_other_keys(database, sealer)
    return database, sealer


async def _forgotten_again(database: Database, sealer: Sealer, ledger: LedgerFile, now: datetime) -> None:
    """An older copy of the database may have been put back: what was erased since is erased again."""
    done = await reconcile(database, sealer, ledger, now)
    if done.people:
        log.warning("erasures.applied", people=done.people, why="the database was older than the erasure ledger")
    if done.unknown:
        log.warning(
            "erasures.not_applied",
            entries=len(done.unknown),
            keys=sorted({entry.key_id for entry in done.unknown}),
            advice="put these keys back into the key ring: what somebody erased may be in the database again",
        )
