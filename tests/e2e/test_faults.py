"""Discord misbehaves: what becomes of a check-in, and what its member sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.e2e.looking import rows
from tests.support.contract import ContractObserver
from tests.support.running import Person, alarm, running_bot, to_next_alarm, words

SEND = r"POST /channels/\d+/messages"
INVITATION = "A moment for yourself?"
# Bounds made small, so that an open outcome is decided while the test runs.
QUICK = {"SUPPORTBOT_SEND_TIMEOUT": "2", "SUPPORTBOT_SEND_GRACE": "1"}


async def invitations(sam: Person) -> int:
    return [message["content"] for message in await sam.dms()].count(INVITATION)


def first(database: Path) -> tuple[object, ...]:
    """State, reason and attempts of the first delivery."""
    return rows(database, "SELECT state, reason, attempt FROM deliveries ORDER BY window_ends LIMIT 1")[0]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "stored_then_status", "status": 500},
        {"kind": "stored_then_status", "status": 502},
        {"kind": "stored_then_dropped"},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
)
async def test_it_was_stored_but_we_were_not_told(
    sandbox: Sandbox, start_bot: StartBot, database: Path, fault: dict[str, object]
) -> None:
    sam = Person(sandbox)
    async with start_bot(**QUICK):
        await sam.start_checkin()
        await alarm(sandbox)
        await sandbox.actor.add_fault(route=SEND, **fault)
        await sam.checkin()
        await sandbox.actor.until(lambda: first(database)[0] == "unknown")
        await to_next_alarm(sandbox)
        await sandbox.actor.until(lambda: first(database)[0] == "sent")
        assert first(database) == ("sent", None, 1)
        assert await invitations(sam) == 1


@pytest.mark.parametrize(
    "fault",
    [{"kind": "dropped"}, {"kind": "status", "status": 500}, {"kind": "status", "status": 503}],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
)
async def test_it_was_not_stored_and_we_were_not_told(
    sandbox: Sandbox, start_bot: StartBot, database: Path, fault: dict[str, object]
) -> None:
    sam = Person(sandbox)
    async with start_bot(**QUICK):
        await sam.start_checkin()
        welcome = await sam.next_dm()
        await sandbox.actor.add_fault(route=SEND, **fault)
        await to_next_alarm(sandbox)
        await sandbox.actor.until(lambda: first(database)[0] == "unknown")
        await to_next_alarm(sandbox)
        await sam.next_dm(after=welcome)
        await sandbox.actor.until(lambda: first(database)[0] == "sent")
        assert first(database) == ("sent", None, 2)
        assert await invitations(sam) == 1


async def test_a_press_settles_what_was_unknown(sandbox: Sandbox, start_bot: StartBot, database: Path) -> None:
    sam = Person(sandbox)
    async with start_bot(**QUICK):
        await sam.start_checkin()
        await alarm(sandbox)
        await sandbox.actor.add_fault(kind="stored_then_status", status=500, route=SEND)
        invitation = await sam.checkin()
        await sandbox.actor.until(lambda: first(database)[0] == "unknown")
        await sam.press(invitation, "Open")
        assert first(database)[0] == "sent"
        assert await invitations(sam) == 0, "it was opened in place"


async def test_a_429_is_waited_for(sandbox: Sandbox, start_bot: StartBot, database: Path) -> None:
    sam = Person(sandbox)
    async with start_bot(**QUICK):
        await sam.start_checkin()
        welcome = await sam.next_dm()
        await sandbox.actor.add_fault(kind="status", status=429, retry_after=40, route=SEND)
        await to_next_alarm(sandbox)
        await sandbox.actor.until(lambda: first(database)[::2] == ("planned", 1))
        wait = rows(database, "SELECT min(wake_at) FROM deliveries")[0][0]
        assert int(str(wait)) - sandbox.clock.now().timestamp() * 1000 > 35_000, "as long as Discord asked for"
        await to_next_alarm(sandbox)
        await sam.next_dm(after=welcome)
        assert await invitations(sam) == 1


@pytest.mark.parametrize("kind", ["closed_dms", "no_mutual_guild"])
async def test_a_member_who_cannot_be_reached(sandbox: Sandbox, start_bot: StartBot, database: Path, kind: str) -> None:
    sam = Person(sandbox)
    async with start_bot(**QUICK):
        await sam.start_checkin()
        await sam.start_checkin(at="21:00")
        await alarm(sandbox)
        await sandbox.actor.add_fault(kind=kind, user="sam", times=0)
        await to_next_alarm(sandbox)
        await sandbox.actor.until(lambda: first(database)[0] == "unreachable")
        await sandbox.actor.until(lambda: "checkins" not in sandbox.clock.alarms)
        assert rows(database, "SELECT DISTINCT state FROM plans") == [("paused",)]
        tries = [exchange for exchange in sandbox.log.after(0, 10_000) if exchange.status == 403]
        assert len(tries) == 1, "no second try, and no other plan meets the same refusal"
        assert words(await sam.run("checkin list")).count("Paused, since my DMs do not reach you") == 2


async def test_history_that_lags_is_not_taken_for_an_answer_too_early(
    sandbox: Sandbox, start_bot: StartBot, database: Path
) -> None:
    """What the history does not show yet is sent again with the same nonce, and Discord shows it once."""
    sam = Person(sandbox)
    async with start_bot(**QUICK):
        await sam.start_checkin()
        await alarm(sandbox)
        await sandbox.actor.add_fault(kind="history_lag", seconds=60)
        await sandbox.actor.add_fault(kind="stored_then_status", status=500, route=SEND)
        await sam.checkin()
        await sandbox.actor.until(lambda: first(database)[0] == "unknown")
        await to_next_alarm(sandbox)
        await sandbox.actor.until(lambda: first(database)[0] == "sent")
        assert await invitations(sam) == 1


async def test_a_dm_channel_that_is_gone_is_opened_anew(
    contract: ContractObserver, start_bot: StartBot, sandbox: Sandbox, database: Path
) -> None:
    """As with a sandbox that was started again: the bot's rows are from before, Discord's side is new."""
    async with start_bot():
        await Person(sandbox).start_checkin()
        due = await alarm(sandbox)
    async with Sandbox(port=0) as fresh:
        fresh.observers.append(contract.observe)
        sam = Person(fresh)
        async with running_bot(fresh, database):
            await fresh.actor.move_clock(to=due)
            invitation = await sam.next_dm()
            assert invitation["content"] == INVITATION
            await fresh.actor.until(lambda: first(database)[0] == "sent")
            assert await invitations(sam) == 1
