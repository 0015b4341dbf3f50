"""What somebody typed, looked at locally: words of crisis, the wish to stop, and pleas for somebody to be there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from supportbot.domain.phrases import Families, Phrases, words_of
from supportbot.domain.spelling import END, Spelling, pieces
from supportbot.domain.weighing import Weights

FEWEST_BEGUN, FEWEST_TYPED = 3, 4
"""Of a word that is still being typed, and of all that is typed: fewer letters are the beginning of too much."""
LONGEST_BEFORE = 60
"""How many letters before an unfinished word are looked at."""
LONGEST_ALONE = 40
"""In how many pieces a text is at most that is a listed one and nothing else, punctuation and all."""
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
        if len(found) <= LONGEST_ALONE and _words(self.spelling.read(found)) in self.alone:
            return True
        line: list[str | None] = [*self.spelling.line(found)]
        for start, end in list(self.harmless.spans(line)):
            line[start:end] = [word if word == END else None for word in line[start:end]]
        return self.crisis.stand_in(line) or any(
            self.crisis.stand_in([END, *apart, END])
            for word in dict.fromkeys(line)
            if word is not None and (apart := self.spelling.apart(word))
        )

    def may_become_crisis(self, found: Sequence[str], begun: str) -> bool:
        """Whether a crisis phrase stands in the pieces of a text once the word begun after them is finished."""
        line = self.spelling.line(found)
        ends = [word for word in self.spelling.known if len(word) > len(begun) and word.startswith(begun)]
        # The phrases alone first: that is soon done, and hardly ever is one there.
        return any(self.crisis.stand_in([*line, word, END]) and self.mean_crisis([*found, word, END]) for word in ends)

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
        weight = self.weights.weigh(text)
        if weight < self.weights.sure:
            return False
        alike = any(language.has_look_alike(found) for language in self.languages)
        return weight >= self.weights.sure + (MORE_SURE if alike else 0.0)

    def may_become_crisis(self, text: str) -> bool:
        """Whether the text would have a crisis phrase in it if its last word, of which some letters are there, were
        finished.
        """
        *before, begun, _ = pieces(text[-LONGEST_BEFORE:])
        if not text[-1:].isalnum() or len(begun) < FEWEST_BEGUN:
            return False
        if len("".join(before).replace(END, "") + begun) < FEWEST_TYPED:
            return False
        return any(language.may_become_crisis(before, begun) for language in self.languages)

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
