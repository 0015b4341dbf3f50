"""Which kind of help may fit: questions, a decision table, and the rule for what need not be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NewType

QuestionId = NewType("QuestionId", str)
AnswerId = NewType("AnswerId", str)
Answers = Mapping[QuestionId, AnswerId]

UNDER_18 = QuestionId("under_18")
YES = AnswerId("yes")
YOUNG = {UNDER_18: YES}
ROW = QuestionId("row")
OUTCOME = QuestionId("outcome")
"""What conditions may ask besides answers: whether the person is under 18, which row fitted, which outcome it has."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when every part of any alternative holds. No alternatives: it always holds.

    A part says which answers to a question fit; a question without an answer fits none.
    """

    alternatives: tuple[Mapping[QuestionId, frozenset[AnswerId]], ...] = ()

    def holds(self, facts: Answers) -> bool:
        """Whether it does."""
        return not self.alternatives or any(_fits(parts, facts) for parts in self.alternatives)

    def because(self, facts: Answers) -> frozenset[QuestionId]:
        """The questions of the parts that make it hold."""
        return frozenset(question for parts in self.alternatives if _fits(parts, facts) for question in parts)


def _fits(parts: Mapping[QuestionId, frozenset[AnswerId]], facts: Answers) -> bool:
    return all(facts.get(question) in answers for question, answers in parts.items())


@dataclass(frozen=True, slots=True)
class Question:
    """One question and its answers, in the order in which they are shown. It makes sense only when `when` holds."""

    id: QuestionId
    answers: tuple[AnswerId, ...]
    when: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True)
class End:
    """An answer after which nothing more is asked. Of the additions, only those named in `takes` are made."""

    outcome: str
    when: Condition
    takes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the decision table. `who` is what the row names, `when` its condition; `also` its own entries."""

    id: str
    who: Condition
    when: Condition
    outcome: str
    also: tuple[str, ...]

    def holds(self, facts: Answers) -> bool:
        """Whether the row fits."""
        return self.who.holds(facts) and self.when.holds(facts)


@dataclass(frozen=True, slots=True)
class Addition:
    """An entry of `also` and when it is made. The one named `ROWS_OWN` stands for the row's own entries."""

    entry: str
    when: Condition


ROWS_OWN = "row"


@dataclass(frozen=True, slots=True)
class Override:
    """Under `when`, whatever row fitted: this outcome instead, and these entries dropped."""

    when: Condition
    outcome: str
    drops: frozenset[str]


@dataclass(frozen=True, slots=True)
class Result:
    """What may fit: the outcome, what may fit too, and why, as `question=answer`.

    `row` is None after an early end. `notes` are said beside it; they are no options.
    """

    outcome: str
    also: tuple[str, ...]
    reasons: tuple[str, ...]
    row: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is said beside a result of the table."""

    id: str
    when: Condition


class WrongAnswers(ValueError):
    """Answers that the flow did not ask for, or lacks; the message names the question and never the answer."""


class Undecided(LookupError):
    """No row of the table fits; carries the answers."""


@dataclass(frozen=True)
class Flow:
    """The whole triage. Built from content, which proves the invariants of the house over every path.

    `pauses` are answers after which the crisis page stands in between, with a way on.
    """

    questions: tuple[Question, ...]
    ends: tuple[End, ...]
    pauses: Condition
    rows: tuple[Row, ...]
    additions: tuple[Addition, ...]
    override: Override
    remarks: tuple[Remark, ...] = ()

    @cached_property
    def start(self) -> Step:
        """The first step. Raises Undecided when the table leaves a gap."""
        return _Builder(self).build()

    def result(self, answers: Answers) -> Result:
        """What these answers come to; what was not asked has no answer. Raises Undecided when no row fits."""
        for end in self.ends:
            if end.when.holds(answers):
                return Result(end.outcome, self._also(end, answers), self._reasons(answers, end.when), None)
        row = next((row for row in self.rows if row.holds(answers)), None)
        if row is None:
            raise Undecided(dict(answers))
        also = self._also(row, answers)
        reasons = self._reasons(answers, row.who, row.when)
        notes = self._notes(row, answers)
        if not self.override.when.holds(answers):
            return Result(row.outcome, also, reasons, row.id, notes)
        kept = tuple(entry for entry in also if entry not in self.override.drops and entry != self.override.outcome)
        return Result(self.override.outcome, kept, (*reasons, f"{UNDER_18}={YES}"), row.id, notes)

    def has_ended(self, answers: Answers) -> bool:
        """Whether an answer was given after which nothing more is asked."""
        return any(end.when.holds(answers) for end in self.ends)

    def asked(self, answers: Answers) -> tuple[QuestionId, ...]:
        """The questions that these answers answer, in the order asked.

        Raises WrongAnswers for one that is missing, one too many, and an unknown question or answer.
        """
        self._check_known(answers)
        step, asked = self.start, list[QuestionId]()
        while step.question is not None:
            answer = answers.get(step.question.id)
            if answer is None:
                raise WrongAnswers(f"{step.question.id} would be asked, and has no answer")
            asked.append(step.question.id)
            step = step.after[answer]
        for question in answers:
            if question not in asked and question != UNDER_18:
                raise WrongAnswers(f"{question} is not asked after the other answers")
        return tuple(asked)

    def paths(self) -> Iterator[dict[QuestionId, AnswerId]]:
        """The answers of every path from the first question to the end, without and with `under_18`."""
        for answers in _walk(self.start, {}):
            yield answers
            yield {**answers, **YOUNG}

    def _check_known(self, answers: Answers) -> None:
        known = {question.id: question.answers for question in self.questions} | {UNDER_18: (YES,)}
        for question, answer in answers.items():
            if question not in known:
                raise WrongAnswers(f"there is no question with that name; there are {', '.join(known)}")
            if answer not in known[question]:
                raise WrongAnswers(f"{question} takes {', '.join(known[question])}")

    def _also(self, from_: Row | End, answers: Answers) -> tuple[str, ...]:
        facts: dict[QuestionId, AnswerId] = {**answers, OUTCOME: AnswerId(from_.outcome)}
        taken: frozenset[str] | None = None
        own: tuple[str, ...] = ()
        if isinstance(from_, Row):
            facts[ROW], own = AnswerId(from_.id), from_.also
        else:
            taken = from_.takes
        found: list[str] = []
        for addition in self.additions:
            if (taken is None or addition.entry in taken) and addition.when.holds(facts):
                found.extend(own if addition.entry == ROWS_OWN else (addition.entry,))
        return tuple(entry for entry in dict.fromkeys(found) if entry != from_.outcome)

    def _notes(self, row: Row, answers: Answers) -> tuple[str, ...]:
        facts: dict[QuestionId, AnswerId] = {**answers, ROW: AnswerId(row.id)}
        return tuple(remark.id for remark in self.remarks if remark.when.holds(facts))

    def _reasons(self, answers: Answers, *conditions: Condition) -> tuple[str, ...]:
        because = frozenset[QuestionId]().union(*(condition.because(answers) for condition in conditions))
        return tuple(f"{each.id}={answers[each.id]}" for each in self.questions if each.id in because)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a flow stands: the question to ask and what comes after each answer, or nothing more to ask.

    `remaining` is about how many questions are still to come, this one included.
    """

    question: Question | None
    after: Mapping[AnswerId, Step]
    remaining: float


_Outcome = tuple[str, tuple[str, ...]]
_LAST = Step(None, {}, 0.0)


class _Builder:
    """Leaves out every question that cannot change the outcome, nor what may fit too.

    What the answers come to, as a function of all of them, is drawn as a decision diagram in the order of the
    questions, in which a node whose branches are all equal is not drawn. Two functions are equal exactly when their
    diagrams are, so a question is asked exactly when some answer to it, whatever follows, can still matter.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._numbers: dict[object, int] = {}
        self._nodes: dict[int, tuple[int, tuple[int, ...]]] = {}

    def build(self) -> Step:
        """The first step."""
        return self._step(self._node(0, {}), {})

    def _node(self, index: int, answers: dict[QuestionId, AnswerId]) -> int:
        """The number of the function that is left after these answers; equal functions have equal numbers."""
        questions = self._flow.questions
        if index == len(questions) or self._flow.has_ended(answers):
            found = self._flow.result(answers)
            return self._number((found.outcome, found.also))
        question = questions[index]
        if not question.when.holds(answers):
            return self._node(index + 1, answers)
        branches = tuple(self._node(index + 1, {**answers, question.id: answer}) for answer in question.answers)
        if len(set(branches)) == 1:
            return branches[0]
        number = self._number((index, branches))
        self._nodes[number] = index, branches
        return number

    def _number(self, what: tuple[int, tuple[int, ...]] | _Outcome) -> int:
        return self._numbers.setdefault(what, len(self._numbers))

    def _step(self, number: int, answers: dict[QuestionId, AnswerId]) -> Step:
        if number not in self._nodes:
            return _LAST
        index, branches = self._nodes[number]
        question = self._flow.questions[index]
        after = {
            answer: self._step(branch, {**answers, question.id: answer})
            for answer, branch in zip(question.answers, branches, strict=True)
        }
        # Those who go on see the longer numbers; the early ends would make them too small.
        onward = [step.remaining for step in after.values() if step.question is not None]
        return Step(question, after, 1 + (sum(onward) / len(onward) if onward else 0.0))


def _walk(step: Step, answers: dict[QuestionId, AnswerId]) -> Iterator[dict[QuestionId, AnswerId]]:
    if step.question is None:
        yield answers
        return
    for answer, after in step.after.items():
        yield from _walk(after, {**answers, step.question.id: answer})


def position(asked: Sequence[QuestionId], step: Step) -> tuple[int, int]:
    """Which question this is, from 1, and about how many there will be."""
    return len(asked) + 1, len(asked) + max(1, round(step.remaining))


def entries(results: Iterable[Result]) -> frozenset[str]:
    """Everything that may stand in a result."""
    return frozenset(each for result in results for each in (result.outcome, *result.also))
