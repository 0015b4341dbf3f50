"""Finding what the bot explains: by what somebody types, before and after they finish typing, and in a message."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from supportbot.domain.knowledge import Entry, Knowledge
from supportbot.domain.searching import SearchWords
from supportbot.domain.spelling import plain
from supportbot.domain.words import TypedWords
from supportbot.services.search import Findable, Index, Mentions, Names, Text, begun, called, rank

ROLES, GLOSSARY = "roles", "glossary"
# Below FOUND nothing is said to be found. The first is shown at once from SURE on when it is APART from the next, or
# from LIKELY on when it is so much AHEAD of it: in the questions that search is tuned on, 19 of 20 such are right.
FOUND, LIKELY, SURE = 0.34, 0.45, 0.7
APART, AHEAD = 1.08, 1.2
# A title and its synonyms are shown; what else people call it is not.
SHOWN_NAMES = 2
# Of what is still being typed: the words that a name may begin with, and the fewest letters that they have.
MOST_BEGUN, FEWEST_BEGUN = 3, 2
LONGEST_TYPED = 200
MOST_FOUND = 6
# Beside crisis help stands only what is declared as fitting there, and found so well that it is no guess.
BESIDE_CRISIS = "beside-crisis"
"""The topic of what helps somebody in danger."""
BESIDE, MOST_BESIDE = 0.57, 2
MOST_EXPLAINED = 10


@dataclass(frozen=True, slots=True)
class Found:
    """An entry, and how well it fits what was asked: from 0 to 1."""

    entry: Entry
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What there is for a question, best first. `sure`: the first is what was asked for.

    `crisis`: the words may mean that somebody is in danger, so help for that comes before anything else.
    """

    crisis: bool
    found: tuple[Found, ...]
    sure: bool

    @property
    def beside_crisis(self) -> list[Entry]:
        """The few of what was found that may stand beside crisis help."""
        return beside_crisis([each.entry for each in self.found if each.score >= BESIDE])


class Library:
    """Every entry. Languages are in the order in which the reader wants them. Nothing asked is kept."""

    def __init__(self, knowledge: Knowledge, typed: TypedWords, searching: Mapping[str, SearchWords]) -> None:
        self._knowledge = knowledge
        self._typed = typed
        self._searching = searching
        self._small = frozenset(plain(word) for each in searching.values() for word in each.passed_over)
        self._names: dict[tuple[str | None, tuple[str, ...]], Names] = {}
        self._mentions: Mentions | None = None
        self._index: Index | None = None
        self._building = asyncio.Lock()

    def suggest(
        self, typed: str, languages: Sequence[str], *, shelf: str | None = None, limit: int = 25
    ) -> list[Entry]:
        """The entries, of a shelf or all, whose names fit what is typed so far, best first.

        For nothing typed all of a shelf.
        """
        if not typed.strip():
            return self._knowledge.shelf(shelf, languages)[:limit] if shelf else []
        found = rank(typed, self._of(shelf, tuple(languages)), limit=limit)
        return [self._knowledge.entry(id_, languages) for id_ in found]

    def named(self, typed: str, languages: Sequence[str], *, shelf: str | None = None) -> Entry | None:
        """The entry, of a shelf or any, that is meant: by its id, as suggestions give it, else by its name.

        None where there is doubt: a name is a whole title or synonym, but for one slip, or the words with which just
        one title begins, if they say anything.
        """
        if typed in self._knowledge:
            entry = self._knowledge.entry(typed, languages)
            return entry if shelf in {None, entry.shelf} else None
        found = called(typed, self._of(shelf, tuple(languages)), groups=SHOWN_NAMES)
        if found is None:
            return None
        entry = self._knowledge.entry(found, languages)
        whole = plain(typed) in map(plain, (entry.title, *entry.synonyms))
        return entry if whole or self._tells(typed) else None

    def completed(self, typed: str, languages: Sequence[str]) -> list[Entry]:
        """The entries of which a name begins with the last words of what is typed so far, for the most words."""
        words = plain(typed[-LONGEST_TYPED:]).split()
        for last in range(min(MOST_BEGUN, len(words)), 0, -1):
            name = " ".join(words[-last:])
            if words[-last] in self._small or len(name) < FEWEST_BEGUN:
                continue
            if found := begun(name, self._of(None, tuple(languages)), groups=SHOWN_NAMES):
                return [self._knowledge.entry(id_, languages) for id_ in found]
        return []

    def entry(self, id_: str, languages: Sequence[str]) -> Entry:
        """Raises KeyError for an id that there is not."""
        return self._knowledge.entry(id_, languages)

    def means_crisis(self, typed: str) -> bool:
        """Whether somebody may be in danger, wherever in the text that stands."""
        return self._typed.mean_crisis(typed)

    def may_mean_crisis(self, typed: str) -> bool:
        """Whether somebody may be in danger, or would be once the word that they are typing is finished."""
        return self._typed.mean_crisis(typed) or self._typed.may_become_crisis(typed)

    async def prepare(self) -> None:
        """Build what questions are searched in, so that the first one need not wait."""
        await self._ready()

    async def ask(self, question: str, languages: Sequence[str]) -> Answer:
        """What fits a question, and nothing where nothing fits. Takes a moment longer before `prepare`."""
        index = await self._ready()
        hits = index.search(question, languages, limit=MOST_FOUND)
        found = tuple(Found(self._knowledge.entry(hit.key, languages), hit.score) for hit in hits if hit.score >= FOUND)
        return Answer(self.means_crisis(question), found, _is_sure(found))

    def explained_in(self, text: str, languages: Sequence[str]) -> list[Entry]:
        """The entries a name of which stands in a text, in whatever language, those with the longest names first."""
        if self._mentions is None:
            self._mentions = mentions_of(self._knowledge, self._searching)
        found = self._mentions.stand_in(text, limit=MOST_EXPLAINED, languages=languages)
        return [self._knowledge.entry(id_, languages) for id_ in found]

    async def _ready(self) -> Index:
        """The index, built once and off the loop: it takes a fifth of a second at least."""
        async with self._building:
            if self._index is None:
                self._index = await asyncio.to_thread(index_of, self._knowledge, self._searching)
        return self._index

    def _all(self, languages: Sequence[str]) -> list[Entry]:
        return _glossary_first(self._knowledge.entry(id_, languages) for id_ in self._knowledge.ids)

    def _tells(self, typed: str) -> bool:
        return not self._small.issuperset(plain(typed).split())

    def _of(self, shelf: str | None, languages: tuple[str, ...]) -> Names:
        if (shelf, languages) not in self._names:
            entries = self._knowledge.shelf(shelf, languages) if shelf else self._all(languages)
            self._names[shelf, languages] = Names.of(
                Findable.of(each.id, [[each.title], each.synonyms, each.silent]) for each in entries
            )
        return self._names[shelf, languages]


def beside_crisis(found: Sequence[Entry]) -> list[Entry]:
    """Those that may stand beside crisis help; anything else would hide it, or hurt."""
    return [each for each in found if BESIDE_CRISIS in each.topics][:MOST_BESIDE]


def index_of(knowledge: Knowledge, searching: Mapping[str, SearchWords]) -> Index:
    """Every entry in every language, ready to be searched."""
    return Index(map(_text, knowledge.every()), searching)


def mentions_of(knowledge: Knowledge, searching: Mapping[str, SearchWords]) -> Mentions:
    """The names of every entry in every language, to be found in texts."""
    named = ((each.id, each.language, (each.title, *each.synonyms)) for each in _glossary_first(knowledge.every()))
    return Mentions(named, searching)


def _glossary_first(entries: Iterable[Entry]) -> list[Entry]:
    """Where two have the same name, the short explanation is what somebody wants who reads."""
    return sorted(entries, key=lambda each: each.shelf != GLOSSARY)


def _is_sure(found: Sequence[Found]) -> bool:
    if not found:
        return False
    best, following = found[0].score, found[1].score if len(found) > 1 else FOUND
    return best >= following * (APART if best >= SURE else AHEAD) and best >= LIKELY


def _text(entry: Entry) -> Text:
    names = (entry.title, *entry.synonyms)
    return Text(entry.id, entry.language, names, entry.silent, entry.summary, "\n".join(entry.pages))
