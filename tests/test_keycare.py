"""`supportbot keys`: the life of a key, on both databases, and every way in which it must change nothing."""

from __future__ import annotations

import asyncio
import base64
import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import update
from typer.testing import CliRunner

from supportbot import auditcare, cli, keycare
from supportbot.config import Settings, load_settings
from supportbot.domain.audit import Change
from supportbot.domain.people import CommunityId, Member, PersonId
from supportbot.errors import ConfigError, StorageError
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyFile, KeyRing, add_key, remove_key
from supportbot.storage.migrate import upgrade
from supportbot.storage.resealing import alone, reseal, tally, verify
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore
from supportbot.storage.tables import audit, members
from tests.e2e.program import supportbot
from tests.storage.rows import agreed
from tests.support.fakes import START

KEY, OTHER_KEY = (base64.b64encode(bytes([each]) * 32).decode() for each in (1, 2))


def settings_of(url: str, **others: object) -> Settings:
    named = {f"SUPPORTBOT_{name.upper()}": str(value) for name, value in others.items()}
    return load_settings({"SUPPORTBOT_DATABASE_URL": url, **named}, env_file=None)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "bot.json"


@pytest.fixture
def settings(database_url: str, key_file: Path) -> Settings:
    return settings_of(database_url, data_key_file=key_file)


@pytest.fixture
def bot(opened_database: Database, key_file: Path) -> SqlStore:
    """A running bot's store, from its first start on."""
    ring, _ = KeyRing.load(data_keys=None, key_file=key_file)
    return SqlStore(opened_database, Sealer(ring, KeyFile(key_file).newer))


async def save(store: SqlStore, person: int, zone: str = "Asia/Tokyo") -> None:
    async with store.write() as tx:
        await agreed(tx, person)
        await tx.members.save(Member(PersonId(person), zone, "en"), at=START)
        await tx.member_regions.save(PersonId(person), "JP", at=START)


async def zone(store: SqlStore, person: int) -> str | None:
    async with store.read() as tx:
        member = await tx.members.get(PersonId(person))
        return member.zone if member else None


async def rotated(settings: Settings) -> keycare.Rotated:
    return await keycare.rotate(settings, said=lambda *_: None)


async def test_the_life_of_a_key_while_the_bot_runs(settings: Settings, bot: SqlStore, key_file: Path) -> None:
    await save(bot, 1)
    await save(bot, 2)
    old = (await keycare.listed(settings)).active
    assert (await keycare.listed(settings)).tally.under == {old: 4}
    assert (await keycare.verify(settings)).holds

    new = await keycare.add(settings)
    await save(bot, 2, "Europe/Berlin")
    listed = await keycare.listed(settings)
    assert (listed.active, list(listed.ids), listed.tally.under) == (new, [new, old], {new: 2, old: 2})
    assert not (await keycare.verify(settings)).holds
    before = key_file.read_bytes()
    assert await keycare.retire(settings, old) == 2
    assert key_file.read_bytes() == before

    heard: list[tuple[int, int]] = []
    done = await keycare.rotate(settings, said=lambda *each: heard.append(each))
    assert (heard[-1], done.faults, done.listed.tally.under) == ((2, 2), [], {new: 4, old: 0})
    assert (await keycare.verify(settings)).found.opened == {new: 4}
    assert await keycare.retire(settings, old) == 0
    assert list(KeyRing.read(key_file).keys) == [new]
    assert [each.name for each in key_file.parent.iterdir()] == [key_file.name]

    assert (await zone(bot, 1), await zone(bot, 2)) == ("Asia/Tokyo", "Europe/Berlin")
    await save(bot, 3)
    proof = await keycare.verify(settings)
    assert (proof.holds, proof.found.opened) == (True, {new: 6})


async def test_the_audit_goes_with_the_key_unless_somebody_changed_it(
    settings: Settings, bot: SqlStore, opened_database: Database
) -> None:
    async def change(community: int) -> None:
        async with bot.write() as tx:
            await tx.audit.add(CommunityId(community), PersonId(1), Change.of_region(None, "DE"), at=START)

    await change(1)
    old = (await keycare.listed(settings)).active
    new = await keycare.add(settings)
    await change(1)
    await change(2)
    rows = (await keycare.listed(settings)).audit
    assert (rows[old], rows[new]) == (1, 5), "one entry is left under the old key; heads and others are not"
    assert not (await keycare.verify(settings)).holds
    assert await keycare.retire(settings, old) == 1
    done = await rotated(settings)
    assert (done.audit_faults, dict(done.listed.audit)) == ([], {new: 6})
    assert (await keycare.verify(settings)).holds
    assert await keycare.retire(settings, old) == 0
    assert (await keycare.verify(settings)).holds

    async with opened_database.write() as connection:
        await connection.execute(update(audit).where(audit.c.community_id == 2).values(detail="{}"))
    assert not (await keycare.verify(settings)).holds
    newest = await keycare.add(settings)
    done = await rotated(settings)
    assert [(fault.community, fault.number) for fault in done.audit_faults] == [(2, 1)]
    assert dict(done.listed.audit) == {newest: 4, new: 2}
    assert await keycare.retire(settings, new) == 2


async def test_keys_that_are_added_side_by_side_are_all_there(
    settings: Settings, bot: SqlStore, key_file: Path
) -> None:
    first = KeyRing.read(key_file).active
    added = await asyncio.gather(*(keycare.add(settings) for _ in range(4)))
    assert set(KeyRing.read(key_file).keys) == {first, *added}


async def test_what_was_sealed_with_the_old_key_is_in_no_file_any_more(
    tmp_path: Path, key_file: Path, sqlite_template: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    await upgrade(url)
    settings = settings_of(url, data_key_file=key_file)
    database = await Database.open(url)
    old, _ = KeyRing.load(data_keys=None, key_file=key_file)
    for person in range(50):
        await save(SqlStore(database, Sealer(old)), person)
    await database.close()
    await keycare.add(settings)
    assert (await rotated(settings)).emptied
    for file in tmp_path.glob("bot.db*"):
        assert old.active.encode() not in file.read_bytes(), file.name


# --- what changes nothing


def state(key_file: Path) -> bytes | None:
    return key_file.read_bytes() if key_file.exists() else None


async def refused_by_all(settings: Settings, match: str, *, error: type[Exception] = ConfigError) -> None:
    """Every command says why it does nothing, and does nothing."""
    before = state(settings.key_file)
    for attempt in (
        keycare.listed(settings),
        keycare.add(settings),
        rotated(settings),
        keycare.verify(settings),
        keycare.retire(settings, "k-any"),
    ):
        with pytest.raises(error, match=match) as caught:
            await attempt
        assert KEY[:8] not in str(caught.value)
    assert state(settings.key_file) == before


async def test_before_the_first_start(tmp_path: Path) -> None:
    await refused_by_all(settings_of(f"sqlite:///{tmp_path / 'bot.db'}"), "run `supportbot db upgrade` first")
    assert not list(tmp_path.iterdir())


async def test_before_there_is_a_key(settings: Settings) -> None:
    await refused_by_all(settings, "^There is no key yet: the first start of the bot makes one.$")
    with pytest.raises(ConfigError, match=r"^There is no key yet: "):
        await auditcare.verify(settings)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("harm", "match"),
    [
        (Path.unlink, "is missing, and the database needs it; put it back"),
        (cut, "cannot be used: they are not a JSON object"),
        (lambda file: file.write_text(""), "cannot be used: there is no key in them"),
        (lambda file: file.chmod(0o644), "can be read by others"),
        (lambda file: file.write_text(f"k-any:{KEY}"), None),
    ],
    ids=["missing", "cut", "empty", "open to others", "another's"],
)
async def test_a_key_file_that_is_not_the_right_one(
    settings: Settings, bot: SqlStore, key_file: Path, harm: Callable[[Path], object], match: str | None
) -> None:
    await save(bot, 1)
    whole = key_file.read_bytes()
    harm(key_file)
    if match is not None:
        await refused_by_all(settings, match)
    else:
        before = state(key_file)
        for attempt in (keycare.listed(settings), keycare.add(settings), rotated(settings)):
            with pytest.raises(ConfigError, match="do not open what the database holds"):
                await attempt
        proof = await keycare.verify(settings)
        assert (len(proof.found.faults), proof.holds, state(key_file)) == (2, False, before)
    key_file.write_bytes(whole)
    key_file.chmod(0o600)
    assert (await keycare.verify(settings)).holds


async def test_keys_that_must_stay(settings: Settings, bot: SqlStore, key_file: Path) -> None:
    await save(bot, 1)
    before = state(key_file)
    with pytest.raises(ConfigError, match="is the active one"):
        await keycare.retire(settings, KeyRing.read(key_file).active)
    with pytest.raises(ConfigError, match="no key of that id"):
        await keycare.retire(settings, "k-none")
    assert state(key_file) == before


async def test_a_folder_that_is_read_only(settings: Settings, bot: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await save(bot, 1)
    before, as_it_is = state(settings.key_file), os.open

    def read_only(path: Path, flags: int, *mode: int) -> int:
        if Path(path).parent == settings.key_file.parent and flags & os.O_CREAT:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return as_it_is(path, flags, *mode)

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(ConfigError, match="cannot be changed: Read-only file system"):
        await keycare.add(settings)
    assert state(settings.key_file) == before
    assert (await keycare.verify(settings)).holds


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_database_that_is_cut_short(settings: Settings, bot: SqlStore, tmp_path: Path) -> None:
    for person in range(20):
        await save(bot, person)
    await bot.scrub()
    file = tmp_path / "bot.db"
    os.truncate(file, file.stat().st_size // 2)
    harmed = settings_of(f"sqlite:///{shutil.copy(file, tmp_path / 'cut.db')}", data_key_file=settings.key_file)
    await refused_by_all(harmed, "cut short", error=StorageError)


async def test_keys_of_a_setting_are_the_operators_to_change(database_url: str, opened_database: Database) -> None:
    old, both = (settings_of(database_url, data_keys=keys) for keys in (f"a:{KEY}", f"b:{OTHER_KEY},a:{KEY}"))
    before, after = (
        Sealer(KeyRing.load(data_keys=each.data_keys and each.data_keys.get_secret_value(), key_file=Path("unused"))[0])
        for each in (old, both)
    )
    await save(SqlStore(opened_database, before), 1)
    with pytest.raises(ConfigError, match="only you can change it"):
        await keycare.add(both)
    assert await keycare.retire(both, "a") == 2
    assert (await rotated(both)).listed.tally.under == {"a": 0, "b": 2}
    assert await keycare.retire(both, "a") == 0
    assert (await keycare.listed(both)).ids == ["b", "a"]
    assert await zone(SqlStore(opened_database, after), 1) == "Asia/Tokyo"


# --- whatever the order


class Killed(Exception):
    """As a process is, after a commit."""


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("save"), st.integers(1, 4), st.sampled_from(["UTC", "Asia/Tokyo", "Europe/Berlin"])),
        st.tuples(st.just("erase"), st.integers(1, 4), st.just("")),
        st.tuples(st.just("add"), st.just(0), st.just("")),
        st.tuples(st.just("rotate"), st.integers(0, 5), st.just("")),
        st.tuples(st.just("retire"), st.integers(0, 3), st.just("")),
    ),
    max_size=14,
)


async def follow(steps: list[tuple[str, int, str]], database: Database, key_file: Path) -> None:
    """A bot that runs all the while reads after each step what was last written, and at the end every key goes."""
    ring, _ = KeyRing.load(data_keys=None, key_file=key_file)
    bot, kept = SqlStore(database, Sealer(ring, KeyFile(key_file).newer)), dict[int, str]()
    for step, number, text in steps:
        if step == "save":
            await save(bot, number, text)
            kept[number] = text
        elif step == "erase":
            async with bot.write() as tx:
                await tx.members.erase(PersonId(number))
                await tx.member_regions.erase(PersonId(number))
            kept.pop(number, None)
        elif step == "add":
            add_key(key_file)
        elif step == "rotate":
            await killed_after(number, database, key_file)
        else:
            await retire(list(KeyRing.read(key_file).keys)[1:][number : number + 1], database, key_file)
        for person in range(1, 5):
            assert await zone(bot, person) == kept.get(person), (step, person)
    await killed_after(0, database, key_file)
    ring = KeyRing.read(key_file)
    assert (await verify(database, Sealer(ring))).opened == ({ring.active: 2 * len(kept)} if kept else {})
    await retire([each for each in ring.keys if each != ring.active], database, key_file)
    assert list(KeyRing.read(key_file).keys) == [ring.active]
    assert [await zone(bot, person) for person in kept] == list(kept.values())


async def killed_after(batches: int, database: Database, key_file: Path) -> None:
    left = batches

    def said(_: int) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise Killed

    try:
        await reseal(database, Sealer(KeyRing.read(key_file)), batch=1, said=said)
    except Killed:
        return


async def retire(key_ids: list[str], database: Database, key_file: Path) -> None:
    for key_id in key_ids:
        async with alone(database) as connection:
            if not (await tally(connection, [key_id])).under[key_id]:
                remove_key(key_file, key_id)


@given(steps=STEPS)
@hypothesis_settings(max_examples=10, deadline=None)
def test_whatever_the_order_nothing_is_lost_and_every_key_can_go(
    steps: list[tuple[str, int, str]], sqlite_template: Path
) -> None:
    async def one(folder: Path) -> None:
        if not sqlite_template.exists():
            await upgrade(f"sqlite:///{sqlite_template}")
        file = shutil.copy(sqlite_template, folder)
        database = await Database.open(f"sqlite:///{file}")
        try:
            await follow(steps, database, folder / "keys.json")
        finally:
            await database.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(one(Path(folder)))


# --- the commands


def test_what_the_commands_say(tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    KeyRing.load(data_keys=None, key_file=key_file)
    (old,) = KeyRing.read(key_file).keys

    async def prepare() -> None:
        await upgrade(url)
        database = await Database.open(url)
        await save(SqlStore(database, Sealer(KeyRing.read(key_file))), 1)
        await database.close()

    async def harm() -> None:
        database = await Database.open(url)
        async with database.write() as connection:
            await connection.execute(update(members).values(zone=b"\x01"))
        await database.close()

    asyncio.run(prepare())
    monkeypatch.setattr(cli, "_configure_log", lambda _: None)  # the tests' own stays
    monkeypatch.chdir(tmp_path)

    def say(*arguments: str) -> tuple[int, str]:
        environment = {"SUPPORTBOT_DATABASE_URL": url, "SUPPORTBOT_DATA_KEY_FILE": str(key_file)}
        result = CliRunner(env=environment).invoke(cli.cli, ["keys", *arguments])
        for key in KeyRing.read(key_file).keys.values():
            assert base64.b64encode(key).decode()[:12] not in result.output
        return result.exit_code, result.output

    assert say("list") == (0, f"{old}  active  2 fields\nfrom {key_file}\n")
    code, said = say("add")
    new = KeyRing.read(key_file).active
    assert code == 0
    assert said.startswith(f"{new} is in {key_file} and seals from now on")
    assert say("list") == (0, f"{new}  active  0 fields\n{old}  opens  2 fields\nfrom {key_file}\n")
    assert say("verify") == (1, f"{old}: 2 fields open; it is not the active key\n")
    assert say("retire", old) == (
        1,
        f"supportbot: 2 fields or rows of the audit are still under {old}: supportbot keys rotate\n",
    )
    progress = "1 of 2\n2 of 2\n"
    code, said = say("rotate")
    assert (code, said) == (0, f"{progress}2 fields are under {new}, 0 are not.\nThen: supportbot keys verify\n")
    assert say("verify") == (0, f"{new}: 2 fields open\nEvery field opens, and is under {new}.\n")
    code, said = say("retire", old)
    assert code == 0
    assert "Backups that were made before the rotation still need it" in said
    assert list(KeyRing.read(key_file).keys) == [new]
    asyncio.run(harm())
    code, said = say("verify")
    assert (code, said.splitlines()[1][:17]) == (1, "FAIL members.zone")


async def test_a_refusal_is_one_sentence_and_a_code(tmp_path: Path) -> None:
    code, out, err = await supportbot("keys", "add", cwd=tmp_path, SUPPORTBOT_DATABASE_URL=str(tmp_path / "bot.db"))
    assert (code, out) == (78, "")
    assert err == (
        "supportbot: The database is not there yet, or is an older one: run `supportbot db upgrade` first.\n"
    )
