"""Watches what bot and sandbox say to each other and holds it against Discord's own schema.

Schema and checker are not part of this repository: the environment variable SUPPORTBOT_CONTRACT_DIR names a folder
with `discord_contract.py` and `discord-openapi.json`.
"""

from __future__ import annotations

import copy
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, Protocol

from tests.support.quicker import quicker

FOLDER_VARIABLE = "SUPPORTBOT_CONTRACT_DIR"
UNSET = f"set {FOLDER_VARIABLE} to check against Discord's schema"
CHECKER, SPEC = "discord_contract.py", "discord-openapi.json"
PLAIN = "Draft202012Validator"
"""The name by which the checker knows the library's validator."""

MALFORMED = {50006, 50035, 50109}
"""Discord's codes for a body that is wrong in itself: an empty message, a form with faults, no JSON."""

Direction = Literal["request", "answer"]


class ContractFolderError(Exception):
    """The folder that the environment names cannot be used."""


class Contract(Protocol):
    """What is asked of the checker; every list is of violations, empty if there are none."""

    def request(self, method: str, path: str, body: Any = None) -> list[str]: ...
    def response(self, method: str, path: str, status: int, body: Any) -> list[str]: ...
    def route(self, method: str, path: str) -> tuple[Any, Any]: ...
    def schema(self, name: str, body: Any) -> list[str]: ...


class ExchangeLike(Protocol):
    """A finished REST exchange; bodies are parsed JSON, the status is 0 if the connection was cut."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def body(self) -> Any: ...
    @property
    def status(self) -> int: ...
    @property
    def answer(self) -> Any: ...


def contract_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The folder with schema and checker, or None if the environment names none.

    Raises ContractFolderError if it names one that lacks either.
    """
    named = environ.get(FOLDER_VARIABLE)
    if not named:
        return None
    folder = Path(named)
    missing = [name for name in (CHECKER, SPEC) if not (folder / name).is_file()]
    if missing:
        raise ContractFolderError(f"{FOLDER_VARIABLE} names {folder}, which has no {' and no '.join(missing)}")
    return folder


def load_contract(folder: Path, *, instead: Callable[[Any], Any] = quicker) -> Contract:
    """Import the checker from its folder, which is on the import path only meanwhile, and give it its schema.

    `instead` is given the library's validator that the checker uses, and gives what it is to use instead.
    """
    spec = importlib.util.spec_from_file_location("discord_contract", folder / CHECKER)
    if spec is None or spec.loader is None:
        raise ContractFolderError(f"{folder / CHECKER} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    sys.path.insert(0, str(folder))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = before
    if hasattr(module, PLAIN):
        setattr(module, PLAIN, instead(getattr(module, PLAIN)))
    return module.Contract(folder / SPEC)


@dataclass(frozen=True, slots=True)
class Violation:
    """What was wrong with one side of one exchange."""

    direction: Direction
    method: str
    path: str
    status: int
    faults: tuple[str, ...]

    def __str__(self) -> str:
        side = f"request {self.method} {self.path} (answered {self.status})"
        if self.direction == "answer":
            side = f"answer {self.status} to {self.method} {self.path}"
        return "\n".join([side, *(f"    {fault}" for fault in self.faults)])


@dataclass(frozen=True, slots=True)
class Seen:
    """An exchange as it was."""

    method: str
    path: str
    body: Any
    status: int
    answer: Any
    is_ours: bool = True
    """Whether the request is the bot's, or a test's own, which may be nonsense."""

    def violation(self, direction: Direction, faults: list[str]) -> Violation:
        """What is wrong with one side of it."""
        return Violation(direction, self.method, self.path, self.status, tuple(faults))


@dataclass(slots=True)
class Findings:
    """What a stretch of exchanges came to; `refusals` counts the requests that were answered with 4xx."""

    violations: list[Violation] = field(default_factory=list[Violation])
    refusals: int = 0


class ContractObserver:
    """Is called with every finished exchange, and checks both sides of it when it is asked what it found.

    Checking takes milliseconds, so it is not done while the test and its clocks run. `load` gives the contract when it
    is first needed, or None if there is none: then nothing is checked or counted.
    """

    def __init__(self, load: Callable[[], Contract | None]) -> None:
        self._load = load
        self._loaded = False
        self._contract: Contract | None = None
        self._seen: list[Seen] = []
        self.requests = 0
        self.answers = 0

    @property
    def contract(self) -> Contract | None:
        """The checker."""
        if not self._loaded:
            self._contract = self._load()
            self._loaded = True
        return self._contract

    def observe_answer(self, exchange: ExchangeLike) -> None:
        """As `observe`, where a test and not the bot makes the requests: only the answer is checked."""
        self.observe(exchange, is_ours=False)

    def observe(self, exchange: ExchangeLike, *, is_ours: bool = True) -> None:
        """Keep one exchange as it is now, to be checked; give this method to the sandbox."""
        if self.contract is not None:
            self._seen.append(
                Seen(
                    exchange.method,
                    exchange.path,
                    copy.deepcopy(exchange.body),
                    exchange.status,
                    copy.deepcopy(exchange.answer),
                    is_ours,
                )
            )

    def check_log(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Check exchanges as the actor API's `/requests` tells them, for a sandbox in a process of its own."""
        for row in rows:
            self.observe(SimpleNamespace(**row))

    def take(self) -> Findings:
        """What is wrong with the exchanges since this was last asked."""
        seen, self._seen = self._seen, []
        found = Findings(refusals=sum(400 <= exchange.status < 500 for exchange in seen))
        if self.contract is not None:
            for exchange in seen:
                self._check(self.contract, exchange, found.violations)
        return found

    def _check(self, contract: Contract, exchange: Seen, found: list[Violation]) -> None:
        if exchange.is_ours:
            self.requests += 1
            if faults := request_faults(contract, exchange):
                found.append(exchange.violation("request", faults))
        if exchange.status:
            self.answers += 1
            if faults := answer_faults(contract, exchange):
                found.append(exchange.violation("answer", faults))


def environment_observer() -> ContractObserver:
    """An observer that takes its contract from the folder that the environment names, if any."""
    folder = contract_folder()
    return ContractObserver(partial(load_contract, folder) if folder else lambda: None)


def request_faults(contract: Contract, exchange: ExchangeLike) -> list[str]:
    """A body that the sandbox refused as malformed is a fault even where the schema would let it pass."""
    faults = contract.request(exchange.method, exchange.path, exchange.body)
    answer = exchange.answer
    if not faults and exchange.status >= 400 and isinstance(answer, dict) and answer.get("code") in MALFORMED:
        return [f"refused: {answer['code']} {answer.get('message')} {answer.get('errors', '')}".rstrip()]
    return faults


def answer_faults(contract: Contract, exchange: ExchangeLike) -> list[str]:
    """A 5xx may be anything, it comes from whatever stands before Discord; a 4xx has Discord's body on any route."""
    answer = exchange.answer
    if exchange.status >= 500 and not isinstance(answer, dict):
        return []
    if isinstance(answer, dict) and "errors" in answer:
        answer = {**answer, "errors": _with_numbers(answer["errors"])}
    if exchange.status >= 400 and contract.route(exchange.method, exchange.path)[1] is None:
        return contract.schema("RatelimitedResponse" if exchange.status == 429 else "ErrorResponse", answer)
    return contract.response(exchange.method, exchange.path, exchange.status, answer)


def _with_numbers(tree: Any) -> Any:
    """The tree of faults with a number for each code: the schema asks for that, Discord sends and documents words."""
    if not isinstance(tree, dict):
        return tree
    if isinstance(tree.get("_errors"), list):
        return {**tree, "_errors": [_with_number(fault) for fault in tree["_errors"]]}
    return {name: _with_numbers(below) for name, below in tree.items()}


def _with_number(fault: Any) -> Any:
    if not isinstance(fault, dict) or "code" not in fault:
        return fault
    return {**fault, "code": 0 if isinstance(fault["code"], str) else "a number, which Discord does not send"}
