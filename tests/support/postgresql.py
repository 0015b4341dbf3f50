"""A throwaway PostgreSQL for tests: one cluster a pytest process, reached over a Unix socket, one database a test.

Nothing of the machine's own PostgreSQL is used but its programs.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import quote

import asyncpg

from supportbot.storage.migrate import upgrade

MISSING = "PostgreSQL is not installed: apt-get install postgresql"
_PROGRAMS = ("initdb", "pg_ctl", "postgres")
_UNPRIVILEGED = ("postgres", "nobody")
_USER = "supportbot"
_TEMPLATE = "migrated"
# From here on new databases are written to the log, block by block, unless told to copy files; that takes longer.
_WITH_STRATEGIES = (15,)

# Lives as long as its standard input is open: also when pytest is killed, nothing of the cluster is left.
_KEEPER = """
trap 'pg_ctl --pgdata="$1/data" --mode=immediate --silent stop; cd /; rm -rf "$1"' EXIT
initdb --pgdata="$1/data" --username="$2" --auth=trust --encoding=UTF8 --no-locale --no-sync >"$1/log" 2>&1 || exit
pg_ctl --pgdata="$1/data" --log="$1/log" --options="$3" --wait --silent start >>"$1/log" 2>&1 || exit
echo ready
cat >/dev/null
"""

_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_wal_senders": "0",
    "wal_level": "minimal",
}


class NoPostgresql(Exception):
    """PostgreSQL's programs are not here, or did not start; the message is for whoever runs the tests."""


class Cluster:
    """A running server whose databases anybody who can reach its socket may use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._has_template = False

    def url(self, database: str) -> str:
        """The URL of a database as an operator would write it."""
        return f"postgresql://{_USER}@/{database}?host={quote(str(self._folder))}"

    async def sql(self, statement: str, *, database: str = "postgres") -> None:
        """Run one statement outside a transaction."""
        connection = await asyncpg.connect(host=str(self._folder), user=_USER, database=database)
        try:
            if statement.startswith("CREATE DATABASE") and connection.get_server_version() >= _WITH_STRATEGIES:
                statement += " STRATEGY file_copy"
            await connection.execute(statement)
        finally:
            await connection.close()

    @asynccontextmanager
    async def database(self, *, migrated: bool) -> AsyncGenerator[str]:
        """The URL of a new database, empty or with our tables; it is gone after the block."""
        if migrated and not self._has_template:
            await self.sql(f"CREATE DATABASE {_TEMPLATE}")
            await upgrade(self.url(_TEMPLATE))
            self._has_template = True
        name = f"test_{next(self._numbers)}"
        await self.sql(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE if migrated else 'template0'}")
        try:
            yield self.url(name)
        finally:
            await self.sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_cluster() -> Generator[Cluster]:
    """A new cluster, stopped and removed when the block ends or this process does. Raises NoPostgresql."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="supportbot-pg-"))
    settings = _SETTINGS | {"unix_socket_directories": str(folder)}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    # initdb and postgres refuse to be root.
    user = _unprivileged() if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", _KEEPER, "sh", folder, _USER, options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": f"{programs}:/usr/bin:/bin", "LC_ALL": "C", "PGTZ": "UTC"},
        cwd=folder,
        start_new_session=True,  # Ctrl-C is for pytest, which then closes the pipe
        **({} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}),
    )
    with keeper:  # closes its input, and waits for its end
        assert keeper.stdout is not None
        if keeper.stdout.readline() != b"ready\n":
            raise NoPostgresql("PostgreSQL did not start; initdb and pg_ctl say why when they are run by hand")
        yield Cluster(folder)


def _programs() -> Path:
    """The folder with PostgreSQL's programs, the newest version's where there are several."""
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: float(each.parent.name), reverse=True)
    for folder in [*([Path(on_path).resolve().parent] if on_path else []), *debian]:
        if all((folder / program).is_file() for program in _PROGRAMS):
            return folder
    raise NoPostgresql(MISSING)


def _unprivileged() -> pwd.struct_passwd:
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgresql(f"PostgreSQL does not run as root, and there is no user {' or '.join(_UNPRIVILEGED)}")
