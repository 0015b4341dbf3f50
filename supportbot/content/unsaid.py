"""What no result of the triage may say: no diagnosis, no score, no word of risk, no promise, no vendor."""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping

from supportbot.content import catalogues
from supportbot.content.folders import Entry, Folders, Text
from supportbot.domain.spelling import plain
from supportbot.domain.triage import Answers, Flow, Result
from supportbot.domain.triage_proof import Broken

INVARIANT = 5


class _UnsaidEntry(Entry):
    diagnosis: tuple[Text, ...] = ()
    score: tuple[Text, ...] = ()
    risk: tuple[Text, ...] = ()
    promise: tuple[Text, ...] = ()
    vendor: tuple[Text, ...] = ()
    names: tuple[Text, ...] = ()


def check(folders: Folders, flow: Flow, texts: Mapping[str, gettext.NullTranslations]) -> None:
    """Look through every text that a result can show, in every language.

    Raises ContentError, which names the file, the text's id and a path on which it would be read. The lists of all
    languages hold for each: a word of another language is no excuse.
    """
    entries = [file.entry(_UnsaidEntry) for file in folders.every("unsaid", ".toml")]
    kinds = [name for name in _UnsaidEntry.model_fields if name != "names"]
    unsaid = {plain(phrase): kind for entry in entries for kind in kinds for phrase in getattr(entry, kind)}
    names = [plain(name) for entry in entries for name in entry.names]
    for text_id, path in _shown(flow).items():
        for language, catalogue in texts.items():
            said = f" {plain(catalogue.gettext(text_id))} "
            for name in names:
                said = said.replace(f" {name} ", " | ")
            for phrase, kind in unsaid.items():
                if f" {phrase} " in said:
                    broken = Broken(INVARIANT, f"“{phrase}” ({kind})", key=text_id, path=path)
                    raise catalogues.file_of(folders, language, text_id).wrong(str(broken))


AROUND = ("triage.result.intro", "triage.result.why", "triage.result.next", "triage.note.title")
"""What stands around every result of the table; the closing line says what a result is not, and may name it."""


def _shown(flow: Flow) -> dict[str, Answers]:
    """Every text that a result can show, and a path that leads to it."""
    found: dict[str, Answers] = {}
    for path in flow.paths():
        for text_id in texts_of(flow.result(path)):
            found.setdefault(text_id, path)
    return found


def texts_of(result: Result) -> Iterator[str]:
    """The ids of the texts that a result is put together from."""
    if result.outcome == "crisis":
        yield "triage.after_crisis"
    else:
        yield from AROUND
        yield from (f"triage.outcome.{result.outcome}.{part}" for part in ("title", "body", "next"))
    for entry in result.also:
        yield from (f"triage.entry.{entry}.{part}" for part in ("title", "body"))
    yield from (f"triage.note.{note}" for note in result.notes)
    yield from (f"triage.reason.{reason.replace('=', '.')}" for reason in result.reasons)
