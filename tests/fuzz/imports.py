"""Files that a host gives to the program, bent: each is taken or refused with a sentence, and nothing else happens."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
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
WHOLE = 25
"""Of so many cases of a content folder one loads all of it, which takes a while; the others look at the helplines."""


@dataclass(slots=True)
class Imports:
    """The figures."""

    seed: int
    tried: Counter[str] = field(default_factory=Counter[str])
    refused: int = 0
    wrong: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        tried = ", ".join(f"{count} {kind}" for kind, count in sorted(self.tried.items()))
        return f"imports, seed {self.seed}: {tried}; {self.refused} refused, the others taken; {len(self.wrong)} wrong"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: one that is fine, and what reads it."""

    name: str
    good: bytes
    read: Callable[[Path, int], object]


def imports(folder: Path, *, count: int, seed: int) -> Imports:
    """Bend that many files of all kinds, and read each."""
    found = Imports(seed)
    kinds = _kinds(folder)
    path = folder / "bent"
    deep = [(kind, each) for kind in kinds for each in DEEP]
    for number in range(-len(deep), count):  # what is nested deeply goes to each kind once, before anything is thrown
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
        found.tried[kind.name] += 1
        try:
            kind.read(path, number)
        except SupportBotError as error:
            found.refused += 1
            if "Traceback" in str(error) or len(str(error)) > 5_000:
                found.wrong.append(f"import {number} ({kind.name}): {str(error)[:200]}")
            continue
        except BaseException as error:  # noqa: BLE001
            found.wrong.append(f"import {number} ({kind.name}): {type(error).__name__}: {str(error)[:200]}")
            continue
        if kind.name == SEALED and given != kind.good:
            found.wrong.append(f"import {number}: a backup that was changed is taken")
    return found


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
    for name in ("triage.toml", "consent/region.en.toml", "locales/en/bot.po", "typed/en.toml", "zones.toml"):
        good = files("data").joinpath(*name.split("/")).read_bytes()
        kinds.append(Kind("content folder", good, _in_folder(folder / "content", name)))
    return kinds


def _in_folder(folder: Path, name: str) -> Callable[[Path, int], object]:
    def read(path: Path, number: int) -> object:
        if number % WHOLE:
            return None
        place = folder / name.replace("/", "-") / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
        return content.load(folder / name.replace("/", "-"))

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
