"""Changes the triage's rules and code in one place at a time, and fails when no test notices.

`python tests/mutations/triage.py [WORD]` with a word tries only the changes whose name holds it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.mutations import changes, rules
from tests.mutations.changes import Change
from tests.mutations.runs import ROOT, Copies, Trial, Verdict

DOMAIN, PROOF = "tests/domain/test_triage.py", "tests/domain/test_triage_proof.py"
FLOWS = "tests/services/test_triage.py"
RULES = "data/triage.toml"
MODULES: dict[str, tuple[str, ...]] = {
    "supportbot/domain/triage.py": (DOMAIN, PROOF),
    "supportbot/domain/triage_proof.py": (PROOF,),
    "supportbot/services/triage.py": (FLOWS,),
}
"""What is changed, and the tests that should notice."""

ENGINE, SERVICE = "supportbot/domain/triage.py", "supportbot/services/triage.py"
EQUALS: dict[tuple[str, str, str], str] = {
    (ENGINE, "Flow.has_ended", "any  →  all"): "only a shortcut: `result` looks at the ends before anything else",
    (
        ENGINE,
        "_Builder._node",
        "index == len(questions) or self._flow.has_ended(answers)  →  ((index == len(questions)))",
    ): "the same shortcut: after an end all branches are equal, so nothing is asked",
    (ENGINE, "_Builder._node", "0  →  1"): "these branches are all equal",
    (ENGINE, "_walk", "return  →  pass"): "nothing comes after a step without a question",
    (SERVICE, "MOST", "10_000  →  10001"): "a bound for memory; a test sets its own",
    (
        SERVICE,
        "Triage.begin",
        "before is not None and on is not None  →  ((before is not None))",
    ): "for the type checker: no page stands on no message",
    (
        SERVICE,
        "Triage._answer",
        (
            "session.screen is not Screen.QUESTION or question is None or not 0 <= option < len(question.answers)  →  "
            "((session.screen is not Screen.QUESTION) or (not 0 <= option < len(question.answers)))"
        ),
    ): "for the type checker: on that screen there is a question",
    (
        SERVICE,
        "Triage._back",
        "session.given and session.screen is not Screen.DOOR  →  ((session.given))",
    ): "at the door nothing is answered yet",
    (
        SERVICE,
        "Triage._touch",
        "self._ends(session) < self._armed  →  (self._ends(session)) <= (self._armed)",
    ): "it arms the same instant once more",
}
"""Changes that change nothing, by file, place and change; and why not."""


def paths_and_results() -> str:
    """What a member can meet: every path, with its whole result, and where the crisis page stands in between.

    A change to the rules that leaves all of this as it is changes nothing: a row that is made wider where an earlier
    row fits first, for one.
    """
    from supportbot.content import load_triage  # noqa: PLC0415 (of the copy, in the child)

    flow = load_triage()
    pauses = [flow.pauses.holds({flow.questions[0].id: answer}) for answer in flow.questions[0].answers]
    return repr([pauses, *((path, flow.result(path)) for path in flow.paths())])


def everything() -> Iterator[Trial]:
    """Every change, with the tests that should notice it."""
    for change in rules.of_file(RULES, (ROOT / RULES).read_text(encoding="utf-8")):
        yield Trial(change, (DOMAIN,), paths_and_results)
    for file, tests in MODULES.items():
        for change in changes.of_module(file, (ROOT / file).read_text(encoding="utf-8")):
            yield Trial(change, tests)


def main(words: Sequence[str]) -> int:
    """Print each change and who noticed it; 1 when one went unnoticed."""
    began = time.perf_counter()
    wanted = [trial for trial in everything() if all(word in _name(trial.change) for word in words)]
    totals, unnoticed = Counter[str](), list[Change]()
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        copies = Copies(Path(folder), os.cpu_count() or 1)
        before = copies.unchanged((DOMAIN, PROOF, FLOWS), paths_and_results)
        if before.test is not None:
            _say(f"{before.test} fails without any change: {before.why}")
            return 1
        for change, verdict in copies.judge(trial for trial in wanted if _key(trial.change) not in EQUALS):
            _say(_row(change, verdict))
            totals["the same" if verdict.same else "noticed" if verdict.test else "not noticed"] += 1
            if verdict.test is None and not verdict.same:
                unnoticed.append(change)
    gone = EQUALS.keys() - {_key(trial.change) for trial in everything()}
    for key in sorted(gone):
        _say(f"EQUALS names a change that is not made any more: {key}")
    _say(f"\n{len(wanted)} changes: {totals['noticed']} noticed, {totals['not noticed']} not noticed,")
    _say(f"{totals['the same']} that leave every path and result the same, {len(EQUALS)} held to be equal in EQUALS")
    _say(f"{time.perf_counter() - began:.0f} s")
    for change in unnoticed:
        _say(f"NOT NOTICED  {_name(change)}")
    return 1 if unnoticed or gone else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _key(change: Change) -> tuple[str, str, str]:
    return change.file, change.where, change.what


def _name(change: Change) -> str:
    return f"{change.file} {change.where}: {change.what}"


def _row(change: Change, verdict: Verdict) -> str:
    noticed = f"noticed by {verdict.test}: {verdict.why[:100]}" if verdict.test else "NOT NOTICED"
    if verdict.same:
        noticed = "every path and result is the same"
    return f"{_name(change)}\n    {noticed}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
