"""What somebody typed, looked at locally: words of crisis, and the wish to stop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from supportbot.domain.phrases import Families, Phrases, words_of
from supportbot.domain.spelling import END, Spelling, pieces


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's lists: phrases that mean crisis, their look-alikes, and messages that mean stop. Built by `of`."""

    crisis: Phrases
    harmless: Phrases
    stop: frozenset[tuple[str, ...]]
    spelling: Spelling

    @classmethod
    def of(
        cls,
        *,
        crisis: Iterable[str],
        stop: Iterable[str],
        harmless: Iterable[str] = (),
        families: Families | None = None,
        spelling: Spelling | None = None,
    ) -> Lexicon:
        """From phrases as `Phrases` reads them; those of `stop` are plain words."""
        used = spelling or Spelling.of(words=listed(crisis, stop, harmless, families or {}))
        return cls(
            Phrases(crisis, used, families),
            Phrases(harmless, used, families, across=False),
            frozenset(filter(None, (_words(used, phrase) for phrase in stop))),
            used,
        )

    def mean_crisis(self, found: Sequence[str]) -> bool:
        """Whether any crisis phrase stands in the pieces of a text, once look-alikes are taken out."""
        line: list[str | None] = [*self.spelling.line(found)]
        for start, end in list(self.harmless.spans(line)):
            line[start:end] = [word if word == END else None for word in line[start:end]]
        return self.crisis.stand_in(line) or any(
            self.crisis.stand_in([END, *apart, END])
            for word in line
            if word is not None and (apart := self.spelling.apart(word))
        )

    def mean_stop(self, found: Sequence[str]) -> bool:
        """Whether the pieces of a text are a wish to stop and nothing else."""
        return tuple(word for word in self.spelling.line(found) if word != END) in self.stop


@dataclass(frozen=True, slots=True)
class TypedWords:
    """Every language's lists. All are looked at, whichever language somebody uses elsewhere."""

    languages: tuple[Lexicon, ...]

    def mean_crisis(self, text: str) -> bool:
        """Whether the text means that somebody may be in danger."""
        found = pieces(text)
        return any(language.mean_crisis(found) for language in self.languages)

    def mean_stop(self, text: str) -> bool:
        """Whether the whole text is a wish to stop."""
        found = pieces(text)
        return any(language.mean_stop(found) for language in self.languages)


def listed(crisis: Iterable[str], stop: Iterable[str], harmless: Iterable[str], families: Families) -> set[str]:
    """Every word that stands in the lists of a language."""
    return words_of((*crisis, *stop, *harmless, *(word for words in families.values() for word in words)))


def _words(spelling: Spelling, phrase: str) -> tuple[str, ...]:
    return tuple(word for word in spelling.line(pieces(phrase)) if word != END)
