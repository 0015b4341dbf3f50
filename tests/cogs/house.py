"""The real bot on SimCord: real services over a real SQLite file; only time and wake-ups are fakes."""

from __future__ import annotations

import io
import json
import logging
import shutil
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import discord
import simcord
import structlog
from discord import app_commands
from simcord import interactions as wire
from simcord.backend import serializers

from supportbot import log
from supportbot.app import assemble
from supportbot.bot import SupportBot
from supportbot.chat.messenger import DiscordMessenger
from supportbot.chat.notes import renderer
from supportbot.chat.staff_notes import staff_renderer
from supportbot.chat.staff_rooms import DiscordStaffRooms
from supportbot.chat.whereabouts import DiscordWhereabouts
from supportbot.config import Settings, load_settings
from supportbot.content import Content
from supportbot.errors import StorageBusy, UserError
from supportbot.services.clock_guard import ClockGuard
from supportbot.services.delivery import DeliveryEngine
from supportbot.services.ports import Store, Transaction
from supportbot.storage.engine import Database
from supportbot.storage.sealing import KeyRing, Sealer
from supportbot.storage.store import SqlStore
from supportbot.storage.tables import metadata
from tests.support.fakes import START, FakeClock, FakeDraw, FakeWakeups, TrueTime

COMMAND, PRESS = discord.InteractionType.application_command.value, discord.InteractionType.component.value
BOT_DM, GROUP_DM = 1, 2
KEYS = KeyRing("test", {"test": b"k" * 32})
BOOKKEEPING = {
    *("app_state", "leases", "communities", "community_helplines", "erasures", "helpline_checks"),
    *("audit", "audit_actors", "audit_heads"),
}
"""Tables that hold nothing about anybody who can be told (of erasures, keyed hashes alone), or what moderators did."""


class BreakableStore:
    """The Store port over the real one; while `broken` is true it behaves as a locked database does."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.broken = False

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Transaction]:
        self._check()
        async with self._store.read() as tx:
            yield tx

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Transaction]:
        self._check()
        async with self._store.write() as tx:
            yield tx

    @property
    def one_deliverer(self) -> bool:
        return self._store.one_deliverer

    async def scrub(self) -> None:
        self._check()
        await self._store.scrub()

    def _check(self) -> None:
        if self.broken:
            raise StorageBusy("the test broke it")


_port: type[Store] = BreakableStore  # for the type checker


class House:
    """The bot, a community with a channel, two members and a moderator, and what a test asks of them."""

    def __init__(
        self,
        env: simcord.Env,
        bot: SupportBot,
        engine: DeliveryEngine,
        path: Path,
        store: BreakableStore,
        clock: FakeClock,
        drawing: FakeDraw,
        logged: io.StringIO,
    ) -> None:
        self.env, self.bot, self.engine = env, bot, engine
        self.path, self.store, self.clock = path, store, clock
        self.drawing = drawing
        self._logged = logged
        self.guild = env.create_guild("Riverside")
        self.general = self.guild.create_text_channel("general")
        managers = self.guild.create_role("Moderators", permissions=discord.Permissions(manage_guild=True))
        self.ann = self.guild.add_member(env.create_user("ann"))
        self.bea = self.guild.add_member(env.create_user("bea"))
        self.mia = self.guild.add_member(env.create_user("mia"), roles=[managers])
        self.olu = self.guild.add_member(self.guild.owner)
        self._expected: list[type[BaseException]] = []

    # --- what people do

    async def run(self, who: simcord.MemberActor, command: str, *, dm: bool = False, **options: Any) -> Answer:
        """Run a command in #general or in the DM, to its end."""
        result = await (who.user.slash(command, **options) if dm else who.slash(self.general, command, **options))
        return self._answer(result)

    async def press(self, who: simcord.MemberActor, message: Any, label: str) -> Answer:
        """Press the button with this label, in #general or in the DM."""
        hand = who.user if message.channel.id == who.user.dm_channel.id else who
        return self._answer(await hand.click(message, label=label))

    async def choose(self, who: simcord.MemberActor, message: Any, *values: str) -> Answer:
        """Choose in the message's select, which must be the only one; a form that opens is `Answer.form`."""
        hand = who.user if message.channel.id == who.user.dm_channel.id else who
        return self._answer(await hand.select(message, values))

    async def fill(self, who: simcord.MemberActor, form: Answer, **typed: str) -> Answer:
        """Send the form that was opened, with what was typed by the inputs' custom_ids."""
        shown_in = form.result._interaction.channel_id
        hand = who.user if shown_in == who.user.dm_channel.id else who
        return self._answer(await hand.submit_modal(form.result, dict(typed)))

    def emit(
        self,
        who: simcord.MemberActor,
        kind: int,
        data: dict[str, Any],
        *,
        message: Any = None,
        context: int = 0,
        carried: bool = False,
    ) -> simcord.InteractionResult:
        """An interaction that Discord's client would not send: what it checks, the bot must not rely on.

        `carried`: the message is made to have the component. The bot has it; `env.settle()` lets it answer.
        """
        backend = self.env.backend
        channel = self.general.id if message is None else message.channel.id
        guild = backend.get_channel(channel).guild_id
        record, payload = wire.base_payload(
            backend, type=kind, channel_id=channel, guild_id=guild, user_id=who.id, data=data
        )
        payload["context"] = context if guild else BOT_DM
        if message is not None:
            record.source_message_id = message.id
            stored = backend.get_message(message.channel.id, message.id)
            payload["message"] = dict(serializers.message_payload(backend, stored))
            if carried:
                cell = {"type": data["component_type"], "custom_id": data["custom_id"], "style": 2, "options": []}
                payload["message"]["components"] = [{"type": 1, "components": [cell]}]
        backend.emit("INTERACTION_CREATE", payload)
        return simcord.InteractionResult(self.env, record)

    async def forge(self, who: simcord.MemberActor, kind: int, data: dict[str, Any], **more: Any) -> Answer:
        """Such an interaction, answered."""
        result = self.emit(who, kind, data, **more)
        await self.env.settle()
        return self._answer(result)

    async def steal(self, who: simcord.MemberActor, message: Any, label: str) -> Answer:
        """Press a button on a message that is for somebody else."""
        custom_id = buttons(message)[label]
        return await self.forge(who, PRESS, {"custom_id": custom_id, "component_type": 2}, message=message)

    def command(self, name: str, **options: str) -> dict[str, Any]:
        """The data of a (sub)command's interaction, unchecked."""
        root, *path = name.split()
        stored = self.env.backend.find_command(root, None)
        assert stored is not None
        nested: list[dict[str, Any]] = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
        for step in reversed(path):
            nested = [{"name": step, "type": 1, "options": nested}]
        return {"id": stored["id"], "name": root, "type": 1, "options": nested}

    async def start_checkin(
        self, who: simcord.MemberActor, at: str = "20:30", zone: str = "Europe/Berlin", *, dm: bool = False
    ) -> Answer:
        """Go through consent."""
        draft = await self.run(who, "checkin start", dm=dm, when=at, zone=zone)
        return await self.press(who, draft.message, "I agree, start")

    async def arrived_checkin(self, who: simcord.MemberActor) -> discord.Message:
        """A check-in that has just come to this person's DM."""
        await self.start_checkin(who)
        await self.deliver_next()
        return self.dms(who)[-1]

    async def deliver_next(self) -> None:
        """It is time for the next check-in of anybody."""
        async with self.store.read() as tx:
            due = await tx.deliveries.next_wake()
        assert due is not None
        self.clock.set(due)
        await self.engine.deliver_due()

    def dms(self, who: simcord.MemberActor) -> list[discord.Message]:
        """What the bot wrote to this person by itself, oldest first."""
        rows = who.user.dm_channel.history(viewer=who.user)
        return [row for row in rows if row.author.bot and not row.flags.ephemeral]

    def close_dms(self, who: simcord.MemberActor) -> None:
        """Discord refuses messages to this person from now on."""
        channel = who.user.dm_channel.id
        self.env.inject_error(
            "POST", f"/channels/{channel}/messages", status=403, code=50007, message="closed", times=None
        )

    # --- what is kept and logged

    async def rows(self) -> dict[str, int]:
        """How many rows each table about people has; tables without any are left out."""
        database = await Database.open(f"sqlite+aiosqlite:///{self.path}")
        try:
            async with database.read() as connection:
                counts = {
                    table: (await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
                    for table in metadata.tables
                    if table not in BOOKKEEPING
                }
        finally:
            await database.close()
        return {table: count for table, count in counts.items() if count}

    def log_text(self) -> str:
        """Everything that was logged."""
        return self._logged.getvalue()

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The log lines of this event."""
        return [line for line in map(json.loads, self.log_text().splitlines()) if line["event"] == event]

    def expect(self, error: type[BaseException]) -> None:
        """This test makes something go wrong inside the bot on purpose."""
        self._expected.append(error)

    def unexpected(self) -> list[object]:
        """What went wrong inside the bot without being asked for. A UserError is how a cog says no."""
        fine = (UserError, *self._expected)
        raised: list[object] = [error for error in map(_cause, self.env.errors) if not isinstance(error, fine)]
        if self._expected:
            return raised
        return raised + [line for line in map(json.loads, self.log_text().splitlines()) if line["level"] == "error"]

    def _answer(self, result: simcord.InteractionResult) -> Answer:
        assert result.acknowledged, f"nobody answered\n{self.env.transcript()}"
        return Answer(result)


class Answer:
    """What one person was answered, and the follow-ups."""

    def __init__(self, result: simcord.InteractionResult) -> None:
        self._result = result

    @property
    def result(self) -> simcord.InteractionResult:
        return self._result

    @property
    def ephemeral(self) -> bool:
        return self.message.flags.ephemeral

    @property
    def message(self) -> discord.Message:
        response = self._result.response
        assert response is not None, "the answer was taken away"
        return response.message

    @property
    def followups(self) -> list[discord.Message]:
        return [each.message for each in self._result.followups]

    @property
    def text(self) -> str:
        """Everything that is to be read."""
        return words(self.message)

    @property
    def last(self) -> str:
        """Everything to be read in the last message."""
        return words([self.message, *self.followups][-1])


def words(message: discord.Message) -> str:
    """Everything a message says, in one text."""
    parts = [message.content]
    for embed in message.embeds:
        parts += [embed.title, embed.description, embed.footer.text]
        parts += [f"{field.name}\n{field.value}" for field in embed.fields]
    return "\n".join(part for part in parts if part)


def unpacked(content: bytes) -> tuple[dict[str, Any], str]:
    """What the ZIP says to programs, and to people."""
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["supportbot-2026-01-01.html", "supportbot-2026-01-01.json"]
        return json.loads(archive.read("supportbot-2026-01-01.json")), archive.read(
            "supportbot-2026-01-01.html"
        ).decode()


def buttons(message: discord.Message) -> dict[str, str]:
    """The custom_ids of a message's buttons by their labels."""
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    found = [each for row in rows for each in row.children if isinstance(each, discord.Button)]
    return {str(each.label): str(each.custom_id) for each in found}


def _cause(error: BaseException) -> BaseException:
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


@asynccontextmanager
async def open_house(content: Content, template: Path, folder: Path) -> AsyncIterator[House]:
    """Everything wired as `supportbot.app` does it, connected to SimCord."""
    path = folder / "supportbot.db"
    shutil.copyfile(template, path)
    settings = settings_for(path)
    database = await Database.open(settings.database_url)
    try:
        store = BreakableStore(SqlStore(database, Sealer(KEYS)))
        clock, wakeups, drawing = FakeClock(START), FakeWakeups(), FakeDraw()
        bot = SupportBot(content, store, guild_ready_timeout=settings.guild_ready_timeout)
        messenger = DiscordMessenger(bot, renderer(bot.voice, content.prompts_in))
        rooms = DiscordStaffRooms(bot, staff_renderer(bot.voice))
        services, engine, _ = assemble(
            settings,
            content,
            store,
            clock=clock,
            messenger=messenger,
            rooms=rooms,
            whereabouts=DiscordWhereabouts(bot, rooms),
            wakeups=wakeups,
            draw=drawing,
            guard=ClockGuard(clock, TrueTime(clock).told),
        )
        await services.languages.load()
        bot.serve(services)
        with logging_into(io.StringIO()) as logged:
            env = simcord.Env(bot, check_errors=False)
            await env.start()
            try:
                house = House(env, bot, engine, path, store, clock, drawing, logged)
                yield house
            finally:
                await env.shutdown()
            assert house.unexpected() == [], env.transcript()
    finally:
        await database.close()


def settings_for(database: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a bot that keeps its rows in this file."""
    given = {"SUPPORTBOT_DATABASE_URL": str(database), "SUPPORTBOT_GUILD_READY_TIMEOUT": "0.001"}
    return load_settings({**given, **(environment or {})}, env_file=None)


@contextmanager
def logging_into(stream: io.StringIO) -> Iterator[io.StringIO]:
    """The project's own logging, into a text; as it was before when the block ends."""
    root = logging.getLogger()
    names = ("supportbot", "cogs", *log._LIBRARIES)
    levels = {name: logging.getLogger(name).level for name in names}
    before = root.level, list(root.handlers), sys.excepthook, threading.excepthook
    form = structlog.get_config()
    log.configure("INFO", "json", stream=stream)
    try:
        yield stream
    finally:
        logging.captureWarnings(capture=False)
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        sys.excepthook, threading.excepthook = before[2:]
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        structlog.configure(**form)
