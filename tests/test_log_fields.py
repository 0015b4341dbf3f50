"""Every line of our own in the log says no more than is declared: walked through the source, call by call."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from supportbot import errors
from supportbot.log import FIELDS

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "supportbot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")])
LEVELS = {"debug", "info", "warning", "warn", "error", "critical", "fatal", "exception", "log", "msg"}
EVENT = re.compile(r"[a-z_]+(\.[a-z_]+)+")
LEAST = 45
"""Calls there were when this was written: a walk that finds far fewer has lost its way."""

OURS = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, Exception)}
WRITTEN_BY_US = OURS | {"TimeoutError"}
"""Errors whose message is a sentence or a number of ours; asyncio's time-out has none."""

PEOPLE = {"author", "member", "members", "owner", "person", "user", "users"}
"""Names under which somebody goes about in the source; not even their id is logged."""

WORDS = {
    "answer",
    "answers",
    "content",
    "description",
    "display_name",
    "global_name",
    "line",
    "locale",
    "mention",
    "name",
    "nick",
    "note",
    "options",
    "phone",
    "question",
    "region",
    "service",
    "text",
    "title",
    "typed",
    "username",
    "value",
    "values",
    "words",
    "zone",
}
"""Names of what they wrote or chose, when the value itself is called so."""

PATHS = {"copy", "file"}
"""Fields that hold the path of a file of the operator's."""

STRINGS = {"format", "join", "repr", "ascii", "vars", "dict", "getattr"}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """What goes to the module's own log."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            called = node.func.value
            while isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute):  # log.bind(…).info(…)
                called = called.func.value
            if isinstance(called, ast.Name) and called.id.strip("_") in {"log", "logger"}:
                yield node


def names(node: ast.AST | None) -> set[str]:
    """The last names of the types in an annotation or an `except`."""
    return {
        each.id if isinstance(each, ast.Name) else each.attr
        for each in ast.walk(node or ast.Tuple([]))
        if isinstance(each, ast.Name | ast.Attribute)
    }


def last_names(value: ast.AST) -> Iterator[str]:
    """The last name of each value in an expression: `c` of `a.b.c`."""
    if isinstance(value, ast.Attribute):
        yield value.attr
    elif isinstance(value, ast.Name):
        yield value.id
    else:
        for each in ast.iter_child_nodes(value):
            yield from last_names(each)


def kinds_of(tree: ast.AST, call: ast.Call, variable: str) -> set[str]:
    """What an error of this name can be, where this call is: by the nearest `except` or argument around it."""
    found: tuple[int, set[str]] = (-1, {"?"})
    for node in ast.walk(tree):
        inside = any(each is call for each in ast.walk(node))
        if isinstance(node, ast.ExceptHandler) and node.name == variable and inside:
            found = max(found, (node.lineno, names(node.type)), key=lambda each: each[0])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and inside:
            for argument in [*node.args.args, *node.args.kwonlyargs]:
                if argument.arg == variable:
                    found = max(found, (node.lineno, names(argument.annotation)), key=lambda each: each[0])
    return found[1]


def faults(source: str) -> Iterator[str]:
    """What is wrong with the calls in this source, one sentence each."""
    tree = ast.parse(source)
    for call in calls(tree):
        yield from (f"line {call.lineno}: {fault}" for fault in _faults(tree, call))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"line {node.lineno}: print is no log"
        if isinstance(node, ast.Name | ast.Attribute) and names(node) & {"bind_contextvars", "bound_contextvars"}:
            yield f"line {node.lineno}: what is bound stands in lines that do not name it"


def _faults(tree: ast.AST, call: ast.Call) -> Iterator[str]:
    assert isinstance(call.func, ast.Attribute)
    event = call.args[0] if len(call.args) == 1 else None
    if not (isinstance(event, ast.Constant) and isinstance(event.value, str) and EVENT.fullmatch(event.value)):
        yield "an event is one plain name, such as checkins.sent"
    if call.func.attr == "exception":
        yield "a traceback has the error's own words; give failure=without_words(error)"
    if call.func.value is not None and not isinstance(call.func.value, ast.Name):
        yield "fields are given in the call itself"
    for keyword in call.keywords:
        if keyword.arg not in FIELDS:
            yield f"{keyword.arg} is not among the fields that are declared in supportbot/log.py"
        if keyword.arg not in PATHS:
            yield from _faults_of_value(tree, call, keyword.value)


def _faults_of_value(tree: ast.AST, call: ast.Call, value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "without_words":
        return
    for name in sorted(names(value) & PEOPLE):
        yield f"{name} is somebody"
    for name in sorted(set(last_names(value)) & WORDS):
        yield f"{name} may be what somebody wrote"
    for node in ast.walk(value):
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add)):
            yield "a value is not put together from others"
        if isinstance(node, ast.Call):
            yield from _faults_of_call(tree, call, node)
    if isinstance(value, ast.Name) and value.id in {"error", "failure", "exception", "exc"}:
        yield "an error is logged by its type"


def _faults_of_call(tree: ast.AST, call: ast.Call, made: ast.Call) -> Iterator[str]:
    name = made.func.id if isinstance(made.func, ast.Name) else getattr(made.func, "attr", "")
    if name in STRINGS and ast.unparse(made) != "getattr(error, 'code', None)":
        yield f"{name}(…) may hold anything"
    if name == "str" and made.args and isinstance(made.args[0], ast.Name):
        others = kinds_of(tree, call, made.args[0].id) - WRITTEN_BY_US
        if others:
            yield f"the words of {', '.join(sorted(others))} are not ours"


def test_every_line_says_what_is_declared_and_no_more() -> None:
    found = 0
    wrong: list[str] = []
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        wrong += [f"{path.relative_to(ROOT)}, {fault}" for fault in faults(source)]
        found += len(list(calls(ast.parse(source))))
    assert wrong == []
    assert found >= LEAST


def test_nothing_is_declared_that_no_line_says() -> None:
    said = {
        keyword.arg
        for path in SOURCES
        for call in calls(ast.parse(path.read_text(encoding="utf-8")))
        for keyword in call.keywords
    }
    assert set(FIELDS) - said == set()
    assert not {name for name in FIELDS if re.search(r"person|member|user|author|zone|region|word|name", name)}


def test_there_is_one_log() -> None:
    """What goes to another logger this walk would not see."""
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        made = re.findall(r"^(\w+) = structlog\.\S*get_logger\((.*)\)$", source, re.MULTILINE)
        assert made in ([], [("log", "__name__")]), path
        assert source.count("get_logger(") == len(made), path
        assert ("logging.getLogger" in source) == (path == ROOT / "supportbot" / "log.py"), path


HEAD = "import structlog\nlog = structlog.stdlib.get_logger(__name__)\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('log.info("it.happened", person=person)', "person is not among the fields"),
        ('log.info("it.happened", reason=interaction.user)', "user is somebody"),
        ('log.info("it.happened", interaction=interaction.user.id)', "user is somebody"),
        ('log.info("it.happened", reason=message.content)', "content may be what"),
        ('log.info("it.happened", code=plan.zone)', "zone may be what"),
        ('log.info("it.happened", reason=f"about {x}")', "put together"),
        ('log.info("it.happened", reason="about %s" % x)', "put together"),
        ('log.info("it.happened", reason=", ".join(x))', "join(…) may hold anything"),
        ('log.info("it.happened", **what)', "None is not among the fields"),
        ('log.info("it.happened", error=error)', "an error is logged by its type"),
        ('log.info(f"it.happened.{x}")', "an event is one plain name"),
        ('log.info("it happened to %s", x)', "an event is one plain name"),
        ("log.info(event)", "an event is one plain name"),
        ('log.exception("it.happened")', "a traceback has the error's own words"),
        ('log.bind(code=1).info("it.happened")', "fields are given in the call itself"),
        ('print("x")', "print is no log"),
        ("structlog.contextvars.bind_contextvars(code=1)", "what is bound"),
        (
            'try:\n    f()\nexcept (StorageError, ValueError) as error:\n    log.info("it.happened", error=str(error))',
            "the words of ValueError are not ours",
        ),
        (
            'def f(error: Exception):\n    log.info("it.happened", reason=str(error) or "x")',
            "the words of Exception are not ours",
        ),
    ],
)
def test_a_line_that_says_more_is_seen(line: str, said: str) -> None:
    assert any(said in fault for fault in faults(HEAD + line)), list(faults(HEAD + line))


@pytest.mark.parametrize(
    "line",
    [
        'log.info("it.happened", code=error.code, error=type(error).__name__, delivery=delivery.id)',
        'try:\n    f()\nexcept StorageError as error:\n    log.info("it.happened", error=str(error))',
        'def f(error: DeliveryError | TimeoutError):\n    log.info("it.happened", reason=str(error) or "time-out")',
        'log.error("it.happened", failure=without_words(error) if error else [])',
    ],
)
def test_a_line_that_does_not_is_left_alone(line: str) -> None:
    assert list(faults(HEAD + line)) == []
