"""Changing the key file: whole or not at all, for the bot's user alone, and seen by a running bot."""

from __future__ import annotations

import base64
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from supportbot.errors import ConfigError, SealingError
from supportbot.storage.keys import KeyFile, KeyRing, add_key, remove_key
from supportbot.storage.sealing import Sealer, header_of, key_of

PLACE = {"column": "members.zone", "row": "a"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A key file with one key, alone in its folder."""
    path = tmp_path / "own" / "bot.keys.json"
    KeyRing.load(data_keys=None, key_file=path)
    return path


def test_a_key_is_added_first_and_taken_out(file: Path) -> None:
    before = KeyRing.read(file)
    key_id = add_key(file)
    added = KeyRing.read(file)
    assert added.active == key_id != before.active
    assert added.keys[before.active] == before.keys[before.active] != added.keys[key_id]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    remove_key(file, before.active)
    assert KeyRing.read(file) == KeyRing(key_id, {key_id: added.keys[key_id]})
    assert [each.name for each in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("which", ["active", "unknown"])
def test_the_active_key_stays_and_so_does_a_file_without_that_key(file: Path, which: str) -> None:
    add_key(file)
    before = file.read_bytes()
    with pytest.raises(ConfigError, match=r"nothing was changed\.$"):
        remove_key(file, KeyRing.read(file).active if which == "active" else "k-unknown")
    assert file.read_bytes() == before


def test_keys_that_an_operator_wrote_stay_in_their_order(file: Path) -> None:
    one, two = (base64.b64encode(bytes([each]) * 32).decode() for each in (1, 2))
    file.write_text(f"one:{one},two:{two}")
    key_id = add_key(file)
    assert list(KeyRing.read(file).keys) == [key_id, "one", "two"]


def test_a_link_stays_a_link(file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    key_id = add_key(link)
    assert link.is_symlink()
    assert KeyRing.read(file).active == key_id


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_root_leaves_the_file_to_the_bots_user(file: Path) -> None:
    os.chown(file, 10001, 10002)
    add_key(file)
    assert (file.stat().st_uid, file.stat().st_gid) == (10001, 10002)


def test_what_a_killed_process_left_is_taken_away(file: Path) -> None:
    half = file.with_name(f"{file.name}.half")
    half.write_text("half a key")
    add_key(file)
    assert not half.exists()


def fails(code: int) -> Callable[..., object]:
    def failing(*_: object, **__: object) -> object:
        raise OSError(code, os.strerror(code))

    return failing


@pytest.mark.parametrize(
    ("owner", "name", "code"),
    [
        (os, "open", errno.EROFS),
        (os, "fsync", errno.ENOSPC),
        (Path, "replace", errno.EBUSY),
        (os, "open", errno.EACCES),
    ],
)
def test_a_change_that_fails_leaves_all_as_it_was(
    file: Path, owner: object, name: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fails(code))
        with pytest.raises(ConfigError, match=rf"the key file {file} cannot be changed: {os.strerror(code)}\.$"):
            add_key(file)
    assert {each.name: each.read_bytes() for each in file.parent.iterdir()} == {file.name: before}


# --- a running bot


def test_a_change_is_seen_once(file: Path) -> None:
    watch = KeyFile(file)
    assert watch.newer() == KeyRing.read(file)
    assert watch.newer() is None
    add_key(file)
    assert watch.newer() == KeyRing.read(file)
    assert watch.newer() is None


def test_a_file_that_cannot_be_used_is_told_once_and_looked_at_again_when_it_changes(file: Path) -> None:
    watch, whole = KeyFile(file), file.read_bytes()
    watch.newer()
    with capture_logs() as logs:
        file.write_bytes(whole[:-9])
        assert watch.newer() is watch.newer() is None
        file.unlink()
        assert watch.newer() is watch.newer() is None
        file.write_bytes(whole)
        file.chmod(0o644)
        assert watch.newer() is None
        file.chmod(0o600)
        assert watch.newer() == KeyRing.read(file)
    assert [log["event"] for log in logs] == [*["storage.key_file_unusable"] * 3, "storage.key_file_read_again"]
    (key,) = KeyRing.read(file).keys.values()
    assert base64.b64encode(key).decode()[:8] not in str(logs)


def test_a_new_key_is_in_use_at_once_and_an_old_one_until_it_is_gone(file: Path) -> None:
    bot, other = (Sealer(KeyRing.read(file), KeyFile(file).newer) for _ in range(2))
    before = bot.seal("kept", **PLACE)
    old, new = bot.active, add_key(file)
    after = other.seal("kept", **PLACE)
    assert (key_of(before), key_of(after)) == (old, new)
    # This one has not sealed since: it learns of the key from the field that names it.
    assert bot.open(after, **PLACE) == bot.open(before, **PLACE) == "kept"
    remove_key(file, old)
    assert key_of(bot.seal("kept", **PLACE)) == new
    with pytest.raises(SealingError, match="a key that is not in the key ring"):
        bot.open(before, **PLACE)


def test_without_a_file_keys_stay_as_they_were_given() -> None:
    old, both = KeyRing("old", {"old": b"o" * 32}), KeyRing("new", {"new": b"n" * 32, "old": b"o" * 32})
    blob = Sealer(both).seal("kept", **PLACE)
    assert blob.startswith(header_of("new"))
    with pytest.raises(SealingError, match="a key that is not in the key ring"):
        Sealer(old).open(blob, **PLACE)


def test_a_file_that_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.touch(mode=0o600)
    path.write_text('{"a":' * 100_000)
    with pytest.raises(ConfigError, match="not a JSON object"):
        KeyRing.read(path)
