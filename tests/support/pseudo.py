"""A language that nobody speaks, made from English: what of a screen is not in it never went through the catalogues.

Each letter gets an accent, and each text is 40 % longer, as translations often are. What a translation keeps is kept:
blanks, addresses, code, mentions, and what Discord's markdown is made of.
"""

from __future__ import annotations

import io
import json
import math
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

LANGUAGE, LOCALE = "sv", "sv-SE"
"""One that Discord knows and the bot does not speak."""

LONGER = 0.4
MOST_AGREED = 1024
"""Characters of a consent text, which stands in an embed's field."""

KEPT = re.compile(
    r"""
    \{[\w.-]*\}                 # a blank
    | https?://[^\s)]+          # an address
    | \b[\w-]+(?:\.[\w-]+)+\b   # the name of a host, or 24.12.
    | `[^`]*`                   # code
    | <[^<>\s]+(?:\s[^<>]*)?>   # a mention, a time
    """,
    re.VERBOSE,
)
LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀçďéƒĝĥíĵķļɱñöþɋřšţüṽŵẋýžÁƁÇĎÉƑĜĤÍĴĶĻṀÑÖÞɊŘŠŢÜṼŴẊÝŽ",
)
_WORD = "öåäöåäö "
_MARK = re.compile(r"\s*(?:#{1,3}|-|>|\d+\.)\s+")


def accented(text: str) -> str:
    """The text with an accent on each letter, but for what a translation keeps."""
    parts: list[str] = []
    last = 0
    for kept in KEPT.finditer(text):
        parts += [text[last : kept.start()].translate(LETTERS), kept[0]]
        last = kept.end()
    return "".join([*parts, text[last:].translate(LETTERS)])


def pseudo(text: str, most: int | None = None) -> str:
    """The text as this language has it: accented and longer, with at most so many characters."""
    more = math.ceil(len(text) * LONGER)
    if most is not None:
        more = min(more, most - len(text))
    said = accented(text)
    padding = (_WORD * (more // len(_WORD) + 1))[: max(0, more - 1)].strip()
    return f"{said} {padding}" if padding else said


def write(folder: Path) -> None:
    """Everything that a language consists of, in an operator's folder. Files are all that a language needs."""
    shipped = Path(str(files("data")))
    for file in sorted((shipped / "locales/en").glob("*.po")):
        _catalogue(file, folder / f"locales/{LANGUAGE}/{file.name}")
    for file in sorted(shipped.glob("comparisons/*.en.toml")):
        _toml(file, folder, keep={"id", "left", "right", "facts", "sources", "reviewed_on"})
    for file in sorted(shipped.glob("knowledge/*/*.en.md")):
        _explained(file, folder / "knowledge" / file.parent.name)
    for file in sorted(shipped.glob("consent/*.en.toml")):
        _toml(file, folder, keep={"scope", "version"}, most=MOST_AGREED)
    _prompts(shipped / "prompts/en.toml", folder / f"prompts/{LANGUAGE}.toml")
    unsaid = tomllib.loads((shipped / "unsaid/en.toml").read_text(encoding="utf-8"))
    _write(folder / f"unsaid/{LANGUAGE}.toml", {"names": list(map(accented, unsaid["names"]))})
    for of in ("line_words", "study_words"):
        words = tomllib.loads((shipped / of / "es.toml").read_text(encoding="utf-8"))
        _write(folder / of / f"{LANGUAGE}.toml", {english: accented(english) for english in words})


def _prompts(file: Path, target: Path) -> None:
    entry = tomllib.loads(file.read_text(encoding="utf-8"))
    lines = [f"lines = {_value([pseudo(line) for line in entry['lines']])}"]
    for table in ("questions", "replies"):
        lines.append(f"[{table}]")
        for key, wordings in entry[table].items():
            said = ["\n".join(map(pseudo, wording.split("\n"))) for wording in wordings]
            lines.append(f"{key} = {_value(said)}")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _catalogue(file: Path, target: Path) -> None:
    catalogue = Catalog(locale=LANGUAGE)
    for each in read_po(io.BytesIO(file.read_bytes()), locale="en"):
        if each.id:
            said = each.string
            catalogue.add(each.id, pseudo(said) if isinstance(said, str) else tuple(map(pseudo, said)))
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        write_po(out, catalogue)


def _toml(file: Path, folder: Path, *, keep: set[str], most: int | None = None) -> None:
    entry = tomllib.loads(file.read_text(encoding="utf-8"))
    said = {key: value if key in keep else pseudo(value.strip(), most) for key, value in entry.items()}
    _write(folder / file.parent.name / file.name.replace(".en.", f".{LANGUAGE}."), said)


def _explained(file: Path, folder: Path) -> None:
    """An entry: its head, and its pages line by line."""
    _, head, body = file.read_text(encoding="utf-8").split("+++\n", maxsplit=2)
    entry = tomllib.loads(head)
    said: dict[str, Any] = {key: entry[key] for key in ("id", "reviewed_on")}
    said |= {key: pseudo(entry[key]) for key in ("title", "summary")}
    said |= {key: list(map(accented, entry.get(key, []))) for key in ("synonyms", "silent")}
    lines = [f"{key} = {_value(value)}" for key, value in said.items()]
    if "role" in entry:
        lines += ["[role]", *(f"{key} = {_value(pseudo(value))}" for key, value in entry["role"].items())]
    pages = (line if line.strip() in {"", "---"} else _line(line) for line in body.splitlines())
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(["+++", *lines, "+++", *pages])
    (folder / file.name.replace(".en.", f".{LANGUAGE}.")).write_text(text + "\n", encoding="utf-8")


def _line(line: str) -> str:
    mark, said = _MARK.match(line), _MARK.sub("", line)
    return f"{mark[0] if mark else ''}{pseudo(said)}"


def _write(target: Path, entry: dict[str, Any]) -> None:
    """As TOML: a text, a list or a date a line."""
    lines = [f"{json.dumps(key)} = {_value(value)}" for key, value in entry.items()]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | list) else str(value)
