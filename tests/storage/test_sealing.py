"""Sealed fields open with the right key in the right place, and nowhere else; keys show themselves nowhere."""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from supportbot.errors import ConfigError, SealingError
from supportbot.storage.keys import KeyRing
from supportbot.storage.sealing import Sealer

OLD, NEW = bytes(range(32)), bytes(range(100, 132))
OLD_TEXT, NEW_TEXT = (base64.b64encode(key).decode() for key in (OLD, NEW))
RING = KeyRing("new", {"new": NEW, "old": OLD})
# The same key under two ids: then only the authenticated header tells a changed id.
TWINS = KeyRing("a", {"a": OLD, "b": OLD})
PLACE = {"column": "checkins.note", "row": "17"}

texts = st.text() | st.text(st.characters(categories=["Cs"]))
places = st.tuples(st.from_regex(r"[a-z_]+\.[a-z_]+", fullmatch=True), st.text())


@given(text=texts, place=places)
def test_what_is_sealed_opens(text: str, place: tuple[str, str]) -> None:
    column, row = place
    sealer = Sealer(RING)
    assert sealer.open(sealer.seal(text, column=column, row=row), column=column, row=row) == text


@given(text=texts, here=places, there=places)
def test_another_place_does_not_open_it(text: str, here: tuple[str, str], there: tuple[str, str]) -> None:
    assume(here != there)
    sealer = Sealer(RING)
    blob = sealer.seal(text, column=here[0], row=here[1])
    with pytest.raises(SealingError):
        sealer.open(blob, column=there[0], row=there[1])


@given(text=texts, where=st.integers(min_value=0), change=st.integers(1, 255), ring=st.sampled_from([RING, TWINS]))
def test_changing_any_byte_is_noticed(text: str, where: int, change: int, ring: KeyRing) -> None:
    sealer = Sealer(ring)
    blob = bytearray(sealer.seal(text, **PLACE))
    blob[where % len(blob)] ^= change
    with pytest.raises(SealingError):
        sealer.open(bytes(blob), **PLACE)


@given(text=st.text(max_size=20))
def test_every_cut_is_noticed(text: str) -> None:
    sealer = Sealer(RING)
    blob = sealer.seal(text, **PLACE)
    for end in range(len(blob)):
        with pytest.raises(SealingError):
            sealer.open(blob[:end], **PLACE)


@given(blob=st.binary(max_size=80))
def test_anything_else_is_refused(blob: bytes) -> None:
    with pytest.raises(SealingError):
        Sealer(RING).open(blob, **PLACE)


def test_the_format() -> None:
    blob = Sealer(RING).seal("hello", **PLACE)
    assert blob[:5] == b"\x01\x03new"
    assert len(blob) == 5 + 12 + len("hello") + 16
    assert b"hello" not in blob


def test_no_two_seals_are_alike() -> None:
    sealer = Sealer(RING)
    assert len({sealer.seal("same", **PLACE) for _ in range(100)}) == 100


def test_rotation() -> None:
    blob = Sealer(KeyRing("old", {"old": OLD})).seal("kept", **PLACE)
    rotated = Sealer(RING)
    assert rotated.open(blob, **PLACE) == "kept"


def test_errors_name_the_place_and_nothing_else() -> None:
    sealer = Sealer(RING)
    blob = sealer.seal("what a member wrote", **PLACE)
    with pytest.raises(SealingError, match=r"^checkins\.note of row 18 was changed") as other_row:
        sealer.open(blob, column="checkins.note", row="18")
    with pytest.raises(SealingError, match="key that is not in the key ring") as other_key:
        Sealer(KeyRing("old", {"old": OLD})).open(blob, **PLACE)
    for caught in (other_row, other_key):
        assert "member" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_keys_show_themselves_nowhere() -> None:
    shown = f"{RING} {RING!r} {Sealer(RING)} {Sealer(RING)!r}"
    for key in (OLD, NEW):
        for form in (repr(key), key.hex(), base64.b64encode(key).decode()):
            assert form not in shown


@pytest.mark.parametrize(
    "given_keys",
    [
        f"new:{NEW_TEXT},old:{OLD_TEXT}",
        f" new : {NEW_TEXT} ,\n old:{OLD_TEXT},",
        json.dumps({"new": NEW_TEXT, "old": OLD_TEXT}),
        f"new:{base64.urlsafe_b64encode(NEW).decode()},old:{OLD_TEXT}",
    ],
)
def test_keys_of_a_setting(given_keys: str, tmp_path: Path) -> None:
    ring, created = KeyRing.load(data_keys=given_keys, key_file=tmp_path / "unused.json")
    assert (ring, created) == (RING, None)
    assert not (tmp_path / "unused.json").exists()


WRONG = [
    ("", "no key"),
    ("{}", "no key"),
    (NEW_TEXT, "id:base64"),
    (f"new:{NEW_TEXT[:-8]}", "key 1 has 27 bytes in place of 32"),
    (f"new:{NEW_TEXT},new:{OLD_TEXT}", "id of another key"),
    (f'{{"new": "{NEW_TEXT}", "new": "{OLD_TEXT}"}}', "id of another key"),
    (f"a b:{NEW_TEXT}", "the id of key 1"),
    (f"{'x' * 33}:{NEW_TEXT}", "the id of key 1"),
    (f"new:!{NEW_TEXT}", "key 1 is not base64"),
    (f'{{"new": "{NEW_TEXT}"', "not a JSON object"),
    (f'{{"new": ["{NEW_TEXT}"]}}', "not a JSON object"),
]


@pytest.mark.parametrize(("text", "reason"), WRONG)
def test_wrong_keys_are_named_and_not_shown(text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(ConfigError, match=reason) as setting:
        KeyRing.load(data_keys=text, key_file=file)
    with pytest.raises(ConfigError, match=f"SUPPORTBOT_DATA_KEY_FILE: .*{reason}") as in_file:
        KeyRing.load(data_keys=None, key_file=file)
    for caught in (setting, in_file):
        assert NEW_TEXT[:12] not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__


def test_wrong_rings_are_refused() -> None:
    with pytest.raises(SealingError, match="active key missing"):
        KeyRing("missing", {"old": OLD})
    with pytest.raises(SealingError, match="key old has 3 bytes"):
        KeyRing("old", {"old": b"abc"})


@pytest.mark.parametrize("umask", [0o000, 0o277])
def test_a_missing_file_is_created_for_us_alone(tmp_path: Path, umask: int) -> None:
    file = tmp_path / "new" / "bot.db.keys.json"
    before = os.umask(umask)
    try:
        ring, created = KeyRing.load(data_keys=None, key_file=file)
    finally:
        os.umask(before)
    assert created == file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]
    assert KeyRing.load(data_keys=None, key_file=file) == (ring, None)


def test_a_lost_file_is_not_replaced_when_data_needs_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is missing, and the database needs it"):
        KeyRing.load(data_keys=None, key_file=tmp_path / "keys.json", may_create=False)
    assert not list(tmp_path.iterdir())


def test_several_at_once_agree_on_one_key(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    loaded: list[tuple[KeyRing, Path | None]] = []
    together = Barrier(8)

    def load() -> None:
        together.wait()
        loaded.append(KeyRing.load(data_keys=None, key_file=file))

    threads = [Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 8
    assert len({ring.active for ring, _ in loaded}) == 1
    assert [created for _, created in loaded if created] == [file]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "keys.json"
    KeyRing.load(data_keys=None, key_file=file)
    file.chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        KeyRing.load(data_keys=None, key_file=file)


def test_a_file_that_is_no_text_or_no_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(b"\xff\xfe\x00")
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="not text"):
        KeyRing.load(data_keys=None, key_file=file)
    with pytest.raises(ConfigError, match="cannot be read"):
        KeyRing.load(data_keys=None, key_file=tmp_path)
    with pytest.raises(ConfigError, match="cannot be created"):
        KeyRing.load(data_keys=None, key_file=file / "below" / "keys.json")
