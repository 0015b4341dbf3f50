"""The triage without Discord: answers in, results out, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

from supportbot.domain.triage import AnswerId, Answers, Flow, QuestionId, WrongAnswers


def parse_answers(text: str) -> Answers:
    """From `question=answer,question=answer`. Raises WrongAnswers."""
    found: dict[QuestionId, AnswerId] = {}
    for part in text.split(","):
        question, equals, answer = (each.strip() for each in part.partition("="))
        if not (question and equals and answer):
            raise WrongAnswers("write answers as question=answer,question=answer")
        if question in found:
            raise WrongAnswers(f"{question} is answered twice")
        found[QuestionId(question)] = AnswerId(answer)
    return found


def result_of(flow: Flow, answers: Answers) -> dict[str, Any]:
    """`outcome`, `also`, `reasons` and `asked`. Raises WrongAnswers."""
    asked = flow.asked(answers)
    result = flow.result(answers)
    return {
        "outcome": result.outcome,
        "also": list(result.also),
        "reasons": list(result.reasons),
        "asked": list(asked),
    }


def results_of(flow: Flow, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One result a line, in order; for a line that cannot be answered `{"error": one sentence}`. Empty lines too."""
    for line in lines:
        try:
            yield result_of(flow, _answers(line))
        except WrongAnswers as error:
            yield {"error": str(error)}


def as_text(result: dict[str, Any]) -> str:
    """A result for people: ids only, one fact a line."""
    rest = (f"{name}: {', '.join(result[name]) or 'nothing'}" for name in ("also", "reasons", "asked"))
    return "\n".join([result["outcome"], *rest])


def _answers(line: str) -> Answers:
    try:
        given: object = json.loads(line, object_pairs_hook=_once)
    except (json.JSONDecodeError, RecursionError):
        raise WrongAnswers("not one JSON object of answers") from None
    if not isinstance(given, dict):
        raise WrongAnswers("not one JSON object of answers")
    answers = cast("dict[str, object]", given)
    for question, answer in answers.items():
        if not isinstance(answer, str):
            raise WrongAnswers(f"{_short(question)} must be answered with a text")
    return cast("Answers", answers)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for question, answer in pairs:
        if question in found:
            raise WrongAnswers(f"{_short(question)} is answered twice")
        found[question] = answer
    return found


def _short(name: str) -> str:
    return repr(name[:40])
