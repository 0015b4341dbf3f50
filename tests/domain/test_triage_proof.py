"""Each invariant of the triage, broken in the rules or in the engine: which one is named, where, and on which path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

import pytest

from supportbot.content import load_triage
from supportbot.domain.triage import (
    UNDER_18,
    Addition,
    AnswerId,
    Answers,
    Condition,
    End,
    Flow,
    Question,
    QuestionId,
    Row,
)
from supportbot.domain.triage_proof import Broken, prove

SHIPPED = load_triage()
ALWAYS = Condition()


def when(**parts: str) -> Condition:
    """Holds for these answers."""
    return Condition(({QuestionId(question): frozenset({AnswerId(answer)}) for question, answer in parts.items()},))


def rows(**changed: Row | None) -> Flow:
    """The shipped flow with other rows: `_5=None` is without row 5."""
    found = [changed.get(f"_{row.id}", row) for row in SHIPPED.rows]
    return replace(SHIPPED, rows=tuple(row for row in found if row is not None))


def row(number: int) -> Row:
    return SHIPPED.rows[number - 1]


def ends(*changed: End) -> Flow:
    return replace(SHIPPED, ends=changed)


def asking(*questions: Question) -> Flow:
    return replace(SHIPPED, questions=questions)


def without(*names: str) -> tuple[Question, ...]:
    return tuple(each for each in SHIPPED.questions if each.id not in names)


SAFETY, ABOUT, CONCERN, *LATER = SHIPPED.questions
DANGER, WITHDRAWAL, FEAR = SHIPPED.ends
LINES, *OTHER_ADDITIONS = SHIPPED.additions


def nobody_asks_about_safety() -> Flow:
    """Safety comes first in the file, and can no longer change anything."""
    lines = replace(LINES, when=when(row="7"))
    return replace(SHIPPED, ends=(WITHDRAWAL, FEAR), additions=(lines, *OTHER_ADDITIONS))


def crisis_as_a_row() -> Flow:
    """The outcome of withdrawal is right, and what else may fit is still asked for."""
    early = Row("0", when(withdrawal="now"), ALWAYS, "crisis", ())
    return replace(SHIPPED, ends=(DANGER, FEAR), rows=(early, *SHIPPED.rows))


def an_intervention_for_the_afraid() -> Flow:
    more = Addition("interventionist", when(family="unsafe"))
    fear = replace(FEAR, takes=FEAR.takes | {"interventionist"})
    return replace(SHIPPED, ends=(DANGER, WITHDRAWAL, fear), additions=(*SHIPPED.additions, more))


def lines_come_second() -> Flow:
    swapped = (OTHER_ADDITIONS[0], LINES, *OTHER_ADDITIONS[1:])
    return replace(SHIPPED, additions=swapped)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is refused: the number of the invariant, the key, words of the message, and part of the path, if any."""

    invariant: int
    key: str
    why: str
    path: dict[str, str] | None = None


FAULTS: dict[str, tuple[Callable[[], Flow], Fault]] = {
    "an answer too few": (
        lambda: asking(SAFETY, ABOUT, replace(CONCERN, answers=CONCERN.answers[:-1]), *LATER),
        Fault(3, "questions.concern", "these ids are not the fixed ones"),
    ),
    "a question too many": (
        lambda: asking(*SHIPPED.questions, Question(QuestionId("colour"), (AnswerId("red"), AnswerId("blue")))),
        Fault(3, "questions.colour", "these ids are not the fixed ones"),
    ),
    "questions missing": (
        lambda: asking(*without("tried", "family", "willing")),
        Fault(3, "questions.family", "this question is missing"),
    ),
    "another question first": (
        lambda: asking(ABOUT, SAFETY, CONCERN, *LATER),
        Fault(1, "questions.about", "safety is not the first question"),
    ),
    "no pause": (
        lambda: replace(SHIPPED, pauses=when(safety="unsure")),
        Fault(1, "pauses", "the crisis page is not shown", {"safety": "skip"}),
    ),
    "a row's outcome": (
        lambda: rows(_10=replace(row(10), outcome="rehab")),
        Fault(3, "rows.10.outcome", "nothing is called rehab"),
    ),
    "a row's entry": (
        lambda: rows(_10=replace(row(10), also=("family_support", "rehab"))),
        Fault(3, "rows.10.also", "nothing is called rehab"),
    ),
    "an end's outcome": (
        lambda: ends(replace(DANGER, outcome="rehab"), WITHDRAWAL, FEAR),
        Fault(3, "ends.rehab.outcome", "nothing is called rehab"),
    ),
    "the override's outcome": (
        lambda: replace(SHIPPED, override=replace(SHIPPED.override, outcome="rehab")),
        Fault(3, "override.outcome", "nothing is called rehab"),
    ),
    "a gap": (
        lambda: rows(_12=None),
        Fault(3, "rows", "no row fits", {"about": "someone_else", "willing": "yes"}),
    ),
    "a row out of reach": (
        lambda: rows(_5=replace(row(5), who=row(4).who), _4=replace(row(4), who=when(about="self"))),
        Fault(3, "rows.5", "no path reaches this row"),
    ),
    "an end out of reach": (
        lambda: ends(*SHIPPED.ends, replace(DANGER, outcome="own_choice")),
        Fault(3, "ends.own_choice", "no path reaches this end"),
    ),
    "safety of no consequence": (
        nobody_asks_about_safety,
        Fault(1, "questions", "safety is not asked first", {"about": "self"}),
    ),
    "danger comes to something else": (
        lambda: ends(replace(DANGER, outcome="therapist"), WITHDRAWAL, FEAR),
        Fault(1, "ends.therapist", "the outcome is not crisis", {"safety": "yes"}),
    ),
    "withdrawal comes to something else": (
        lambda: ends(DANGER, FEAR),
        Fault(1, "rows.5", "the outcome is not crisis", {"withdrawal": "now", "willing": "yes"}),
    ),
    "fear comes to something else": (
        lambda: ends(DANGER, WITHDRAWAL, replace(FEAR, outcome="own_choice")),
        Fault(1, "ends.own_choice", "the outcome is not safe_help", {"family": "unsafe"}),
    ),
    "more is asked after danger": (
        crisis_as_a_row,
        Fault(1, "questions", "more is asked after it", {"withdrawal": "now", "willing": "yes"}),
    ),
    "an end without danger": (
        lambda: ends(*SHIPPED.ends, End("own_choice", when(about="pressed"), frozenset())),
        Fault(1, "ends.own_choice", "it ends early without danger", {"about": "pressed"}),
    ),
    "the lines come second": (
        lines_come_second,
        Fault(2, "additions.crisis_lines", "crisis_lines is not the first entry", {"withdrawal": "yes"}),
    ),
    "no lines for those who skip": (
        lambda: replace(SHIPPED, additions=(replace(LINES, when=when(safety="unsure")), *OTHER_ADDITIONS)),
        Fault(2, "additions.crisis_lines", "crisis_lines is not the first entry", {"safety": "skip"}),
    ),
    "an intervention for the afraid": (
        an_intervention_for_the_afraid,
        Fault(4, "rows", "an intervention is offered", {"family": "unsafe", "about": "someone_else"}),
    ),
    "an intervention for the pressed": (
        lambda: rows(_1=replace(row(1), also=("interventionist",))),
        Fault(4, "rows.1", "an intervention is offered", {"about": "pressed"}),
    ),
    "an intervention by a child": (
        lambda: replace(SHIPPED, override=replace(SHIPPED.override, drops=frozenset({"assessment"}))),
        Fault(4, "rows.7", "an intervention is offered", {"about": "someone_else", "under_18": "yes"}),
    ),
    "an assessment arranged by a child": (
        lambda: replace(SHIPPED, override=replace(SHIPPED.override, drops=frozenset({"interventionist"}))),
        Fault(4, "override", "a child is told to arrange", {"about": "someone_else", "under_18": "yes"}),
    ),
    "a therapist found by a child": (
        lambda: replace(SHIPPED, override=replace(SHIPPED.override, outcome="therapist")),
        Fault(4, "override", "a child is told to arrange", {"about": "someone_else", "under_18": "yes"}),
    ),
    "both by a child": (
        lambda: replace(SHIPPED, override=replace(SHIPPED.override, outcome="both")),
        Fault(4, "rows.12", "an intervention is offered", {"about": "someone_else", "under_18": "yes"}),
    ),
}


@pytest.mark.parametrize("which", FAULTS)
def test_what_is_broken_is_named(which: str) -> None:
    make, fault = FAULTS[which]
    with pytest.raises(Broken) as refusal:
        prove(make())
    broken = refusal.value
    assert (broken.invariant, broken.key) == (fault.invariant, fault.key), broken
    assert str(broken).startswith(f"{fault.key}: breaks invariant {fault.invariant}: {fault.why}")
    if fault.path is None:
        assert broken.path is None
        return
    assert broken.path is not None
    assert fault.path.items() <= broken.path.items(), broken
    assert (UNDER_18 in broken.path) == ("under_18" in fault.path), broken
    assert str(broken).endswith(f"(path {', '.join(f'{each}={answer}' for each, answer in broken.path.items())})")


def test_what_breaks_nothing_is_taken() -> None:
    """The order of answers is free, and so is what somebody who wants help is offered."""
    free = asking(SAFETY, ABOUT, replace(CONCERN, answers=CONCERN.answers[::-1]), *LATER)
    assert prove(free) == prove(SHIPPED)
    assert prove(rows(_5=replace(row(5), also=()))).longest == 8


class AnswersNobodyAskedFor(Flow):
    """An engine that loses its way."""

    def paths(self) -> Iterator[dict[QuestionId, AnswerId]]:
        for path in super().paths():
            yield {**path, QuestionId("tried"): AnswerId("yes")} if path.get(QuestionId("about")) == "self" else path


class AsksOnAndOn(Flow):
    """An engine that asks one question twice."""

    def asked(self, answers: Answers) -> tuple[QuestionId, ...]:
        asked = super().asked(answers)
        return (*asked, asked[-1]) if len(asked) == 8 else asked


@pytest.mark.parametrize(
    ("engine", "why"),
    [
        (AnswersNobodyAskedFor, "tried is not asked after the other answers"),
        (AsksOnAndOn, "more than 8 questions"),
    ],
)
def test_3_an_engine_at_fault_is_found_too(engine: type[Flow], why: str) -> None:
    flow = engine(**{each.name: getattr(SHIPPED, each.name) for each in fields(SHIPPED)})
    with pytest.raises(Broken, match=f"questions: breaks invariant 3: {why}") as refusal:
        prove(flow)
    assert (refusal.value.invariant, refusal.value.key) == (3, "questions")
    assert refusal.value.path is not None
