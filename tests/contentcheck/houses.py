"""An operator's folder in which an editor finds nothing, to plant one fault at a time in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

ENGLISH, SPANISH = "knowledge/therapy/house-sleep.en.md", "knowledge/therapy/house-sleep.es.md"
REFERENCES, FACTS = "references.toml", "facts.toml"
EN_PO, ES_PO = "locales/en/house.po", "locales/es/house.po"
PAIR, PAIR_ES = "comparisons/house-pair.en.toml", "comparisons/house-pair.es.toml"
CONSENT = "consent/language.en.toml"
THERAPIST = "knowledge/roles/therapist.en.md"

PO_HEAD = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)

FILES = {
    ENGLISH: """+++
id = "house-sleep"
title = "Sleep in our house"
summary = "What helped some people here sleep."
synonyms = ["rest at night"]
silent = ["cant sleep"]
topics = ["therapy"]
facts = []
sources = ["house-study", "house-page"]
next = ["therapist", "triage"]
reviewed_on = 2026-01-31
+++
Many people sleep badly in a hard time. It can help to get up at the same hour each day.

In a small randomized trial with {house-study.n} people, run by those who developed the method,
{house-study.better} % slept longer. We do not know if it lasts.
---
Here is where to read more. In danger: {crisis}.
<https://house.example/sleep>
""",
    SPANISH: """+++
id = "house-sleep"
title = "Dormir en nuestra casa"
summary = "Qué ayudó a algunas personas de aquí a dormir."
synonyms = ["descansar de noche"]
silent = ["no puedo dormir"]
reviewed_on = 2026-01-31
+++
Muchas personas duermen mal en un momento duro. Puede ayudar levantarse a la misma hora cada día.

En un pequeño ensayo al azar con {house-study.n} personas, hecho por quienes desarrollaron el método,
el {house-study.better} % durmió más. No sabemos si dura.
---
Aquí puedes leer más. Si hay peligro: {crisis}.
<https://house.example/sleep>
""",
    REFERENCES: """[house-study]
title = "Sleep and mornings"
kind = "randomised trial"
author = "A and B"
year = 2020
link = "https://house.example/study"
checked = true
design = "randomised controlled trial"
n = 48
of = "people"
by_developers = true
figures = { better = 57 }

[house-page]
title = "Sleep"
kind = "charity"
link = "https://house.example/page"
checked = true
""",
    EN_PO: PO_HEAD + 'msgid "checkin.welcome"\nmsgstr "Have you got a minute?"\n',
    ES_PO: PO_HEAD + 'msgid "checkin.welcome"\nmsgstr "¿Tienes un minuto?"\n',
    PAIR: """id = "house-pair"
title = "Therapist or psychiatrist?"
intro = "Both can help. One talks with you, the other can also give medicine."
left = "therapist"
right = "psychiatrist"
facts = ["F33"]
sources = ["house-study"]
reviewed_on = 2026-01-31
together = "They can work side by side."
note = "Ask what it costs."
""",
    PAIR_ES: """id = "house-pair"
title = "¿Terapeuta o psiquiatra?"
intro = "Los dos pueden ayudar. Uno habla contigo, el otro también puede dar medicamentos."
left = "therapist"
right = "psychiatrist"
facts = ["F33"]
sources = ["house-study"]
reviewed_on = 2026-01-31
together = "Pueden trabajar lado a lado."
note = "Pregunta cuánto cuesta."
""",
}


def shipped(path: str) -> str:
    """A file that comes with the program."""
    return files("data").joinpath(path).read_text(encoding="utf-8")


def build(folder: Path) -> Path:
    """The folder without a fault."""
    for path, text in FILES.items():
        write(folder, path, text)
    return folder


def write(folder: Path, path: str, text: str) -> None:
    """A file of the folder."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")


def change(folder: Path, path: str, old: str, new: str) -> None:
    """Take the file of the folder, else the shipped one, and say something else in one place."""
    there = folder / path
    text = there.read_text(encoding="utf-8") if there.exists() else shipped(path)
    assert text.count(old) == 1, (path, old)
    write(folder, path, text.replace(old, new))
