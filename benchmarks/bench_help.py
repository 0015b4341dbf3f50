"""Claim: `supportbot --help` imports neither discord.py nor matplotlib. Peers: importing them; limit: bare Python."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from subprocess import run

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import in_turns, table

ROUNDS = 7
HEAVY = ("discord", "matplotlib")


def main() -> None:
    """Print what --help imports, and the times."""
    program = str(Path(sys.executable).with_name("supportbot"))
    listed = run([sys.executable, "-X", "importtime", program, "--help"], check=True, capture_output=True, text=True)
    imported = {line.rpartition("|")[2].strip() for line in listed.stderr.splitlines()}
    for name in HEAVY:
        assert name not in imported, f"--help imports {name}"
    print(f"supportbot --help imports {len(imported)} modules; of {', '.join(HEAVY)}: none")
    commands = {"supportbot --help": [program, "--help"], "python -c pass": [sys.executable, "-c", "pass"]}
    for name in HEAVY:
        if find_spec(name) is None:
            print(f"{name} is not installed here, so its import has no time")
        else:
            commands[f"import {name}"] = [sys.executable, "-W", "ignore", "-c", f"import {name}"]
    table("whole processes, milliseconds", in_turns(commands, ROUNDS), against="supportbot --help")


if __name__ == "__main__":
    main()
