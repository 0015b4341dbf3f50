"""Loads and validates data/, or an operator's folder over it, into domain objects."""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from supportbot.content import catalogues, helplines, knowledge, prompts, schedules, searching, triage, unsaid, wordings
from supportbot.content.catalogues import DEFAULT_LANGUAGE
from supportbot.content.folders import Entry, File, Folders, Text
from supportbot.content.helplines import Examined
from supportbot.domain.cadence import zone_names
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.crisis import Need
from supportbot.domain.helplines import Helplines, place_text
from supportbot.domain.knowledge import Entry as Explained
from supportbot.domain.knowledge import Knowledge, Reference
from supportbot.domain.prompts import Prompts
from supportbot.domain.roles import Comparison, Pair, Side
from supportbot.domain.schedule_words import ScheduleWords
from supportbot.domain.searching import SearchWords
from supportbot.domain.spelling import Spelling
from supportbot.domain.triage import Flow
from supportbot.domain.weighing import Weights
from supportbot.domain.wording import Wording
from supportbot.domain.words import Lexicon, PleaList, Pleas, TypedWords, listed
from supportbot.domain.zones import ZoneNames
from supportbot.errors import ContentError

WEIGHT = 1000
"""Weights are written in thousandths."""

__all__ = ["DEFAULT_LANGUAGE", "Content", "Examined", "examine_helplines", "load", "load_triage"]


class _PairEntry(Entry):
    id: Text
    left: Text
    right: Text
    title: Text
    intro: Text
    together: Text
    note: Text
    facts: tuple[Text, ...]
    sources: tuple[Text, ...]
    reviewed_on: date


class _ConsentEntry(Entry):
    scope: Scope
    # It stands in a button's id, and the body in an embed's field: these are Discord's limits.
    version: Annotated[str, StringConstraints(pattern=r"^[0-9.-]{1,12}$")]
    body: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1024)]


class _TypedEntry(Entry):
    crisis: tuple[Text, ...]
    stop: tuple[Text, ...]
    alone: tuple[Text, ...] = ()
    harmless: tuple[Text, ...] = ()
    families: Mapping[Text, tuple[Text, ...]] = Field(default_factory=dict)
    fillers: tuple[Text, ...] = ()
    joins: tuple[Text, ...] = ()
    misspelt: tuple[Text, ...] = ()
    others: tuple[Text, ...] = ()
    sounds: tuple[tuple[str, str], ...] = ()
    same: Mapping[Text, Text] = Field(default_factory=dict)


class _ElsewhereEntry(Entry):
    crisis: Mapping[Text, tuple[Text, ...]]


class _PleasEntry(Entry):
    pleas: tuple[Text, ...]


class _WeightsEntry(Entry):
    learned_from: Text
    bias: int
    sure: int
    of: Mapping[str, int]


class _ZonesEntry(Entry):
    known: tuple[Text, ...]
    abbreviations: tuple[Text, ...]
    countries: Mapping[str, tuple[Text, ...]]
    places: Mapping[str, tuple[Text, ...]]
    doubtful: Mapping[str, tuple[Text, ...]] = Field(default_factory=dict)


class _GuideEntry(Entry):
    sources: tuple[Text, ...]
    reviewed_on: date


class _CrisisEntry(Entry):
    guides: Mapping[Need, _GuideEntry]


@dataclass(frozen=True, slots=True)
class Content:
    """All content, by language where it has one. Build it with `load`."""

    origin: str
    knowledge: Knowledge
    searching: Mapping[str, SearchWords]
    pairs: Mapping[tuple[str, str], Pair]
    consents: Mapping[tuple[Scope, str], ConsentText]
    typed: TypedWords
    pleas: Pleas
    prompts: Mapping[str, Prompts]
    wordings: Mapping[str, Wording]
    zones: ZoneNames
    schedules: tuple[ScheduleWords, ...]
    triage: Flow
    catalogues: Mapping[str, gettext.NullTranslations]
    helplines: Helplines
    line_words: Mapping[str, Mapping[str, str]]
    study_words: Mapping[str, Mapping[str, str]]

    def comparison(self, left: str, right: str, languages: Sequence[str]) -> Comparison:
        """Two roles side by side, in the first language that has both, else in English.

        Raises KeyError for an id that is no role's.
        """
        language, sides = DEFAULT_LANGUAGE, (left, right)
        for language in (*languages, DEFAULT_LANGUAGE):
            entries = [self.knowledge.entry(id_, [language]) for id_ in sides]
            if all(each.language == language for each in entries):
                break
        one, other = (_side(self.knowledge.entry(id_, [language])) for id_ in sides)
        pairs = (pair for (_, where), pair in self.pairs.items() if where == language)
        return Comparison(language, one, other, next((each for each in pairs if each.is_of(left, right)), None))

    def consent(self, scope: Scope, language: str) -> ConsentText:
        """The text to agree to in this language, else whole in English."""
        return self.consents.get((scope, language)) or self.consents[scope, DEFAULT_LANGUAGE]

    def prompts_in(self, language: str) -> Prompts:
        """What check-ins say in this language, else whole in English."""
        return self.prompts.get(language) or self.prompts[DEFAULT_LANGUAGE]

    def cells(self) -> dict[str, Mapping[str, str]]:
        """By language: what data says, such as whom a line is for or how a study was made, in that language."""
        languages = self.line_words.keys() | self.study_words.keys()
        return {each: {**self.line_words.get(each, {}), **self.study_words.get(each, {})} for each in languages}

    def counts(self) -> dict[str, int]:
        """How many entries there are of each kind."""
        return {
            "entries": len(self.knowledge),
            "consent texts": len(self.consents),
            "helplines": len(self.helplines),
            "languages": len(self.catalogues),
        }


def load(override: Path | None = None) -> Content:
    """Read and check everything. A file in `override` takes the place of the shipped one with the same path; of a
    language catalogue, each text in it takes the place of the shipped text with the same id.

    Raises ContentError, which names the file, whose it is, and the key.
    """
    return _Loader(override).load()


def load_triage(override: Path | None = None) -> Flow:
    """Read and check the triage alone. Raises ContentError."""
    return _Loader(override).load_triage()


def examine_helplines(override: Path | None = None, *, file: Path | None = None) -> Examined:
    """Every line of the helplines that count, or of a file anywhere, and everything that is wrong with any of them.

    Raises ContentError when it is no TOML.
    """
    folders = Folders(override)
    english = catalogues.read(folders)[DEFAULT_LANGUAGE]
    looked_at = folders.one(helplines.FILE) if file is None else File(str(file), "as given", file)
    return helplines.examine(looked_at, is_named=lambda part: is_named(english, part))


class _Loader:
    def __init__(self, override: Path | None) -> None:
        self._folders = Folders(override)
        self._references: Mapping[str, Reference] = {}

    def load_triage(self) -> Flow:
        return triage.read(self._folders, knowledge.read_references(self._folders).keys())

    def load(self) -> Content:
        """What is cheap to read comes first: whoever has just written a file hears of a slip in it at once."""
        self._references = knowledge.read_references(self._folders)
        texts = catalogues.read(self._folders)
        lines = self._helplines(texts[DEFAULT_LANGUAGE])
        line_words = helplines.read_words(self._folders.each(helplines.WORDS, ".toml"))
        study_words = helplines.read_words(self._folders.each(knowledge.WORDS, ".toml"))
        consents = {(each.scope, each.language): each for each in map(_consent, self._folders.each("consent", ".toml"))}
        self._check_crisis()
        known = knowledge.read(self._folders, self._references)
        pairs = {(pair.id, pair.language): pair for pair in self._pairs(known)}
        flow = triage.read(self._folders, self._references.keys())
        unsaid.check(self._folders, flow, texts)
        content = Content(
            origin=str(self._folders.shipped),
            knowledge=known,
            searching=searching.read(self._folders),
            pairs=pairs,
            consents=consents,
            typed=self._typed(),
            pleas=Pleas(tuple(map(_plea_list, self._folders.each("pleas", ".toml")))),
            prompts=prompts.read(self._folders),
            wordings={language: wordings.read(self._folders, language) for language in texts},
            zones=self._zones(),
            schedules=schedules.read(self._folders),
            triage=flow,
            catalogues=texts,
            helplines=lines,
            line_words=line_words,
            study_words=study_words,
        )
        _check(content)
        return content

    def _pairs(self, known: Knowledge) -> Iterator[Pair]:
        for file in self._folders.each("comparisons", ".toml"):
            entry = file.entry(_PairEntry)
            self._check_sources(file, entry.sources)
            for key in ("left", "right"):
                id_ = getattr(entry, key)
                if id_ not in known or known.entry(id_, [DEFAULT_LANGUAGE]).role is None:
                    raise file.wrong(f"{key}: no role is called {id_}")
            yield Pair(language=file.language, **entry.model_dump(exclude={"reviewed_on"}))

    def _check_sources(self, file: File, sources: Iterable[str], key: str = "sources") -> None:
        for source in sources:
            if source not in self._references:
                raise file.wrong(f"{key}: no reference called {source}")

    def _check_crisis(self) -> None:
        """The advice of the crisis page stands in the catalogues; here is what it rests on."""
        file = self._folders.one("crisis.toml")
        entry = file.entry(_CrisisEntry)
        for need in Need:
            if need not in entry.guides:
                raise file.wrong(f"guides: there is none for {need}")
            self._check_sources(file, entry.guides[need].sources, f"guides.{need}.sources")

    def _typed(self) -> TypedWords:
        languages = tuple(map(_lexicon, self._folders.each("typed", ".toml")))
        return TypedWords(languages, self._weights(), tuple(_elsewhere(self._folders.one("typed_elsewhere.toml"))))

    def _weights(self) -> Weights:
        entry = self._folders.one("weights.toml").entry(_WeightsEntry)
        of = {sign: weight / WEIGHT for sign, weight in entry.of.items()}
        return Weights(of, entry.bias / WEIGHT, entry.sure / WEIGHT)

    def _zones(self) -> ZoneNames:
        file = self._folders.one("zones.toml")
        entry = file.entry(_ZonesEntry)
        for zone in (*entry.known, *entry.places):
            if zone not in zone_names():
                raise file.wrong(f"no time zone called {zone}")
        return ZoneNames(entry.known, frozenset(entry.abbreviations), entry.countries, entry.places, entry.doubtful)

    def _helplines(self, english: gettext.NullTranslations) -> Helplines:
        file = self._folders.one(helplines.FILE)
        return Helplines(helplines.read(file, is_named=lambda part: is_named(english, part)))


def _side(entry: Explained) -> Side:
    if entry.role is None:
        raise KeyError(entry.id)
    return Side(entry.id, entry.title, entry.role)


def is_named(texts: gettext.NullTranslations, subdivision: str) -> bool:
    """Whether a text names this part of a country."""
    text_id = place_text(subdivision)
    return texts.gettext(text_id) != text_id


def _lexicon(file: File) -> Lexicon:
    entry = file.entry(_TypedEntry)
    lists = (entry.crisis, (*entry.stop, *entry.alone), entry.harmless)
    spelling = Spelling.of(
        same=entry.same,
        fillers=entry.fillers,
        joins=entry.joins,
        sounds=entry.sounds,
        misspelt=entry.misspelt,
        words=listed(*lists, entry.families) | {*entry.others},
    )
    try:
        return Lexicon.of(
            language=file.stem,
            crisis=entry.crisis,
            stop=entry.stop,
            alone=entry.alone,
            harmless=entry.harmless,
            families=entry.families,
            spelling=spelling,
        )
    except ValueError as error:
        raise file.wrong(str(error)) from None


def _elsewhere(file: File) -> Iterator[Lexicon]:
    for language, phrases in file.entry(_ElsewhereEntry).crisis.items():
        try:
            yield Lexicon.of(language=language, crisis=phrases)
        except ValueError as error:
            raise file.wrong(f"crisis.{language}: {error}") from None


def _plea_list(file: File) -> PleaList:
    try:
        return PleaList.of(file.stem, file.entry(_PleasEntry).pleas)
    except ValueError as error:
        raise file.wrong(str(error)) from None


def _consent(file: File) -> ConsentText:
    entry = file.entry(_ConsentEntry)
    return ConsentText(entry.scope, entry.version, file.language, entry.body)


def _check(content: Content) -> None:
    if DEFAULT_LANGUAGE not in content.prompts:
        raise ContentError(f"{prompts.FOLDER}: there is no {DEFAULT_LANGUAGE}.toml")
    for scope in Scope:
        if (scope, DEFAULT_LANGUAGE) not in content.consents:
            raise ContentError(f"consent: no text in {DEFAULT_LANGUAGE} for the scope {scope}")
