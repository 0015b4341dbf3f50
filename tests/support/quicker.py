"""JSON Schema's own verdicts in less time: for what is right, the library spends most of it on what might be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Errors = Iterator[Any]
Keyword = Callable[[Any, Any, Any, Any], Errors | None]


def quicker(validator: Any) -> Callable[..., Any]:
    """In the place of a validator class: what it makes finds the same errors as the class's own would.

    Of alternatives the library gathers every error of each that does not fit, and throws them away once one does: here
    the first error ends a look, and errors are gathered only where there is one to tell. What a reference found right
    once is right again. Each registry of schemas, and whatever formats it is used with, has a memory of its own.
    """
    made: dict[int, tuple[object, object, Any]] = {}

    def make(schema: object, *, registry: object, format_checker: object) -> Any:
        if id(registry) not in made:  # which the entry keeps alive, so that its number stays its own
            made[id(registry)] = (registry, format_checker, _remembering(validator))
        _, formats, quick = made[id(registry)]
        assert formats is format_checker
        return quick(schema, registry=registry, format_checker=format_checker)

    return make


def _known(schema: Any, instance: Any) -> tuple[str, str] | None:
    """What a verdict is remembered by: for anything but small values, and schemas that are a reference and no more."""
    if not isinstance(instance, dict | list) or not isinstance(schema, dict) or schema.keys() != {"$ref"}:
        return None
    return str(schema["$ref"]), json.dumps(instance)


def _fitting(right: set[tuple[str, str]]) -> Callable[[Any, Any, Any], bool]:
    """Whether a value fits an alternative. Of some alternatives most are not meant: what is wrong is known then too."""
    wrong = set[tuple[str, str]]()

    def fits(checker: Any, alternative: Any, instance: Any) -> bool:
        known = _known(alternative, instance)
        if known in right or known in wrong:
            return known in right
        fitting: bool = checker.evolve(schema=alternative).is_valid(instance)
        if known is not None and not fitting:
            wrong.add(known)
        return fitting

    return fits


def _remembering(validator: Any) -> Any:
    from jsonschema.validators import extend  # noqa: PLC0415 - most who import this have no schema to check

    own: Mapping[str, Keyword] = validator.VALIDATORS
    right = set[tuple[str, str]]()
    fits = _fitting(right)

    def of_any(checker: Any, schemas: list[Any], instance: Any, schema: Any) -> Errors:
        if not any(fits(checker, each, instance) for each in schemas):
            yield from own["anyOf"](checker, schemas, instance, schema) or ()

    def of_one(checker: Any, schemas: list[Any], instance: Any, schema: Any) -> Errors:
        fitting = (True for each in schemas if fits(checker, each, instance))
        if sum(1 for _, _ in zip(fitting, range(2), strict=False)) != 1:
            yield from own["oneOf"](checker, schemas, instance, schema) or ()

    def reference(checker: Any, ref: str, instance: Any, schema: Any) -> Errors:
        known = _known({"$ref": ref}, instance)
        if known is None:
            yield from own["$ref"](checker, ref, instance, schema) or ()
        elif known not in right:
            # Whoever wants only the first error stops here, and nothing is remembered.
            found = False
            for error in own["$ref"](checker, ref, instance, schema) or ():
                found = True
                yield error
            if not found:
                right.add(known)

    return extend(validator, {"anyOf": of_any, "oneOf": of_one, "$ref": reference})
