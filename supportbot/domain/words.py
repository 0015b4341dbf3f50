"""What somebody typed, looked at locally: words of crisis, the wish to stop, and pleas for somebody to be there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from supportbot.domain.phrases import Families, Phrases, words_of
from supportbot.domain.spelling import END, Spelling, pieces
from supportbot.domain.weighing import Weights

MORE_SURE = 1.5
"""How much more a text must weigh in which a known look-alike stands."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's lists: phrases that mean crisis, their look-alikes, messages that mean stop, and those that mean
    crisis when nothing else is said, not even a filler. Built by `of`.
    """

    language: str
    crisis: Phrases
    harmless: Phrases
    stop: frozenset[tuple[str, ...]]
    alone: frozenset[tuple[str, ...]]
    spelling: Spelling

    @classmethod
    def of(
        cls,
        *,
        language: str,
        crisis: Iterable[str],
        stop: Iterable[str] = (),
        alone: Iterable[str] = (),
        harmless: Iterable[str] = (),
        families: Families | None = None,
        spelling: Spelling | None = None,
    ) -> Lexicon:
        """From phrases as `Phrases` reads them; those of `stop` and `alone` are plain words."""
        used = spelling or Spelling.of(words=listed(crisis, (*stop, *alone), harmless, families or {}))
        return cls(
            language,
            Phrases(crisis, used, families),
            Phrases(harmless, used, families, across=False),
            frozenset(filter(None, (_words(used.line(pieces(phrase))) for phrase in stop))),
            frozenset(filter(None, (_words(used.read(pieces(phrase))) for phrase in alone))),
            used,
        )

    def mean_crisis(self, found: Sequence[str]) -> bool:
        """Whether any crisis phrase stands in the pieces of a text, once look-alikes are taken out, or one is all of
        it.
        """
        if _words(self.spelling.read(found)) in self.alone:
            return True
        line: list[str | None] = [*self.spelling.line(found)]
        for start, end in list(self.harmless.spans(line)):
            line[start:end] = [word if word == END else None for word in line[start:end]]
        return self.crisis.stand_in(line) or any(
            self.crisis.stand_in([END, *apart, END])
            for word in line
            if word is not None and (apart := self.spelling.apart(word))
        )

    def has_look_alike(self, found: Sequence[str]) -> bool:
        """Whether something stands in the pieces of a text that only looks like crisis."""
        return self.harmless.stand_in([*self.spelling.line(found)])

    def mean_stop(self, found: Sequence[str]) -> bool:
        """Whether the pieces of a text are a wish to stop and nothing else."""
        return _words(self.spelling.line(found)) in self.stop


@dataclass(frozen=True, slots=True)
class TypedWords:
    """Every language's lists, and the weights of what is in none. All are looked at, whatever somebody speaks.

    `elsewhere`: crisis phrases of languages that the bot does not speak.
    """

    languages: tuple[Lexicon, ...]
    weights: Weights | None = None
    elsewhere: tuple[Lexicon, ...] = ()

    def mean_crisis(self, text: str) -> bool:
        """Whether the text means that somebody may be in danger: by a phrase, or by its weight."""
        found = pieces(text)
        if any(language.mean_crisis(found) for language in (*self.languages, *self.elsewhere)):
            return True
        if self.weights is None:
            return False
        alike = any(language.has_look_alike(found) for language in self.languages)
        return self.weights.weigh(text) >= self.weights.sure + (MORE_SURE if alike else 0.0)

    def mean_stop(self, text: str) -> bool:
        """Whether the whole text is a wish to stop."""
        found = pieces(text)
        return any(language.mean_stop(found) for language in self.languages)

    def language_of(self, text: str) -> str | None:
        """The language in whose lists the text is, the first if in several; None if in none."""
        found = pieces(text)
        fit = (each.language for each in self.languages if each.mean_crisis(found) or each.mean_stop(found))
        return next(fit, None)


@dataclass(frozen=True, slots=True)
class PleaList:
    """One language's pleas: phrases that ask for somebody to be there. Built by `of`."""

    language: str
    phrases: Phrases
    spelling: Spelling

    @classmethod
    def of(cls, language: str, phrases: Sequence[str]) -> PleaList:
        """From phrases as `Phrases` reads them."""
        spelling = Spelling.of(words=words_of(phrases))
        return cls(language, Phrases(phrases, spelling), spelling)


@dataclass(frozen=True, slots=True)
class Pleas:
    """Every language's pleas."""

    languages: tuple[PleaList, ...]

    def made_in(self, text: str) -> str | None:
        """The language in which the text is a plea, None if in none."""
        found = pieces(text)
        return next(
            (each.language for each in self.languages if each.phrases.stand_in(each.spelling.line(found))), None
        )


def listed(crisis: Iterable[str], stop: Iterable[str], harmless: Iterable[str], families: Families) -> set[str]:
    """Every word that stands in the lists of a language."""
    return words_of((*crisis, *stop, *harmless, *(word for words in families.values() for word in words)))


def _words(line: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in line if word != END)
