"""An operator's triage file that breaks a rule of the house is refused, with the key and the path that breaks it."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from supportbot import content
from supportbot.errors import ContentError

SHIPPED = files("data").joinpath("triage.toml").read_text(encoding="utf-8")


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[str], str]:
    """Why a file with this text is refused."""

    def load(text: str) -> str:
        (tmp_path / "triage.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ContentError) as error:
            content.load_triage(tmp_path)
        prefix = "triage.toml in SUPPORTBOT_CONTENT_DIR: "
        assert str(error.value).startswith(prefix)
        return str(error.value).removeprefix(prefix)

    return load


def changed(before: str, after: str, *, count: int = 1) -> str:
    assert before in SHIPPED
    return SHIPPED.replace(before, after, count)


def without(pattern: str) -> str:
    """The file without the one table that this pattern begins."""
    found = re.findall(rf"\n\[\[?{pattern}.*?(?=\n\[|\n#|\Z)", SHIPPED, flags=re.DOTALL)
    assert len(found) == 1, found
    return SHIPPED.replace(found[0], "")


SAFETY = '[[questions]]\nid = "safety"\nanswers = ["no", "yes", "unsure", "skip"]\n\n'
ABOUT = '[[questions]]\nid = "about"\nanswers = ["self", "someone_else", "pressed"]\n\n'

# fmt: off
BROKEN = {
    "1: safety=yes does not end it": (
        changed('when = [{ safety = ["yes"] }]', 'when = [{ withdrawal = ["now"] }]'),
        r"rows.5: breaks invariant 1: the outcome is not crisis \(path safety=yes",
    ),
    "1: withdrawal=now does not end it": (
        changed('when = [{ withdrawal = ["now"] }]', 'when = [{ safety = ["yes"] }]'),
        r"rows.5: breaks invariant 1: the outcome is not crisis .*withdrawal=now",
    ),
    "1: fear ends in another outcome": (
        changed('"safe_help"', '"own_choice"'),
        r"ends.own_choice: breaks invariant 1: .*family=unsafe",
    ),
    "1: no page for those who are not sure": (
        changed('[pauses]\nwhen = [{ safety = ["unsure", "skip"] }]', '[pauses]\nwhen = [{ safety = ["unsure"] }]'),
        r"pauses: breaks invariant 1: .*path safety=skip",
    ),
    "1: another question comes first": (
        changed(SAFETY, "").replace(ABOUT, ABOUT + SAFETY),
        r"questions.about: breaks invariant 1: safety is not the first question",
    ),
    "2: the lines come later": (
        changed('{ safety = ["unsure", "skip"] }, { row', '{ safety = ["unsure"] }, { row'),
        r"additions.crisis_lines: breaks invariant 2: .*safety=skip",
    ),
    "3: a gap in the table": (
        without(r'rows\]\]\nid = "12"'),
        r"rows: breaks invariant 3: no row fits \(path safety=.*willing=yes",
    ),
    "3: a row that nobody reaches": (
        changed('{ about = ["self"], willing = ["unsure"] }', '{ about = ["self"], willing = ["unsure", "yes"] }'),
        r"rows.5: breaks invariant 3: no path reaches this row",
    ),
    "3: an answer with another name": (
        changed('"skip"]\n\n[[questions]]', '"pass"]\n\n[[questions]]'),
        r"pauses.safety: no answer is called skip; there are no, yes, unsure, pass",
    ),
    "3: an outcome that nothing explains": (
        changed('outcome = "both"', 'outcome = "rehab"'),
        r"rows.10.outcome: .*nothing is called rehab",
    ),
    "4: an intervention for those who are pressed": (
        changed('also = ["therapist", "peer_support"]', 'also = ["interventionist"]'),
        r"rows.1: breaks invariant 4: .*about=pressed",
    ),
    "4: an intervention arranged by a child": (
        changed('drops = ["interventionist", "assessment"]', 'drops = ["assessment"]'),
        r"rows.7: breaks invariant 4: .*under_18=yes",
    ),
    "4: another outcome for a child": (
        changed('outcome = "trusted_adult"', 'outcome = "both"'),
        r"rows.12: breaks invariant 4: .*under_18=yes",
    ),
}
# fmt: on


@pytest.mark.parametrize("which", BROKEN)
def test_what_breaks_a_rule_is_refused_with_its_path(refused: Callable[[str], str], which: str) -> None:
    text, why = BROKEN[which]
    assert re.match(why, refused(text)), refused(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "not readable as TOML"),
        (changed("[override]", "[overrule]"), "override: Field required"),
        (changed("@addictive", "@nobody"), "no set is called @nobody"),
        (changed('family = ["yes"]', 'famly = ["yes"]'), "rows.6.when: no question is called famly"),
        (changed('family = ["yes"]', 'family = ["maybe"]'), "rows.6.when.family: no answer is called maybe"),
        (changed('takes = ["youth_lines"]', 'takes = ["youth"]'), "ends.crisis.takes: nothing is called youth"),
        (changed('id = "2"', 'id = "1"'), "rows: 1 is there twice"),
        (
            changed('when = [{ about = ["self", "someone_else"] }]', 'when = [{ tried = ["yes"] }]'),
            "questions.willing.when: tried is not asked before",
        ),
    ],
)
def test_a_slip_is_named(refused: Callable[[str], str], text: str, why: str) -> None:
    assert why in refused(text)


def test_what_breaks_no_rule_is_taken(tmp_path: Path) -> None:
    text = changed(
        'who = { about = ["self"], willing = ["yes"] }\noutcome = "therapist"\nalso = ["peer_support"]',
        'who = { about = ["self"], willing = ["yes"] }\noutcome = "therapist"',
    )
    (tmp_path / "triage.toml").write_text(text, encoding="utf-8")
    flow = content.load_triage(tmp_path)
    (also,) = {
        flow.result(path).also
        for path in flow.paths()
        if flow.result(path).row == "5" and len(path) == 4 and path["concern"] == "life" and path["safety"] == "no"
    }
    assert also == ()


HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.mark.parametrize(
    ("text_id", "said", "why"),
    [
        ("triage.outcome.therapist.body", "You have depression.", "“you have depression” (diagnosis)"),
        ("triage.reason.willing.no", "Your score is low.", "“score” (score)"),
        ("triage.entry.peer_support.body", "You are at high RISK.", "“risk” (risk)"),
        ("triage.outcome.interventionist.next", "We guarantee it.", "“guarantee” (promise)"),
        ("triage.note.one_talk", "Book at BetterHelp!", "“betterhelp” (vendor)"),
        ("triage.outcome.peer_support.body", "Meet other alcoholics.", "“alcoholics” (diagnosis)"),
    ],
)
def test_5_a_text_that_says_what_no_result_may(tmp_path: Path, text_id: str, said: str, why: str) -> None:
    (tmp_path / "locales/en").mkdir(parents=True)
    (tmp_path / "locales/en/ours.po").write_text(f'{HEADER}msgid "{text_id}"\nmsgstr "{said}"\n', encoding="utf-8")
    with pytest.raises(ContentError) as refusal:
        content.load(tmp_path)
    message = str(refusal.value)
    assert message.startswith(
        f"locales/en/ours.po in SUPPORTBOT_CONTENT_DIR: {text_id}: breaks invariant 5: {why} (path safety="
    )


def test_5_a_name_may_hold_such_a_word(tmp_path: Path) -> None:
    (tmp_path / "locales/en").mkdir(parents=True)
    text = 'msgid "triage.entry.peer_support.body"\nmsgstr "Alcoholics Anonymous, and this community."\n'
    (tmp_path / "locales/en/ours.po").write_text(HEADER + text, encoding="utf-8")
    content.load(tmp_path)


def test_5_an_operator_cannot_take_a_word_off_the_list(tmp_path: Path) -> None:
    (tmp_path / "unsaid").mkdir()
    (tmp_path / "unsaid/en.toml").write_text("risk = []\n", encoding="utf-8")
    (tmp_path / "locales/en").mkdir(parents=True)
    text = 'msgid "triage.note.one_talk"\nmsgstr "There is a risk."\n'
    (tmp_path / "locales/en/ours.po").write_text(HEADER + text, encoding="utf-8")
    with pytest.raises(ContentError, match="breaks invariant 5"):
        content.load(tmp_path)


def test_a_source_that_is_no_reference(refused: Callable[[str], str]) -> None:
    assert (
        refused(changed('"miller-1999"', '"nobody-1999"')) == "sources.interventionist: no reference called nobody-1999"
    )
