"""The words in which people say when, one vocabulary a language, and how a text falls apart into them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_APOSTROPHES = re.compile("['’‘`´]")
_TOKEN = re.compile(
    r"(?P<clock>(?<!\d)(?P<hour>\d{1,2})\s?[:.h]\s?(?P<minute>\d{2})(?!\d))"
    r"|(?P<ordinal>\d{1,2})(?:st|nd|rd|th)\b"
    r"|(?P<number>\d{1,9})"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<comma>[,;&+])"
    r"|(?P<slash>/)"
    r"|(?P<dash>[-–—])"
    r"|(?P<nothing>[\s.]+)"
)
_HALF = re.compile(r"(?<![^\W\d_])(?P<half>[ap])\s?\.?\s?m\b\.?|(?<=\d)(?P<short>[ap])\b\.?")


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that was said. `number` is a weekday (0 is Monday) or a count; `is_word`: it was written in letters.

    `minute` belongs to a time such as 8:30, and `padded` says that its hour was written with two digits, as 08:30 is.
    """

    kind: str
    number: int = 0
    is_word: bool = False
    minute: int = 0
    padded: bool = False


# Compared by identity: it is large, and there is one for a language.
@dataclass(frozen=True, slots=True, eq=False)
class ScheduleWords:
    """One language's words, built by `of`: what each phrase, a row of plain words, can mean."""

    language: str
    phrases: Mapping[tuple[str, ...], Mark]
    longest: int

    @classmethod
    def of(
        cls,
        language: str,
        *,
        weekdays: Sequence[Sequence[str]],
        phrases: Mapping[str, Sequence[str]],
        numbers: Mapping[str, int],
        ordinals: Mapping[str, int],
    ) -> ScheduleWords:
        """From lists of phrases in plain words. Where one stands for two things, the first counts."""
        known: dict[tuple[str, ...], Mark] = {}
        for kind, each in phrases.items():
            for phrase in each:
                known.setdefault(tuple(phrase.split()), Mark(kind))
        for number, names in enumerate(weekdays):
            for name in names:
                known.setdefault(tuple(name.split()), Mark("weekday", number))
        for kind, named in (("number", numbers), ("ordinal", ordinals)):
            for phrase, number in named.items():
                known.setdefault(tuple(phrase.split()), Mark(kind, number, is_word=True))
        return cls(language, known, max(map(len, known)))


class Unknown(Exception):
    """A word that the vocabulary does not have. The message never holds it."""

    def __init__(self, word: str) -> None:
        super().__init__("a word that is not known")
        self.word = word
        self.plain = _folded(word)


def marks_of(vocabulary: ScheduleWords, text: str) -> Iterator[Mark]:
    """What a text says, piece by piece. Raises Unknown."""
    tokens = list(_tokens(_folded(text)))
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if isinstance(token, Mark) and token.kind != "number":
            yield token
            at += 1
            continue
        used, mark = _phrase_at(vocabulary, tokens[at:])
        if mark is not None:
            yield mark
        elif isinstance(token, Mark):
            yield token
        else:
            raise Unknown(token)
        at += used


def _phrase_at(vocabulary: ScheduleWords, tokens: Sequence[Mark | str]) -> tuple[int, Mark | None]:
    words: list[str] = []
    for token in tokens[: vocabulary.longest]:
        if isinstance(token, Mark) and token.kind != "number":
            break
        words.append(str(token.number) if isinstance(token, Mark) else token)
    for length in range(len(words), 0, -1):
        if (mark := vocabulary.phrases.get(tuple(words[:length]))) is not None:
            return length, mark
    return 1, None


def _tokens(text: str) -> Iterator[Mark | str]:
    """Words as they are; numbers, times and signs as marks."""
    text = _HALF.sub(lambda match: f" {match['half'] or match['short']}m ", text)
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unknown("")
        at = match.end()
        match match.lastgroup:
            case "clock" | "hour" | "minute":
                hour = match["hour"]
                yield Mark("clock", int(hour), minute=int(match["minute"]), padded=len(hour) == 2)
            case "ordinal":
                yield Mark("ordinal", int(match["ordinal"]))
            case "number":
                yield Mark("number", int(match["number"]), padded=match["number"].startswith("0"))
            case "comma":
                yield Mark("and")
            case "slash":
                # As in mon/thu, but 1/2 may be a date.
                yield Mark("slash")
            case "dash":
                yield Mark("to")
            case "word":
                yield match["word"]
            case _:
                pass


def _folded(text: str) -> str:
    """Small letters without accents and apostrophes."""
    # An ordinal sign would become a letter.
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text.replace("º", "th").replace("ª", "th")).casefold())
    return "".join(ch for ch in plain if not unicodedata.combining(ch))
