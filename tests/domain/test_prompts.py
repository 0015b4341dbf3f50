"""Whose turn it is among several wordings."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.domain.checkins import Answer, Asks, Goal, Question
from supportbot.domain.prompts import Prompts, Reply, reply_to, variant


@given(st.text(max_size=20), st.integers(2, 12), st.integers(0, 40))
def test_every_round_has_them_all_and_none_comes_twice_running(seed: str, count: int, start: int) -> None:
    turns = [variant(seed, turn, count) for turn in range(start * count, (start + 3) * count + 1)]
    for first in range(0, 3 * count, count):
        assert sorted(turns[first : first + count]) == list(range(count))
    assert all(one != other for one, other in pairwise(turns))


def test_orders_differ_between_plans_and_between_rounds() -> None:
    assert len({tuple(variant(seed, turn, 7) for turn in range(7)) for seed in "abcdefgh"}) > 4
    assert len({tuple(variant("a", nth * 7 + turn, 7) for turn in range(7)) for nth in range(8)}) > 4


def test_it_is_the_same_in_every_process() -> None:
    assert [variant("plan", turn, 6) for turn in range(12)] == [variant("plan", turn, 6) for turn in range(12)]
    assert variant("plan", 0, 1) == variant("plan", 99, 1) == 0
    assert variant("plan", -3, 5) == variant("plan", 0, 5)


@pytest.mark.parametrize(
    ("asks", "answer", "reply"),
    [
        (Asks.MOOD, Answer(mood=1), Reply.LOW),
        (Asks.MOOD, Answer(mood=2), Reply.PLAIN),
        (Asks.CRAVING, Answer(craving=2), Reply.PLAIN),
        (Asks.CRAVING, Answer(craving=3), Reply.CRAVING),
        (Asks.CRAVING, Answer(craving=4), Reply.CRAVING),
        (Asks.GOAL, Answer(goal=Goal.NOT_TODAY), Reply.GOAL),
        (Asks.QUESTION, Answer(note="…"), Reply.QUESTION),
        (Asks.HELLO, Answer(), Reply.HELLO),
    ],
)
def test_which_reply_fits(asks: Asks, answer: Answer, reply: Reply) -> None:
    assert reply_to(asks, answer) is reply


def test_a_communitys_own_wordings_take_turns_with_the_others() -> None:
    prompts = Prompts("en", ("Hello?",), {Asks.HELLO: ("Hello.", "A wave.")}, {})
    questions = [Question(Asks.HELLO, None, turn, "plan", others=("Hello, neighbour.",)) for turn in range(3)]
    assert sorted(prompts.question(each, None) for each in questions) == ["A wave.", "Hello, neighbour.", "Hello."]


def test_what_looks_like_a_blank_in_somebodys_words_stays_as_it_is() -> None:
    prompts = Prompts("en", ("Hello?",), {Asks.GOAL: ("Goal: {words}",)}, {})
    assert prompts.question(Question(Asks.GOAL, "{words} {0}"), "{words} {0}") == "Goal: {words} {0}"


def test_a_lock_screen_shows_another_line_each_time() -> None:
    prompts = Prompts("en", ("one", "two", "three"), {}, {})
    assert [prompts.line(turn) for turn in range(4)] == ["one", "two", "three", "one"]
