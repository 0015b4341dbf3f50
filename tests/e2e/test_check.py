"""`supportbot check` says what `supportbot run` would say, and changes nothing."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from supportbot.app import opened
from supportbot.checkup import Finding, check_up
from supportbot.config import Settings, load_settings
from supportbot.domain.consent import Scope
from supportbot.domain.people import Member, PersonId
from supportbot.domain.retention import Absence, Why
from supportbot.errors import SupportBotError
from supportbot.sandbox import TOKEN
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.migrate import head, upgrade
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore
from tests.e2e.program import supportbot
from tests.storage.rows import agreed

KEY, OTHER_KEY = (base64.b64encode(bytes([each]) * 32).decode() for each in (1, 2))


def settings_of(database: Path, **others: str) -> Settings:
    named = {f"SUPPORTBOT_{name.upper()}": value for name, value in others.items()}
    return load_settings({"SUPPORTBOT_DATABASE_URL": str(database), **named}, env_file=None)


async def findings(settings: Settings) -> dict[str, Finding]:
    return {finding.what: finding for finding in await check_up(settings)}


async def refusal(settings: Settings) -> str:
    """The sentence with which the bot does not start."""
    with pytest.raises(SupportBotError) as caught:
        async with opened(settings):
            pass
    return str(caught.value)


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


async def with_a_member(database: Path, key: str | None = KEY) -> None:
    """A database that holds a sealed field."""
    await upgrade(f"sqlite:///{database}")
    file = database.with_name(f"{database.name}.keys.json")
    ring, _ = KeyRing.load(data_keys=key and f"a:{key}", key_file=file)
    opened_database = await Database.open(f"sqlite:///{database}")
    store = SqlStore(opened_database, Sealer(ring))
    async with store.write() as tx:
        await agreed(tx, PersonId(1))
        await tx.members.save(Member(PersonId(1), "Europe/Berlin", "en"), at=datetime(2027, 1, 1, tzinfo=UTC))
    await opened_database.close()


@pytest.mark.parametrize("keys", [None, f"a:{KEY}"])
async def test_before_the_first_start_and_after_it(tmp_path: Path, keys: str | None) -> None:
    settings = settings_of(tmp_path / "new" / "bot.db", **({"data_keys": keys} if keys else {}))
    found = await findings(settings)
    assert all(finding.good for finding in found.values()), found
    assert "created at the first start" in found["database"].says
    assert not list(tmp_path.iterdir())
    async with opened(settings):
        pass
    before = files(tmp_path)
    found = await findings(settings)
    assert all(finding.good for finding in found.values()), found
    assert found["database"].says.endswith(f"schema {head()}")
    assert files(tmp_path) == before


@pytest.mark.parametrize("key", [None, KEY])
async def test_keys_that_open_what_is_stored(tmp_path: Path, key: str | None) -> None:
    await with_a_member(tmp_path / "bot.db", key)
    settings = settings_of(tmp_path / "bot.db", **({"data_keys": f"a:{key},b:{OTHER_KEY}"} if key else {}))
    finding = (await findings(settings))["data keys"]
    assert finding.good
    assert finding.says.endswith("; they open what is stored")


async def test_what_an_older_key_sealed_is_said(tmp_path: Path) -> None:
    await with_a_member(tmp_path / "bot.db")
    finding = (await findings(settings_of(tmp_path / "bot.db", data_keys=f"b:{OTHER_KEY},a:{KEY}")))["data keys"]
    assert finding.good
    assert "; they open what is stored, 1 of it not with the active key: `supportbot keys rotate`" in finding.says


@pytest.mark.parametrize("keys", [f"a:{OTHER_KEY}", f"b:{OTHER_KEY}"])
async def test_other_keys_than_those_it_was_sealed_with(tmp_path: Path, keys: str) -> None:
    await with_a_member(tmp_path / "bot.db")
    before = files(tmp_path)
    settings = settings_of(tmp_path / "bot.db", data_keys=keys)
    finding = (await findings(settings))["data keys"]
    assert (finding.good, finding.says) == (False, await refusal(settings))
    assert "do not open what the database holds" in finding.says
    assert files(tmp_path) == before


async def test_a_key_file_that_is_gone(tmp_path: Path) -> None:
    await with_a_member(tmp_path / "bot.db", None)
    (tmp_path / "bot.db.keys.json").unlink()
    settings = settings_of(tmp_path / "bot.db")
    finding = (await findings(settings))["data keys"]
    assert (finding.good, finding.says) == (False, await refusal(settings))
    assert finding.says.endswith("is missing, and the database needs it; put it back.")
    assert not (tmp_path / "bot.db.keys.json").exists()


@pytest.mark.parametrize("wrong", ["others", "text", "folder", "place"])
async def test_a_key_file_that_cannot_be_used(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "keys.json"
    if wrong == "folder":
        file.mkdir()
    elif wrong == "place":
        (tmp_path / "file").touch()
        file = tmp_path / "file" / "keys.json"
    else:
        file.write_text("nonsense" if wrong == "text" else f"a:{KEY}")
        file.chmod(0o644 if wrong == "others" else 0o600)
    settings = settings_of(tmp_path / "bot.db", data_key_file=str(file))
    finding = (await findings(settings))["data keys"]
    assert (finding.good, finding.says) == (False, await refusal(settings))
    assert finding.says.startswith("SUPPORTBOT_DATA_KEY_FILE: the key file ")


async def test_keys_that_are_none(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "bot.db", data_keys="a:short")
    finding = (await findings(settings))["data keys"]
    assert (finding.good, finding.says) == (False, await refusal(settings))
    assert finding.says.startswith("SUPPORTBOT_DATA_KEYS cannot be used: ")
    assert "short" not in finding.says


@pytest.mark.parametrize("place", ["/proc/x/bot.db", "file/bot.db", "file/new/bot.db"])
async def test_a_database_that_cannot_be_there(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    settings = settings_of(tmp_path / place)
    finding = (await findings(settings))["database"]
    assert not finding.good
    assert finding.says == f"{settings.database_file}: {await refusal(settings)}"
    assert "SUPPORTBOT_DATABASE_URL names" in finding.says


@pytest.mark.parametrize("whose", ["a newer version's", "somebody else's", "nobody's"])
async def test_a_database_that_is_not_for_this_version(tmp_path: Path, whose: str) -> None:
    database = tmp_path / "bot.db"
    if whose == "nobody's":
        database.write_bytes(b"not a database " * 400)
    else:
        if whose == "a newer version's":
            await with_a_member(database)
        with closing(sqlite3.connect(database)) as connection, connection:
            newer = whose == "a newer version's"
            connection.execute("UPDATE alembic_version SET version_num = '9'" if newer else "CREATE TABLE recipes (x)")
    settings = settings_of(database, data_keys=f"a:{KEY}")
    finding = (await findings(settings))["database"]
    assert (finding.good, finding.says) == (False, f"{database}: {await refusal(settings)}")


@pytest.mark.long
async def test_check_says_from_where(tmp_path: Path) -> None:
    settings = {"SUPPORTBOT_DATABASE_URL": str(tmp_path / "a.db"), "SUPPORTBOT_TOKEN": TOKEN}
    code, out, _ = await supportbot("check", cwd=tmp_path, **settings)
    assert code == 0
    for cog in ("about", "roles", "checkin", "mydata", "typed"):
        assert f"ok   cogs.{cog}: from " in out
    assert "ok   content:" in out
    assert not list(tmp_path.iterdir()), "a check changes nothing"


@pytest.mark.long
async def test_check_tells_what_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "content"
    (folder / "consent").mkdir(parents=True)
    (folder / "consent" / "checkins.en.toml").write_text('scope = "checkins"\nversion = ""\nbody = "x"\n')
    settings = {"SUPPORTBOT_DATABASE_URL": str(tmp_path / "a.db"), "SUPPORTBOT_CONTENT_DIR": str(folder)}
    code, out, _ = await supportbot("check", cwd=tmp_path, **settings)
    assert code == 1
    assert "FAIL content: consent/checkins.en.toml in SUPPORTBOT_CONTENT_DIR: version: " in out


@pytest.mark.long
async def test_run_does_not_start_with_the_wrong_keys(tmp_path: Path) -> None:
    await with_a_member(tmp_path / "bot.db")
    settings = {
        "SUPPORTBOT_DATABASE_URL": str(tmp_path / "bot.db"),
        "SUPPORTBOT_DATA_KEYS": f"a:{OTHER_KEY}",
        "SUPPORTBOT_TOKEN": TOKEN,
    }
    code, out, err = await supportbot("run", cwd=tmp_path, **settings)
    assert code == 78
    assert out == ""
    assert err.startswith("supportbot: The keys of SUPPORTBOT_DATA_KEYS or SUPPORTBOT_DATA_KEY_FILE do not open ")
    assert len(err.strip().splitlines()) == 1
    code, out, _ = await supportbot("check", cwd=tmp_path, **settings)
    assert code == 1
    assert "FAIL data keys: The keys of " in out


async def test_when_the_last_purge_was(tmp_path: Path) -> None:
    await with_a_member(tmp_path / "bot.db", None)
    settings = settings_of(tmp_path / "bot.db")
    assert "no purge yet; the first is at the next start; it is late" in (await findings(settings))["retention"].says
    database = await Database.open(settings.database_url)
    ring, _ = KeyRing.load(data_keys=None, key_file=settings.key_file, may_create=False)
    store = SqlStore(database, Sealer(ring))
    now = datetime.now(UTC)
    for days, late in ((0, False), (5, True)):
        async with store.write() as tx:
            await tx.retention.finished(now - timedelta(days=days))
            await tx.consents.rely_on(PersonId(1), Scope.CHECKINS)
            await tx.absences.add(Absence(PersonId(1), Why.INACTIVE, now))
        found = (await findings(settings))["retention"]
        assert found.good
        assert found.says.startswith(f"last purge {now - timedelta(days=days):%Y-%m-%d %H:%M} UTC")
        assert ("it is late" in found.says) is late
        assert "people in grace: 1, communities: 0" in found.says
    await database.close()


async def test_the_periods_in_force(tmp_path: Path) -> None:
    code, said, _ = await supportbot("retention", "show", cwd=tmp_path, SUPPORTBOT_KEEP_DELIVERIES="14")
    assert code == 0
    assert "  14 days  what became of each check-in" in said
    assert " 365 days  the keyed hash of an erasure (fixed)" in said
    code, _, said = await supportbot("retention", "show", cwd=tmp_path, SUPPORTBOT_KEEP_DELIVERIES="91")
    assert code == 78
    assert "SUPPORTBOT_KEEP_DELIVERIES" in said
    assert "a whole number of days from 7 to 90" in said


async def test_copies_that_were_set_aside_are_named(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "bot.db")
    assert "copies" not in await findings(settings)
    for name in ("bot.db.before-0001", "bot.db.before-restore-x", "bot.db.before-restore-x-wal"):
        (tmp_path / name).touch()
    says = (await findings(settings))["copies"].says
    assert f"{tmp_path / 'bot.db.before-0001'} (0 days old)" in says
    assert says.count("days old") == 2
