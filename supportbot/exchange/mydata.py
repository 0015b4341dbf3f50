"""A person's export: one ZIP with all of it for machines, as JSON, and to be read, as HTML."""

from __future__ import annotations

import asyncio
import io
import json
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from supportbot.exchange.mydata_page import page_of
from supportbot.services.ports import ExportFile, Holdings, Says

FORMAT = 1
"""Goes up when a reader of the JSON would have to change."""


async def pack(held: Holdings, says: Says) -> ExportFile:
    """`supportbot-DATE.zip` with `supportbot-DATE.json` and `supportbot-DATE.html`, both complete."""
    return await asyncio.to_thread(_packed, held, says)


def _packed(held: Holdings, says: Says) -> ExportFile:
    name = f"supportbot-{held.at:%Y-%m-%d}"
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        for ending, text in (("html", page_of(held, says)), ("json", _as_json(held))):
            entry = ZipInfo(f"{name}.{ending}", held.at.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, text)
    return ExportFile(f"{name}.zip", content.getvalue())


def _as_json(held: Holdings) -> str:
    whole = {
        "format": FORMAT,
        "discord_id": str(held.person),
        "taken_at": held.at.isoformat(),
        "complete": not held.is_part,
        "held": {kind: list(rows) for kind, rows in held.kinds.items()},
    }
    return json.dumps(whole, indent=2, ensure_ascii=False)
