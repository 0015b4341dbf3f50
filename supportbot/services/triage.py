"""Flows under way: who stands where in the triage. Answers live here, in memory, and nowhere else."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import structlog

from supportbot.domain.people import CommunityId, MessageId, PersonId
from supportbot.domain.triage import YOUNG, AnswerId, Answers, Flow, Question, QuestionId, Result, Step, position
from supportbot.errors import UserError
from supportbot.services.counts import Counts
from supportbot.services.ports import Clock, NewId, Wakeups

log = structlog.stdlib.get_logger(__name__)

WAKE_UP = "triage"
ABOUT, SELF = QuestionId("about"), AnswerId("self")
MOST = 10_000
"""How many flows are kept at once. The one that rested longest makes room."""


class Place(StrEnum):
    """Where a flow stands. The value is not shown to anybody."""

    DM = "dm"
    REPLY = "reply"
    """An ephemeral reply, which Discord lets us change for fifteen minutes after the last press."""


IDLE = {Place.DM: timedelta(minutes=15), Place.REPLY: timedelta(minutes=14)}


class Screen(StrEnum):
    """What is on the page."""

    DOOR = "door"
    QUESTION = "question"
    PAUSE = "pause"
    """The crisis page, with a way on."""
    RESULT = "result"


class Closing(StrEnum):
    """Why a page is taken down without a press on it."""

    IDLE = "idle"
    ANOTHER = "another"
    ERASED = "erased"
    RESTART = "restart"


class Page(Protocol):
    """A message of a flow. What its methods raise is worth no more than a line in the log."""

    def is_on(self, message: MessageId) -> bool:
        """Whether it is this message."""
        ...

    async def close(self, why: Closing) -> None:
        """Put a kind word in its place."""
        ...

    async def remove(self) -> None:
        """Take it away."""
        ...


@dataclass(frozen=True, slots=True)
class View:
    """A flow as its person sees it. `number` goes up with every screen; a press carries the one it was made on."""

    token: str
    number: int
    screen: Screen
    community: CommunityId | None
    under_18: bool
    can_go_back: bool
    about_self: bool
    question: Question | None = None
    chosen: AnswerId | None = None
    """What this question was answered with before, when somebody went back to it."""
    position: tuple[int, int] | None = None
    result: Result | None = None


@dataclass(slots=True)
class _Session:
    token: str
    person: PersonId
    community: CommunityId | None
    touched: datetime
    place: Place = Place.DM
    page: Page | None = None
    beside: list[Page] = field(default_factory=list[Page])
    number: int = 1
    screen: Screen = Screen.DOOR
    given: dict[QuestionId, AnswerId] = field(default_factory=dict[QuestionId, AnswerId])
    chosen: AnswerId | None = None
    under_18: bool = False
    finished: bool = False


class Triage:
    """Flows by their random token, one a person. A press on an older screen changes nothing and shows the present one.

    Raises UserError: `triage.forgotten` for a flow that is no longer here, `not_yours` for somebody else's.
    """

    def __init__(self, flow: Flow, clock: Clock, wakeups: Wakeups, *, new_token: NewId, counts: Counts) -> None:
        self._flow = flow
        self._clock = clock
        self._wakeups = wakeups
        self._new_token = new_token
        self._counts = counts
        # The one that rested longest stands in front.
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._of: dict[PersonId, str] = {}
        self._from: OrderedDict[PersonId, CommunityId] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()
        self._armed: datetime | None = None

    def begin(self, person: PersonId, community: CommunityId | None, *, on: MessageId | None = None) -> View:
        """A new flow, at its door. One that this person had before is over, and its page says so.

        With `on`, a flow that stands on that message already is the one meant: a second press begins nothing.
        """
        before = self._of.get(person)
        if before is not None and on is not None:
            page = self._sessions[before].page
            if page is not None and page.is_on(on):
                return self._view(self._touch(self._sessions[before]))
        if before is not None:
            self._close(before, Closing.ANOTHER)
        if community is not None:
            self._from[person] = community
            self._from.move_to_end(person)
            if len(self._from) > MOST:
                self._from.popitem(last=False)
        session = _Session(self._new_token(), person, community, self._clock.now())
        self._sessions[session.token] = session
        self._of[person] = session.token
        if len(self._sessions) > MOST:
            self._close(next(iter(self._sessions)), Closing.IDLE)
        return self._view(self._touch(session))

    def stands(self, token: str, place: Place, page: Page) -> bool:
        """Say where the flow stands now, so that it can be closed there. False for a flow that is gone meanwhile."""
        session = self._sessions.get(token)
        if session is None:
            return False
        session.place, session.page = place, page
        self._touch(session)
        return True

    def stays(self, person: PersonId) -> None:
        """The person does something beside the page: it is not quiet. A reply still ends with its own last press."""
        session = self._sessions.get(self._of.get(person, ""))
        if session is not None and session.place is Place.DM:
            self._touch(session)

    def young(self, person: PersonId) -> bool:
        """Whether the person said in the flow under way that they are under 18."""
        session = self._sessions.get(self._of.get(person, ""))
        return session is not None and session.under_18

    def community_of(self, person: PersonId) -> CommunityId | None:
        """The community that the person's flow was started from; without a flow, their last one that had any."""
        session = self._sessions.get(self._of.get(person, ""))
        return (session and session.community) or self._from.get(person)

    def leaves(self, person: PersonId, page: Page) -> None:
        """Another message that belongs to the person's flow, and goes when it is cleared."""
        session = self._sessions.get(self._of.get(person, ""))
        if session is not None:
            session.beside.append(page)

    def shown(self, person: PersonId, token: str) -> View:
        """The present screen, whatever was pressed."""
        return self._view(self._session(person, token))

    def open(self, person: PersonId, token: str, number: int) -> View:
        """Through the door, to the first question."""
        return self._press(person, token, number, self._open)

    def answer(self, person: PersonId, token: str, number: int, option: int) -> View:
        """Choose the option at this place, from 0."""
        return self._press(person, token, number, lambda session: self._answer(session, option))

    def go_on(self, person: PersonId, token: str, number: int) -> View:
        """From the crisis page in between to the next question."""
        return self._press(person, token, number, self._go_on)

    def back(self, person: PersonId, token: str, number: int) -> View:
        """To the question before."""
        return self._press(person, token, number, self._back)

    def start_over(self, person: PersonId, token: str, number: int) -> View:
        """To the first question, with every answer forgotten; that somebody is under 18 is not."""
        return self._press(person, token, number, self._start_over)

    def is_under_18(self, person: PersonId, token: str, number: int) -> View:
        """Take the person's word that they are under 18, for this flow. The screen stays the one it is."""
        return self._press(person, token, number, self._is_under_18)

    def end(self, person: PersonId, token: str) -> Sequence[Page]:
        """Forget the flow at once; gives its messages beside the page. One that is gone already is fine.

        Raises UserError for somebody else's.
        """
        session = self._sessions.get(token)
        if session is None:
            return ()
        if session.person != person:
            raise UserError("not_yours")
        self._forget(session)
        return tuple(session.beside)

    def erased(self, person: PersonId) -> None:
        """Everything about this person is being erased: a flow under way too."""
        self._from.pop(person, None)
        if (token := self._of.get(person)) is not None:
            self._close(token, Closing.ERASED)

    async def end_all(self) -> None:
        """The program ends: so does every flow, and its page says so."""
        for token in list(self._sessions):
            self._close(token, Closing.RESTART)
        await self.settled()

    async def settled(self) -> None:
        """Wait until the pages that are being closed are closed."""
        while self._closing:
            await asyncio.gather(*self._closing)

    # --- presses

    def _press(self, person: PersonId, token: str, number: int, do: Callable[[_Session], None]) -> View:
        session = self._session(person, token)
        self._touch(session)
        if number == session.number:
            screen, given, under_18 = session.screen, dict(session.given), session.under_18
            do(session)
            if (screen, given, under_18) != (session.screen, session.given, session.under_18):
                session.number += 1
        return self._view(session)

    def _open(self, session: _Session) -> None:
        if session.screen is Screen.DOOR:
            session.screen = Screen.QUESTION
            self._counts.started()

    def _answer(self, session: _Session, option: int) -> None:
        question = self._step(session.given).question
        if session.screen is not Screen.QUESTION or question is None or not 0 <= option < len(question.answers):
            return
        session.given[question.id] = question.answers[option]
        session.chosen = None
        first = len(session.given) == 1
        session.screen = Screen.PAUSE if first and self._flow.pauses.holds(session.given) else self._next(session)

    def _go_on(self, session: _Session) -> None:
        if session.screen is Screen.PAUSE:
            session.screen = self._next(session)

    def _back(self, session: _Session) -> None:
        if session.given and session.screen is not Screen.DOOR:
            _, session.chosen = session.given.popitem()
            session.screen = Screen.QUESTION

    def _start_over(self, session: _Session) -> None:
        session.given.clear()
        session.chosen, session.screen = None, Screen.QUESTION

    def _is_under_18(self, session: _Session) -> None:
        session.under_18 = True

    def _next(self, session: _Session) -> Screen:
        if self._step(session.given).question is not None:
            return Screen.QUESTION
        if not session.finished:
            session.finished = True
            self._counts.finished(self._result(session).outcome)
        return Screen.RESULT

    # --- what is shown

    def _step(self, given: Answers) -> Step:
        step = self._flow.start
        for answer in given.values():
            step = step.after[answer]
        return step

    def _result(self, session: _Session) -> Result:
        return self._flow.result({**session.given, **(YOUNG if session.under_18 else {})})

    def _view(self, session: _Session) -> View:
        step = self._step(session.given)
        asking = session.screen is Screen.QUESTION
        return View(
            token=session.token,
            number=session.number,
            screen=session.screen,
            community=session.community,
            under_18=session.under_18,
            can_go_back=bool(session.given),
            about_self=session.given.get(ABOUT) == SELF,
            question=step.question if asking else None,
            chosen=session.chosen if asking else None,
            position=position(list(session.given), step) if asking else None,
            result=self._result(session) if session.screen is Screen.RESULT else None,
        )

    # --- who is here, and for how long

    def _session(self, person: PersonId, token: str) -> _Session:
        session = self._sessions.get(token)
        if session is None:
            raise UserError("triage.forgotten")
        if session.person != person:
            raise UserError("not_yours")
        return session

    def _touch(self, session: _Session) -> _Session:
        session.touched = self._clock.now()
        self._sessions.move_to_end(session.token)
        # A press only ever puts an end off: the look that is armed comes too early then, and arms the next.
        if self._armed is None or self._ends(session) < self._armed:
            self._arm()
        return session

    def _forget(self, session: _Session) -> None:
        self._sessions.pop(session.token, None)
        if self._of.get(session.person) == session.token:
            del self._of[session.person]

    def _arm(self) -> None:
        # Two kinds of place differ by a minute: the look is at the earliest end, of all of them.
        self._armed = min((self._ends(session) for session in self._sessions.values()), default=None)
        self._wakeups.wake_at(WAKE_UP, self._armed, self._look)

    def _ends(self, session: _Session) -> datetime:
        return session.touched + IDLE[session.place]

    def _look(self) -> None:
        now = self._clock.now()
        for session in [session for session in self._sessions.values() if self._ends(session) <= now]:
            self._close(session.token, Closing.IDLE)
        self._arm()

    def _close(self, token: str, why: Closing) -> None:
        """Forget at once; the page follows as fast as Discord lets it."""
        session = self._sessions[token]
        self._forget(session)
        if session.page is not None:
            task = asyncio.ensure_future(_closed(session.page.close(why)))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


async def _closed(closing: Awaitable[None]) -> None:
    try:
        await closing
    except Exception as error:  # noqa: BLE001 (a page that cannot be closed must not keep others open)
        log.warning("page.not_closed", error=type(error).__name__)
