"""Plans, occurrences and deliveries: what they are, and which state may follow which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from supportbot.domain.cadence import MemberTimes, Occurrence, Rule
from supportbot.domain.people import ChannelId, CommunityId, MessageId, PersonId

MOST_PLANS = 5
"""How many plans a member can have at a time."""

MOODS = (1, 2, 3, 4, 5)
LOW_MOOD = 1


class Asks(StrEnum):
    """What a plan asks for. Of a goal and an own question the words are the member's."""

    MOOD = "mood"
    CRAVING = "craving"
    GOAL = "goal"
    QUESTION = "question"
    HELLO = "hello"


OWN_WORDS = (Asks.GOAL, Asks.QUESTION)
LONGEST_WORDS = 200
"""How long a goal or a question of one's own can be, in characters."""


class Goal(StrEnum):
    """How it went with a goal."""

    DONE = "done"
    PARTLY = "partly"
    NOT_TODAY = "not_today"


CRAVINGS = (0, 1, 2, 3, 4)
STRONG_CRAVING = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a member answered, each part optional: mood 1 to 5, craving 0 to 4, a goal's state, a note of their own."""

    mood: int | None = None
    craving: int | None = None
    goal: Goal | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a member answered to one occurrence and asked to be kept. `at` is an aware UTC instant."""

    person: PersonId
    plan_id: str
    occurrence_id: str
    at: datetime
    answer: Answer


@dataclass(frozen=True, slots=True)
class Question:
    """What one check-in asks. `words` are the member's own goal or question; `turn` counts the plan's check-ins from 0
    and chooses among the variants of the words, of which `others` are those of the community it was made in.
    """

    asks: Asks
    words: str | None = None
    turn: int = 0
    plan: str = ""
    community: CommunityId | None = None
    others: tuple[str, ...] = ()


class Paused(StrEnum):
    """Why a plan is paused."""

    MEMBER = "member"
    CLOSED_DM = "closed_dm"
    SILENCE = "silence"
    ZONE_GONE = "zone_gone"


class PlanState(StrEnum):
    """A stopped plan stays so; a paused one can go on."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Plan:
    """A member's wish to be asked. `community` is None when it was made in a DM.

    `words` are their own goal or question. `discreet` says that the question shows only after a press. `paused_until`
    (UTC) is set while the plan is active and rests until then; `paused` says why one that is paused is. `turn` counts
    the check-ins that were sent.
    """

    id: str
    person: PersonId
    community: CommunityId | None
    rule: Rule
    state: PlanState
    created_at: datetime
    asks: Asks = Asks.MOOD
    words: str | None = None
    discreet: bool = True
    paused_until: datetime | None = None
    paused: Paused | None = None
    turn: int = 0


class State(StrEnum):
    """The states of a delivery."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    ANSWERED = "answered"
    UNREACHABLE = "unreachable"
    NOT_SENT = "not_sent"
    GAVE_UP = "gave_up"
    CANCELLED = "cancelled"
    MERGED = "merged"


OPEN_STATES = (State.PLANNED, State.CLAIMED, State.SENDING, State.UNKNOWN)
"""States in which the engine has something left to do."""

FOLLOWS: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.PLANNED, State.CLAIMED, State.NOT_SENT, State.CANCELLED, State.MERGED, State.SENT}),
    State.CLAIMED: frozenset({State.SENDING, State.PLANNED, State.CANCELLED, State.MERGED, State.SENT}),
    State.SENDING: frozenset({State.SENT, State.PLANNED, State.UNREACHABLE, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.UNKNOWN, State.SENT, State.PLANNED, State.GAVE_UP}),
    State.SENT: frozenset({State.ANSWERED}),
    State.ANSWERED: frozenset(),
    State.UNREACHABLE: frozenset({State.SENT}),
    State.NOT_SENT: frozenset({State.SENT}),
    State.GAVE_UP: frozenset({State.SENT}),
    State.CANCELLED: frozenset({State.SENT}),
    State.MERGED: frozenset({State.SENT}),
}
"""Which state may follow which. A press on the message proves that it was sent, whatever we believed: so `sent` may
follow every state but the two after it."""

PROVEN = (State.SENT, State.ANSWERED)
"""States in which the message is known to have reached the member."""


class Reason(StrEnum):
    """Why a delivery ended, or did not go out at its time."""

    LATE = "late"
    STOPPED = "stopped"
    NO_CONSENT = "no_consent"
    CLOSED_DM = "closed_dm"
    UNDECIDED = "undecided"
    REFUSED = "refused"
    LEFT = "left"
    AWAY = "away"
    SKIPPED = "skipped"
    VACATION = "vacation"
    SILENCE = "silence"
    ZONE_GONE = "zone_gone"
    ANSWERED = "answered"
    CATCH_UP = "catch_up"
    """Not why it ended: it says that some before it did not go out."""


@dataclass(frozen=True, slots=True)
class CommunityPrompt:
    """A question as a community words it, for its members' check-ins of one kind in one language."""

    id: str
    community: CommunityId
    asks: Asks
    language: str
    words: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Nudge:
    """The channel in which somebody wants to be told that their DMs are closed."""

    person: PersonId
    community: CommunityId
    channel: ChannelId


class Kind(StrEnum):
    """What a delivery is. The engine carries every kind alike; what each means is its own module's."""

    CHECKIN = "checkin"
    SILENCE = "silence"
    """A check-in that turned out to be the one kind message after a time without answers."""
    FAREWELL = "farewell"
    """The one word before everything about somebody who gave no sign for long is erased."""
    NUDGE = "nudge"
    """A line in a channel, since a DM did not arrive. The engine does not carry it: it is posted once or never."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for an occurrence: the first, or a later repeat.

    `due` is its effective instant. `wake_at` is when the engine must look at the row again: the due instant when
    planned, the lease's end when claimed, the end of the attempt's window when sending or unknown. None when nothing
    is left to do. `window_ends` is when sending it would be too late. `search_after` is the last message known in the
    DM when the first attempt began: whatever was sent of it is newer. `turn` is the plan's when it was sent.
    `planned_for` and `local_date` are the occurrence's, also where quiet hours or a snooze moved the delivery. A kind
    without plans has neither plan nor occurrence. `says_so`: its last attempt says that some before it did not go out.
    """

    id: str
    kind: Kind
    plan_id: str
    occurrence_id: str
    person: PersonId
    state: State
    due: datetime
    wake_at: datetime | None
    window_ends: datetime
    attempt: int
    started_at: datetime | None
    channel: ChannelId | None
    message: MessageId | None
    search_after: MessageId | None
    turn: int | None = None
    planned_for: datetime | None = None
    says_so: bool = False
    local_date: date | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery with nothing left to do: why it ended so, if it did not go out, and when (UTC)."""

    delivery: Delivery
    reason: Reason | None
    at: datetime


def delivery_id(occurrence_id: str, sequence: int) -> str:
    """The id that nonce, custom_ids and look-ups carry; short enough for a nonce (25 characters)."""
    return f"{occurrence_id}-{sequence}"


def sequence_of(delivery_id: str) -> int:
    """Which of its occurrence's messages this is; 1 is the first."""
    return int(delivery_id.rpartition("-")[2])


@dataclass(frozen=True, slots=True)
class Timing:
    """The bounds of one attempt. `send` + `grace` stay under 60 s: Discord forgets a nonce after a few minutes."""

    send: timedelta = timedelta(seconds=20)
    grace: timedelta = timedelta(seconds=10)
    lateness: timedelta = timedelta(hours=2)

    @property
    def lease(self) -> timedelta:
        """How long a claim holds, and how long the outcome of an attempt may stay open."""
        return self.send + self.grace


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """What a member is about to agree to. Nothing of it is kept until they do.

    `moves_from` is the zone of their other plans, if these would move to the zone of this one.
    """

    rule: Rule
    times: MemberTimes
    next: tuple[Occurrence, ...]
    moves_from: str | None = None


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first message, which proves that messages reach the member."""

    language: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A check-in as it arrives: discreet, with nothing about recovery on it, unless `question` is to be seen at once.

    `catch_up` says that some before it did not go out, which was our failing. `turn` chooses among the lines that a
    lock screen shows.
    """

    delivery: str
    language: str
    question: Question | None = None
    catch_up: bool = False
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """The one kind message after a time without answers; the member's plans rest from then on."""

    delivery: str
    language: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """Everything about the member is erased after `until` (UTC), unless they are seen before."""

    delivery: str
    language: str
    until: datetime


Note = Welcome | Invitation | Silence | Farewell
"""What a Messenger can carry."""
