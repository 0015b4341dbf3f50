"""What search has to know of a language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchWords:
    """A language's own: `stemmer` is the Snowball algorithm that takes endings off, None where there is none.

    `passed_over` says nothing of what is looked for. Each group of `alike` holds words that people use for one thing,
    the everyday and the learned ones; a word can be in several.
    `everyday` are names of entries that people mostly use for something else; `in_small_letters` are abbreviations that
    mean nothing else, so that they are known without their capitals.
    """

    language: str
    stemmer: str | None = None
    passed_over: frozenset[str] = frozenset()
    alike: tuple[tuple[str, ...], ...] = ()
    everyday: frozenset[str] = frozenset()
    in_small_letters: frozenset[str] = frozenset()
