"""Look for known holes in what the image installs: every exact version in the lock file, for each Python and system.

Ends with 0 when none is known, 1 when one is, 69 when that could not be found out: no service that answers, one that
knows nothing, or nothing to ask about. Arguments are handed to pip-audit, such as `-s osv` for another service.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
EXTRAS = ("postgres", "sentry")
"""What the image can be built with."""

PROBE = "urllib3==1.24.1"
"""CVE-2019-11324 and more: a service that knows nothing against it knows nothing."""

PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[A-Za-z0-9.!+_-]+)")
EX_HOLES, EX_UNAVAILABLE = 1, 69


class NoAnswer(Exception):
    """It could not be found out; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Something known against a package, by its advisory's id."""

    package: str
    id: str
    fixed_in: tuple[str, ...]


def locked(project: Path = ROOT) -> list[str]:
    """What the image takes from the lock file, as `name==version`. Raises NoAnswer when there is nothing."""
    command = [BIN / "uv", "export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes"]
    command += ["--no-annotate", "--no-header", *(word for extra in EXTRAS for word in ("--extra", extra))]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NoAnswer(f"The lock file cannot be read: {' '.join(done.stderr.split())}")
    lines = [line.partition(";")[0].strip() for line in done.stdout.splitlines()]
    found = sorted({line for line in lines if line})
    if not found:
        raise NoAnswer("The lock file names no package, and an audit of nothing says nothing.")
    if loose := [line for line in found if not PINNED.fullmatch(line)]:
        raise NoAnswer(f"{loose[0]} is no exact version, so it cannot be audited.")
    return found


def holes(packages: Sequence[str], options: Sequence[str] = ()) -> list[Hole]:
    """What is known against these. Raises NoAnswer unless the service knew each of them."""
    if not packages:
        raise NoAnswer("There is no package to ask about, and an audit of nothing says nothing.")
    found: dict[str, Any] = {}
    for batch in _one_version_each(packages):
        found |= _asked(batch, options)
    if missing := sorted(set(packages) - found.keys()):
        raise NoAnswer(f"Of {len(packages)} packages {len(missing)} were not audited, {missing[0]} among them.")
    return [Hole(package, hole["id"], tuple(hole["fix_versions"])) for package in packages for hole in found[package]]


def _one_version_each(packages: Iterable[str]) -> list[list[str]]:
    """pip-audit refuses two versions of one package, which a lock file has for different Pythons."""
    batches: defaultdict[int, list[str]] = defaultdict(list)
    seen: defaultdict[str, int] = defaultdict(int)
    for package in packages:
        name = package.partition("==")[0]
        batches[seen[name]].append(package)
        seen[name] += 1
    return list(batches.values())


def _asked(packages: Sequence[str], options: Sequence[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text("\n".join(packages) + "\n", encoding="utf-8")
        command = [BIN / "pip-audit", "--requirement", file, "--no-deps", "--disable-pip", "--format", "json"]
        command += ["--progress-spinner", "off", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        answer = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise NoAnswer(f"The service that knows of holes does not answer: {_last_line(done.stderr)}") from None
    if skipped := [each for each in answer if "skip_reason" in each]:
        # pip-audit calls this a success.
        raise NoAnswer(f"The service that knows of holes does not know a package: {skipped[0]['skip_reason']}")
    by_key = {_key(package): package for package in packages}
    return {by_key[_key(f"{each['name']}=={each['version']}")]: each["vulns"] for each in answer}


def _key(package: str) -> str:
    name, _, version = package.partition("==")
    return re.sub(r"[-_.]+", "-", name).lower() + "==" + version.lower()


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason was given."])[-1]


def main(options: Sequence[str], project: Path = ROOT) -> int:
    """Audit, say what was found, and return the exit code."""
    try:
        packages = locked(project)
        # Asked first: whoever does not answer is not asked about the rest.
        if not holes([PROBE], options):
            raise NoAnswer(f"The service knows nothing against {PROBE}, so its silence says nothing.")  # noqa: TRY301
        found = holes(packages, options)
    except NoAnswer as reason:
        sys.stderr.write(f"audit: Nothing was audited. {reason}\n")
        return EX_UNAVAILABLE
    for hole in found:
        better = ", ".join(hole.fixed_in) or "no version"
        sys.stdout.write(f"{hole.package}: {hole.id}, fixed in {better}\n")
    known = len({hole.package for hole in found})
    sys.stdout.write(f"{len(packages)} packages audited, {known} with known holes\n")
    return EX_HOLES if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
