"""A person's export as one JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from supportbot.domain.people import PersonId
from supportbot.services.ports import ExportFile, Json


async def pack(person: PersonId, held: Mapping[str, Sequence[Json]], at: datetime) -> ExportFile:
    """Everything held, by kind, with the instant (UTC) it was taken."""
    whole = {"discord_id": str(person), "taken_at": at.isoformat(), "held": held}
    text = json.dumps(whole, indent=2, ensure_ascii=False)
    return ExportFile(f"supportbot-{at:%Y-%m-%d}.json", text.encode())
