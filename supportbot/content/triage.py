"""The triage file: read, put together, and proven over every path."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from pydantic import Field

from supportbot.content.folders import Entry, File, Folders, Text
from supportbot.domain.triage import (
    OUTCOME,
    ROW,
    ROWS_OWN,
    UNDER_18,
    YES,
    Addition,
    AnswerId,
    Condition,
    End,
    Flow,
    Override,
    Question,
    QuestionId,
    Remark,
    Row,
)
from supportbot.domain.triage_proof import ENTRIES, OUTCOMES, Broken, prove

FILE = "triage.toml"

_Parts = Mapping[Text, tuple[Text, ...]]
_When = tuple[_Parts, ...]


class _QuestionEntry(Entry):
    id: Text
    answers: tuple[Text, ...] = Field(min_length=2)
    when: _When = ()


class _EndEntry(Entry):
    outcome: Text
    when: _When = Field(min_length=1)
    takes: tuple[Text, ...]


class _PausesEntry(Entry):
    when: _When = Field(min_length=1)


class _RowEntry(Entry):
    id: Text
    who: _Parts = Field(min_length=1)
    when: _When = ()
    outcome: Text
    also: tuple[Text, ...] = ()


class _AdditionEntry(Entry):
    entry: Text
    when: _When = ()


class _OverrideEntry(Entry):
    when: _When = Field(min_length=1)
    outcome: Text
    drops: tuple[Text, ...]


class _RemarkEntry(Entry):
    id: Text
    when: _When = Field(min_length=1)


class _SourcesEntry(Entry):
    reviewed_on: date
    of: Mapping[Text, tuple[Text, ...]]


class _TriageEntry(Entry):
    sets: Mapping[Text, tuple[Text, ...]]
    questions: tuple[_QuestionEntry, ...] = Field(min_length=1)
    ends: tuple[_EndEntry, ...]
    pauses: _PausesEntry
    rows: tuple[_RowEntry, ...] = Field(min_length=1)
    additions: tuple[_AdditionEntry, ...]
    override: _OverrideEntry
    notes: tuple[_RemarkEntry, ...] = ()
    sources: _SourcesEntry


NOTES = ("one_talk", "prescribed_medicine")
"""The remarks that there are words for."""


def read(folders: Folders, references: Collection[str]) -> Flow:
    """The flow of the file that counts; its sources must be among these keys.

    Raises ContentError, which names file and key, and for a broken invariant the path that breaks it.
    """
    file = folders.one(FILE)
    entry = file.entry(_TriageEntry)
    flow = _Builder(file, entry).flow()
    _check_sources(file, entry.sources, references)
    try:
        prove(flow)
    except Broken as error:
        raise file.wrong(str(error)) from None
    return flow


def _check_sources(file: File, sources: _SourcesEntry, references: Collection[str]) -> None:
    known = {*OUTCOMES, *ENTRIES, *NOTES}
    for about, keys in sources.of.items():
        if about not in known:
            raise file.wrong(f"sources: nothing is called {about}")
        for key in keys:
            if key not in references:
                raise file.wrong(f"sources.{about}: no reference called {key}")


class _Builder:
    def __init__(self, file: File, entry: _TriageEntry) -> None:
        self._file = file
        self._entry = entry
        self._answers = {question.id: question.answers for question in entry.questions}
        self._answers |= {
            UNDER_18: (YES,),
            ROW: tuple(row.id for row in entry.rows),
            OUTCOME: OUTCOMES,
        }

    def flow(self) -> Flow:
        self._once("questions", [question.id for question in self._entry.questions])
        self._once("rows", [row.id for row in self._entry.rows])
        self._once("additions", [addition.entry for addition in self._entry.additions])
        return Flow(
            questions=tuple(self._questions()),
            ends=tuple(
                End(each.outcome, self._condition(f"ends.{each.outcome}", each.when), self._takes(each))
                for each in self._entry.ends
            ),
            pauses=self._condition("pauses", self._entry.pauses.when),
            rows=tuple(self._row(row) for row in self._entry.rows),
            additions=tuple(self._addition(each) for each in self._entry.additions),
            override=Override(
                self._condition("override", self._entry.override.when),
                self._entry.override.outcome,
                frozenset(self._entries("override.drops", self._entry.override.drops)),
            ),
            remarks=tuple(self._remark(each) for each in self._entry.notes),
        )

    def _questions(self) -> Iterator[Question]:
        before: list[str] = []
        for each in self._entry.questions:
            key = f"questions.{each.id}"
            self._once(f"{key}.answers", each.answers)
            condition = self._condition(key, each.when)
            for question in (question for parts in condition.alternatives for question in parts):
                if question not in before:
                    raise self._file.wrong(f"{key}.when: {question} is not asked before")
            before.append(each.id)
            yield Question(QuestionId(each.id), tuple(map(AnswerId, each.answers)), condition)

    def _row(self, entry: _RowEntry) -> Row:
        key = f"rows.{entry.id}"
        who = self._condition(f"{key}.who", (entry.who,))
        when = self._condition(f"{key}.when", entry.when)
        return Row(entry.id, who, when, entry.outcome, entry.also)

    def _takes(self, entry: _EndEntry) -> frozenset[str]:
        return frozenset(self._entries(f"ends.{entry.outcome}.takes", entry.takes))

    def _addition(self, entry: _AdditionEntry) -> Addition:
        if entry.entry != ROWS_OWN:
            self._entries(f"additions.{entry.entry}", [entry.entry])
        return Addition(entry.entry, self._condition(f"additions.{entry.entry}", entry.when))

    def _remark(self, entry: _RemarkEntry) -> Remark:
        if entry.id not in NOTES:
            raise self._file.wrong(f"notes: nothing is called {entry.id}; there are {', '.join(NOTES)}")
        return Remark(entry.id, self._condition(f"notes.{entry.id}", entry.when))

    def _entries(self, key: str, given: tuple[str, ...] | list[str]) -> tuple[str, ...]:
        for each in given:
            if each not in ENTRIES:
                raise self._file.wrong(f"{key}: nothing is called {each}; there are {', '.join(ENTRIES)}")
        return tuple(given)

    def _condition(self, key: str, when: _When) -> Condition:
        return Condition(
            tuple(
                {
                    QuestionId(question): frozenset(self._named(key, question, answers))
                    for question, answers in one.items()
                }
                for one in when
            )
        )

    def _named(self, key: str, question: str, answers: tuple[str, ...]) -> Iterator[AnswerId]:
        known = self._answers.get(question)
        if known is None:
            raise self._file.wrong(f"{key}: no question is called {question}")
        for answer in answers:
            meant = self._entry.sets.get(answer[1:]) if answer.startswith("@") else (answer,)
            if meant is None:
                raise self._file.wrong(f"{key}.{question}: no set is called {answer}")
            for each in meant:
                if each not in known:
                    raise self._file.wrong(
                        f"{key}.{question}: no answer is called {each}; there are {', '.join(known)}"
                    )
                yield AnswerId(each)

    def _once(self, key: str, ids: tuple[str, ...] | list[str]) -> None:
        twice = {each for each in ids if ids.count(each) > 1}
        if twice:
            raise self._file.wrong(f"{key}: {min(twice)} is there twice")
