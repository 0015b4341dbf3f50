"""`python -m tests.soak`: kill bots, and print what became of their check-ins."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from supportbot import log
from tests.soak.runs import Outcome, scene_of
from tests.soak.soak import AT_ONCE, soak


class _Progress:
    """Says at once what is wrong, and now and then how far it is."""

    def __init__(self) -> None:
        self._through = 0

    def __call__(self, outcome: Outcome) -> None:
        self._through += 1
        for line in outcome.wrong:
            print(f"  seed {outcome.scene.seed}: {line}", flush=True)  # noqa: T201
        if self._through % 50 == 0:
            print(f"{self._through} runs are through", flush=True)  # noqa: T201


def main() -> int:
    """Exit code 1 if anything was lost or doubled, or did not end."""
    parser = argparse.ArgumentParser(description="Bots that are killed at any moment, under every weather.")
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000), help="of the first run")
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--planted", choices=("no nonce", "no look", "sent first"), help="a mistake that must be found")
    parser.add_argument("--keep", type=Path, help="an empty folder for the logs and databases")
    given = parser.parse_args()
    log.configure("ERROR", "text")
    print(f"seeds {given.seed} to {given.seed + given.runs - 1}", flush=True)  # noqa: T201
    scenes = [scene_of(given.seed + number, planted=given.planted) for number in range(given.runs)]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(soak(scenes, given.keep or Path(folder), at_once=given.at_once, tell=_Progress()))
    print(f"{found}\n{given.runs} runs in {time.monotonic() - started:.0f} s")  # noqa: T201
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
