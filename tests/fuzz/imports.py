"""Files that a host gives to the program, bent: each is taken or refused with a sentence, and nothing else happens."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path

from supportbot import content
from supportbot.config import load_settings
from supportbot.errors import SupportBotError
from supportbot.storage import backups, vault
from supportbot.storage.keys import KeyRing
from supportbot.storage.ledger_file import LedgerFile
from supportbot.storage.migrate import upgrade
from tests.fuzz.values import KNOWN

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DEEP = (b"[" * 100_000, b'{"a":' * 100_000, b"a = " + b"[" * 100_000, b"[a" + b".a" * 20_000 + b"]")
ODD = [
    *(text.encode("utf-8", "surrogatepass") for text in KNOWN),
    b"\xff\xfe",
    b"\x00" * 64,
    b"\r",
    b"\xef\xbb\xbf",
    *DEEP,
]
SEALED = "backup"
SETTINGS = ("SUPPORTBOT_DATABASE_URL", "SUPPORTBOT_KEY_FILE", "SUPPORTBOT_CLOCK_URL", "SUPPORTBOT_HEALTH_PORT")
WHOLE = 20
"""Of so many cases one that is a file of content, and is taken, is loaded with all the rest too: that takes a while."""
FOLDER = "content folder"


@dataclass(slots=True)
class Imports:
    """The figures: by kind, how many files were read, and how many of these were refused."""

    seed: int
    tried: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        read = ", ".join(f"{count} {kind} ({self.refused[kind]} refused)" for kind, count in sorted(self.tried.items()))
        return f"imports, seed {self.seed}: {read}; {len(self.wrong)} wrong"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: one that is fine, what reads it, and where it lies in a folder of content, if it does."""

    name: str
    good: bytes
    read: Callable[[Path, int], object]
    place: Path | None = None


def imports(folder: Path, *, count: int, seed: int) -> Imports:
    """Bend that many files of all kinds, and read each."""
    found = Imports(seed)
    kinds = _kinds(folder)
    path = folder / "bent"
    deep = [(kind, each) for kind in kinds for each in DEEP]
    for number in range(-len(deep), count):  # each kind gets all that is nested deeply, before anything is thrown
        dice = random.Random(f"{seed}:import:{number}")  # noqa: S311
        kind = dice.choice(kinds)
        given = kind.good
        for _ in range(dice.choice((0, 1, 1, 2, 5))):
            given = _bent(dice, given)
        if number < 0:
            kind, given = deep[number]
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(given)
        taken = _read(found, kind.name, number, partial(kind.read, path, number))
        if taken and kind.place and number % WHOLE == 0:
            _read(found, FOLDER, number, partial(content.load, kind.place))
        if taken and kind.name == SEALED and given != kind.good:
            found.wrong.append(f"import {number}: a backup that was changed is taken")
    return found


def _read(found: Imports, name: str, number: int, read: Callable[[], object]) -> bool:
    """Count it; says whether it was taken."""
    found.tried[name] += 1
    try:
        read()
    except SupportBotError as error:
        found.refused[name] += 1
        if "Traceback" in str(error) or len(str(error)) > 5_000:
            found.wrong.append(f"import {number} ({name}): {str(error)[:200]}")
        return False
    except BaseException as error:  # noqa: BLE001
        found.wrong.append(f"import {number} ({name}): {type(error).__name__}: {str(error)[:200]}")
        return False
    return True


def _bent(dice: random.Random, given: bytes) -> bytes:
    at = dice.randrange(len(given) + 1)
    to = min(len(given), at + dice.choice((1, 4, 40)))
    odd = dice.choice(ODD)
    lines = given.split(b"\n")
    line = dice.randrange(len(lines))
    ways: Sequence[Callable[[], bytes]] = (
        lambda: given[:at],
        lambda: given[:at] + given[to:],
        lambda: given[:at] + odd + given[at:],
        lambda: given[:at] + odd + given[to:],
        lambda: given[:at] + bytes(each ^ 0x41 for each in given[at:to]) + given[to:],
        lambda: given + given,
        lambda: odd,
        lambda: b"\n".join([*lines[:line], *lines[line + 1 :]]),
        lambda: b"\n".join([*lines[:line], lines[line].partition(b"=")[0] + b"= " + odd, *lines[line + 1 :]]),
        lambda: b"\n".join([*lines[:line], lines[line], lines[line], *lines[line + 1 :]]),
    )
    return dice.choice(ways)()


def _kinds(folder: Path) -> list[Kind]:
    key = vault.new_key()
    secret = vault.Secret.key(key)
    entry = {
        "id": "a" * 16,
        "key": "k1",
        "hash": "0" * 64,
        "scope": None,
        "at": NOW.isoformat(),
        "until": NOW.isoformat(),
    }
    ledger = json.dumps({"since": NOW.isoformat()}) + "\n" + json.dumps(entry) + "\n"
    helplines = files("data").joinpath("helplines.toml").read_bytes()
    kinds = [
        Kind("key file", f"k1:{key},k0:{vault.new_key()}".encode(), lambda path, _: KeyRing.read(path)),
        Kind("key file", json.dumps({"k1": key}).encode(), lambda path, _: KeyRing.read(path)),
        Kind("backup key", key.encode(), lambda path, _: vault.Secret.key(path.read_text(errors="replace"))),
        Kind("ledger", ledger.encode(), lambda path, _: LedgerFile(path).read()),
        Kind("helplines", helplines[:6000], lambda path, _: content.examine_helplines(None, file=path)),
        Kind("settings", b"sqlite+aiosqlite:///x.db", _settings),
        Kind(SEALED, _backup(folder, secret), lambda path, _: backups.verify(path, secret)),
    ]
    for name, read in LOADERS.items():
        good = files("data").joinpath(*name.split("/")).read_bytes()
        place = folder / name.replace("/", "-")
        kinds.append(Kind(name, good, _in_folder(place, name, read), place))
    return kinds


LOADERS: dict[str, Callable[[Path], object]] = {
    "triage.toml": content.load_triage,
    "consent/region.en.toml": lambda folder: [
        content._consent(each) for each in content.Folders(folder).each("consent", ".toml")
    ],
    "locales/en/bot.po": lambda folder: content.catalogues.read(content.Folders(folder)),
    "typed/en.toml": lambda folder: content._lexicon(content.Folders(folder).one("typed/en.toml")),
    "zones.toml": lambda folder: content._Loader(folder)._zones(),
}
"""What reads one file of a folder of content."""


def _in_folder(folder: Path, name: str, load: Callable[[Path], object]) -> Callable[[Path, int], object]:
    """A file given from outside, read from where it belongs in a folder."""
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)

    def read(path: Path, number: int) -> object:
        del number
        place.write_bytes(path.read_bytes())
        return load(folder)

    return read


def _settings(path: Path, number: int) -> object:
    text = path.read_text(errors="replace").replace("\x00", "")
    return load_settings({SETTINGS[number % len(SETTINGS)]: text}, env_file=None)


def _backup(folder: Path, secret: vault.Secret) -> bytes:
    """Of a database with nobody in it."""
    database, target = folder / "empty.db", folder / "good.backup"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{database}"))
    backups.create(database, target, secret, now=NOW, program="test")
    return target.read_bytes()
