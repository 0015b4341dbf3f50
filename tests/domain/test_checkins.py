"""Ids and states of deliveries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supportbot.domain.checkins import FOLLOWS, OPEN_STATES, PROVEN, State, Timing, delivery_id
from supportbot.storage.store import new_id


def test_a_delivery_id_fits_into_a_nonce_and_a_custom_id() -> None:
    longest = delivery_id(new_id(), 99_999_999)
    assert len(longest) <= 25
    assert longest.replace("-", "").isalnum()


def test_ids_do_not_repeat() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_every_state_can_be_reached_from_planned() -> None:
    reached, waiting = set[State](), [State.PLANNED]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting.extend(FOLLOWS[state])
    assert reached == set(State)


@pytest.mark.parametrize("state", State)
def test_a_press_can_settle_whatever_we_believed(state: State) -> None:
    assert (State.SENT in FOLLOWS[state]) == (state not in PROVEN)


def test_nothing_is_sent_without_an_attempt_that_was_written_down() -> None:
    assert State.SENDING in FOLLOWS[State.CLAIMED]
    assert all(State.SENDING not in FOLLOWS[state] for state in State if state is not State.CLAIMED)


def test_what_is_over_is_not_opened_again() -> None:
    for state in set(State) - set(OPEN_STATES):
        assert FOLLOWS[state] <= {State.SENT, State.ANSWERED}


def test_two_attempts_fall_well_into_what_discord_remembers() -> None:
    assert Timing().lease < timedelta(seconds=60)
