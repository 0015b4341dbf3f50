"""`python -m tests.fuzz`: fuzz a bot of its own, and print the figures."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from supportbot import log
from tests.fuzz.imports import imports
from tests.fuzz.runs import fuzz


def main() -> int:
    """Exit code 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description="Malformed interactions to a running bot, and malformed files.")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--first", type=int, default=0, help="the number of the first case, to see one again")
    parser.add_argument("--show", action="store_true", help="print what is sent")
    given = parser.parse_args()
    log.configure("ERROR", "text")
    print(f"seed {given.seed}", flush=True)  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(
            fuzz(Path(folder), count=given.count, seed=given.seed, first=given.first, trace=given.show)
        )
        bent = imports(Path(folder), count=given.count // 20, seed=given.seed)
    for line in [*outcome.wrong, *bent.wrong][:50]:
        print(f"  {line}")  # noqa: T201
    print(outcome)  # noqa: T201
    print(bent)  # noqa: T201
    return 1 if outcome.wrong or bent.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
