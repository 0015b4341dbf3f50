"""What the program ships with is read and proven once a session, and what is searched in built once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import pytest

from supportbot import content
from supportbot.content import folders
from supportbot.domain.knowledge import Knowledge
from supportbot.domain.searching import SearchWords
from supportbot.services import library

Built = TypeVar("Built")
Build = Callable[[Knowledge, Mapping[str, SearchWords]], Built]


def use_shipped_once(patch: pytest.MonkeyPatch) -> None:
    """From now on, until the patch is undone. An operator's content is read and built as always."""
    load, kept = content.load, dict[object, content.Content]()

    def load_once(override: Path | None = None) -> content.Content:
        if override is not None:
            return load(override)
        # By what finds the files, which some tests exchange.
        if folders.files not in kept:
            kept[folders.files] = load()
        return kept[folders.files]

    def once(build: Build[Built]) -> Build[Built]:
        built: dict[int, Built] = {}

        def build_once(knowledge: Knowledge, searching: Mapping[str, SearchWords]) -> Built:
            if not any(knowledge is each.knowledge and searching is each.searching for each in kept.values()):
                return build(knowledge, searching)
            if id(knowledge) not in built:
                built[id(knowledge)] = build(knowledge, searching)
            return built[id(knowledge)]

        return build_once

    patch.setattr(content, "load", load_once)
    patch.setattr(library, "index_of", once(library.index_of))
    patch.setattr(library, "mentions_of", once(library.mentions_of))
