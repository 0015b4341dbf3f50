"""Flows under way: screens, presses, and what ends a flow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest

from supportbot.content import load_triage
from supportbot.domain.people import CommunityId, MessageId, PersonId
from supportbot.errors import UserError
from supportbot.services import triage as module
from supportbot.services.counts import AnonymousCounts
from supportbot.services.triage import Closing, Place, Screen, Triage, View
from tests.support.fakes import FakeClock, FakeWakeups

SAM, ALEX = PersonId(1), PersonId(2)
RIVERSIDE = CommunityId(7)
ONE = MessageId(1)


@dataclass
class FakePage:
    """Remembers how it was closed, and can refuse."""

    message: MessageId = ONE
    fails: bool = False
    closed: list[Closing] = field(default_factory=list)
    removed: int = 0

    def is_on(self, message: MessageId) -> bool:
        return message == self.message

    async def close(self, why: Closing) -> None:
        self.closed.append(why)
        if self.fails:
            raise OSError("Discord is gone")

    async def remove(self) -> None:
        self.removed += 1


_page: type[module.Page] = FakePage  # for the type checker


FLOW = load_triage()


class Table:
    """The service with fakes around it."""

    def __init__(self) -> None:
        self.clock, self.wakeups, self.counts = FakeClock(), FakeWakeups(), AnonymousCounts()
        numbers = count(1)
        self.flows = Triage(
            FLOW, self.clock, self.wakeups, new_token=lambda: f"{next(numbers):016d}", counts=self.counts
        )

    def opened(self, person: PersonId = SAM) -> View:
        view = self.flows.begin(person, RIVERSIDE)
        return self.flows.open(person, view.token, view.number)

    def answer(self, view: View, *answers: str, person: PersonId = SAM) -> View:
        for answer in answers:
            assert view.question is not None
            option = list(view.question.answers).index(answer)  # type: ignore[arg-type]
            view = self.flows.answer(person, view.token, view.number, option)
        return view

    def look(self) -> None:
        """It is time for the wake-up that is armed."""
        self.clock.set(self.wakeups.armed[module.WAKE_UP])
        self.wakeups.fire(module.WAKE_UP)


@pytest.fixture
def table() -> Table:
    return Table()


def test_from_the_door_to_a_result_and_back(table: Table) -> None:
    view = table.flows.begin(SAM, RIVERSIDE)
    assert (view.screen, view.number, view.community, view.can_go_back) == (Screen.DOOR, 1, RIVERSIDE, False)
    view = table.flows.open(SAM, view.token, view.number)
    assert (view.screen, view.number) == (Screen.QUESTION, 2)
    assert view.position == (1, 6)
    view = table.answer(view, "no", "self", "life", "yes")
    assert view.screen is Screen.RESULT
    assert view.result is not None
    assert (view.result.outcome, view.result.row) == ("therapist", "5")
    view = table.flows.back(SAM, view.token, view.number)
    assert view.question is not None
    assert (view.question.id, view.chosen, view.result) == ("willing", "yes", None)
    view = table.answer(view, "no")
    assert view.question is not None
    assert (view.question.id, view.chosen) == ("worsening", None)


@pytest.mark.parametrize("answer", ["unsure", "skip"])
def test_the_crisis_page_stands_in_between_and_back_leads_to_the_question(table: Table, answer: str) -> None:
    view = table.answer(table.opened(), answer)
    assert view.screen is Screen.PAUSE
    again = table.flows.back(SAM, view.token, view.number)
    assert again.question is not None
    assert (again.question.id, again.chosen) == ("safety", answer)
    view = table.answer(again, answer)
    view = table.flows.go_on(SAM, view.token, view.number)
    assert view.question is not None
    assert view.question.id == "about"
    further = table.answer(view, "self")
    assert further.question is not None
    assert further.question.id == "concern", "it stands there once"
    view = table.flows.back(SAM, further.token, further.number)
    view = table.flows.back(SAM, view.token, view.number)
    assert view.question is not None
    assert view.question.id == "safety"


def test_an_answer_counts_only_where_a_question_stands(table: Table) -> None:
    door = table.flows.begin(SAM, RIVERSIDE)
    assert table.flows.answer(SAM, door.token, door.number, 0) == door
    view = table.flows.open(SAM, door.token, door.number)
    assert table.flows.back(SAM, view.token, view.number) == view, "there is nothing to go back to"
    assert table.flows.go_on(SAM, view.token, view.number) == view
    pause = table.answer(view, "unsure")
    assert table.flows.answer(SAM, pause.token, pause.number, 0) == pause
    view = table.flows.go_on(SAM, pause.token, pause.number)
    assert table.flows.open(SAM, view.token, view.number) == view
    result = table.answer(view, "self", "life", "yes")
    assert table.flows.answer(SAM, result.token, result.number, 0) == result


def test_whether_it_is_about_oneself(table: Table) -> None:
    view = table.opened()
    assert not view.about_self
    view = table.answer(view, "no", "self")
    assert view.about_self
    assert not table.answer(table.flows.back(SAM, view.token, view.number), "someone_else").about_self


def test_yes_to_danger_ends_it(table: Table) -> None:
    view = table.answer(table.opened(), "yes")
    assert (view.screen, view.result and view.result.outcome) == (Screen.RESULT, "crisis")


def test_a_press_on_an_old_screen_changes_nothing(table: Table) -> None:
    first = table.opened()
    second = table.answer(first, "no")
    for press in (
        lambda: table.flows.answer(SAM, first.token, first.number, 1),
        lambda: table.flows.back(SAM, first.token, first.number),
        lambda: table.flows.start_over(SAM, first.token, first.number),
        lambda: table.flows.is_under_18(SAM, first.token, first.number),
        lambda: table.flows.go_on(SAM, first.token, first.number),
        lambda: table.flows.open(SAM, first.token, first.number),
        lambda: table.flows.answer(SAM, first.token, second.number + 1, 1),
    ):
        assert press() == second


@pytest.mark.parametrize("option", [-1, 4, 9])
def test_an_option_that_is_not_there_changes_nothing(table: Table, option: int) -> None:
    view = table.opened()
    assert table.flows.answer(SAM, view.token, view.number, option) == view


def test_under_18_holds_for_this_flow_and_changes_the_result_at_once(table: Table) -> None:
    view = table.answer(table.opened(), "no", "someone_else", "life", "no", "no")
    assert view.result is not None
    assert view.result.outcome == "family_support"
    assert not table.flows.young(SAM)
    view = table.flows.is_under_18(SAM, view.token, view.number)
    assert view.result is not None
    assert view.result.outcome == "trusted_adult"
    assert view.under_18
    assert (table.flows.young(SAM), table.flows.young(ALEX)) == (True, False)
    view = table.flows.start_over(SAM, view.token, view.number)
    assert view.under_18
    assert (view.screen, view.can_go_back) == (Screen.QUESTION, False)


def test_somebody_elses_flow_and_one_that_is_gone(table: Table) -> None:
    view = table.opened()
    with pytest.raises(UserError, match="not_yours"):
        table.flows.answer(ALEX, view.token, view.number, 0)
    with pytest.raises(UserError, match="not_yours"):
        table.flows.end(ALEX, view.token)
    assert table.flows.shown(SAM, view.token) == view
    table.flows.end(SAM, view.token)
    with pytest.raises(UserError, match=r"triage\.forgotten"):
        table.flows.answer(SAM, view.token, view.number, 0)
    assert table.flows.end(SAM, view.token) == ()


def test_the_community_is_that_of_the_flow_else_the_last_one(table: Table) -> None:
    assert table.flows.community_of(SAM) is None
    view = table.opened()
    assert table.flows.community_of(SAM) == RIVERSIDE
    assert table.flows.community_of(ALEX) is None
    table.flows.end(SAM, view.token)
    assert table.flows.community_of(SAM) == RIVERSIDE, "a new start on the old page is from there too"
    table.flows.begin(SAM, None)
    assert table.flows.community_of(SAM) == RIVERSIDE
    table.flows.begin(SAM, CommunityId(8))
    assert table.flows.community_of(SAM) == CommunityId(8)
    table.flows.erased(SAM)
    assert table.flows.community_of(SAM) is None


def test_only_so_many_last_communities_are_known(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    for person in (1, 2, 1, 3):
        table.flows.begin(PersonId(person), RIVERSIDE)
        view = table.flows.begin(PersonId(person), None)
        table.flows.end(PersonId(person), view.token)
    assert [table.flows.community_of(PersonId(person)) for person in (1, 2, 3)] == [RIVERSIDE, None, RIVERSIDE]


def test_a_flow_under_way_knows_its_community_longer_than_the_list(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    first, second, third = PersonId(1), PersonId(2), PersonId(3)
    view = table.flows.begin(first, RIVERSIDE)
    table.flows.begin(second, RIVERSIDE)
    table.flows.open(first, view.token, view.number)
    table.flows.begin(third, RIVERSIDE)
    assert table.flows.community_of(first) == RIVERSIDE


def test_whoever_said_so_is_young_until_the_flow_ends(table: Table) -> None:
    view = table.opened()
    assert not table.flows.young(SAM)
    view = table.flows.is_under_18(SAM, view.token, view.number)
    assert table.flows.young(SAM)
    assert not table.flows.young(ALEX)
    view = table.flows.start_over(SAM, view.token, view.number)
    assert table.flows.young(SAM), "starting over is no birthday"
    table.flows.end(SAM, view.token)
    assert not table.flows.young(SAM)


async def test_a_page_beside_which_somebody_reads_is_not_quiet(table: Table) -> None:
    for place, stays in ((Place.DM, True), (Place.REPLY, False)):
        view = table.opened()
        page = FakePage()
        assert table.flows.stands(view.token, place, page)
        table.clock.advance(minutes=10)
        table.flows.stays(SAM)
        table.flows.stays(ALEX)
        table.clock.advance(minutes=5)
        table.wakeups.fire(module.WAKE_UP)
        await table.flows.settled()
        assert (page.closed == []) == stays


async def test_the_end_of_the_program_closes_every_page(table: Table) -> None:
    pages = [FakePage(fails=True), FakePage()]
    for person, page in zip((SAM, ALEX), pages, strict=True):
        table.flows.stands(table.opened(person).token, Place.DM, page)
    await table.flows.end_all()
    assert [page.closed for page in pages] == [[Closing.RESTART]] * 2


def test_a_flow_that_is_over_stands_nowhere(table: Table) -> None:
    old = table.opened()
    table.opened()
    assert not table.flows.stands(old.token, Place.DM, FakePage())


def test_after_an_end_one_can_begin_again(table: Table) -> None:
    view = table.opened()
    table.flows.end(SAM, view.token)
    again = table.flows.begin(SAM, RIVERSIDE, on=ONE)
    assert again.token != view.token
    assert table.flows.shown(SAM, again.token).screen is Screen.DOOR


async def test_two_flows_of_one_member_never_mix(table: Table) -> None:
    old = table.opened()
    page = FakePage()
    table.flows.stands(old.token, Place.DM, page)
    new = table.opened()
    await table.flows.settled()
    assert page.closed == [Closing.ANOTHER]
    with pytest.raises(UserError, match=r"triage\.forgotten"):
        table.flows.answer(SAM, old.token, old.number, 0)
    assert table.flows.shown(SAM, new.token) == new


async def test_a_new_start_on_the_same_message_begins_nothing_twice(table: Table) -> None:
    nowhere = table.flows.begin(SAM, None, on=MessageId(5))
    view = table.flows.begin(SAM, None, on=MessageId(5))
    assert view.token != nowhere.token, "the first one stood on no message yet"
    page = FakePage(message=MessageId(5))
    table.flows.stands(view.token, Place.DM, page)
    assert table.flows.begin(SAM, None, on=MessageId(5)) == view
    other = table.flows.begin(SAM, None, on=MessageId(6))
    await table.flows.settled()
    assert other.token != view.token
    assert page.closed == [Closing.ANOTHER]


@pytest.mark.parametrize(("place", "minutes"), [(Place.DM, 15), (Place.REPLY, 14)])
async def test_a_quiet_flow_closes_itself(table: Table, place: Place, minutes: int) -> None:
    view = table.opened()
    page = FakePage()
    table.flows.stands(view.token, place, page)
    table.clock.advance(minutes=5)
    view = table.answer(view, "no")
    assert table.wakeups.armed[module.WAKE_UP] <= table.clock.now() + timedelta(minutes=minutes)
    table.clock.advance(minutes=minutes, seconds=-1)
    table.wakeups.fire(module.WAKE_UP)
    assert table.flows.shown(SAM, view.token) == view, "looked at a second too early"
    table.clock.advance(seconds=1)
    table.wakeups.fire(module.WAKE_UP)
    await table.flows.settled()
    assert page.closed == [Closing.IDLE]
    with pytest.raises(UserError, match=r"triage\.forgotten"):
        table.flows.shown(SAM, view.token)
    assert module.WAKE_UP not in table.wakeups.armed, "nothing is left to look at"


async def test_the_look_is_at_the_earliest_end(table: Table) -> None:
    """A place with less time moves it forward, a press puts only its own flow's end off."""
    began = table.clock.now()
    in_dm, in_reply = table.opened(SAM), table.opened(ALEX)
    assert table.wakeups.armed[module.WAKE_UP] == began + timedelta(minutes=15)
    pages = [FakePage(), FakePage()]
    table.flows.stands(in_dm.token, Place.DM, pages[0])
    table.flows.stands(in_reply.token, Place.REPLY, pages[1])
    assert table.wakeups.armed[module.WAKE_UP] == began + timedelta(minutes=14)
    table.look()
    await table.flows.settled()
    assert [page.closed for page in pages] == [[], [Closing.IDLE]]
    assert table.wakeups.armed[module.WAKE_UP] == began + timedelta(minutes=15)
    table.clock.advance(seconds=30)
    table.flows.stands(in_dm.token, Place.DM, pages[0])
    third = table.opened(PersonId(3))
    table.clock.advance(seconds=10)
    table.answer(third, "no", person=PersonId(3))
    table.clock.set(began + timedelta(minutes=15))
    table.wakeups.fire(module.WAKE_UP)
    assert table.wakeups.armed[module.WAKE_UP] == began + timedelta(minutes=29, seconds=30), "the earlier of two"
    assert table.flows.shown(SAM, in_dm.token).token == in_dm.token


async def test_a_page_that_cannot_be_closed_keeps_no_other_open(table: Table) -> None:
    pages = [FakePage(fails=True), FakePage()]
    for person, page in zip((SAM, ALEX), pages, strict=True):
        view = table.opened(person)
        table.flows.stands(view.token, Place.DM, page)
    table.look()
    await table.flows.settled()
    assert [page.closed for page in pages] == [[Closing.IDLE]] * 2


async def test_so_many_and_no_more(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    views = [table.opened(PersonId(person)) for person in range(10, 13)]
    page = FakePage()
    table.flows.stands(views[1].token, Place.DM, page)
    table.flows.shown(PersonId(10), views[0].token)
    table.answer(views[0], "no", person=PersonId(10))
    table.flows.stands(views[2].token, Place.DM, FakePage())
    table.opened(PersonId(13))
    await table.flows.settled()
    assert page.closed == [Closing.IDLE], "the one that rested longest made room"
    for person, view in ((10, views[0]), (12, views[2])):
        assert table.flows.shown(PersonId(person), view.token).token == view.token


async def test_erasing_ends_the_flow(table: Table) -> None:
    view = table.opened()
    page = FakePage()
    table.flows.stands(view.token, Place.DM, page)
    table.flows.erased(ALEX)
    assert table.flows.shown(SAM, view.token) == view
    table.flows.erased(SAM)
    await table.flows.settled()
    assert page.closed == [Closing.ERASED]
    with pytest.raises(UserError):
        table.flows.shown(SAM, view.token)


def test_what_was_left_beside_goes_with_the_flow(table: Table) -> None:
    view = table.opened()
    beside = FakePage()
    table.flows.leaves(ALEX, FakePage())
    table.flows.leaves(SAM, beside)
    assert table.flows.end(SAM, view.token) == (beside,)


def test_counts_are_in_steps_of_five_and_never_below(table: Table) -> None:
    assert table.counts.shown() == (None, {})
    for person in range(1, 15):
        view = table.opened(PersonId(person))
        shown_started, shown_finished = table.counts.shown()
        assert shown_started == (None if person < 5 else person - person % 5)
        view = table.answer(view, "no", "self", "life", "yes", person=PersonId(person))
        table.answer(table.flows.back(PersonId(person), view.token, view.number), "yes", person=PersonId(person))
        if person < 5:
            assert shown_finished == {}
    table.answer(table.opened(PersonId(20)), "yes", person=PersonId(20))
    assert table.counts.shown() == (15, {"therapist": 10}), "once a flow, and no outcome of one person alone"
