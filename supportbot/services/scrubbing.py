"""After rows are gone: their bytes, too, as far as that can be had now."""

from __future__ import annotations

import structlog

from supportbot.errors import StorageError
from supportbot.services.ports import Store

log = structlog.stdlib.get_logger(__name__)


async def scrubbed(store: Store) -> bool:
    """Leave nothing of what was erased in the database's files; false when somebody was in the way.

    The rows are gone all the same, and that is what people are told; the next one takes the rest.
    """
    try:
        await store.scrub()
    except StorageError as error:
        log.warning("erasure.not_scrubbed", error=str(error))
        return False
    return True
