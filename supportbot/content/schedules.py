"""The words in which people say when, from data/schedule_words/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from supportbot.content.folders import Entry, File, Folders, Text
from supportbot.domain.schedule_words import ScheduleWords

FOLDER = "schedule_words"
Number = Annotated[int, Field(ge=0, le=59)]


class _Entry(Entry):
    weekdays: Annotated[tuple[tuple[Text, ...], ...], Field(min_length=7, max_length=7)]
    phrases: Mapping[Text, tuple[Text, ...]]
    numbers: Mapping[Text, Number]
    ordinals: Mapping[Text, Number]


def read(folders: Folders) -> tuple[ScheduleWords, ...]:
    """One vocabulary a language, by the language's name. Raises ContentError."""
    return tuple(map(_words, folders.each(FOLDER, ".toml")))


def _words(file: File) -> ScheduleWords:
    entry = file.entry(_Entry)
    return ScheduleWords.of(
        file.stem, weekdays=entry.weekdays, phrases=entry.phrases, numbers=entry.numbers, ordinals=entry.ordinals
    )
