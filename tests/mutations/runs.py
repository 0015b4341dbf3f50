"""Runs tests on copies of the tree, each with one change, in forked children; several at once."""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mutations.changes import Change

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("supportbot", "data", "tests", "pyproject.toml")
OURS = {"supportbot", "cogs", "data", "tests"}
LOADED_ONCE = ("pydantic", "structlog", "whenever")
PLUGINS = ("pytest_asyncio.plugin", "pytest_timeout")
VERDICT, SHOWN = "verdict", "shown"
HUNG_AFTER = 8
"""Seconds that one test may take."""
LOST_AFTER = 60
"""Seconds after which a child is ended from outside Python: an event loop that never rests swallows the other bound."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which test was the first to fail, and what it said; None when every test passed.

    `same`: the look at the copy showed what it shows without any change, so that no test was needed.
    """

    test: str | None
    why: str = ""
    same: bool = False


Look = Callable[[], str]
"""Says, in the child, what the copy comes to. What it raises counts as noticed: no test could begin."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A change, the tests that should notice it, and a look that tells whether it changes anything at all."""

    change: Change
    tests: Sequence[str]
    look: Look | None = None


class Copies:
    """Copies of the tree in this folder, one for each run at a time."""

    def __init__(self, folder: Path, at_once: int) -> None:
        for name in (*LOADED_ONCE, *PLUGINS):
            importlib.import_module(name)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        self._free = [folder / str(number) for number in range(at_once)]
        for copy in self._free:
            copy.mkdir()
            for name in COPIED:
                _copy(ROOT / name, copy / name)

    def unchanged(self, tests: Sequence[str], look: Look) -> Verdict:
        """Each copy as it is; leaves its byte code behind, for quicker starts, and what the look shows."""
        verdicts: list[Verdict] = []
        for copy in self._free:
            os.waitpid(self._start(copy, tests, look, first=True), 0)
            verdicts.append(_verdict(copy))
        return next((each for each in verdicts if each.test is not None), verdicts[0])

    def judge(self, trials: Iterable[Trial]) -> Iterator[tuple[Change, Verdict]]:
        """Each change, as the trials come to an end."""
        running: dict[int, tuple[Path, Change]] = {}
        for trial in trials:
            if not self._free:
                yield self._ended(running)
            copy = self._free.pop()
            _put(copy / trial.change.file, trial.change.text)
            running[self._start(copy, trial.tests, trial.look)] = copy, trial.change
        while running:
            yield self._ended(running)

    def _ended(self, running: dict[int, tuple[Path, Change]]) -> tuple[Change, Verdict]:
        process, status = os.wait()
        copy, change = running.pop(process)
        lost = os.waitstatus_to_exitcode(status) != 0
        verdict = Verdict("(hung)", f"nothing came within {LOST_AFTER} s") if lost else _verdict(copy)
        shutil.copy2(ROOT / change.file, copy / change.file)
        self._free.append(copy)
        return change, verdict

    def _start(self, copy: Path, tests: Sequence[str], look: Look | None, *, first: bool = False) -> int:
        (copy / VERDICT).unlink(missing_ok=True)
        process = os.fork()
        if process == 0:
            try:
                faulthandler.dump_traceback_later(LOST_AFTER, exit=True)
                _enter(copy, keep_byte_code=first)
                _run(copy, tests, look, first=first)
            finally:
                os._exit(0)
        return process


def _copy(source: Path, to: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, to)


def _put(path: Path, text: str) -> None:
    before = path.stat()
    path.write_text(text, encoding="utf-8")
    # Python trusts its byte code when size and second of the source are the same.
    os.utime(path, (before.st_atime, before.st_mtime + 100))


def _enter(copy: Path, *, keep_byte_code: bool) -> None:
    """In the child: nothing of the project is loaded but from the copy."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    for name in list(sys.modules):
        if name.partition(".")[0] in OURS:
            del sys.modules[name]
    sys.path[:] = [str(copy), *(each for each in sys.path if Path(each or ".").resolve() != ROOT)]
    sys.dont_write_bytecode = not keep_byte_code
    os.chdir(copy)


def _run(copy: Path, tests: Sequence[str], look: Look | None, *, first: bool) -> None:
    says = _Says(copy)
    if look is not None:
        try:
            shown = look()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is what the change led to)
            says.say("(refused at load)", str(error))
            return
        if first:
            (copy / SHOWN).write_text(shown, encoding="utf-8")
        elif shown == (copy / SHOWN).read_text(encoding="utf-8"):
            says.say(None, "", same=True)
            return
    options = ["-x", "-q", "--noconftest", "-p", "no:cacheprovider", "-o", f"timeout={HUNG_AFTER}"]
    code = pytest.main([*options, *tests], plugins=[says, *map(importlib.import_module, PLUGINS)])
    if code == pytest.ExitCode.OK:
        says.say(None, "")


class _Says:
    """Writes down the first failure."""

    def __init__(self, copy: Path) -> None:
        self._copy = copy

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._look(report, report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._look(report, report.nodeid)

    def pytest_sessionstart(self) -> None:
        module = importlib.import_module("supportbot")
        assert Path(str(module.__file__)).is_relative_to(self._copy), "the copy is what is tested"

    def say(self, test: str | None, why: str, *, same: bool = False) -> None:
        path = self._copy / VERDICT
        if not path.exists():
            path.write_text(json.dumps([test, why, same]), encoding="utf-8")

    def _look(self, report: pytest.CollectReport | pytest.TestReport, name: str) -> None:
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            lines = (crash.message if crash is not None else str(report.longrepr)).strip().splitlines()
            self.say(name.rpartition("/")[2], lines[0] if lines else "")


def _verdict(copy: Path) -> Verdict:
    """Raises AssertionError when the tests could not be run at all."""
    path = copy / VERDICT
    assert path.exists(), "the tests could not be run"
    return Verdict(*json.loads(path.read_text(encoding="utf-8")))
