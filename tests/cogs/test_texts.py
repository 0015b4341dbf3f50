"""The catalogue and the code name the same texts, and every text gets what it needs."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

from supportbot.domain.commands import NAMES

ROOT = Path(__file__).parents[2]
SOURCES = ("cogs", "supportbot/chat", "supportbot/exchange", "supportbot/services", "supportbot/domain", "supportbot")
SPEAKERS = {"voice", "speak"}


@cache
def catalogue() -> dict[str, tuple[str, ...]]:
    """Id -> its forms."""
    files = sorted((ROOT / "data/locales/en").glob("*.po"))
    entries = [entry for file in files for entry in read_po(io.BytesIO(file.read_bytes())) if entry.id]
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        name = entry.id if isinstance(entry.id, str) else entry.id[0]
        found[name] = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)
    return found


@cache
def trees() -> tuple[ast.Module, ...]:
    files = {file for source in SOURCES for file in (ROOT / source).glob("*.py")}
    return tuple(ast.parse(file.read_text(encoding="utf-8"), str(file)) for file in sorted(files))


def constants() -> Iterator[str]:
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def patterns() -> Iterator[re.Pattern[str]]:
    """f-strings that begin as an id does, such as `checkin.mood.{mood}`."""
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(part.value) if isinstance(part, ast.Constant) else "[a-z0-9_]+" for part in node.values
                ]
                if isinstance(node.values[0], ast.Constant) and re.fullmatch(r"[a-z_]+\..*", str(node.values[0].value)):
                    yield re.compile("".join(parts))


def spoken() -> Iterator[tuple[str, ast.Call]]:
    """Calls that speak a text by its id, or raise a UserError with it."""
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and _speaks(node.func):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, node


def _speaks(function: ast.expr) -> bool:
    match function:
        case ast.Name(name):
            return name in SPEAKERS or name == "UserError"
        case ast.Attribute(inner, "count"):
            return _speaks(inner) or isinstance(inner, ast.Call)
        case ast.Call(ast.Name("voice_of")):
            return True
        case _:
            return False


def test_the_scan_finds_the_calls() -> None:
    found = {name for name, _ in spoken()}
    assert {"checkin.list.none", "time.unclear", "mydata.export.body", "typed.stop.ask", "checkin.welcome"} <= found


def test_every_text_that_the_code_names_is_in_the_catalogue() -> None:
    assert {name for name, _ in spoken()} - catalogue().keys() == set()
    spaces = {name.split(".")[0] for name in catalogue() if "." in name}
    looks_like_one = re.compile(rf"(?:{'|'.join(sorted(spaces))})(?:\.[a-z0-9_]+)+")
    elsewhere = {"typed.language_unknown", "typed.plans_unknown"}  # events of the log
    named = {text for text in constants() if looks_like_one.fullmatch(text)}
    assert named - catalogue().keys() == elsewhere


def test_every_text_of_the_catalogue_is_used() -> None:
    used = set(constants())
    made = list(patterns())
    unused = {name for name in catalogue() if name not in used and not any(each.fullmatch(name) for each in made)}
    assert unused == set()


def test_every_text_gets_the_values_that_it_needs() -> None:
    for name, call in spoken():
        given = {str(keyword.arg) for keyword in call.keywords}
        if any(keyword.arg is None for keyword in call.keywords):
            continue  # given as **values: the tests of the cogs speak these
        if isinstance(call.func, ast.Attribute):
            given.add("count")
        for form in catalogue()[name]:
            assert placeholders(form) <= given | set(NAMES), name


def test_texts_hold_plain_placeholders_only() -> None:
    for name, forms in catalogue().items():
        for form in forms:
            assert form, name
            assert all(re.fullmatch(r"[a-z_]+", each) for each in placeholders(form)), name


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}
