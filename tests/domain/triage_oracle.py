"""The triage once more, written by hand from its description and in another shape: what tests compare with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

ANSWERS: dict[str, tuple[str, ...]] = {
    "safety": ("no", "yes", "unsure", "skip"),
    "about": ("self", "someone_else", "pressed"),
    "concern": ("substance", "behaviour", "mental_health", "combined", "life", "unsure"),
    "withdrawal": ("no", "yes", "unsure", "now"),
    "family": ("no", "yes", "unsafe"),
    "willing": ("yes", "unsure", "no"),
    "worsening": ("yes", "no"),
    "tried": ("yes", "no"),
}
ORDER = tuple(ANSWERS)
ADDICTIVE = {"substance", "behaviour", "combined"}


def everything() -> Iterator[dict[str, str]]:
    """Every answer to every question, also to those that would not be asked."""
    for answers in product(*ANSWERS.values()):
        yield dict(zip(ORDER, answers, strict=True))


def makes_sense(question: str, given: Mapping[str, str]) -> bool:
    """Whether the question is asked as far as its own condition goes."""
    if question == "withdrawal":
        return given["concern"] in {"substance", "combined", "unsure"}
    if question == "family":
        return given["about"] in {"someone_else", "pressed"}
    return question != "willing" or given["about"] in {"self", "someone_else"}


def ends(given: Mapping[str, str]) -> str | None:
    """The outcome of an early end."""
    if given.get("safety") == "yes" or given.get("withdrawal") == "now":
        return "crisis"
    return "safe_help" if given.get("family") == "unsafe" else None


def heard(answers: Mapping[str, str]) -> dict[str, str]:
    """Of answers to everything, those to questions that make sense, up to an early end."""
    given: dict[str, str] = {}
    for question in ORDER:
        if ends(given):
            break
        if makes_sense(question, given):
            given[question] = answers[question]
    return given


def judge(given: Mapping[str, str], *, under_18: bool = False) -> tuple[str, list[str], list[str], int | None]:
    """Outcome, also, reasons and row."""
    early = ends(given)
    if early == "crisis":
        why = "safety=yes" if given["safety"] == "yes" else "withdrawal=now"
        return early, ["youth_lines"] * under_18, [why], None
    first = ["crisis_lines"] * (given["safety"] in {"unsure", "skip"})
    middle = ["medical_first"] * (given.get("withdrawal") in {"yes", "unsure"}) + ["youth_lines"] * under_18
    if early == "safe_help":
        return early, first + middle, ["family=unsafe"], None
    row, outcome, own, reasons = table(given)
    if row in {7, 8}:
        first = ["crisis_lines"]
    also = first + middle + own
    concern = given["concern"]
    if concern in ADDICTIVE and outcome in {"therapist", "both", "interventionist"}:
        also.append("assessment")
    reluctant = given["about"] == "self" and given["willing"] != "yes"
    if concern in {"substance", "combined"} and (given["about"] == "pressed" or reluctant):
        also.append("harm_reduction")
    if under_18 and given["about"] == "someone_else":
        also = [each for each in also if each not in {"interventionist", "assessment"}]
        outcome, reasons = "trusted_adult", [*reasons, "under_18=yes"]
    return outcome, also, reasons, row


def notes(given: Mapping[str, str], row: int | None) -> list[str]:
    """What is said beside a result of the table."""
    if row is None:
        return []
    medicine = given["concern"] in {"mental_health", "combined"}
    return ["one_talk"] * (row == 4) + ["prescribed_medicine"] * medicine


Found = tuple[int, str, list[str], list[str]]


def table(given: Mapping[str, str]) -> Found:
    """Row, outcome, the row's own also, and reasons."""
    about, willing = given["about"], given.get("willing")
    if about == "pressed":
        return 1, "own_choice", ["therapist", "peer_support"], ["about=pressed"]
    who = [f"about={about}", f"willing={willing}"]
    if about == "self":
        return for_oneself(given, who)
    if willing == "no":
        return for_somebody_not_willing(given, who)
    parts = [f"{name}=yes" for name in ("worsening", "tried") if given.get(name) == "yes"]
    if willing == "unsure" and given["concern"] in ADDICTIVE and parts:
        return 10, "both", ["family_support"], [who[0], f"concern={given['concern']}", who[1], *parts]
    return (11 if willing == "unsure" else 12), "therapist", ["family_support"], who


def for_oneself(given: Mapping[str, str], who: list[str]) -> Found:
    """Rows 2 to 5."""
    if given["willing"] != "no":
        return (4 if given["willing"] == "unsure" else 5), "therapist", ["peer_support"], who
    if given.get("worsening") == "yes":
        return 2, "peer_support", ["therapist"], [*who, "worsening=yes"]
    return 3, "peer_support", [], who


def for_somebody_not_willing(given: Mapping[str, str], who: list[str]) -> Found:
    """Rows 6 to 9."""
    concern, worse, tried = given["concern"], given.get("worsening") == "yes", given.get("tried") == "yes"
    drawn_in = ["family=yes"] * (given["family"] == "yes")
    parts = ["worsening=yes"] * worse + ["tried=yes"] * tried
    if concern in ADDICTIVE and (drawn_in or parts):
        return 6, "interventionist", ["family_support"], [who[0], f"concern={concern}", *drawn_in, who[1], *parts]
    if concern == "mental_health" and worse:
        reasons = [who[0], f"concern={concern}", who[1], *parts]
        return (7, "family_support", ["interventionist"], reasons) if tried else (8, "family_support", [], reasons)
    return 9, "family_support", [], who


def matters(given: Mapping[str, str], question: str) -> bool:
    """By brute force: whether some answer to it, whatever follows, can change the outcome or what may fit too."""
    later = ORDER[ORDER.index(question) + 1 :]
    for follow in product(*(ANSWERS[each] for each in later)):
        rest = dict(zip(later, follow, strict=True))
        found = set[tuple[str, tuple[str, ...]]]()
        for answer in ANSWERS[question]:
            outcome, also, _, _ = judge(heard({**dict.fromkeys(ORDER, ""), **given, question: answer, **rest}))
            found.add((outcome, tuple(also)))
        if len(found) > 1:
            return True
    return False
