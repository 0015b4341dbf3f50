"""Where content lies: the files shipped in data/, and an operator's folder over them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from supportbot.errors import ContentError

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
AS_SHIPPED = "as shipped"
_LONGEST = 500


class Entry(BaseModel):
    """A content file, or a part of one. Keys that nobody asked for are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_Model = TypeVar("_Model", bound=Entry)


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
class File:
    """A content file. `path` is where it is below its folder, `whose` says which folder that is."""

    path: str
    whose: str
    place: Folder

    @property
    def name(self) -> str:
        return self.place.name

    @property
    def stem(self) -> str:
        """Its name without what it is: the language, where each has a file of its own."""
        return self.name.rsplit(".", maxsplit=1)[0]

    @property
    def language(self) -> str:
        """From its name, as in name.en.toml. Raises ContentError."""
        parts = self.name.split(".")
        if len(parts) != 3:
            raise self.wrong("the file's name must say its language, as in name.en.toml")
        return parts[1]

    def read(self) -> bytes:
        """Raises ContentError."""
        try:
            return self.place.read_bytes()
        except OSError as error:
            raise self.wrong(f"cannot be read: {error.strerror}") from None

    def toml(self) -> dict[str, object]:
        """Raises ContentError."""
        try:
            return tomllib.loads(self.read().decode())
        except ValueError as error:  # not TOML, not UTF-8, or a number of thousands of digits
            raise self.wrong(f"not readable as TOML: {str(error)[:_LONGEST]}") from None  # it repeats keys whole
        except RecursionError:
            raise self.wrong("not readable as TOML: it is nested too deeply") from None

    def entry(self, model: type[_Model]) -> _Model:
        """The whole file as one entry. Raises ContentError, which names the key."""
        return self.checked(model, self.toml())

    def checked(self, model: type[_Model], value: object, key: str = "") -> _Model:
        """A value of this file, which stands under `key` in it. Raises ContentError, which names the key."""
        try:
            return model.model_validate(value)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in (*([key] if key else []), *first["loc"]))
            raise self.wrong(f"{where}: {first['msg']}") from None

    def wrong(self, why: str) -> ContentError:
        """The error that names this file."""
        return ContentError(f"{self.path} {self.whose}: {why}")


class Folders:
    """The shipped files, and those that take the place of one with the same path."""

    def __init__(self, override: Path | None) -> None:
        self.shipped: Folder = files("data")
        self._all: list[tuple[Folder, str]] = [(self.shipped, AS_SHIPPED)]
        if override:
            self._all.append((override, "in SUPPORTBOT_CONTENT_DIR"))

    def one(self, path: str) -> File:
        """The file that counts. Raises ContentError when there is none."""
        found = self.layers(path)
        if not found:
            raise ContentError(f"{path} is missing")
        return found[-1]

    def layers(self, path: str) -> list[File]:
        """A file in every folder that has it, the shipped one first."""
        found = [File(path, whose, root.joinpath(path)) for root, whose in self._all]
        return [file for file in found if file.place.is_file()]

    def each(self, folder: str, ending: str) -> list[File]:
        """The files of a folder that count, by name."""
        found = {file.name: file for file in self.every(folder, ending)}
        return [found[name] for name in sorted(found)]

    def every(self, folder: str, ending: str) -> Iterator[File]:
        """The shipped ones first, then those that lie over them. Raises ContentError."""
        for root, whose in self._all:
            for place in _inside(root, folder, whose):
                if place.name.endswith(ending):
                    yield File(f"{folder}/{place.name}", whose, place)

    def inside(self, folder: str) -> list[str]:
        """The names of the folders in a folder. Raises ContentError."""
        return sorted(
            {place.name for root, whose in self._all for place in _inside(root, folder, whose) if place.is_dir()}
        )


def _inside(root: Folder, folder: str, whose: str) -> list[Folder]:
    place = root.joinpath(folder)
    try:
        return sorted(place.iterdir(), key=lambda each: each.name) if place.is_dir() else []
    except OSError as error:
        raise ContentError(f"{folder} {whose}: cannot be read: {error.strerror}") from None
