"""Claim: a key is exchanged under 100,000 sealed fields while a bot writes, killed ten times, and nothing is lost.

Peer: the same rows read and written back as they are, in batches of the same size, in the same run. The rotation is
`supportbot keys rotate` as a process of its own, killed with -9 at random moments; beside it another process writes and
reads through the store, with the keys it was started with. Exit status 1 when a value is not the one last written, a
field is left under an older key, or the writer could not read or write.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import Row, bindparam, insert, select, update

from supportbot.domain.consent import How, Scope
from supportbot.domain.people import Member, PersonId
from supportbot.log import configure
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyFile, KeyRing, add_key
from supportbot.storage.migrate import upgrade
from supportbot.storage.resealing import BATCH, alone, reseal, tally
from supportbot.storage.sealed import REGION, SEALED, ZONE, SealedField
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore
from supportbot.storage.tables import consents, member_regions, members

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ("-c", "from supportbot.cli import main; main()")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_ZONE, COUNTRY = "Europe/Berlin", "DE"


@dataclass(frozen=True, slots=True)
class Place:
    """A database and its key file."""

    url: str
    key_file: Path

    def program(self, *arguments: str) -> subprocess.Popen[str]:
        """`supportbot keys …` as a process of its own."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SUPPORTBOT_")}
        ours = {"SUPPORTBOT_DATABASE_URL": self.url, "SUPPORTBOT_DATA_KEY_FILE": str(self.key_file)}
        return subprocess.Popen(
            [sys.executable, *PROGRAM, "keys", *arguments],
            cwd=self.key_file.parent,
            env={**clean, **ours, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def ran(self, *arguments: str) -> tuple[int, str]:
        """The same to its end."""
        process = self.program(*arguments)
        out, _ = process.communicate()
        return process.returncode, out


@dataclass(slots=True)
class Killed:
    """What became of the rotations."""

    at: list[int] = field(default_factory=list)
    """How many hundredths were done at each kill."""
    finished: int = 0


# --- the process that writes


async def write(place: Place, people: int) -> None:
    """Write and read through the store until the input ends; say what was committed, and how long it took."""
    database = await Database.open(place.url)
    ring, _ = KeyRing.load(data_keys=None, key_file=place.key_file, may_create=False)
    store = SqlStore(database, Sealer(ring, KeyFile(place.key_file).newer))
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    number = 0
    while not ended.done():
        number += 1
        person, zone = PersonId(random.randint(1, people)), f"zone {number}"  # noqa: S311
        began = time.perf_counter()
        async with store.write() as tx:
            await tx.consents.rely_on(person, Scope.CHECKINS)
            await tx.members.save(Member(person, zone, "en"), at=NOW)
        took = time.perf_counter() - began
        sys.stdout.write(f"{person}\t{zone}\t{took}\n")
        sys.stdout.flush()
        async with store.read() as tx:
            assert await tx.members.get(PersonId(random.randint(1, people))) is not None  # noqa: S311
            assert await tx.member_regions.get(PersonId(random.randint(1, people))) == COUNTRY  # noqa: S311
    await database.close()


def writer(place: Place, people: int, into: Path) -> subprocess.Popen[bytes]:
    """The process of `write`, writing for its first time when this returns."""
    command = [sys.executable, __file__, "--write", "--people", str(people)]
    where = ["--url", place.url, "--key-file", str(place.key_file)]
    with into.open("wb") as said:
        process = subprocess.Popen([*command, *where], stdin=subprocess.PIPE, stdout=said)
    while not into.stat().st_size and process.poll() is None:
        time.sleep(0.01)
    return process


# --- what is measured


async def fill(database: Database, sealer: Sealer, people: int) -> None:
    """Two sealed fields a person, and the consent that the writer needs."""
    agreed = [
        {"id": f"c{each:09}", "person_id": each, "scope": Scope.CHECKINS.value, "text_version": "1", "language": "en"}
        | {"at": NOW, "how": How.BUTTON.value, "given": True, "entry": 1}
        for each in range(1, people + 1)
    ]
    zones = [
        {"id": f"m{each:09}", "person_id": each, "language": "en", "created_at": NOW} for each in range(1, people + 1)
    ]
    countries = [{"id": f"r{each:09}", "person_id": each, "at": NOW} for each in range(1, people + 1)]
    for each in zones:
        each["zone"] = sealer.seal(FIRST_ZONE, column=ZONE.name, row=str(each["id"]))
    for each in countries:
        each["region"] = sealer.seal(COUNTRY, column=REGION.name, row=str(each["id"]))
    for table, rows in ((consents, agreed), (members, zones), (member_regions, countries)):
        for start in range(0, people, 5000):
            async with database.write() as connection:
                await connection.execute(insert(table), rows[start : start + 5000])


async def rewritten(database: Database) -> float:
    """Seconds that it takes to read every field and write it back, in batches."""
    began = time.perf_counter()
    for each in SEALED:
        back = update(each.table).where(each.key == bindparam("row")).values({each.sealed: bindparam("old")})
        async for rows in batches(database, each):
            async with database.write() as connection:
                await connection.execute(back, [{"row": row, "old": old} for row, old in rows])
    return time.perf_counter() - began


async def batches(database: Database, of: SealedField) -> AsyncGenerator[Sequence[Row[str, bytes]]]:
    """Every row of a field."""
    after = ""
    while True:
        async with database.read() as connection:
            wanted = select(of.key, of.sealed).where(of.key > after).order_by(of.key).limit(BATCH)
            rows = (await connection.execute(wanted)).all()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


async def resealed(database: Database, place: Place) -> float:
    """Seconds for a rotation that nobody disturbs."""
    async with alone(database):
        add_key(place.key_file)
    began = time.perf_counter()
    assert not await reseal(database, Sealer(KeyRing.read(place.key_file)))
    return time.perf_counter() - began


async def done_of_100(database: Database, place: Place) -> int:
    """How much of what there is the active key has sealed."""
    active = KeyRing.read(place.key_file).active
    async with database.read() as connection:
        found = await tally(connection, [active])
    return 100 * found.under[active] // (found.under[active] + found.others)


async def kill_often(database: Database, place: Place, kills: int, seconds: float) -> Killed:
    """Rotate, and kill at random moments after the first batch; with new keys until it was often enough."""
    killed = Killed()
    place.ran("add")
    while len(killed.at) < kills:
        process = place.program("rotate")
        assert process.stdout is not None
        process.stdout.readline()
        with suppress(subprocess.TimeoutExpired):
            process.wait(random.uniform(0, 1.5 * seconds / kills))  # noqa: S311
        process.send_signal(signal.SIGKILL)
        process.stdout.close()
        if process.wait() == -signal.SIGKILL:
            killed.at.append(await done_of_100(database, place))
        else:
            killed.finished += 1
            place.ran("add")
    return killed


async def lost(database: Database, place: Place, said: Sequence[str]) -> int:
    """How many values are not what was last written."""
    last = {int(person): zone for person, zone, _ in (line.split("\t") for line in said)}
    sealer, wrong = Sealer(KeyRing.read(place.key_file)), 0
    async with database.read() as connection:
        for row in await connection.execute(select(members)):
            held = sealer.open(row.zone, column=ZONE.name, row=row.id)
            wrong += held != last.get(row.person_id, FIRST_ZONE)
        for row in await connection.execute(select(member_regions)):
            wrong += sealer.open(row.region, column=REGION.name, row=row.id) != COUNTRY
    return wrong


async def measure(place: Place, people: int, kills: int) -> int:
    """Print the figures; 1 when anything was lost, left or refused."""
    await upgrade(place.url)
    ring, _ = KeyRing.load(data_keys=None, key_file=place.key_file)
    database = await Database.open(place.url)
    try:
        await fill(database, Sealer(ring), people)
        plain, alone_ = await rewritten(database), await resealed(database, place)
        print(f"{2 * people} sealed fields on {database.backend}")
        print(f"read and written back {plain:.1f} s, rotated {alone_:.1f} s: x {alone_ / plain:.1f}")
        said = place.key_file.with_name("written")
        writing = writer(place, people, said)
        killed = await kill_often(database, place, kills, alone_)
        print(f"rotation killed {len(killed.at)} times, with {', '.join(map(str, killed.at))} of 100 done")
        print(f"  begun {len(killed.at) + killed.finished + 1} times under {killed.finished + 1} new keys")
        rotated, _ = place.ran("rotate")
        verified, verdict = place.ran("verify")
        print(f"then rotate ends with {rotated}, verify with {verified}:")
        print("  " + verdict.strip().replace("\n", "\n  "))
        retired = [place.ran("retire", each)[0] for each in list(KeyRing.read(place.key_file).keys)[1:]]
        print(f"retired {retired.count(0)} of {len(retired)} older keys")
        writing.communicate()
        lines = said.read_text().splitlines()
        wrong = await lost(database, place, lines)
        took = [1000 * float(line.split("\t")[2]) for line in lines]
        middle, high = statistics.median(took), statistics.quantiles(took, n=100)[98]
        print(f"written beside it {len(lines)} times, {wrong} lost; writer ended with {writing.returncode}")
        print(f"  a write took p50 {middle:.1f} ms, p99 {high:.1f} ms, at most {max(took):.0f} ms")
        return 1 if wrong or rotated or verified or any(retired) or writing.returncode else 0
    finally:
        await database.close()


def main() -> int:
    """Measure, or be the process that writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50_000, help="two sealed fields each")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--url", help="an empty database in the place of a new SQLite file")
    parser.add_argument("--key-file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        configure("WARNING", "text")
        asyncio.run(write(Place(given.url, given.key_file), given.people))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        place = Place(given.url or f"sqlite:///{folder}/bot.db", Path(folder) / "keys.json")
        return asyncio.run(measure(place, given.people, given.kills))


if __name__ == "__main__":
    sys.exit(main())
