"""`supportbot schedule preview`: the same rules as the bot's, without the bot."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.program import supportbot

PREVIEW = ("schedule", "preview")
BERLIN = ("--cadence", "daily", "--at", "02:30", "--zone", "Europe/Berlin", "--after", "2026-03-27T00:00:00Z")


async def test_one_plan_as_json_and_to_be_read(tmp_path: Path) -> None:
    code, out, err = await supportbot(*PREVIEW, *BERLIN, "--count", "3", "--json", cwd=tmp_path)
    assert (code, err) == (0, "")
    assert [each["utc"][5:16] for each in json.loads(out)] == ["03-27T01:30", "03-28T01:30", "03-29T01:30"]
    assert json.loads(out)[2] == {
        "local_date": "2026-03-29",
        "slot": 0,
        "local": "2026-03-29T03:30:00+02:00",
        "utc": "2026-03-29T01:30:00Z",
        "deferred": False,
    }
    weekly = ("--cadence", "weekly", "--days", "sun, mon", "--at", "2:30", "--quiet", "22:00-07:00")
    code, out, _ = await supportbot(*PREVIEW, *weekly, *BERLIN[4:], "--count", "1", cwd=tmp_path)
    assert code == 0
    assert "2026-03-29T07:00:00+02:00" in out.splitlines()[1]
    code, out, err = await supportbot(*PREVIEW, *BERLIN, "--quiet", "late", cwd=tmp_path)
    assert (code, out) == (2, "")
    assert "--quiet" in err
    assert "late" not in err


async def test_a_file_is_answered_whole_or_not_at_all(tmp_path: Path) -> None:
    line = {"cadence": "daily", "at": ["02:30"], "zone": "Europe/Berlin", "after": "2026-03-27T00:00:00Z", "count": 4}
    file = tmp_path / "plans.jsonl"
    file.write_text("".join(json.dumps({**line, "count": each % 4 + 1}) + "\n" for each in range(2000)), "utf-8")
    code, out, err = await supportbot(*PREVIEW, "--batch", str(file), cwd=tmp_path)
    assert (code, err) == (0, "")
    assert [len(json.loads(each)) for each in out.splitlines()] == [1, 2, 3, 4] * 500
    with file.open("ab") as lines:
        lines.write(b'{"cadence": "daily"}\n\xff\n' * 8)
    code, out, err = await supportbot(*PREVIEW, "--batch", str(file), cwd=tmp_path)
    assert (code, out) == (1, "")
    assert err.startswith("supportbot: line 2001: at must be ")
    assert "line 2002: the line must be one JSON object" in err
    assert err.endswith("and 6 more lines\n")
