"""What the program ships with is read and proven once a session, and what is searched in built once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TypeVar

import pytest

from supportbot import content
from supportbot.content import Content, folders
from supportbot.content.folders import AS_SHIPPED, File, Folders
from supportbot.domain.knowledge import Knowledge
from supportbot.domain.searching import SearchWords
from supportbot.domain.triage import Answers, Flow
from supportbot.domain.words import TypedWords
from supportbot.services import library

Built = TypeVar("Built")
Build = Callable[[Knowledge, Mapping[str, SearchWords]], Built]
BESIDE_TYPED = ("typed_elsewhere.toml", "weights.toml")


class ShippedOnce:
    """From now on, until the patch is undone. What an operator's folder changes is read and built as always."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._load, self._read, self._typed = content.load, content.triage.read, content._Loader._typed
        self._kept: dict[object, Content] = {}
        self._flows: dict[object, Flow] = {}
        self._shown, self._texts = content.unsaid._shown, dict[int, dict[str, Answers]]()
        self._words: dict[object, TypedWords] = {}

        def typed(loader: content._Loader) -> TypedWords:
            return self.typed(loader)

        patch.setattr(content, "load", self.load)
        patch.setattr(content.triage, "read", self.read)
        patch.setattr(content._Loader, "_typed", typed)
        patch.setattr(content.unsaid, "_shown", self.shown)
        patch.setattr(library, "index_of", self.once(library.index_of))
        patch.setattr(library, "mentions_of", self.once(library.mentions_of))

    def load(self, override: Path | None = None) -> Content:
        """As `content.load`."""
        if override is not None:
            return self._load(override)
        # By what finds the files, which some tests exchange.
        if folders.files not in self._kept:
            self._kept[folders.files] = self._load()
        return self._kept[folders.files]

    def read(self, folders: Folders, references: Collection[str]) -> Flow:
        """As `triage.read`."""
        file = _shipped(folders.one(content.triage.FILE))
        if file is None:
            return self._read(folders, references)
        known = (file, frozenset(references))
        if known not in self._flows:
            self._flows[known] = self._read(folders, references)
        return self._flows[known]

    def shown(self, flow: Flow) -> dict[str, Answers]:
        """The texts that a result can show."""
        if not any(flow is each for each in self._flows.values()):
            return self._shown(flow)
        if id(flow) not in self._texts:
            self._texts[id(flow)] = self._shown(flow)
        return self._texts[id(flow)]

    def typed(self, loader: content._Loader) -> TypedWords:
        """The words that mean something when they are typed."""
        found = loader._folders
        files = tuple(map(_shipped, [*found.each("typed", ".toml"), *map(found.one, BESIDE_TYPED)]))
        if None in files:
            return self._typed(loader)
        if files not in self._words:
            self._words[files] = self._typed(loader)
        return self._words[files]

    def once(self, build: Build[Built]) -> Build[Built]:
        """What is built of the entries, and of the words that searching knows."""
        built: dict[int, Built] = {}

        def build_once(knowledge: Knowledge, searching: Mapping[str, SearchWords]) -> Built:
            shipped = self._kept.values()
            if not any(knowledge is each.knowledge and searching is each.searching for each in shipped):
                return build(knowledge, searching)
            if id(knowledge) not in built:
                built[id(knowledge)] = build(knowledge, searching)
            return built[id(knowledge)]

        return build_once


def _shipped(file: File) -> str | None:
    """Where a file is that nobody has replaced."""
    return str(file.place) if file.whose == AS_SHIPPED else None
