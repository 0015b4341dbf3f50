"""What is deleted in a DM: every message of the bot's own that can be, and nothing else; and what is said of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.errors import ChannelGone, NotSent, OpeningTooFast, OutcomeUnknown, TooLarge, Unreachable, UserError
from supportbot.services import direct_messages
from supportbot.services.direct_messages import DirectMessages, End, Swept
from supportbot.services.opening import OpeningDms
from supportbot.services.ports import ExportFile
from tests.support.fakes import Call, FakeClock, FakeMessenger, FakePacer

SAM, ALEX = PersonId(1), PersonId(2)
FILE = ExportFile("a.zip", b"...")


class Desk:
    """The service over a DM with `messages`, every third of them the person's own."""

    def __init__(self, messages: int = 0) -> None:
        self.messenger, self.pacer = FakeMessenger(clock := FakeClock()), FakePacer()
        self.opening = OpeningDms(self.messenger, clock)
        self.service = DirectMessages(self.messenger, self.opening, self.pacer)
        self.channel = ChannelId(SAM + 5_000_000)
        self.messenger.histories[self.channel] = [(MessageId(each), each % 3 > 0) for each in range(1, messages + 1)]
        self.said: list[int] = []

    async def sweep(self, person: PersonId = SAM) -> Swept:
        """How it ended."""
        heard: list[Swept] = []

        async def told(swept: Swept) -> None:
            heard.append(swept)

        await self.service.sweep(person, told)
        *on_the_way, last = heard
        assert {each.end for each in on_the_way} <= {End.UNDER_WAY}
        self.said += [each.deleted for each in on_the_way]
        return last

    @property
    def left(self) -> list[tuple[MessageId, bool]]:
        return self.messenger.histories[self.channel]


@pytest.mark.parametrize("messages", [0, 1, 99, 100, 101, 250])
async def test_all_of_the_bots_go_and_none_of_the_persons(messages: int) -> None:
    desk = Desk(messages)
    own = sum(is_own for _, is_own in desk.left)
    assert await desk.sweep() == Swept(own, 0, End.DONE)
    assert [message for message, _ in desk.left] == list(range(3, messages + 1, 3))
    assert desk.pacer.turns == len(desk.messenger.calls), "every request waits its turn"
    assert desk.said == [25 * each for each in range(1, own // 25 + 1)]
    assert await desk.sweep() == Swept(0, 0, End.DONE)


async def test_what_cannot_be_deleted_is_counted_and_the_rest_goes() -> None:
    desk = Desk(150)
    desk.messenger.refuse(NotSent("403 50003"), of="delete", times=2)
    desk.messenger.refuse(OutcomeUnknown("500"), of="delete")
    assert await desk.sweep() == Swept(97, 3, End.DONE)


async def test_one_that_is_gone_already_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(3)
    delete = desk.messenger.delete

    async def twice(channel: ChannelId, message: MessageId) -> bool:
        await delete(channel, message)
        return await delete(channel, message)

    monkeypatch.setattr(desk.messenger, "delete", twice)
    assert await desk.sweep() == Swept(0, 0, End.DONE)


async def test_nobody_goes_on_against_a_wall() -> None:
    desk = Desk(90)
    desk.messenger.refuse(NotSent("403 50003"), of="delete", times=1000)
    assert await desk.sweep() == Swept(0, direct_messages.REFUSED_IN_A_ROW, End.STOPPED)


async def test_a_history_that_cannot_be_read_to_its_end_is_not_called_done() -> None:
    desk = Desk(250)
    desk.pacer.hook = lambda: unreadable_from_the_second_page(desk)
    swept = await desk.sweep()
    assert (swept.end, swept.failed) == (End.STOPPED, 0)
    assert 0 < swept.deleted < 100
    desk.pacer.hook = None
    rest = await desk.sweep()
    assert (rest.end, swept.deleted + rest.deleted) == (End.DONE, 167)


async def unreadable_from_the_second_page(desk: Desk) -> None:
    pages = [call for call, _ in desk.messenger.calls if call == "page_back"]
    if len(pages) == 1 and not desk.messenger._refusals:
        desk.messenger.refuse(OutcomeUnknown("502"), of="page_back")


@pytest.mark.parametrize(
    ("error", "of", "end"),
    [
        (Unreachable("50278"), "open_dm", End.NO_DM),
        (NotSent("429"), "open_dm", End.STOPPED),
        (ChannelGone("10003"), "page_back", End.NO_DM),
    ],
)
async def test_a_dm_that_is_not_there(error: NotSent, of: Call, end: End) -> None:
    desk = Desk(10)
    desk.messenger.refuse(error, of=of)
    assert await desk.sweep() == Swept(0, 0, end)


async def test_time_is_up() -> None:
    desk = Desk(100)
    desk.service = DirectMessages(desk.messenger, desk.opening, desk.pacer, within=timedelta(0))
    desk.pacer.hook = lambda: asyncio.sleep(0)
    assert (await desk.sweep()).end is End.STOPPED
    desk.service = DirectMessages(desk.messenger, desk.opening, desk.pacer)
    assert (await desk.sweep()).end is End.DONE, "a new one goes on"


async def test_one_at_a_time_and_the_end_of_the_program_ends_it() -> None:
    desk = Desk(100)
    there, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        if len(desk.messenger.calls) == 10:
            desk.pacer.hook = None
            there.set()
            await go_on.wait()

    desk.pacer.hook = wait
    first = asyncio.create_task(desk.sweep())
    await there.wait()
    assert (await desk.sweep()).end is End.ANOTHER
    assert (await desk.sweep(ALEX)).end is End.DONE, "others need not wait for it"
    await desk.service.close()
    assert await first == Swept(8, 0, End.STOPPED)
    await desk.service.close()


async def test_a_file_is_brought() -> None:
    desk = Desk()
    await desk.service.bring(SAM, "Here.", FILE)
    assert desk.messenger.files == [(desk.channel, FILE)]


async def test_while_no_dm_may_be_opened_none_is_asked_for_twice() -> None:
    desk = Desk(3)
    desk.messenger.refuse(OpeningTooFast("40003", retry_after=600), of="open_dm", times=2)
    for _ in range(2):
        with pytest.raises(UserError, match="held"):
            await desk.service.bring(SAM, "Here.", FILE)
    assert await desk.sweep() == Swept(0, 0, End.STOPPED)
    assert desk.messenger.calls == [("open_dm", SAM)] * 2
    assert (await desk.sweep(ALEX)).end is End.DONE


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (TooLarge("40005"), "mydata.dm.too_large"),
        (Unreachable("50007"), "mydata.dm.closed"),
        (NotSent("400 1"), "mydata.dm.failed"),
        (OutcomeUnknown("500"), "mydata.dm.failed"),
    ],
)
async def test_a_file_that_cannot_be_brought(error: NotSent, text: str) -> None:
    desk = Desk()
    desk.messenger.refuse(error, of="send_file")
    with pytest.raises(UserError, match=text):
        await desk.service.bring(SAM, "Here.", FILE)
    assert desk.messenger.files == []
