"""The words of each language: gettext catalogues, one file an area in a folder a language."""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import TYPE_CHECKING

from supportbot.content.folders import File, Folders
from supportbot.errors import ContentError

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

DEFAULT_LANGUAGE = "en"
FOLDER = "locales"
PLACES = "place."
"""An operator whose helplines serve parts of a country that the shipped ones do not may name these parts."""


def read(folders: Folders) -> dict[str, gettext.NullTranslations]:
    """Every language's texts; of an operator's, each takes the place of the shipped text with the same id.

    Raises ContentError for a file that cannot be read, an id that no English text has, an id given twice, and a blank
    that nothing fills.
    """
    blanks: Mapping[str, frozenset[str]] = {}
    texts: dict[str, gettext.NullTranslations] = {}
    languages = folders.inside(FOLDER)
    if DEFAULT_LANGUAGE not in languages:
        raise ContentError(f"{FOLDER}/{DEFAULT_LANGUAGE} is missing")
    for language in sorted(languages, key=lambda each: each != DEFAULT_LANGUAGE):
        layers = [(file, _catalogue(file, language)) for file in folders.every(f"{FOLDER}/{language}", ".po")]
        if language == DEFAULT_LANGUAGE:
            blanks = _shipped_blanks(layers)
        for file, catalogue in layers:
            _check_texts(file, catalogue, blanks)
        if layers:
            texts[language] = _compiled(_one(layers))
    return texts


def messages(folders: Folders, language: str) -> Iterator[tuple[File, str, tuple[str, ...]]]:
    """Every text of a language with its file, its id and its forms; the one that counts comes last."""
    for file in folders.every(f"{FOLDER}/{language}", ".po"):
        for each in _catalogue(file, language):
            if each.id:
                yield file, _name(each), _forms(each)


def file_of(folders: Folders, language: str, text_id: str) -> File:
    """The file whose text of that id counts in a language."""
    files = list(folders.every(f"{FOLDER}/{language}", ".po"))
    return next(
        (
            file
            for file in reversed(files)
            if any(each.id and _name(each) == text_id for each in _catalogue(file, language))
        ),
        files[0],
    )


def _one(layers: list[tuple[File, Catalog]]) -> Catalog:
    """All files of a language in one: the first catalogue, which takes the others in."""
    whole = layers[0][1]
    told: set[tuple[str, str]] = set()
    for file, catalogue in layers:
        for each in catalogue:
            if each.id:
                if (file.whose, _name(each)) in told:
                    raise file.wrong(f"{_name(each)}: this id is given twice")
                told.add((file.whose, _name(each)))
        for each in catalogue if catalogue is not whole else ():
            before = whole.get(each.id) if each.id else None
            if before is not None:
                before.string = each.string
            elif each.id:
                whole[each.id] = each
    return whole


def _shipped_blanks(layers: list[tuple[File, Catalog]]) -> dict[str, frozenset[str]]:
    shipped = layers[0][0].whose
    return {
        _name(each): _every_blank(each)
        for file, catalogue in layers
        if file.whose == shipped
        for each in catalogue
        if each.id
    }


def _catalogue(file: File, language: str) -> Catalog:
    # Babel is imported here: the command line's --help does not need it.
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415

    try:
        return read_po(io.BytesIO(file.read()), locale=language, abort_invalid=True)
    except (PoFileError, ValueError, LookupError) as error:  # LookupError: an encoding nobody knows
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


def _check_texts(file: File, catalogue: Catalog, blanks: Mapping[str, frozenset[str]]) -> None:
    """An id that nothing asks for, or a blank that nothing fills, would show only when somebody needs the text."""
    for message in catalogue:
        if not message.id:
            continue
        name = _name(message)
        if name not in blanks and not name.startswith(PLACES):
            raise file.wrong(f"{name}: no text has this id")
        for form in _forms(message):
            try:
                unknown = _blanks(form) - blanks.get(name, frozenset())
            except ValueError as error:
                raise file.wrong(f"{name}: {error}; write {{{{ and }}}} for braces") from None
            if unknown:
                raise file.wrong(f"{name}: nothing fills {{{min(unknown)}}}")
