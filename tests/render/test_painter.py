"""The thread that draws, and what it needs of the machine."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from supportbot.domain.pictures import Table, TableRow
from supportbot.errors import NotDrawn
from supportbot.render import painter
from supportbot.render.painter import Painter
from tests.support.fakes import PNG

ROOT = Path(__file__).parents[2]
TABLE = Table("Who?", "Left", "Right", (TableRow("Focus", "One thing.", "Another thing."),), ("Below both.",))
ALONE = """
import sys, logging
logging.basicConfig(level="INFO")
import supportbot.app
assert not {"matplotlib", "numpy", "PIL"} & set(sys.modules), "matplotlib is loaded before anybody asks for a picture"
import asyncio
from supportbot.domain.pictures import Table, TableRow
from supportbot.render.painter import Painter
table = Table("Who?", "Left", "Right", (TableRow("Focus", "One thing.", "Another thing."),), ("Below both.",))
sys.stdout.buffer.write(asyncio.run(Painter().draw(table)))
"""


@pytest.fixture
def one() -> Painter:
    return Painter()


async def test_the_bot_goes_on_while_it_is_drawn(one: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    threads: list[int] = []

    def slow(table: Table) -> bytes:
        threads.append(threading.get_ident())
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(10)
        return table.title.encode()

    monkeypatch.setattr(painter, "_png", slow)
    drawing = [asyncio.create_task(one.draw(TABLE)) for _ in range(3)]
    await begun.wait()
    go_on.set()
    assert await asyncio.gather(*drawing) == [b"Who?"] * 3
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()
    one.close()


async def test_it_draws(one: Painter) -> None:
    assert (await one.draw(TABLE)).startswith(PNG)
    with pytest.raises(NotDrawn):
        await one.draw(Table("漢字", "a", "b", (), ()))
    one.close()


async def test_a_closed_one_draws_nothing(one: Painter) -> None:
    one.close()
    with pytest.raises(RuntimeError):
        await one.draw(TABLE)


@pytest.mark.parametrize("home", [pytest.param("/proc/nowhere", marks=pytest.mark.long), None])
def test_a_machine_where_nothing_can_be_kept(tmp_path: Path, home: str | None) -> None:
    """No home, or one that cannot be written to, and a stranger's settings in the folder that it is started from."""
    work, temporary = tmp_path / "work", tmp_path / "tmp"
    work.mkdir()
    temporary.mkdir()
    (work / "matplotlibrc").write_text("text.usetex: True\nsavefig.dpi: 300\nsavefig.transparent: True\n")
    environment = {"PATH": "/nowhere", "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "PYTHONSAFEPATH": "1"}
    if home is not None:
        environment["HOME"] = home
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore:'audioop':DeprecationWarning", "-c", ALONE],
        cwd=work,
        env=environment,
        capture_output=True,
        timeout=50,
        check=False,
    )
    said = done.stderr.decode()
    assert done.returncode == 0, said
    assert "WARNING" not in said
    assert done.stdout == asyncio.run(Painter().draw(TABLE))
    assert list(temporary.iterdir()) == []
    assert [file.name for file in work.iterdir()] == ["matplotlibrc"]
