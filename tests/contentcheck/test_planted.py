"""One fault at a time in a folder that has none: it is found, by the rule that is for it, and nothing else is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from supportbot.chat.asking import CRISIS
from supportbot.content import folders
from supportbot.contentcheck import review
from supportbot.domain import guides
from supportbot.domain.editing import Findings
from supportbot.domain.knowledge import RESERVED
from supportbot.domain.wording import Slip, Wording
from tests.contentcheck.houses import (
    CONSENT,
    EN_PO,
    ENGLISH,
    ES_PO,
    FACTS,
    FILES,
    PAIR,
    PAIR_ES,
    PO_HEAD,
    REFERENCES,
    SPANISH,
    THERAPIST,
    build,
    change,
    shipped,
    write,
)

DOCS = Path(__file__).parents[2] / "docs/content.md"
TODAY = date(2026, 12, 1)
HELP = "It can help to get up at the same hour each day."
AYUDA = "Puede ayudar levantarse a la misma hora cada día."
LAST = "We do not know if it lasts."
HARD = (
    "Notwithstanding considerable methodological heterogeneity, contemporary psychophysiological investigations "
    "demonstrate that circadian regularization constitutes an indispensable prerequisite of restorative sleep "
    "architecture, particularly among individuals experiencing psychosocial adversity, unemployment, or "
    "interpersonal difficulties of an extraordinarily complicated and persistently deteriorating character. "
)
DURO = (
    "Independientemente de la considerable heterogeneidad metodológica, las investigaciones psicofisiológicas "
    "contemporáneas demuestran que la regularización cronobiológica constituye un prerrequisito indispensable de la "
    "arquitectura reparadora, particularmente entre individuos caracterizados por adversidades psicosociales, "
    "dificultades interpersonales extraordinariamente complicadas y deterioros persistentes considerables. "
)

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True, scope="module")
def _each_text_once() -> Iterator[None]:
    """What the rules say of a text is the same in every folder: one that nobody changed is held against them once."""
    slips = Wording.slips
    known: dict[object, dict[tuple[str, bool], list[Slip]]] = {}

    def once(rules: Wording, text: str, *, is_synonym: bool = False) -> Iterator[Slip]:
        if "known" not in vars(rules):
            vars(rules)["known"] = known.setdefault((rules.rules, rules.names), {})
        mine: dict[tuple[str, bool], list[Slip]] = vars(rules)["known"]
        if (text, is_synonym) not in mine:
            mine[text, is_synonym] = list(slips(rules, text, is_synonym=is_synonym))
        return iter(mine[text, is_synonym])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Wording, "slips", once)
        yield


SHORT = "This is a short line. "


@dataclass(frozen=True)
class Plant:
    """In this file, instead of this, that; and what is to be found: the rule and the key, in this file unless said."""

    path: str
    old: str
    new: str
    rule: str
    key: str
    found_in: str | None = None
    is_fault: bool = True


def in_english(new: str, rule: str) -> Plant:
    return Plant(ENGLISH, HELP, f"{HELP} {new}", rule, "page 1")


def in_spanish(new: str, rule: str) -> Plant:
    return Plant(SPANISH, AYUDA, f"{AYUDA} {new}", rule, "page 1")


ASKED = "Have you got a minute?"

PLANTS = [
    # Words, in bodies of both languages.
    in_english("Addicts sleep badly too.", "person-first"),
    in_english("That is so after drug abuse.", "person-first"),
    in_english("She has been clean for a year.", "clean-dirty"),
    in_english("He refuses treatment.", "labels"),
    in_english("It was a codependent family.", "labels"),
    in_english("A relapse comes at night.", "return-to-use"),
    in_english("Ask for opioid replacement.", "treatment-words"),
    in_english("A neighbor committed suicide.", "safe-messaging"),
    in_english("He took a lethal dose.", "safe-messaging"),
    in_english("Bad sleep is the cause of suicide.", "safe-messaging"),
    in_english("You must go to bed early.", "orders"),
    in_english("Think of your children.", "guilt"),
    in_english("We are proud of you.", "praise"),
    in_english("It always works.", "promise"),
    in_english("So you have depression.", "diagnosis"),
    in_english("BetterHelp has more.", "vendor"),
    in_english("Book now and get a discount.", "vendor"),
    in_spanish("Los adictos también duermen mal.", "person-first"),
    in_spanish("Lleva un año limpio.", "clean-dirty"),
    in_spanish("Está en negación.", "labels"),
    in_spanish("Una recaída llega de noche.", "return-to-use"),
    in_spanish("Un vecino cometió suicidio.", "safe-messaging"),
    in_spanish("Tienes que acostarte temprano.", "orders"),
    in_spanish("Es tu culpa.", "guilt"),
    in_spanish("Siempre funciona.", "promise"),
    in_spanish("Tienes depresión.", "diagnosis"),
    in_spanish("ReGain tiene más.", "vendor"),
    # The same in every other place that is shown.
    Plant(ENGLISH, "Sleep in our house", "Sleep for addicts", "person-first", "title"),
    Plant(ENGLISH, "What helped some", "What will cure some", "promise", "summary"),
    Plant(ENGLISH, '["rest at night"]', '["alcoholics at night"]', "person-first", "synonyms"),
    Plant(PAIR, "Ask what it costs.", "You should ask what it costs.", "orders", "note"),
    Plant(PAIR_ES, "Pueden trabajar", "Deberías saber: pueden trabajar", "orders", "together"),
    Plant(EN_PO, ASKED, "You need to answer.", "orders", "checkin.welcome"),
    Plant(ES_PO, "¿Tienes un minuto?", "¿Sigues limpio?", "clean-dirty", "checkin.welcome"),
    Plant(CONSENT, "**Why:**", "**Why:** it never fails, and", "promise", "body"),
    # What is read aloud, and what is called.
    in_english("Sleep well!", "exclamation"),
    Plant(ES_PO, "¿Tienes un minuto?", "¡Hola, soy yo!", "exclamation", "checkin.welcome"),
    Plant(EN_PO, ASKED, "✅", "emoji", "checkin.welcome"),
    in_english("In danger, 911 helps.", "phone-number"),
    in_english("Ask at +1 (555) 123-4567.", "phone-number"),
    in_english("See https://elsewhere.example/sleep for more.", "link"),
    in_spanish("Más en www.otro.example ahora.", "link"),
    Plant(CONSENT, "**Why:**", "**Why:** see sleepwell.com, and", "link", "body"),
    # Reading and sizes.
    Plant(ENGLISH, LAST, HARD, "reading", "body"),
    Plant(SPANISH, "No sabemos si dura.", DURO, "reading", "body"),
    Plant(EN_PO, ASKED, HARD * 2, "reading", "checkin.welcome"),
    Plant(ENGLISH, "Sleep in our house", "Sleep " * 14, "too-long", "title"),
    Plant(ENGLISH, "What helped some people here sleep.", SHORT * 5, "too-long", "summary"),
    Plant(ENGLISH, LAST, SHORT * 200, "discord-limit", "page 1"),
    Plant(PAIR, "Ask what it costs.", SHORT * 50, "discord-limit", "psychiatrist+therapist in en"),
    # Figures.
    in_english("Of those, 80 % slept.", "figure"),
    in_english("That was 8 out of 10 people.", "figure"),
    in_spanish("Fue el 80 por ciento.", "figure"),
    Plant(ENGLISH, "What helped some", "What helped 60 % of", "figure", "summary"),
    Plant(EN_PO, ASKED, "It helps 71 % of people.", "figure", "checkin.welcome"),
    Plant(PAIR, "Ask what it costs.", "In a trial by its developers 57 % slept.", "study-size", "note"),
    Plant(PAIR, "Ask what it costs.", "Of 48 people, 57 % slept, its developers say.", "study-design", "note"),
    Plant(PAIR, "Ask what it costs.", "In a trial with 48 people 57 % slept.", "study-makers", "note"),
    Plant(ENGLISH, "with {house-study.n} people", "with some people", "study-size", "body"),
    Plant(ENGLISH, "a small randomized trial", "a small look", "study-design", "body"),
    Plant(ENGLISH, ", run by those who developed the method,", ",", "study-makers", "body"),
    Plant(SPANISH, ", hecho por quienes desarrollaron el método,", ",", "study-makers", "body"),
    # References, facts.
    Plant(REFERENCES, 'link = "https://house.example/page"\n', "", "reference", "house-page.link"),
    Plant(REFERENCES, "https://house.example/page", "http://house.example/page", "reference", "house-page.link"),
    Plant(REFERENCES, "year = 2020", "year = 2031", "reference", "house-study.year"),
    Plant(REFERENCES, 'design = "randomised controlled trial"\n', "", "reference", "house-study.design"),
    Plant(REFERENCES, 'of = "people"\n', "", "reference", "house-study.of"),
    Plant(REFERENCES, 'author = "A and B"\n', "", "reference", "house-study.author", is_fault=False),
    Plant(REFERENCES, "year = 2020\n", "", "reference", "house-study.year", is_fault=False),
    Plant(
        REFERENCES,
        '[house-page]\ntitle = "Sleep"\nkind = "charity"\nlink = "https://house.example/page"\nchecked = true',
        '[house-page]\ntitle = "Sleep"\nkind = "charity"\nlink = "https://house.example/page"\nchecked = false\n'
        'author = "C"\nyear = 2021\ndesign = "survey"\nn = 9\nof = "people"\nfigures = { x = 3 }',
        "reference",
        "house-page.figures",
    ),
    Plant(ENGLISH, '"house-study", "house-page"]', '"house-study"]', "unused-reference", "house-page", REFERENCES),
    Plant(ENGLISH, "facts = []", 'facts = ["F99"]', "unknown-fact", "facts"),
    # Ways.
    in_english("Write `/sleep now` in a channel.", "command"),
    in_english("Write `/roles everything` in a channel.", "command"),
    Plant(ENGLISH, '["therapist", "triage"]', "[]", "dead-end", "next"),
    Plant(ENGLISH, "2026-01-31", "2027-01-31", "day", "reviewed_on"),
    Plant(PAIR, "2026-01-31", "2027-01-31", "day", "reviewed_on"),
    # What the bot would not start with.
    Plant(ENGLISH, '"house-study", ', '"nowhere", "house-study", ', "refused", ""),
    Plant(ENGLISH, '["therapist", "triage"]', '["therapist", "nowhere"]', "refused", ""),
    Plant(ENGLISH, "{crisis}", "{nothing}", "refused", ""),
    Plant(ENGLISH, "{house-study.better}", "{house-study.best}", "refused", ""),
    Plant(ENGLISH, "+++\nMany", "Many", "refused", ""),
    Plant(ENGLISH, '"house-sleep"', '"other-id"', "refused", ""),
    Plant(ENGLISH, "2026-01-31", "soon", "refused", ""),
    Plant(EN_PO, "checkin.welcome", "checkin.welcom", "refused", ""),
    Plant(REFERENCES, "checked = true\ndesign", "design", "refused", ""),
]


def told(findings: Findings) -> set[tuple[str, str, str, bool]]:
    return {(each.file, each.rule, each.key, each.is_fault) for each in findings.found}


def faults(findings: Findings) -> set[tuple[str, str, str]]:
    return {(file, rule, key) for file, rule, key, is_fault in told(findings) if is_fault}


IN_ENTRIES = [
    plant for plant in PLANTS if plant.path in {ENGLISH, SPANISH} and plant.rule not in {"refused", "unused-reference"}
]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.rule}: {plant.path}: {plant.new[:30]}")
def test_a_planted_fault_is_found_and_nothing_else(tmp_path: Path, plant: Plant) -> None:
    change(build(tmp_path), plant.path, plant.old, plant.new)
    found = review(tmp_path, TODAY)
    assert told(found) == {(plant.found_in or plant.path, plant.rule, plant.key, plant.is_fault)}
    assert all(len(each.says) > 10 for each in found.found)


def test_faults_in_many_entries_are_each_found_and_nothing_else(tmp_path: Path) -> None:
    build(tmp_path)
    expected: set[tuple[str, str, str, bool]] = set()
    for number, plant in enumerate(IN_ENTRIES):
        for path in (ENGLISH, SPANISH):
            changed = FILES[path].replace(plant.old, plant.new) if path == plant.path else FILES[path]
            write(tmp_path, numbered(path, number), changed.replace('"house-sleep"', f'"house-sleep-{number}"'))
        expected.add((numbered(plant.path, number), plant.rule, plant.key, plant.is_fault))
    assert len(expected) >= 40
    assert told(review(tmp_path, TODAY)) == expected


def numbered(path: str, number: int) -> str:
    return path.replace("house-sleep", f"house-sleep-{number}")


@pytest.mark.parametrize("path", [EN_PO, PAIR, CONSENT, REFERENCES])
def test_a_fault_elsewhere_is_found_and_nothing_else(tmp_path: Path, path: str) -> None:
    plant = next(plant for plant in PLANTS if plant.path == path)
    change(build(tmp_path), plant.path, plant.old, plant.new)
    assert told(review(tmp_path, TODAY)) == {(path, plant.rule, plant.key, True)}


def test_every_rule_that_editors_are_told_of_is_planted() -> None:
    rows = re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    named = {rule for row in rows for rule in re.findall(r"`([a-z-]+)`", row)}
    elsewhere = {"unfounded", "uncovered-fact", "asked-for", "language", "shelf", "not-found"}
    assert {plant.rule for plant in PLANTS} | elsewhere == named


def test_sources_too_long_for_discord(tmp_path: Path) -> None:
    change(build(tmp_path), REFERENCES, '"Sleep and mornings"', f'"{"Sleep and mornings. " * 220}"')
    both = {(path, "discord-limit", "sources", True) for path in (ENGLISH, SPANISH)}
    assert told(review(tmp_path, TODAY)) == both


def test_nothing_is_found_in_the_folder_without_a_fault(tmp_path: Path) -> None:
    assert told(review(build(tmp_path), TODAY)) == set()


def test_what_only_looks_like_a_fault(tmp_path: Path) -> None:
    build(tmp_path)
    change(tmp_path, ENGLISH, '"cant sleep"', '"am i an addict", "alcoholic cant sleep", "call 911"')
    quiet = (
        "Alcoholics Anonymous and the National Institute on Drug Abuse write of it.",
        "Clean the room, open a window. In an abusive relationship it is harder.",
        "In 2019 there were 48 people.",
        "Write `/crisis` or `/roles about`, or/and ask.",
    )
    change(tmp_path, ENGLISH, HELP, "\n".join((HELP, *quiet)))
    change(tmp_path, SPANISH, AYUDA, f"{AYUDA} No es tu culpa. Alcohólicos Anónimos lo cuenta.")
    change(tmp_path, EN_PO, ASKED, f"{ASKED} 🙂")
    assert told(review(tmp_path, TODAY)) == set()


def test_a_role_and_a_shipped_entry(tmp_path: Path) -> None:
    focus = next(line for line in shipped(THERAPIST).splitlines() if line.startswith("focus = "))
    change(tmp_path, THERAPIST, focus, 'focus = "You must talk to them."')
    half = (THERAPIST, "language", "", False)
    assert told(review(tmp_path, TODAY)) == {(THERAPIST, "orders", "role.focus", True), half}


def test_an_entry_that_an_operator_replaced_in_english_alone(tmp_path: Path) -> None:
    spanish = THERAPIST.replace(".en.", ".es.")
    for path in (THERAPIST, spanish):
        write(tmp_path, path, shipped(path))
    assert told(review(tmp_path, TODAY)) == set()
    (tmp_path / spanish).unlink()
    (found,) = review(tmp_path, TODAY).found
    assert (found.file, found.rule, found.is_fault) == (THERAPIST, "language", False)
    assert "yours in en, as shipped in es" in found.says


def test_a_shelf_that_no_list_offers(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / "knowledge/therapy").rename(tmp_path / "knowledge/theraphy")
    moved = ENGLISH.replace("therapy", "theraphy")
    found = review(tmp_path, TODAY)
    assert told(found) == {(moved, "shelf", "", False)}
    assert "glossary" in found.found[0].says


@pytest.mark.parametrize("names", [("Our thing", False), ("Our quokka", True)])
def test_a_name_of_small_words_alone(tmp_path: Path, names: tuple[str, bool]) -> None:
    title, is_found = names
    build(tmp_path)
    for old, new in (("Sleep in our house", title), ('["rest at night"]', "[]"), ('["cant sleep"]', "[]")):
        change(tmp_path, ENGLISH, old, new)
    expected: set[tuple[str, str, str, bool]] = set() if is_found else {(ENGLISH, "not-found", "title", False)}
    assert told(review(tmp_path, TODAY)) == expected


@pytest.mark.parametrize("id_", ["crisis-help", "triage", "checkin", "sources", "back", "12"])
def test_an_id_that_means_something_else(tmp_path: Path, id_: str) -> None:
    path = f"knowledge/therapy/{id_}.en.md"
    write(tmp_path, path, FILES[ENGLISH].replace('"house-sleep"', f'"{id_}"'))
    write(tmp_path, REFERENCES, FILES[REFERENCES])
    found = review(tmp_path, TODAY)
    assert told(found) == {(path, "refused", "", True)}
    assert found.found[0].says == f"id: no entry can be called {id_}; add a word to it"


def test_every_value_that_is_no_entry_is_reserved() -> None:
    assert CRISIS in RESERVED


def test_an_entry_that_rests_on_nothing(tmp_path: Path) -> None:
    text = FILES[ENGLISH].split("+++\nMany")[0].replace('"house-study", "house-page"', "") + "+++\nSleep helps.\n"
    write(tmp_path, ENGLISH, text)
    write(tmp_path, SPANISH, FILES[SPANISH].split("+++\nMuchas")[0] + "+++\nDormir ayuda.\n")
    assert told(review(tmp_path, TODAY)) == {(ENGLISH, "unfounded", "sources", True)}


def test_a_fact_that_nothing_explains(tmp_path: Path) -> None:
    write(tmp_path, FACTS, '[facts]\nH01 = "Sleep helps."\n')
    assert told(review(tmp_path, TODAY)) == {(FACTS, "uncovered-fact", "facts.H01", True)}
    build(tmp_path)
    change(tmp_path, ENGLISH, "facts = []", 'facts = ["H01"]')
    assert told(review(tmp_path, TODAY)) == set()


def test_an_operators_entry_in_one_language_is_worth_knowing(tmp_path: Path) -> None:
    (build(tmp_path) / SPANISH).unlink()
    found = review(tmp_path, TODAY)
    assert told(found) == {(ENGLISH, "language", "", False)}
    assert not found.has_faults


def test_a_language_of_the_operators_own_is_counted(tmp_path: Path) -> None:
    write(tmp_path, "locales/fr/bot.po", PO_HEAD + 'msgid "about.title"\nmsgstr "Bonjour"\n')
    found = review(tmp_path, TODAY)
    assert told(found) == {("knowledge", "language", "fr", False)}
    assert found.languages == ("en", "es", "fr")


def test_an_operators_list_adds_to_the_shipped_one(tmp_path: Path) -> None:
    write(tmp_path, "wording/en.toml", '[[rules]]\nid = "ours"\nwords = ["hour"]\ninstead = "time"\n')
    build(tmp_path)
    change(tmp_path, ENGLISH, HELP, f"{HELP} It always works.")
    found = review(tmp_path, TODAY)
    assert {(ENGLISH, "ours", "page 1", True), (ENGLISH, "promise", "page 1", True)} <= told(found)


def test_an_entry_that_a_command_shows_and_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(guides.SHOWN_BY, "sleep", "house-sleep")  # type: ignore[arg-type]
    assert faults(review(None, TODAY)) == {("knowledge", "asked-for", "house-sleep")}


def test_a_shipped_entry_that_a_shipped_language_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(str(files("data")), tmp_path / "data", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "data/knowledge/therapy/progress.es.md").unlink()
    monkeypatch.setattr(folders, "files", lambda _: tmp_path / "data")
    assert faults(review(None, TODAY)) == {("knowledge/therapy/progress.en.md", "language", "")}
