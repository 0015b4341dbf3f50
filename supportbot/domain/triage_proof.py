"""The invariants of the triage, proven over every path before anybody is asked anything.

The numbers are those under which docs/triage.md explains them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from supportbot.domain.triage import (
    UNDER_18,
    AnswerId,
    Answers,
    Flow,
    QuestionId,
    Result,
    Undecided,
    WrongAnswers,
)

CRISIS = "crisis"
SAFE_HELP = "safe_help"
CRISIS_LINES = "crisis_lines"
TRUSTED_ADULT = "trusted_adult"
ASSESSMENT = "assessment"
ARRANGED = frozenset({"interventionist", "both"})
"""What is never offered where somebody is afraid or pressed, nor to somebody under 18."""

LONGEST = 8

QUESTIONS: dict[QuestionId, tuple[AnswerId, ...]] = {
    QuestionId(question): tuple(map(AnswerId, answers))
    for question, answers in (
        ("safety", ("no", "yes", "unsure", "skip")),
        ("about", ("self", "someone_else", "pressed")),
        ("concern", ("substance", "behaviour", "mental_health", "combined", "life", "unsure")),
        ("withdrawal", ("no", "yes", "unsure", "now")),
        ("family", ("no", "yes", "unsafe")),
        ("willing", ("yes", "unsure", "no")),
        ("worsening", ("yes", "no")),
        ("tried", ("yes", "no")),
    )
}
"""Ids of questions and answers. They are fixed: the invariants, and whoever reads the command line, rely on them."""

OUTCOMES = (
    "crisis", "safe_help", "own_choice", "peer_support", "therapist", "interventionist", "both", "family_support",
    "trusted_adult",
)  # fmt: skip
ENTRIES = (
    "crisis_lines", "medical_first", "youth_lines", "therapist", "peer_support", "family_support", "interventionist",
    "assessment", "harm_reduction",
)  # fmt: skip
"""What may stand in `also`."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What was walked to prove the invariants."""

    paths: int
    longest: int


class Broken(ValueError):
    """An invariant does not hold. `key` names the part of the flow, `path` the answers that break it, if any do."""

    def __init__(self, invariant: int, why: str, *, key: str, path: Answers | None = None) -> None:
        way = "" if path is None else f" (path {', '.join(f'{each}={path[each]}' for each in path)})"
        super().__init__(f"{key}: breaks invariant {invariant}: {why}{way}")
        self.invariant, self.key, self.path = invariant, key, path


def prove(flow: Flow) -> Proven:
    """Walk every path, without and with `under_18`. Raises Broken."""
    _check_ids(flow)
    _check_pauses(flow)
    try:
        paths = list(flow.paths())
    except Undecided as gap:
        raise Broken(3, "no row fits", key="rows", path=gap.args[0]) from None
    fitted: set[str] = set()
    ended: set[str] = set()
    for path in paths:
        result = flow.result(path)
        _crisis_first(flow, path, result)
        _crisis_lines_first(path, result)
        _nothing_arranged(path, result)
        _no_errand_for_a_child(path, result)
        _short(flow, path)
        (ended if result.row is None else fitted).add(result.row or result.outcome)
    for row in flow.rows:
        if row.id not in fitted:
            raise Broken(3, "no path reaches this row", key=f"rows.{row.id}")
    for end in flow.ends:
        if end.outcome not in ended:
            raise Broken(3, "no path reaches this end", key=f"ends.{end.outcome}")
    return Proven(len(paths), max(len(path) - (UNDER_18 in path) for path in paths))


def _check_ids(flow: Flow) -> None:
    asked = {question.id: question.answers for question in flow.questions}
    for question, answers in asked.items():
        if sorted(answers) != sorted(QUESTIONS.get(question, ())):
            raise Broken(3, "these ids are not the fixed ones", key=f"questions.{question}")
    if missing := QUESTIONS.keys() - asked.keys():
        raise Broken(3, "this question is missing", key=f"questions.{min(missing)}")
    if flow.questions[0].id != "safety":
        raise Broken(1, "safety is not the first question", key=f"questions.{flow.questions[0].id}")
    _check_results(flow)


def _check_pauses(flow: Flow) -> None:
    """1: whoever is not sure that nobody is in danger sees the crisis page before the next question."""
    for answer in ("unsure", "skip"):
        answers = {QuestionId("safety"): AnswerId(answer)}
        if not flow.pauses.holds(answers):
            raise Broken(1, "the crisis page is not shown", key="pauses", path=answers)


def _check_results(flow: Flow) -> None:
    for row in flow.rows:
        _known(f"rows.{row.id}.outcome", [row.outcome], OUTCOMES)
        _known(f"rows.{row.id}.also", row.also, ENTRIES)
    for end in flow.ends:
        _known(f"ends.{end.outcome}.outcome", [end.outcome], OUTCOMES)
    _known("override.outcome", [flow.override.outcome], OUTCOMES)


def _known(key: str, given: Collection[str], known: Collection[str]) -> None:
    for each in given:
        if each not in known:
            raise Broken(3, f"nothing is called {each}", key=key)


def _crisis_first(flow: Flow, path: Answers, result: Result) -> None:
    """1: danger ends in the crisis page, fear in safe help, and nothing more is asked."""
    asked = list(path)
    if asked[0] != "safety":
        raise Broken(1, "safety is not asked first", key="questions", path=path)
    for question, answer, outcome in (
        ("safety", "yes", CRISIS),
        ("withdrawal", "now", CRISIS),
        ("family", "unsafe", SAFE_HELP),
    ):
        if path.get(QuestionId(question)) == answer:
            if result.outcome != outcome:
                raise Broken(1, f"the outcome is not {outcome}", key=_of(flow, result), path=path)
            if [each for each in asked if each != UNDER_18][-1] != question:
                raise Broken(1, "more is asked after it", key="questions", path=path)
            return
    if result.row is None:
        raise Broken(1, "it ends early without danger", key=_of(flow, result), path=path)


def _crisis_lines_first(path: Answers, result: Result) -> None:
    """2: whoever was not sure that nobody is in danger sees the lines first, also under 18."""
    if path[QuestionId("safety")] not in {"unsure", "skip"} or result.outcome == CRISIS:
        return
    if result.also[:1] != (CRISIS_LINES,):
        raise Broken(2, "crisis_lines is not the first entry", key="additions.crisis_lines", path=path)


def _nothing_arranged(path: Answers, result: Result) -> None:
    """4: no planned intervention where somebody is afraid, is pressed, or is under 18."""
    unsafe = path.get(QuestionId("family")) == "unsafe"
    pressed = path.get(QuestionId("about")) == "pressed"
    if (unsafe or pressed or UNDER_18 in path) and ARRANGED & {result.outcome, *result.also}:
        raise Broken(
            4, "an intervention is offered", key="rows" if result.row is None else f"rows.{result.row}", path=path
        )


def _no_errand_for_a_child(path: Answers, result: Result) -> None:
    """4: somebody under 18 who asks for another person is led to a grown-up, and arranges nothing."""
    if UNDER_18 not in path or path.get(QuestionId("about")) != "someone_else" or result.row is None:
        return
    if result.outcome != TRUSTED_ADULT or ASSESSMENT in result.also:
        raise Broken(4, "a child is told to arrange something for somebody else", key="override", path=path)


def _short(flow: Flow, path: Answers) -> None:
    """3: short, and the path is the one that its own answers lead to."""
    try:
        asked = flow.asked(path)
    except WrongAnswers as error:
        raise Broken(3, str(error), key="questions", path=path) from None
    if len(asked) > LONGEST:
        raise Broken(3, f"more than {LONGEST} questions", key="questions", path=path)


def _of(flow: Flow, result: Result) -> str:
    if result.row is not None:
        return f"rows.{result.row}"
    return next((f"ends.{end.outcome}" for end in flow.ends if end.outcome == result.outcome), "ends")
