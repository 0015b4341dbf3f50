"""What can be changed in a module: each condition, refusal, deed and number, one at a time."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_FLIPPED: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
_MOVED: dict[type[ast.cmpop], str] = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_SIGNS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_SWAPPED = {"any": "all", "all": "any", "min": "max", "max": "min"}
_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "-", ast.Sub: "+", ast.BitAnd: "|"}
_Text = Callable[[ast.AST], str]
_Scopes = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Change:
    """A file of the project after one change. `where` and `what` name it, for people and for the list of equals."""

    file: str
    where: str
    what: str
    text: str


def of_module(file: str, source: str) -> Iterator[Change]:
    """Every change to what this module decides; what it logs and how its types look is left alone."""
    yield from _Module(file, source).changes()


class _Module:
    def __init__(self, file: str, source: str) -> None:
        self._file = file
        self._source = source.encode()
        self._lines = [0]
        for line in self._source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def changes(self) -> Iterator[Change]:
        tree = ast.parse(self._source)
        for each in tree.body:
            if isinstance(each, _Scopes):
                yield from self._inside(each, each.name)
            elif isinstance(each, ast.Assign | ast.AnnAssign) and each.value is not None:
                yield from self._constants(each.value, ast.unparse(getattr(each, "target", None) or each.targets[0]))

    def _inside(self, scope: _Scopes, name: str) -> Iterator[Change]:
        """Functions, also those inside; what stands in a class body outside of them is a type's look."""
        for each in scope.body:
            if isinstance(each, _Scopes):
                yield from self._inside(each, f"{name}.{each.name}")
            elif not isinstance(scope, ast.ClassDef):
                yield from self._node(each, name)

    def _node(self, node: ast.AST, name: str) -> Iterator[Change]:
        for part, to in _replacements(node, self._text):
            yield self._replaced(part, to, name)
        for child in ast.iter_child_nodes(node):
            if not (isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign | ast.FormattedValue) and _says(child)):
                yield from self._node(child, name)

    def _constants(self, node: ast.AST, name: str) -> Iterator[Change]:
        for each in ast.walk(node):
            if isinstance(each, ast.Constant) and type(each.value) is int:
                yield self._replaced(each, str(each.value + 1), name)
            elif isinstance(each, ast.Tuple | ast.Set) and len(each.elts) > 1:
                for element in each.elts:
                    if isinstance(element, ast.Constant) and type(element.value) is str:
                        kept = ", ".join(self._text(other) for other in each.elts if other is not element)
                        form = f"({kept},)" if isinstance(each, ast.Tuple) else f"{{{kept}}}"
                        yield self._replaced(each, form, name, f"without {element.value}")

    def _replaced(self, node: ast.AST, to: str, name: str, what: str = "") -> Change:
        begin, end = self._span(node)
        text = self._source[:begin] + to.encode() + self._source[end:]
        short = what or f"{_line(self._text(node))}  →  {_line(to)}"
        return Change(self._file, name, short, text.decode())

    def _text(self, node: ast.AST) -> str:
        begin, end = self._span(node)
        return self._source[begin:end].decode()

    def _span(self, node: ast.AST) -> tuple[int, int]:
        assert isinstance(node, ast.expr | ast.stmt)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._lines[node.lineno - 1] + node.col_offset, self._lines[node.end_lineno - 1] + node.end_col_offset


def _line(text: str) -> str:
    return " ".join(text.split())


def _says(node: ast.AST) -> bool:
    """A docstring, an empty body, or a line in the log."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) or node.value is ...
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")


def _replacements(node: ast.AST, text: _Text) -> Iterator[tuple[ast.AST, str]]:
    """What to put in the place of this node, or of a part of it."""
    if isinstance(node, ast.stmt) and _does_something(node):
        yield node, "pass"
    yield from _conditions(node, text)
    yield from _values(node, text)


def _conditions(node: ast.AST, text: _Text) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.If | ast.IfExp | ast.While) and not _is_flipped(node.test):
        yield node.test, f"(not ({text(node.test)}))"
    elif isinstance(node, ast.comprehension):
        for test in node.ifs:
            yield test, "True"
    elif isinstance(node, ast.BoolOp):
        word = " and " if isinstance(node.op, ast.And) else " or "
        for each in node.values:
            yield node, f"({word.join(f'({text(other)})' for other in node.values if other is not each)})"
    elif isinstance(node, ast.Compare):
        yield from _comparisons(node, text)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, f"({text(node.operand)})"


def _comparisons(node: ast.Compare, text: _Text) -> Iterator[tuple[ast.AST, str]]:
    if len(node.ops) == 1:
        to = {**_FLIPPED, **_MOVED}[type(node.ops[0])]
        yield node, f"({text(node.left)}) {to} ({text(node.comparators[0])})"
        return
    terms = [text(each) for each in (node.left, *node.comparators)]
    for place in range(len(node.ops)):
        signs = [(_MOVED if each == place else _SIGNS)[type(operator)] for each, operator in enumerate(node.ops)]
        yield node, " ".join([terms[0], *(f"{sign} {term}" for sign, term in zip(signs, terms[1:], strict=True))])


def _values(node: ast.AST, text: _Text) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield node, f"({text(node.left)} {_OPERATORS[type(node.op)]} {text(node.right)})"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SWAPPED:
        yield node.func, _SWAPPED[node.func.id]
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield node, str(node.value + 1)


def _is_flipped(test: ast.expr) -> bool:
    """Whether another change to this condition comes to its opposite."""
    return (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)) or (
        isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in _FLIPPED
    )


def _does_something(node: ast.stmt) -> bool:
    """A refusal, or a deed that can be left undone without a name going missing."""
    if isinstance(node, ast.Raise | ast.Delete | ast.AugAssign | ast.Continue):
        return True
    if isinstance(node, ast.Return):
        return node.value is None
    if isinstance(node, ast.Assign):
        return not any(isinstance(each, ast.Name) for target in node.targets for each in _targets(target))
    return (
        isinstance(node, ast.Expr) and not _says(node.value) and not isinstance(node.value, ast.Yield | ast.YieldFrom)
    )


def _targets(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, ast.Tuple) else [target]
