"""Migrations: the schema they make, two starts at once, the copy made before, databases that are not ours."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import ProgrammingError

from supportbot.domain.people import PersonId
from supportbot.errors import ConfigError, NewerDatabase, StorageBusy, StorageError
from supportbot.storage.engine import Backend, Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.migrate import _ADVISORY_LOCK, SCRIPTS, Upgrade, current, head, planned, upgrade
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore
from supportbot.storage.tables import metadata

RELEASED = Path(__file__).parent / "released"
"""Databases as each revision made them, with a row in every table."""

STEP = '''"""A later step."""

from alembic import op

revision = "{revision}"
down_revision = "{after}"


def upgrade() -> None:
    op.execute("CREATE TABLE later (id INTEGER PRIMARY KEY)")
    {more}
'''


@pytest.fixture
def db_file(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The migrations with one step more, `later`."""
    return with_step(tmp_path / "later")


def with_step(folder: Path, more: str = "") -> Path:
    shutil.copytree(SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "later.py").write_text(STEP.format(revision="later", after=head(), more=more))
    return folder


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def rows(path: Path, statement: str, parameters: Sequence[str] = ()) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement, parameters).fetchall()


async def test_the_migrations_make_the_tables_of_tables_py(empty_database_url: str) -> None:
    def differences(connection: Connection) -> object:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    await upgrade(empty_database_url)
    database = await Database.open(empty_database_url)
    async with database.read() as connection:
        found = await connection.run_sync(differences)
    await database.close()
    assert found == []


async def test_the_first_upgrade_makes_the_tables_and_the_second_does_nothing(empty_database_url: str) -> None:
    assert await current(empty_database_url) is None
    assert await upgrade(empty_database_url) == Upgrade(None, head(), None)
    assert await current(empty_database_url) == head()
    assert await upgrade(empty_database_url) == Upgrade(head(), head(), None)


async def test_a_new_file_gets_the_newest_revision_and_is_private(db_file: Path) -> None:
    assert await current(url(db_file)) is None
    assert not db_file.exists()
    assert await upgrade(url(db_file)) == Upgrade(None, head(), None)
    assert await current(url(db_file)) == head()
    assert stat.S_IMODE(db_file.stat().st_mode) == 0o600


async def test_what_is_planned_is_not_done(db_file: Path, later: Path) -> None:
    assert await planned(url(db_file)) == Upgrade(None, head(), None)
    assert not db_file.exists()
    await upgrade(url(db_file))
    assert await planned(url(db_file)) == Upgrade(head(), head(), None)
    assert await planned(url(db_file), scripts=later) == Upgrade(head(), "later", None)
    assert await current(url(db_file)) == head()


@pytest.mark.parametrize("place", ["/proc/x/bot.db", "file/bot.db", "file/new/bot.db"])
async def test_a_place_where_no_file_can_be_names_the_setting(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    for call in (planned, upgrade):
        with pytest.raises(ConfigError, match=r"^SUPPORTBOT_DATABASE_URL names .*bot\.db, which cannot be created"):
            await call(url(tmp_path / place))
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


async def test_a_second_upgrade_makes_no_copy(db_file: Path) -> None:
    await upgrade(url(db_file))
    await upgrade(url(db_file))
    assert sorted(file.name for file in db_file.parent.iterdir()) == ["bot.db"]


async def test_a_copy_is_made_before_an_upgrade(db_file: Path, later: Path) -> None:
    await upgrade(url(db_file))
    rows(db_file, "INSERT INTO app_state (key, value) VALUES ('a', 'kept')")
    done = await upgrade(url(db_file), scripts=later)
    backup = db_file.with_name("bot.db.before-later")
    assert done == Upgrade(head(), "later", backup)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert await current(url(backup)) == head()
    for file in (db_file, backup):
        assert rows(file, "SELECT value FROM app_state") == [("kept",)]
    assert not list(db_file.parent.glob("*.half*"))


def test_each_revision_is_kept_as_it_was() -> None:
    """A new migration needs a dump of what it makes, with a row in every table (SQLite's `.dump`)."""
    assert {file.stem for file in RELEASED.glob("*.sql")} == {
        file.name[:4] for file in (SCRIPTS / "versions").glob("0*.py")
    }


@pytest.mark.parametrize("dump", sorted(RELEASED.glob("*.sql")), ids=lambda file: file.stem)
async def test_what_a_release_kept_is_still_there(dump: Path, tmp_path: Path) -> None:
    kept, made, scripts = tmp_path / "kept.db", tmp_path / "made.db", tmp_path / "scripts"
    with closing(sqlite3.connect(kept)) as connection, connection:
        connection.executescript(dump.read_text())
    shutil.copytree(
        SCRIPTS, scripts, ignore=lambda _, names: [each for each in names if each[0] == "0" and each[:4] > dump.stem]
    )
    await upgrade(url(made), scripts=scripts)
    schema = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
    assert rows(made, schema) == rows(kept, schema), "a migration that was released is changed"

    tables = [str(name) for kind, name, _ in rows(kept, schema) if kind == "table" and name != "alembic_version"]
    columns = {table: ", ".join(str(row[1]) for row in rows(kept, f"PRAGMA table_info({table})")) for table in tables}
    before = {table: rows(kept, f"SELECT {columns[table]} FROM {table}") for table in tables}  # noqa: S608
    assert all(before.values()), "there is a row in every table"
    assert (await upgrade(url(kept))).before == dump.stem
    assert {table: rows(kept, f"SELECT {columns[table]} FROM {table}") for table in tables} == before  # noqa: S608
    database = await Database.open(url(kept))
    store = SqlStore(database, Sealer(KeyRing("test", {"test": b"k" * 32})))
    async with store.read() as tx:
        member = await tx.members.get(PersonId(1 << 22))
        assert member is not None
        assert member.zone == "Asia/Tokyo"
    await database.close()


async def test_a_step_that_fails_changes_nothing(database_url: str, tmp_path: Path) -> None:
    broken = with_step(tmp_path / "broken", 'op.execute("CREATE nonsense")')
    with pytest.raises((StorageError, ProgrammingError), match="nonsense"):
        await upgrade(database_url, scripts=broken)
    assert await current(database_url) == head()
    database = await Database.open(database_url)
    async with database.read() as connection:
        assert "later" not in await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await database.close()


async def test_a_step_that_leaves_rows_pointing_nowhere_is_undone(db_file: Path, tmp_path: Path) -> None:
    await upgrade(url(db_file))
    broken = with_step(
        tmp_path / "broken",
        'op.execute("CREATE TABLE child (id INTEGER REFERENCES later (id))")\n'
        '    op.execute("INSERT INTO child VALUES (7)")',
    )
    with pytest.raises(StorageError, match="rows of child that point nowhere"):
        await upgrade(url(db_file), scripts=broken)
    assert await current(url(db_file)) == head()


async def test_a_newer_database_is_refused_naming_both_revisions(database_url: str, later: Path) -> None:
    assert await upgrade(database_url, scripts=later)
    for call in (planned, upgrade):
        with pytest.raises(NewerDatabase, match=f"revision later, .* only up to {head()};"):
            await call(database_url)
    assert await current(database_url) == "later"


async def test_somebody_elses_file_is_refused_and_kept(db_file: Path) -> None:
    rows(db_file, "CREATE TABLE recipes (name TEXT)")
    for call in (planned, upgrade):
        with pytest.raises(ConfigError, match=r"tables that supportbot did not make.* SUPPORTBOT_DATABASE_URL"):
            await call(url(db_file))
    assert rows(db_file, "SELECT name FROM sqlite_master") == [("recipes",)]


async def test_a_file_that_is_no_database_is_refused(db_file: Path) -> None:
    db_file.write_bytes(b"not a database " * 400)
    for call in (upgrade, current, planned):
        with pytest.raises(StorageError, match="not an SQLite database"):
            await call(url(db_file))


async def test_a_held_lock_is_busy(db_file: Path) -> None:
    await upgrade(url(db_file))
    with closing(sqlite3.connect(db_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusy):
            await upgrade(url(db_file), lock_wait=0.05)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_an_upgrade_under_way_elsewhere_is_busy(database_url: str) -> None:
    database = await Database.open(database_url)
    async with database.write() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        with pytest.raises(StorageBusy):
            await upgrade(database_url, lock_wait=0.05)
    assert await upgrade(database_url, lock_wait=0.05) == Upgrade(head(), head(), None)
    await database.close()


async def test_tasks_that_start_together_upgrade_once(empty_database_url: str) -> None:
    done = await asyncio.gather(*(upgrade(empty_database_url) for _ in range(4)))
    assert sorted(str(each.before) for each in done) == sorted(["None"] + [head()] * 3)
    assert await current(empty_database_url) == head()


async def test_processes_that_start_together_upgrade_once(empty_database_url: str, backend: Backend) -> None:
    """Real processes on a database that is empty: each succeeds, one of them does the work."""
    count = 4 if backend == "sqlite" else 2  # each costs a second; on SQLite they also race for the write-ahead log
    program = (
        "import asyncio, sys; from supportbot.storage.migrate import upgrade; sys.stdin.readline();"
        "print(asyncio.run(upgrade(sys.argv[1])).before)"
    )
    pipe = asyncio.subprocess.PIPE
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, empty_database_url, stdin=pipe, stdout=pipe)
        for _ in range(count)
    ]
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [process.returncode for process in processes] == [0] * count
    assert sorted(out.decode().strip() for out, _ in answers) == sorted(["None"] + [head()] * (count - 1))
    assert await current(empty_database_url) == head()


async def test_the_folder_of_migrations_may_have_a_percent_sign(db_file: Path, tmp_path: Path) -> None:
    odd = with_step(tmp_path / "100%(of) it")
    assert (await upgrade(url(db_file), scripts=odd)).after == "later"


def test_alembic_is_not_imported_with_the_module() -> None:
    code = "import sys, supportbot.storage.migrate; sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.long
def test_a_start_with_nothing_to_do_needs_no_alembic(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from supportbot.storage.migrate import upgrade;"
        "asyncio.run(upgrade(sys.argv[1])); print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{tmp_path / 'a.db'}"]
    said = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() for _ in range(2)]
    assert said == ["True", "False"]
