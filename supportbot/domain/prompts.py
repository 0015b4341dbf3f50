"""What check-ins say, in several wordings each, and whose turn it is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from supportbot.domain.checkins import LOW_MOOD, STRONG_CRAVING, Answer, Asks, Question

WORDS = "{words}"
"""Where a member's own words stand in a wording."""


class Reply(StrEnum):
    """What was answered, as far as the reply differs."""

    PLAIN = "plain"
    LOW = "low"
    CRAVING = "craving"
    GOAL = "goal"
    QUESTION = "question"
    HELLO = "hello"


HEAVY = (Reply.LOW, Reply.CRAVING)
"""Answers that are met with more than a kind word."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """The wordings of one language. `lines` are what a lock screen shows."""

    language: str
    lines: tuple[str, ...]
    questions: Mapping[Asks, tuple[str, ...]]
    replies: Mapping[Reply, tuple[str, ...]]

    def line(self, turn: int) -> str:
        """What a message shows before it is opened."""
        return self.lines[turn % len(self.lines)]

    def question(self, question: Question, words: str | None) -> str:
        """The question in the wording whose turn it is. `words` are the member's own, ready to be shown."""
        wordings = (*self.questions[question.asks], *question.others)
        chosen = wordings[variant(question.plan, question.turn, len(wordings))]
        return chosen.replace(WORDS, words or "").strip()

    def reply(self, reply: Reply, question: Question) -> str:
        """A kind reply to an answer."""
        wordings = self.replies[reply]
        return wordings[variant(f"{question.plan}{reply}", question.turn, len(wordings))]


def variant(seed: str, turn: int, count: int) -> int:
    """Which of `count` wordings comes at this turn, counted from 0: all of them in each round, in an order shuffled
    for this seed and round, and never one twice running, also not where two rounds meet.
    """
    turn = max(turn, 0)
    if count <= 1:
        return 0
    if count == 2:
        return (turn + _number(seed)) % 2
    nth, at = divmod(turn, count)
    order = _shuffled(seed, nth, count)
    if nth and order[0] == _shuffled(seed, nth - 1, count)[-1]:
        # Its last stays where it is, so that the round after this one can be told without looking further back.
        order = (order[1], order[0], *order[2:])
    return order[at]


def reply_to(asks: Asks, answer: Answer) -> Reply:
    """Which kind of reply fits."""
    if answer.mood is not None and answer.mood <= LOW_MOOD:
        return Reply.LOW
    if answer.craving is not None and answer.craving >= STRONG_CRAVING:
        return Reply.CRAVING
    return {Asks.GOAL: Reply.GOAL, Asks.QUESTION: Reply.QUESTION, Asks.HELLO: Reply.HELLO}.get(asks, Reply.PLAIN)


@lru_cache(maxsize=512)
def _shuffled(seed: str, nth: int, count: int) -> Sequence[int]:
    return tuple(sorted(range(count), key=lambda each: _number(f"{seed}:{nth}:{each}")))


def _number(text: str) -> int:
    # Not hash(): that differs from process to process.
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
