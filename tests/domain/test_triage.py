"""Every combination of answers, every path, and each invariant over all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from supportbot.content import load_triage
from supportbot.domain.triage import (
    UNDER_18,
    YES,
    YOUNG,
    AnswerId,
    Answers,
    Flow,
    QuestionId,
    Step,
    WrongAnswers,
    position,
)
from supportbot.domain.triage_proof import prove
from tests.domain import triage_oracle as oracle


@pytest.fixture(scope="module")
def flow() -> Flow:
    return load_triage()


def ids(answers: dict[str, str]) -> Answers:
    return {QuestionId(question): AnswerId(answer) for question, answer in answers.items()}


def walked(flow: Flow, everything: dict[str, str]) -> dict[str, str]:
    """What somebody with these answers ready is asked, and answers."""
    step, given = flow.start, dict[str, str]()
    while step.question is not None:
        given[step.question.id] = everything[step.question.id]
        step = step.after[AnswerId(given[step.question.id])]
    return given


def test_every_combination_of_answers_comes_to_what_the_table_says(
    flow: Flow, record_property: Callable[..., None]
) -> None:
    combinations, rows, outcomes = 0, set[int | None](), set[str]()
    for everything in oracle.everything():
        given = walked(flow, everything)
        for under_18 in (False, True):
            combinations += 1
            answers = ids(given) | ({UNDER_18: YES} if under_18 else {})
            result = flow.result(answers)
            # What was left out as of no consequence is of none for outcome and row, and is no reason.
            outcome, also, _, row = oracle.judge(oracle.heard(everything), under_18=under_18)
            reasons = oracle.judge(given, under_18=under_18)[2]
            assert (result.outcome, list(result.also)) == (outcome, also), answers
            assert (list(result.reasons), result.row) == (reasons, None if row is None else str(row)), answers
            assert list(result.notes) == oracle.notes(given, row), answers
            rows.add(row)
            outcomes.add(outcome)
    record_property("combinations", combinations)
    print(f"combinations of answers: {combinations}")  # noqa: T201
    assert combinations == 2 * 4 * 3 * 6 * 4 * 3 * 3 * 2 * 2
    assert rows == {None, *range(1, 13)}
    assert outcomes == {
        "crisis", "safe_help", "own_choice", "peer_support", "therapist", "interventionist", "both", "family_support",
        "trusted_adult",
    }  # fmt: skip


def test_every_question_that_is_asked_can_matter_and_no_other_can(flow: Flow) -> None:
    """By brute force, at every point of every path."""
    seen = set[tuple[tuple[str, str], ...]]()
    asked_at_some_time = set[str]()

    def look(step: Step, given: dict[str, str], after: int) -> None:
        if tuple(given.items()) in seen:
            return
        seen.add(tuple(given.items()))
        wanted = None if step.question is None else step.question.id
        for question in oracle.ORDER[after:]:
            if oracle.ends(given) or not oracle.makes_sense(question, given):
                continue
            if question == wanted:
                assert matters(given, question), f"{question} is asked after {given}"
                break
            assert not matters(given, question), f"{question} is not asked after {given}"
        if step.question is None:
            return
        asked_at_some_time.add(step.question.id)
        for answer, further in step.after.items():
            look(further, {**given, step.question.id: answer}, oracle.ORDER.index(step.question.id) + 1)

    @cache
    def remembered(given: tuple[tuple[str, str], ...], question: str) -> bool:
        return oracle.matters(dict(given), question)

    def matters(given: dict[str, str], question: str) -> bool:
        return remembered(tuple(given.items()), question)

    look(flow.start, {}, 0)
    assert asked_at_some_time == set(oracle.ORDER)


def test_when_worsening_and_tried_are_asked(flow: Flow) -> None:
    """As the description says it in words."""
    for path in flow.paths():
        if UNDER_18 in path:
            continue
        about, concern, willing = (path.get(QuestionId(each)) for each in ("about", "concern", "willing"))
        addictive = concern in oracle.ADDICTIVE
        other = about == "someone_else"
        worsening = (
            (about == "self" and willing == "no")
            or (
                other
                and addictive
                and (willing == "unsure" or (willing == "no" and path[QuestionId("family")] == "no"))
            )
            or (other and concern == "mental_health" and willing == "no")
        ) and path.get(QuestionId("withdrawal")) != "now"
        assert (QuestionId("worsening") in path) == worsening, path
        harder = path.get(QuestionId("worsening"))
        tried = other and worsening and harder == ("no" if addictive else "yes")
        assert (QuestionId("tried") in path) == tried, path


def test_invariant_1_safety_first_and_danger_ends_it(flow: Flow) -> None:
    for path in flow.paths():
        asked = flow.asked(path)
        assert asked[0] == "safety"
        for question, answer, outcome in (
            ("safety", "yes", "crisis"), ("withdrawal", "now", "crisis"), ("family", "unsafe", "safe_help")
        ):  # fmt: skip
            if path.get(QuestionId(question)) == answer:
                assert asked[-1] == question
                assert flow.result(path).outcome == outcome
                break
        else:
            assert flow.result(path).outcome not in {"crisis", "safe_help"}
    for answer in ("no", "yes", "unsure", "skip"):
        assert flow.pauses.holds(ids({"safety": answer})) == (answer in {"unsure", "skip"})


def test_invariant_2_crisis_lines_first(flow: Flow) -> None:
    for path in flow.paths():
        result = flow.result(path)
        if path[QuestionId("safety")] in {"unsure", "skip"} and result.outcome != "crisis":
            assert result.also[0] == "crisis_lines"


def test_invariant_3_one_outcome_short_paths_no_entry_twice(flow: Flow) -> None:
    proven = prove(flow)
    paths = list(flow.paths())
    assert proven.paths == len(paths) == len({tuple(path.items()) for path in paths})
    print(f"paths: {len(paths)}")  # noqa: T201
    lengths = dict.fromkeys((None, "self", "someone_else", "pressed"), 0)
    for path in paths:
        result = flow.result(path)
        assert len(set(result.also)) == len(result.also)
        assert result.outcome not in result.also
        about = path.get(QuestionId("about"))
        lengths[about] = max(lengths[about], len(flow.asked(path)))
    assert max(lengths.values()) == proven.longest == 8
    assert lengths["self"] == 6


def test_invariant_4_nothing_is_arranged_for_the_afraid_the_pressed_and_the_young(flow: Flow) -> None:
    offered = 0
    for path in flow.paths():
        result = flow.result(path)
        arranged = {"interventionist", "both"} & {result.outcome, *result.also}
        offered += bool(arranged)
        unsafe, pressed = path.get(QuestionId("family")) == "unsafe", path.get(QuestionId("about")) == "pressed"
        assert not (arranged and (unsafe or pressed or UNDER_18 in path)), path
    assert offered, "or nobody is ever told of it"


def test_being_under_18_changes_no_question(flow: Flow) -> None:
    paths = list(flow.paths())
    for path in paths:
        assert flow.asked(path) == tuple(each for each in path if each != UNDER_18)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({}, "safety would be asked"),
        ({"safety": "no", "about": "self"}, "concern would be asked"),
        ({"safety": "yes", "about": "self"}, "about is not asked after the other answers"),
        ({"safety": "maybe"}, "safety takes no, yes, unsure, skip"),
        ({"safety": "yes", "colour": "blue"}, "there is no question with that name"),
        ({"safety": "yes", "under_18": "no"}, "under_18 takes yes"),
        (
            {"safety": "no", "about": "self", "concern": "life", "willing": "yes", "tried": "no"},
            "tried is not asked after the other answers",
        ),
    ],
)
def test_answers_that_do_not_fit_are_named(flow: Flow, answers: dict[str, str], why: str) -> None:
    with pytest.raises(WrongAnswers, match=why) as refusal:
        flow.asked(ids(answers))
    assert "blue" not in str(refusal.value)
    assert "maybe" not in str(refusal.value)


def test_no_entry_is_the_outcome_itself(flow: Flow) -> None:
    """Also where an operator's rules name one twice, or put an outcome over the row's that is among its entries."""
    answers = ids({"safety": "no", "about": "someone_else", "concern": "life", "family": "no", "willing": "yes"})
    assert (flow.result(answers).outcome, flow.result(answers).also) == ("therapist", ("family_support",))
    rows = tuple(replace(row, also=("family_support", row.outcome, "family_support")) for row in flow.rows)
    assert replace(flow, rows=rows).result(answers).also == ("family_support",)
    young = replace(flow, override=replace(flow.override, outcome="family_support")).result({**answers, **YOUNG})
    assert (young.outcome, young.also) == ("family_support", ("youth_lines",))


def test_about_how_many_questions_are_to_come(flow: Flow) -> None:
    """The mean over the answers after which more is asked; those that end it would make a long way look short."""

    def to_come(step: Step) -> float:
        further = [to_come(after) for after in step.after.values() if after.question is not None]
        return 1 + (sum(further) / len(further) if further else 0)

    def shown(*given: str) -> tuple[int, int]:
        step, asked = flow.start, list[QuestionId]()
        for answer in given:
            assert step.question is not None
            assert step.remaining == pytest.approx(to_come(step))
            asked.append(step.question.id)
            step = step.after[AnswerId(answer)]
        return position(asked, step)

    assert shown() == (1, 6)
    assert shown("no", "self") == (3, 6)
    assert shown("no", "self", "life") == (4, 5)
    assert shown("no", "self", "life", "no") == (5, 5)
    assert shown("no", "someone_else", "mental_health", "no", "no") == (6, 7)
    assert shown("no", "someone_else", "mental_health", "no", "no", "yes") == (7, 7)


def test_how_far_one_is_never_goes_back(flow: Flow) -> None:
    for path in flow.paths():
        step, asked = flow.start, list[QuestionId]()
        while step.question is not None:
            number, of = position(asked, step)
            assert number == len(asked) + 1
            assert number <= of <= 8
            asked.append(step.question.id)
            step = step.after[path[step.question.id]]
