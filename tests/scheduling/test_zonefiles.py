"""The fingerprint of the time zone data: the same for the same files, another for any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import whenever

from supportbot.domain.wallclock import forget_zones
from supportbot.scheduling.zonefiles import fingerprint


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    whenever.reset_tzpath([tmp_path])
    yield tmp_path
    whenever.reset_tzpath()
    forget_zones()


async def test_it_is_another_for_any_change(folder: Path) -> None:
    seen = {await fingerprint()}  # of the package alone
    assert seen == {await fingerprint()}
    for name, content in (("Paris", b"TZif1"), ("Paris", b"TZif2"), ("Rome", b"TZif2")):
        (folder / name).write_bytes(content)
        seen.add(await fingerprint())
    (folder / "Rome").unlink()
    seen.add(await fingerprint())
    assert len(seen) == 4, "and it is the one before when what came has gone"
