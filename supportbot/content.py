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
from typing import Annotated, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.roles import Aspect, Comparison
from supportbot.domain.words import TypedWords
from supportbot.errors import ContentError

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
    version: Text
    body: Text


class _TypedEntry(_Entry):
    crisis: tuple[Text, ...]
    stop: tuple[Text, ...]


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
    """Read and check everything. A file in `override` takes the place of the shipped one with the same path.

    Raises ContentError, which names the file and the key.
    """
    return _Loader(override).load()


class _Loader:
    def __init__(self, override: Path | None) -> None:
        self._shipped: Folder = files("data")
        self._folders: list[Folder] = [self._shipped, *([override] if override else [])]

    def load(self) -> Content:
        references = self._references()
        content = Content(
            origin=str(self._shipped),
            comparisons={(c.id, c.language): c for c in map(self._comparison, self._files("comparisons", ".toml"))},
            consents={(c.scope, c.language): c for c in map(self._consent, self._files("consent", ".toml"))},
            typed=self._typed(),
            catalogues={_stem(file): _catalogue(file) for file in self._files("locales", ".po")},
        )
        _check(content, references)
        return content

    def _files(self, folder: str, ending: str) -> list[Folder]:
        found: dict[str, Folder] = {}
        for root in self._folders:
            place = root.joinpath(folder)
            if place.is_dir():
                found |= {file.name: file for file in place.iterdir() if file.name.endswith(ending)}
        return [found[name] for name in sorted(found)]

    def _references(self) -> dict[str, _Reference]:
        found: dict[str, _Reference] = {}
        for root in self._folders:
            file = root.joinpath("references.toml")
            if file.is_file():
                for key, value in _toml(file).items():
                    found[key] = _validate(_Reference, value, file, key)
        return found

    def _comparison(self, file: Folder) -> Comparison:
        entry = _validate(_ComparisonEntry, _toml(file), file)
        rows = tuple(Aspect(row.id, row.label, row.left, row.right) for row in entry.rows)
        fields = entry.model_dump(exclude={"rows"})
        return Comparison(language=_language(file), rows=rows, **fields)

    def _consent(self, file: Folder) -> ConsentText:
        entry = _validate(_ConsentEntry, _toml(file), file)
        return ConsentText(entry.scope, entry.version, _language(file), entry.body)

    def _typed(self) -> TypedWords:
        entries = [_validate(_TypedEntry, _toml(file), file) for file in self._files("typed", ".toml")]
        return TypedWords.of(
            crisis=(phrase for entry in entries for phrase in entry.crisis),
            stop=(phrase for entry in entries for phrase in entry.stop),
        )


def _stem(file: Folder) -> str:
    return file.name.rsplit(".", 1)[0]


def _language(file: Folder) -> str:
    parts = file.name.split(".")
    if len(parts) != 3:
        raise ContentError(f"{file.name}: the file's name must say its language, as in name.en.toml")
    return parts[1]


def _toml(file: Folder) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_bytes().decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{file.name}: not readable as TOML: {error}") from None


def _validate(model: type[_Model], value: object, file: Folder, key: str = "") -> _Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in (*([key] if key else []), *first["loc"]))
        raise ContentError(f"{file.name}: {where}: {first['msg']}") from None


def _catalogue(file: Folder) -> gettext.NullTranslations:
    # Babel is imported here: the command line's --help does not need it.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415

    try:
        catalogue = read_po(io.BytesIO(file.read_bytes()), locale=_stem(file), abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise ContentError(f"{file.name}: not readable as a gettext catalogue: {error}") from None
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _check(content: Content, references: Mapping[str, _Reference]) -> None:
    if DEFAULT_LANGUAGE not in content.catalogues:
        raise ContentError(f"locales/{DEFAULT_LANGUAGE}.po is missing")
    for scope in Scope:
        if (scope, DEFAULT_LANGUAGE) not in content.consents:
            raise ContentError(f"consent: no text in {DEFAULT_LANGUAGE} for the scope {scope}")
    for entry in content.comparisons.values():
        for source in entry.sources:
            if source not in references:
                raise ContentError(f"{entry.id}.{entry.language}: sources: no reference called {source}")
