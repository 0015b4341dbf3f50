"""Reading a JSON body field by field and noting each fault where Discord would: the `errors` tree of code 50035.

The fault codes and texts are those that Discord is known to answer with. Where none is known, the nearest word is used.
`null` counts as absent, as it does in Discord's schema for everything that is not required.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeGuard

from supportbot.sandbox.refusals import ApiError, invalid_form

SNOWFLAKE = re.compile(r"0|[1-9][0-9]*", re.ASCII)
MOST_SNOWFLAKE = 2**63 - 1
WEB = ("http", "https")
MEDIA = ("http", "https", "attachment")

REQUIRED = ("BASE_TYPE_REQUIRED", "This field is required")
NOT_A_LIST = ("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
NOT_AN_OBJECT = ("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
NOT_A_BOOLEAN = ("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
NOT_UNIQUE = ("SET_TYPE_ALREADY_CONTAINS_VALUE", "The list already contains this value.")


def is_object(value: object) -> TypeGuard[dict[str, object]]:
    """Whether this JSON value is an object; JSON's keys are always strings."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether this JSON value is a list."""
    return isinstance(value, list)


def is_integer(value: object) -> TypeGuard[int]:
    """Whether this JSON value is a whole number; Python takes `true` for one, JSON does not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether this JSON value is a number."""
    return is_integer(value) or isinstance(value, float)


def is_snowflake(value: object) -> bool:
    """Whether this is an id: a string of digits, or the same as a number."""
    if isinstance(value, str):
        return len(value) <= 19 and SNOWFLAKE.fullmatch(value) is not None and int(value) <= MOST_SNOWFLAKE
    return is_integer(value) and 0 <= value <= MOST_SNOWFLAKE


@dataclass(frozen=True, slots=True)
class Faults:
    """All that is wrong with one body."""

    found: dict[tuple[str, ...], list[dict[str, str]]] = field(
        default_factory=dict[tuple[str, ...], list[dict[str, str]]]
    )

    def add(self, path: tuple[str, ...], code: str, message: str) -> None:
        """Note one fault; the same fault at the same place counts once."""
        here = self.found.setdefault(path, [])
        fault = {"code": code, "message": message}
        if fault not in here:
            here.append(fault)

    def refusal(self) -> ApiError | None:
        """The 50035 that tells of all faults, or None if there is none."""
        return invalid_form(self._tree(())) if self.found else None

    def _tree(self, path: tuple[str, ...]) -> dict[str, object]:
        """The node at `path`. One with faults of its own hides those below: Discord stops there too."""
        if path in self.found:
            return {"_errors": list(self.found[path])}
        below = dict.fromkeys(
            known[len(path)] for known in self.found if len(known) > len(path) and known[: len(path)] == path
        )
        return {name: self._tree((*path, name)) for name in below}


@dataclass(frozen=True, slots=True)
class Form:
    """One JSON object in the body and its place there.

    Each reader returns the field's value if it is present and sound, and None otherwise, having noted what is wrong.
    """

    value: dict[str, object]
    faults: Faults
    path: tuple[str, ...] = ()

    def fault(self, fault: tuple[str, str], *below: str | int) -> None:
        """Note a fault, `(code, message)`, at this object or at a place below it."""
        self.faults.add((*self.path, *(str(part) for part in below)), *fault)

    def has(self, key: str) -> bool:
        """Whether the field is there and not null, empty, zero or false."""
        return bool(self.value.get(key))

    def text(self, key: str, *, most: int, least: int = 0, required: bool = False) -> str | None:
        """A string of `least` to `most` characters."""
        value = self._present(key, required)
        if value is None:
            return None
        if not isinstance(value, str):
            return self._refuse("STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.', key)
        return value if self._length_fits(len(value), least, most, key) else None

    def integer(self, key: str, *, least: int, most: int, required: bool = False) -> int | None:
        """A whole number from `least` to `most`."""
        value = self._present(key, required)
        if value is None:
            return None
        if not is_integer(value):
            return self._refuse("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.', key)
        return value if self._range_fits(value, least, most, key) else None

    def number(self, key: str, *, least: int, most: int) -> float | None:
        """A number from `least` to `most`."""
        value = self._present(key, required=False)
        if value is None:
            return None
        if not is_number(value):
            return self._refuse("NUMBER_TYPE_COERCE", f'Value "{value}" is not float.', key)
        return value if self._range_fits(value, least, most, key) else None

    def boolean(self, key: str) -> bool:
        """True or false; absent is false."""
        value = self._present(key, required=False)
        if value is not None and not isinstance(value, bool):
            self.fault(NOT_A_BOOLEAN, key)
        return value is True

    def kind(self, allowed: Collection[int], key: str = "type") -> int | None:
        """The required number that says what this object is, one of `allowed`."""
        value = self._present(key, required=True)
        if value is None:
            return None
        if not is_integer(value) or value not in allowed:
            numbers = ", ".join(str(number) for number in sorted(allowed))
            return self._refuse("UNION_TYPE_CHOICES", f'Value of field "{key}" must be one of ({numbers}).', key)
        return value

    def choice(self, key: str, allowed: Collection[int], *, required: bool = False) -> int | None:
        """A number that is one of `allowed`."""
        value = self._present(key, required)
        if value is None:
            return None
        if not is_integer(value) or value not in allowed:
            return self._refuse(*not_a_choice(allowed), key)
        return value

    def url(self, key: str, *, most: int = 2048, schemes: tuple[str, ...] = WEB, required: bool = False) -> str | None:
        """An address of at most `most` characters with one of these schemes."""
        value = self.text(key, most=most, required=required)
        if value is None:
            return None
        scheme, colon, rest = value.partition("://")
        if not colon or not rest or re.search(r"\s", value):
            return self._refuse("URL_TYPE_INVALID_URL", "Not a well formed URL.", key)
        if scheme.lower() not in schemes:
            return self._refuse(
                "URL_TYPE_INVALID_SCHEME", f'Scheme "{scheme}" is not supported. Scheme must be one of {schemes}.', key
            )
        return value

    def moment(self, key: str) -> None:
        """An ISO 8601 date and time."""
        value = self.text(key, most=100)
        if value is not None:
            try:
                datetime.fromisoformat(value)
            except ValueError:
                self.fault(("DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601."), key)

    def snowflake(self, key: str, *, required: bool = False) -> None:
        """An id."""
        value = self._present(key, required)
        if value is not None and not is_snowflake(value):
            self.fault(not_a_snowflake(value), key)

    def child(self, key: str, *, required: bool = False) -> "Form | None":
        """An object."""
        value = self._present(key, required)
        if value is None:
            return None
        if not is_object(value):
            self.fault(NOT_AN_OBJECT, key)
            return None
        return Form(value, self.faults, (*self.path, key))

    def values(self, key: str, *, most: int, least: int = 0, required: bool = False) -> list[object]:
        """A list of `least` to `most` entries of any kind; empty if absent or unsound."""
        value = self._present(key, required)
        if value is None:
            return []
        if not is_list(value):
            self.fault(NOT_A_LIST, key)
            return []
        return value if self._length_fits(len(value), least, most, key) else []

    def children(self, key: str, *, most: int, least: int = 0, required: bool = False) -> "list[Form]":
        """A list of objects."""
        values = self.values(key, most=most, least=least, required=required)
        return list(forms_in(values, self.faults, (*self.path, key)))

    def snowflakes(self, key: str, *, most: int) -> None:
        """A list of different ids."""
        values = self.values(key, most=most)
        for place, value in enumerate(values):
            if not is_snowflake(value):
                self.fault(not_a_snowflake(value), key, place)
            elif str(value) in {str(earlier) for earlier in values[:place]}:
                self.fault(NOT_UNIQUE, key, place)

    def choices(self, key: str, allowed: Collection[int] | Collection[str], *, least: int = 0) -> None:
        """A list of different values out of `allowed`."""
        values = self.values(key, least=least, most=max(100, len(allowed)))
        for place, value in enumerate(values):
            if value not in tuple(allowed) or isinstance(value, bool):
                self.fault(not_a_choice(allowed), key, place)
            elif value in values[:place]:
                self.fault(NOT_UNIQUE, key, place)

    def _present(self, key: str, required: bool) -> object:
        value = self.value.get(key)
        if value is None and required:
            self.fault(REQUIRED, key)
        return value

    def _refuse(self, code: str, message: str, key: str) -> None:
        self.fault((code, message), key)

    def _length_fits(self, length: int, least: int, most: int, key: str) -> bool:
        if least <= length <= most:
            return True
        if least:
            self._refuse("BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.", key)
        else:
            self._refuse("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.", key)
        return False

    def _range_fits(self, value: float, least: int, most: int, key: str) -> bool:
        if value < least:
            self._refuse("NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.", key)
        elif value > most:
            self._refuse("NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.", key)
        return least <= value <= most


def forms_in(values: list[object], faults: Faults, path: tuple[str, ...]) -> Iterator[Form]:
    """The forms over a list's objects; whatever is no object is a fault."""
    for place, value in enumerate(values):
        if is_object(value):
            yield Form(value, faults, (*path, str(place)))
        else:
            faults.add((*path, str(place)), *NOT_AN_OBJECT)


def not_a_choice(allowed: Collection[int] | Collection[str]) -> tuple[str, str]:
    """The fault of a value that is none of `allowed`."""
    return (
        "BASE_TYPE_CHOICES",
        f"Value must be one of {{{', '.join(repr(value) for value in sorted(allowed, key=str))}}}.",
    )


def not_a_snowflake(value: object) -> tuple[str, str]:
    """The fault of a value that is no id."""
    return "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.'


def open_form(body: object, *below: str) -> tuple[Form, Faults]:
    """The form over a whole body, and where its faults gather; what is no object is a fault and reads as empty."""
    faults = Faults()
    if is_object(body):
        return Form(body, faults, below), faults
    faults.add(below, *NOT_AN_OBJECT)
    return Form({}, faults, below), faults
