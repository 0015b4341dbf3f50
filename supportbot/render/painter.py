"""Draws in a thread, so that the bot goes on answering meanwhile, and loads matplotlib for the first picture."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from supportbot.domain.pictures import Picture, Table

FOLDER = "MPLCONFIGDIR"


class Painter:
    """One thread: matplotlib is not made for several."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="painter")

    async def draw(self, picture: Picture) -> bytes:
        """The table or chart as PNG. Raises NotDrawn where there is no shape for some of its letters."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _png, picture)

    def close(self) -> None:
        """Draw nothing more. What is being drawn comes to its end by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _png(picture: Picture) -> bytes:
    return _drawer()(picture)


@cache
def _drawer() -> Callable[[Picture], bytes]:
    _give_a_folder()
    # Here and not above: it takes a second and some 60 MB, which a bot that nobody asks for a picture does not need.
    from supportbot.render import charts, sheets, tables  # noqa: PLC0415

    sheets.own_look()
    return lambda picture: tables.png(picture) if isinstance(picture, Table) else charts.png(picture)


def _give_a_folder() -> None:
    """matplotlib keeps a list of the machine's fonts, and warns where it cannot: on a read-only root, say, or for a
    user without a home. It is only for as long as the program runs.
    """
    if FOLDER not in os.environ:
        folder = tempfile.mkdtemp(prefix="supportbot-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ[FOLDER] = folder
