"""The files that say how clocks change, as far as it matters whether they are others than before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from hashlib import sha256
from importlib import resources
from pathlib import Path

from whenever import available_timezones, get_tzpath


async def fingerprint() -> str:
    """A hash of every time zone's file, of those that are read when a zone is asked for."""
    return await asyncio.to_thread(_hashed, get_tzpath())


def _hashed(folders: Iterable[str]) -> str:
    places = [Path(folder) for folder in folders]
    found = sha256()
    for name in sorted(available_timezones()):
        found.update(name.encode() + b"\0" + sha256(_file(places, name)).digest())
    return found.hexdigest()[:32]


def _file(places: Iterable[Path], name: str) -> bytes:
    """The folders come first, in their order, then the package, as for whoever asks for the zone."""
    for place in places:
        try:
            return (place / name).read_bytes()
        except OSError:
            continue
    try:
        return resources.files("tzdata").joinpath("zoneinfo", name).read_bytes()
    except (OSError, ModuleNotFoundError):
        return b""
