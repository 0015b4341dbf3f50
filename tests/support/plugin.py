"""Pytest plugin: every exchange is held against Discord's schema, and nothing is skipped where nothing may be.

The sandbox fixture gives `contract.observe` to its sandbox. A violation fails the test it happened in; one last line
counts what was checked. Works under pytest-xdist. Environment:

    SUPPORTBOT_CONTRACT_DIR       the folder with Discord's schema and the checker
    SUPPORTBOT_CONTRACT_REQUIRED  1: every skipped test is a failure (tests of the contract skip without that folder)
    SUPPORTBOT_NO_SKIPS           1: the same
"""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.contract import (
    UNSET,
    Contract,
    ContractFolderError,
    ContractObserver,
    Findings,
    Violation,
    environment_observer,
)

pytest_plugins = ["pytester"]

OFF_CONTRACT = "off_contract_requests"
STRICT = ("SUPPORTBOT_CONTRACT_REQUIRED", "SUPPORTBOT_NO_SKIPS")
WORKER_KEY = "supportbot_contract"


@dataclass(slots=True)
class Counts:
    """What the session checked, summed over all workers."""

    requests: int = 0
    answers: int = 0
    violations: int = 0
    on_purpose: int = 0

    def add(self, other: dict[str, int]) -> None:
        """Add a worker's counts."""
        for name, count in other.items():
            setattr(self, name, getattr(self, name) + count)


@dataclass(slots=True)
class Watch:
    """The session's observer and what became of its findings."""

    observer: ContractObserver
    counts: Counts = field(default_factory=Counts)
    faults: list[str] = field(default_factory=list[str])

    def judge(self, item: pytest.Item, *, finished: bool) -> None:
        """Fail the test for what was found since the last time. `finished`: the test's own part has just ended well."""
        findings = self.observer.take()
        bad = findings.violations
        if item.get_closest_marker(OFF_CONTRACT):
            bad = [violation for violation in findings.violations if violation.direction == "answer"]
            if finished:
                self._count_on_purpose(findings, len(findings.violations) - len(bad))
        self.counts.violations += len(bad)
        if bad:
            pytest.fail(readable(bad), pytrace=False)

    def _count_on_purpose(self, findings: Findings, broken: int) -> None:
        self.counts.on_purpose += broken
        if self.observer.contract is not None and not broken and not findings.refusals:
            pytest.fail(f"marked {OFF_CONTRACT}, but no request broke the contract or was refused", pytrace=False)

    def settle(self) -> None:
        """The session is over: take the observer's counts, and what was found after the last test."""
        left = self.observer.take().violations
        self.counts.violations += len(left)
        self.counts.requests += self.observer.requests
        self.counts.answers += self.observer.answers
        if left:
            self.faults.append(f"after the last test: {readable(left)}")


WATCH = pytest.StashKey[Watch]()


def readable(violations: list[Violation]) -> str:
    """The list that a person reads below the failed test."""
    return "\n".join([f"{len(violations)} violation(s) of Discord's contract:", *map(str, violations)])


def strict() -> bool:
    """Whether a skipped test counts as a failed one."""
    return any(os.environ.get(name) == "1" for name in STRICT)


# --- fixtures


@pytest.fixture(scope="session")
def contract(pytestconfig: pytest.Config) -> ContractObserver:
    """The session's observer: `sandbox.observers.append(contract.observe)`, or `contract.check_log(rows)`."""
    observer = pytestconfig.stash[WATCH].observer
    observer.contract  # noqa: B018 - loaded now, before any test's clock runs
    return observer


@pytest.fixture(scope="session")
def discord_contract(contract: ContractObserver) -> Contract:
    """Discord's schema and its checker; a test that cannot do without it is skipped where it is not there."""
    if contract.contract is None:
        pytest.skip(UNSET)
    return contract.contract


# --- the session


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{OFF_CONTRACT}: this test sends on purpose what Discord refuses; at least one request must break the contract"
        " or be refused, and the answers are checked all the same",
    )
    try:
        config.stash[WATCH] = Watch(environment_observer())
    except ContractFolderError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A pytest-xdist worker has ended."""
    told: dict[str, Any] = getattr(node, "workeroutput", {}).get(WORKER_KEY, {})
    watch: Watch = node.config.stash[WATCH]
    watch.counts.add(told.get("counts", {}))
    watch.faults.extend(told.get("faults", []))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    watch = config.stash[WATCH]
    watch.settle()
    output: dict[str, Any] | None = getattr(config, "workeroutput", None)
    if output is not None:
        output[WORKER_KEY] = {"counts": asdict(watch.counts), "faults": watch.faults}
        return
    if watch.observer.contract is not None and not watch.counts.requests and is_whole_suite(config):
        watch.faults.append(
            "the whole suite ran and not one exchange was checked: is the observer given to the sandbox?"
        )
    if watch.faults and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    watch = config.stash[WATCH]
    for fault in watch.faults:
        terminalreporter.write_line(f"contract: {fault}", red=True)
    if watch.observer.contract is None:
        terminalreporter.write_line(f"contract: nothing checked, {UNSET}", yellow=True)
        return
    counts = watch.counts
    line = f"contract: {counts.requests} requests and {counts.answers} answers checked, {counts.violations} violations"
    if counts.on_purpose:
        line += f" ({counts.on_purpose} more on purpose)"
    good = not counts.violations and not watch.faults
    terminalreporter.write_line(line, green=good, red=not good)


def is_whole_suite(config: pytest.Config) -> bool:
    """Whether this session was asked for every test there is."""
    option = config.option
    named = {(config.invocation_params.dir / argument).resolve() for argument in config.args}
    everything = {Path(config.rootpath, path).resolve() for path in config.getini("testpaths") or ["."]}
    narrowed = [
        getattr(option, name, None) for name in ("keyword", "markexpr", "deselect", "lf", "ignore", "ignore_glob")
    ]
    return everything <= named and not any(narrowed) and not option.collectonly


# --- each test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that failed by itself keeps its own reason; what it violated is then told at its teardown."""
    result = yield
    item.config.stash[WATCH].judge(item, finished=True)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """What the fixtures said while they closed counts too."""
    result = yield
    item.config.stash[WATCH].judge(item, finished=False)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and strict():
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped where nothing may be: {reason_of(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped and strict():
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped where nothing may be: {reason_of(report.longrepr)}"
    return report


def reason_of(longrepr: object) -> str:
    """The reason that a skip gave; pytest keeps it as (file, line, text)."""
    return str(longrepr[2] if isinstance(longrepr, tuple) else longrepr)
