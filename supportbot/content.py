"""Loads and validates data/, or an operator's folder over it, into domain objects."""

from __future__ import annotations

import gettext
import io
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from supportbot.domain.cadence import zone_names
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.roles import Aspect, Comparison
from supportbot.domain.words import Spelling, TypedWords
from supportbot.domain.zones import ZoneNames
from supportbot.errors import ContentError

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

DEFAULT_LANGUAGE = "en"
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Folder(Protocol):
    """The part of a folder that is used here: a Path, or a package's files."""

    @property
    def name(self) -> str: ...
    def iterdir(self) -> Iterator[Folder]: ...
    def joinpath(self, *parts: str) -> Folder: ...
    def is_file(self) -> bool: ...
    def is_dir(self) -> bool: ...
    def read_bytes(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _File:
    """A content file. `path` is where it is below its folder, `whose` says which folder that is."""

    path: str
    whose: str
    place: Folder

    @property
    def name(self) -> str:
        return self.place.name

    def read(self) -> bytes:
        """Raises ContentError."""
        try:
            return self.place.read_bytes()
        except OSError as error:
            raise self.wrong(f"cannot be read: {error.strerror}") from None

    def wrong(self, why: str) -> ContentError:
        """The error that names this file."""
        return ContentError(f"{self.path} {self.whose}: {why}")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Model = TypeVar("_Model", bound=_Entry)


class _AspectEntry(_Entry):
    id: Text
    label: Text
    left: Text
    right: Text


class _ComparisonEntry(_Entry):
    id: Text
    title: Text
    intro: Text
    left: Text
    right: Text
    together: Text
    note: Text
    facts: tuple[Text, ...]
    sources: tuple[Text, ...]
    reviewed_on: date
    rows: tuple[_AspectEntry, ...]


class _ConsentEntry(_Entry):
    scope: Scope
    # It stands in a button's id, and the body in an embed's field: these are Discord's limits.
    version: Annotated[str, StringConstraints(pattern=r"^[0-9.-]{1,12}$")]
    body: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1024)]


class _TypedEntry(_Entry):
    crisis: tuple[Text, ...]
    stop: tuple[Text, ...]
    harmless: tuple[Text, ...] = ()
    fillers: tuple[Text, ...] = ()
    joins: tuple[Text, ...] = ()
    same: Mapping[Text, Text] = Field(default_factory=dict)


class _ZonesEntry(_Entry):
    known: tuple[Text, ...]
    abbreviations: tuple[Text, ...]
    countries: Mapping[str, tuple[Text, ...]]
    places: Mapping[str, tuple[Text, ...]]


class _Reference(_Entry):
    title: Text
    kind: Text
    checked: bool
    author: Text | None = None
    year: int | None = None
    link: Text | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """All content, by language where it has one. Build it with `load`."""

    origin: str
    comparisons: Mapping[tuple[str, str], Comparison]
    consents: Mapping[tuple[Scope, str], ConsentText]
    typed: TypedWords
    zones: ZoneNames
    catalogues: Mapping[str, gettext.NullTranslations]

    def comparison(self, id_: str, language: str) -> Comparison:
        """The comparison in this language, else whole in English."""
        return self.comparisons.get((id_, language)) or self.comparisons[id_, DEFAULT_LANGUAGE]

    def consent(self, scope: Scope, language: str) -> ConsentText:
        """The text to agree to in this language, else whole in English."""
        return self.consents.get((scope, language)) or self.consents[scope, DEFAULT_LANGUAGE]

    def counts(self) -> dict[str, int]:
        """How many entries there are of each kind."""
        return {
            "comparisons": len(self.comparisons),
            "consent texts": len(self.consents),
            "languages": len(self.catalogues),
        }


def load(override: Path | None = None) -> Content:
    """Read and check everything. A file in `override` takes the place of the shipped one with the same path; of a
    language catalogue, each text in it takes the place of the shipped text with the same id.

    Raises ContentError, which names the file, whose it is, and the key.
    """
    return _Loader(override).load()


class _Loader:
    def __init__(self, override: Path | None) -> None:
        self._shipped: Folder = files("data")
        self._folders: list[tuple[Folder, str]] = [(self._shipped, "as shipped")]
        if override:
            self._folders.append((override, "in SUPPORTBOT_CONTENT_DIR"))
        self._references: Mapping[str, _Reference] = {}

    def load(self) -> Content:
        self._references = self._load_references()
        content = Content(
            origin=str(self._shipped),
            comparisons={(c.id, c.language): c for c in map(self._comparison, self._files("comparisons", ".toml"))},
            consents={(c.scope, c.language): c for c in map(self._consent, self._files("consent", ".toml"))},
            typed=self._typed(),
            zones=self._zones(),
            catalogues=self._catalogues(),
        )
        _check(content)
        return content

    def _files(self, folder: str, ending: str) -> list[_File]:
        found = {file.name: file for file in self._every_file(folder, ending)}
        return [found[name] for name in sorted(found)]

    def _every_file(self, folder: str, ending: str) -> Iterator[_File]:
        """The shipped ones first, then those that lie over them."""
        for root, whose in self._folders:
            place = root.joinpath(folder)
            try:
                names = [file for file in place.iterdir() if file.name.endswith(ending)] if place.is_dir() else []
            except OSError as error:
                raise ContentError(f"{folder} {whose}: cannot be read: {error.strerror}") from None
            for file in names:
                yield _File(f"{folder}/{file.name}".removeprefix("./"), whose, file)

    def _catalogues(self) -> dict[str, gettext.NullTranslations]:
        texts: dict[str, Catalog] = {}
        blanks: dict[str, frozenset[str]] | None = None
        for file in self._every_file("locales", ".po"):
            catalogue = _catalogue(file)
            if blanks is None and _stem(file) == DEFAULT_LANGUAGE:
                blanks = {_name(each): _every_blank(each) for each in catalogue if each.id}
            known = texts.setdefault(_stem(file), catalogue)
            for each in catalogue:
                shipped = known.get(each.id) if each.id and known is not catalogue else None
                if shipped is not None:
                    shipped.string = each.string
        for file in self._every_file("locales", ".po"):
            _check_texts(file, blanks or {})
        return {language: _compiled(catalogue) for language, catalogue in texts.items()}

    def _load_references(self) -> dict[str, _Reference]:
        found: dict[str, _Reference] = {}
        for root, whose in self._folders:
            file = _File("references.toml", whose, root.joinpath("references.toml"))
            if file.place.is_file():
                for key, value in _toml(file).items():
                    found[key] = _validate(_Reference, value, file, key)
        return found

    def _comparison(self, file: _File) -> Comparison:
        entry = _validate(_ComparisonEntry, _toml(file), file)
        for source in entry.sources:
            if source not in self._references:
                raise file.wrong(f"sources: no reference called {source}")
        rows = tuple(Aspect(row.id, row.label, row.left, row.right) for row in entry.rows)
        fields = entry.model_dump(exclude={"rows"})
        return Comparison(language=_language(file), rows=rows, **fields)

    def _consent(self, file: _File) -> ConsentText:
        entry = _validate(_ConsentEntry, _toml(file), file)
        return ConsentText(entry.scope, entry.version, _language(file), entry.body)

    def _typed(self) -> TypedWords:
        entries = [_validate(_TypedEntry, _toml(file), file) for file in self._files("typed", ".toml")]
        return TypedWords.of(
            crisis=(phrase for entry in entries for phrase in entry.crisis),
            stop=(phrase for entry in entries for phrase in entry.stop),
            harmless=(phrase for entry in entries for phrase in entry.harmless),
            spelling=Spelling.of(
                same={word: meant for entry in entries for word, meant in entry.same.items()},
                fillers=(word for entry in entries for word in entry.fillers),
                joins=(word for entry in entries for word in entry.joins),
            ),
        )

    def _zones(self) -> ZoneNames:
        (file,) = (file for file in self._files(".", ".toml") if file.name == "zones.toml")
        entry = _validate(_ZonesEntry, _toml(file), file)
        for zone in (*entry.known, *entry.places):
            if zone not in zone_names():
                raise file.wrong(f"no time zone called {zone}")
        return ZoneNames(entry.known, frozenset(entry.abbreviations), entry.countries, entry.places)


def _stem(file: _File) -> str:
    return file.name.rsplit(".", 1)[0]


def _language(file: _File) -> str:
    parts = file.name.split(".")
    if len(parts) != 3:
        raise file.wrong("the file's name must say its language, as in name.en.toml")
    return parts[1]


def _toml(file: _File) -> dict[str, object]:
    try:
        return tomllib.loads(file.read().decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise file.wrong(f"not readable as TOML: {error}") from None


def _validate(model: type[_Model], value: object, file: _File, key: str = "") -> _Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in (*([key] if key else []), *first["loc"]))
        raise file.wrong(f"{where}: {first['msg']}") from None


def _catalogue(file: _File) -> Catalog:
    # Babel is imported here: the command line's --help does not need it.
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415

    try:
        return read_po(io.BytesIO(file.read()), locale=_stem(file), abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise file.wrong(f"not readable as a gettext catalogue: {error}") from None


def _compiled(catalogue: Catalog) -> gettext.NullTranslations:
    from babel.messages.mofile import write_mo  # noqa: PLC0415

    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _forms(message: Message) -> tuple[str, ...]:
    """The text, or its plural forms."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _name(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _blanks(text: str) -> frozenset[str]:
    """What is filled in; raises ValueError for a lone brace."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _every_blank(message: Message) -> frozenset[str]:
    return frozenset[str]().union(*map(_blanks, _forms(message)))


def _check_texts(file: _File, blanks: Mapping[str, frozenset[str]]) -> None:
    """An id that nothing asks for, or a blank that nothing fills, would show only when somebody needs the text."""
    for message in _catalogue(file):
        if not message.id:
            continue
        name = _name(message)
        if name not in blanks:
            raise file.wrong(f"{name}: no text has this id")
        for form in _forms(message):
            try:
                unknown = _blanks(form) - blanks[name]
            except ValueError as error:
                raise file.wrong(f"{name}: {error}; write {{{{ and }}}} for braces") from None
            if unknown:
                raise file.wrong(f"{name}: nothing fills {{{min(unknown)}}}")


def _check(content: Content) -> None:
    if DEFAULT_LANGUAGE not in content.catalogues:
        raise ContentError(f"locales/{DEFAULT_LANGUAGE}.po is missing")
    for scope in Scope:
        if (scope, DEFAULT_LANGUAGE) not in content.consents:
            raise ContentError(f"consent: no text in {DEFAULT_LANGUAGE} for the scope {scope}")
