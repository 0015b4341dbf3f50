"""The checking itself can fail: a plugin that never objects would look just like a clean suite."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.contract import (
    FOLDER_VARIABLE,
    UNSET,
    ContractFolderError,
    ContractObserver,
    contract_folder,
    load_contract,
)

# A checker with one rule a side: no request or answer may hold the word "bad".
STUB = """
class Contract:
    def __init__(self, spec_path):
        assert spec_path.read_text() == "{}"
    def request(self, method, path, body=None):
        return ["schema: content: bad"] if body and "bad" in str(body) else []
    def response(self, method, path, status, body):
        return ["schema: answer: bad"] if "bad" in str(body) else []
    def route(self, method, path):
        return (None, None) if path == "/nowhere" else (path, {})
    def schema(self, name, body):
        return [] if isinstance(body, dict) and "code" in body else [f"schema: {name}"]
"""

TWO_WORKERS = ("-p", "xdist", "-n2")

# A test file as the suite has them. `say` is one exchange with the sandbox.
TESTS = """
import pytest
from types import SimpleNamespace

@pytest.fixture
def say(contract):
    def one(body, answer=None, status=200, path="/channels/1/messages"):
        contract.observe(SimpleNamespace(method="POST", path=path, body=body, status=status, answer=answer))
    return one
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the stub, as SUPPORTBOT_CONTRACT_DIR would name it."""
    folder = tmp_path / "contract-folder"
    folder.mkdir()
    (folder / "discord_contract.py").write_text(STUB)
    (folder / "discord-openapi.json").write_text("{}")
    return folder


@pytest.fixture
def observer(folder: Path) -> ContractObserver:
    return ContractObserver(lambda: load_contract(folder))


def exchange(body: Any = None, answer: Any = None, status: int = 200, path: str = "/channels/1/messages") -> Any:
    return SimpleNamespace(method="POST", path=path, body=body, status=status, answer=answer)


class Suite:
    """A small test suite under the plugin, in a folder and an environment of its own."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pytester = pytester
        self._monkeypatch = monkeypatch
        pytester.makeini("[pytest]\naddopts = --strict-markers\n")
        pytester.makeconftest('pytest_plugins = ["tests.support.plugin"]')
        monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        for name in (FOLDER_VARIABLE, "SUPPORTBOT_CONTRACT_REQUIRED", "SUPPORTBOT_NO_SKIPS", "PYTEST_ADDOPTS"):
            monkeypatch.delenv(name, raising=False)

    def setenv(self, name: str, value: str) -> None:
        self._monkeypatch.setenv(name, value)

    def run(self, tests: str, *args: str) -> pytest.RunResult:
        self.pytester.makepyfile(TESTS + tests)
        return self.pytester.runpytest_subprocess(*args)


@pytest.fixture
def bare_suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Without the contract."""
    return Suite(pytester, monkeypatch)


@pytest.fixture
def suite(bare_suite: Suite, folder: Path) -> Suite:
    """With the stub as contract."""
    bare_suite.setenv(FOLDER_VARIABLE, str(folder))
    return bare_suite


# --- the observer


def test_a_clean_exchange_is_counted(observer: ContractObserver) -> None:
    observer.observe(exchange({"content": "good"}, {"id": "1"}))
    assert not observer.take().violations
    assert (observer.requests, observer.answers) == (1, 1)


@pytest.mark.parametrize(
    ("seen", "direction", "fault"),
    [
        (exchange({"content": "bad"}, {"id": "1"}), "request", "schema: content: bad"),
        (exchange({"content": "good"}, {"content": "bad"}), "answer", "schema: answer: bad"),
        (exchange({}, {"message": "no code"}, 404, "/nowhere"), "answer", "schema: ErrorResponse"),
        (exchange({}, {"message": "no code"}, 429, "/nowhere"), "answer", "schema: RatelimitedResponse"),
        (
            exchange({}, {"code": 50035, "message": "Invalid Form Body", "errors": {"content": {}}}, 400),
            "request",
            "refused: 50035 Invalid Form Body {'content': {}}",
        ),
        (
            exchange({}, {"code": 50006, "message": "Cannot send an empty message"}, 400),
            "request",
            "refused: 50006 Cannot send an empty message",
        ),
    ],
)
def test_one_side_that_breaks_the_contract_is_a_violation(
    observer: ContractObserver, seen: Any, direction: str, fault: str
) -> None:
    observer.observe(seen)
    [violation] = observer.take().violations
    assert (violation.direction, violation.faults) == (direction, (fault,))
    assert seen.path in str(violation)
    assert fault in str(violation)


@pytest.mark.parametrize(
    "seen",
    [
        exchange({}, {"code": 10062, "message": "Unknown interaction"}, 404),
        exchange({}, {"code": 0, "message": "401: Unauthorized"}, 401, "/nowhere"),
        exchange({}, "bad gateway", 502),
        exchange({}, None, 500),
    ],
)
def test_a_refusal_for_the_state_of_the_world_is_no_violation(observer: ContractObserver, seen: Any) -> None:
    observer.observe(seen)
    assert not observer.take().violations


def test_a_cut_connection_has_a_request_and_no_answer(observer: ContractObserver) -> None:
    observer.observe(exchange({"content": "bad"}, None, 0))
    assert [violation.direction for violation in observer.take().violations] == ["request"]
    assert (observer.requests, observer.answers) == (1, 0)


def test_an_exchange_is_checked_as_it_was_when_it_was_seen(observer: ContractObserver) -> None:
    answer = {"content": "good"}
    observer.observe(exchange({}, answer))
    answer["content"] = "bad"
    assert not observer.take().violations


def test_findings_are_given_once(observer: ContractObserver) -> None:
    observer.observe(exchange({"content": "bad"}, {}))
    assert len(observer.take().violations) == 1
    assert not observer.take().violations


def test_the_log_of_another_process_is_checked(observer: ContractObserver) -> None:
    row = {"n": 1, "at": "2026-01-01T00:00:00Z", "method": "POST", "path": "/channels/1/messages", "refused": None}
    observer.check_log(
        [
            {**row, "body": {"content": "bad"}, "status": 200, "answer": {}},
            {**row, "body": None, "status": 200, "answer": {}},
        ]
    )
    assert len(observer.take().violations) == 1
    assert observer.requests == 2


def test_without_a_contract_nothing_is_checked() -> None:
    observer = ContractObserver(lambda: None)
    observer.observe(exchange({"content": "bad"}, {"content": "bad"}))
    assert not observer.take().violations
    assert (observer.requests, observer.answers) == (0, 0)


def test_a_folder_that_lacks_the_checker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractFolderError, match=r"no discord_contract\.py and no discord-openapi\.json"):
        contract_folder({FOLDER_VARIABLE: str(tmp_path)})
    assert contract_folder({}) is None


# --- the plugin


def test_a_violation_fails_the_test_it_happened_in(suite: Suite) -> None:
    result = suite.run("""
def test_good(say): say({"content": "good"}, {})
def test_request(say): say({"content": "bad"}, {})
def test_answer(say): say({"content": "good"}, {"content": "bad"})
""")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "1 violation(s) of Discord's contract:",
            "request POST /channels/1/messages (answered 200)",
            "    schema: content: bad",
        ]
    )
    result.stdout.fnmatch_lines(["answer 200 to POST /channels/1/messages", "    schema: answer: bad"])
    result.stdout.fnmatch_lines(["contract: 3 requests and 3 answers checked, 2 violations"])


def test_a_violation_in_a_fixture_or_beside_a_failure_is_told_too(suite: Suite) -> None:
    result = suite.run("""
@pytest.fixture
def farewell(say):
    yield
    say({"content": "bad"}, {})

def test_goodbye(farewell): pass
def test_own_failure(say):
    say({"content": "bad"}, {})
    assert False, "its own reason"
""")
    result.assert_outcomes(passed=1, failed=1, errors=2)
    result.stdout.fnmatch_lines(["*its own reason*", "contract: 2 requests and 2 answers checked, 2 violations"])


def test_violations_are_summed_over_workers(suite: Suite) -> None:
    result = suite.run(
        """
@pytest.mark.parametrize("word", ["good", "bad", "fine", "bad"])
def test_word(say, word): say({"content": word}, {})
""",
        *TWO_WORKERS,
    )
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["contract: 4 requests and 4 answers checked, 2 violations"])


def test_nonsense_on_purpose_needs_the_marker_and_the_nonsense(suite: Suite) -> None:
    result = suite.run("""
pytestmark = pytest.mark.off_contract_requests
def test_broken(say): say({"content": "bad"}, {})
def test_refused(say): say({}, {"code": 10008, "message": "Unknown Message"}, 404)
def test_neither(say): say({"content": "good"}, {})
def test_bad_answer(say): say({"content": "bad"}, {"content": "bad"})
""")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "marked off_contract_requests, but no request broke the contract or was refused",
            "contract: 4 requests and 4 answers checked, 1 violations (2 more on purpose)",
        ]
    )


@pytest.mark.parametrize("args", [(), TWO_WORKERS])
def test_a_whole_suite_that_checked_nothing_fails(suite: Suite, args: tuple[str, ...]) -> None:
    result = suite.run("def test_quiet(contract): pass\n", *args)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["contract: the whole suite ran and not one exchange was checked*"])


@pytest.mark.parametrize("args", [("-k", "quiet"), ("test_a_part_of_the_suite_may_check_nothing.py",)])
def test_a_part_of_the_suite_may_check_nothing(suite: Suite, args: tuple[str, ...]) -> None:
    assert suite.run("def test_quiet(contract): pass\n", *args).ret == pytest.ExitCode.OK


def test_without_the_folder_tests_that_need_it_skip_and_say_so(bare_suite: Suite) -> None:
    result = bare_suite.run("def test_needs(discord_contract): pass\ndef test_other(say): say({'content': 'bad'})\n")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines([f"contract: nothing checked, {UNSET}"])
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize("variable", ["SUPPORTBOT_CONTRACT_REQUIRED", "SUPPORTBOT_NO_SKIPS"])
@pytest.mark.parametrize("args", [(), TWO_WORKERS])
def test_where_nothing_may_be_skipped_a_skip_is_a_failure(
    bare_suite: Suite, variable: str, args: tuple[str, ...]
) -> None:
    bare_suite.setenv(variable, "1")
    result = bare_suite.run(
        """
def test_needs(discord_contract): pass
def test_browser(): pytest.skip("Chromium is not installed")
@pytest.mark.xfail(reason="known", strict=True)
def test_known(): assert False
""",
        *args,
    )
    outcomes = result.parseoutcomes()
    assert outcomes.get("failed", 0) + outcomes.get("errors", 0) == 2
    assert "skipped" not in outcomes
    assert outcomes["xfailed"] == 1
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f"*skipped where nothing may be: *{UNSET}*"])
    result.stdout.fnmatch_lines(["*skipped where nothing may be: *Chromium is not installed*"])


def test_where_nothing_may_be_skipped_neither_may_a_file(bare_suite: Suite) -> None:
    bare_suite.setenv("SUPPORTBOT_NO_SKIPS", "1")
    result = bare_suite.run("pytest.importorskip('not_installed_here')\n")
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*skipped where nothing may be*not_installed_here*"])


def test_a_wrong_folder_stops_the_session(bare_suite: Suite, tmp_path: Path) -> None:
    bare_suite.setenv(FOLDER_VARIABLE, str(tmp_path / "nothing"))
    result = bare_suite.run("def test_quiet(): pass\n")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*has no discord_contract.py*"])
