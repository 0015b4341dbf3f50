"""What is installed is what was chosen, by its hashes; and an audit that cannot pass by doing nothing."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
HASH = re.compile(r"sha256:[0-9a-f]{64}")


def load_audit() -> ModuleType:
    """`.ci` is a folder of programs, not a package."""
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit"] = module  # dataclasses look it up there
    spec.loader.exec_module(module)
    return module


audit = load_audit()


def test_every_file_in_the_lock_has_a_hash() -> None:
    with (ROOT / "uv.lock").open("rb") as file:
        packages = tomllib.load(file)["package"]
    registered = [each for each in packages if each["name"] != "supportbot"]
    assert len(registered) > 50
    for package in registered:
        assert "registry" in package["source"], f"{package['name']} comes from elsewhere"
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        for file in files:
            assert HASH.fullmatch(file.get("hash", "")), file["url"]


def installs(dockerfile: str) -> list[list[str]]:
    """Each command of the Dockerfile's that runs pip, as words."""
    joined = dockerfile.replace("\\\n", " ")
    commands = [part for line in joined.splitlines() if line.startswith("RUN ") for part in line.split("&&")]
    return [shlex.split(each) for each in commands if re.search(r"\bpip\b.* (install|wheel) ", each)]


def fetches_unchecked(command: list[str]) -> bool:
    """Whether it takes something from an index without holding it against a hash."""
    return "--no-index" not in command and "--require-hashes" not in command


def test_the_image_takes_what_the_lock_file_says() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"uv export [^&]*--frozen", dockerfile)
    assert "--no-hashes" not in dockerfile
    found = installs(dockerfile)
    assert len(found) >= 4
    assert [each for each in found if fetches_unchecked(each)] == []
    assert "--require-hashes" in next(each for each in found if "/tools/lock.txt" in each)


def test_the_tools_that_build_the_image_are_held_to_hashes_too() -> None:
    text = (ROOT / "docker" / "build-tools.txt").read_text(encoding="utf-8")
    packages = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    assert {"uv", "hatchling"} <= {each.partition("==")[0] for each in packages}
    for package in packages:
        name, *hashes = package.split()
        assert re.fullmatch(r"[a-z-]+==[\d.]+", name)
        assert hashes
        assert all(HASH.fullmatch(each.removeprefix("--hash=")) for each in hashes)


def test_an_install_without_hashes_is_seen() -> None:
    (command,) = installs("RUN /tools/bin/pip install \\\n    --quiet leftpad==1\n")
    assert fetches_unchecked(command)


# --- the audit


class Service(BaseHTTPRequestHandler):
    """An OSV on this machine: `known` says what there is against which package; asked is what it was asked about."""

    known: dict[str, str]
    asked: list[str]

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = query["package"]["name"]
        key = f"{name}=={query['version']}"
        type(self).asked.append(key)
        answer: dict[str, Any] = {}
        if key in self.known:
            ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9"}]}]
            affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges}]
            answer = {"vulns": [{"id": self.known[key], "affected": affected, "details": "a hole"}]}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing on the screen."""


@contextmanager
def service(known: dict[str, str]) -> Iterator[tuple[list[str], type[Service]]]:
    """The arguments that make pip-audit ask this service, and the service."""
    handler = type("Known", (Service,), {"known": known, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield ["-s", "osv", "--osv-url", f"http://127.0.0.1:{server.server_port}/v1/query"], handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_nothing_to_audit_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(audit.NoAnswer, match="an audit of nothing says nothing"):
        audit.holes([])
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "empty"\nversion = "1"\nrequires-python = ">=3.11"\n'
        "[project.optional-dependencies]\npostgres = []\nsentry = []\n"
    )
    (tmp_path / "uv.lock").write_text(
        'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n'
        '[[package]]\nname = "empty"\nversion = "1"\nsource = { virtual = "." }\n'
        "[package.optional-dependencies]\npostgres = []\nsentry = []\n\n"
        '[package.metadata]\nprovides-extras = ["postgres", "sentry"]\n'
    )
    assert audit.main([], tmp_path) == 69
    assert "The lock file names no package, and an audit of nothing says nothing." in capsys.readouterr().err


def test_no_lock_file_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main([], tmp_path) == 69
    assert "The lock file cannot be read" in capsys.readouterr().err


def test_a_service_that_cannot_be_reached_is_a_failure(
    capsys: pytest.CaptureFixture[str], unused_tcp_port: int
) -> None:
    assert audit.main(["-s", "osv", "--osv-url", f"http://127.0.0.1:{unused_tcp_port}/v1/query"]) == 69
    said = capsys.readouterr()
    assert said.err.startswith("audit: Nothing was audited. The service that knows of holes does not answer: ")
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_package_that_the_service_does_not_know_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip-audit itself ends with 0 when an index knows none of the packages."""
    skipped = {"dependencies": [{"name": "idna", "skip_reason": "Dependency not found: idna (3.10)"}], "fixes": []}

    class Done:
        stdout, stderr, returncode = json.dumps(skipped), "No known vulnerabilities found", 0

    monkeypatch.setattr(audit.subprocess, "run", lambda *_, **__: Done())
    with pytest.raises(audit.NoAnswer, match=r"does not know a package: Dependency not found: idna"):
        audit.holes(["idna==3.10"])
    skipped["dependencies"] = []
    Done.stdout = json.dumps(skipped)
    with pytest.raises(audit.NoAnswer, match=r"Of 1 packages 1 were not audited, idna==3\.10 among them"):
        audit.holes(["idna==3.10"])


def test_a_service_that_knows_nothing_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with service({}) as (options, asked):
        assert audit.main(options) == 69
        assert asked.asked == [audit.PROBE], "and is not asked about the rest"
    assert "so its silence says nothing" in capsys.readouterr().err


def test_all_that_the_image_installs_is_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    packages = audit.locked()
    names = [each.partition("==")[0] for each in packages]
    assert {"discord-py", "aiohttp", "cryptography", "asyncpg", "sentry-sdk"} <= set(names)
    assert len(names) > len(set(names)), "two versions, for two Pythons, are two packages"
    holed = max(each for each in packages if each.startswith("numpy=="))
    with service({audit.PROBE: "CVE-2019-11324", holed: "PYSEC-2099-1"}) as (options, asked):
        assert audit.main(options) == 1
    assert set(asked.asked) == {audit.PROBE, *packages}
    assert capsys.readouterr().out == (
        f"{holed}: PYSEC-2099-1, fixed in 9.9\n{len(packages)} packages audited, 1 with known holes\n"
    )


def test_without_a_hole_it_passes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "locked", lambda _: ["idna==3.10"])
    with service({audit.PROBE: "CVE-2019-11324"}) as (options, _):
        assert audit.main(options) == 0
    assert capsys.readouterr().out == "1 packages audited, 0 with known holes\n"
