"""A sealed file opens whole with its own secret, and not at all otherwise."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportbot.errors import BackupError
from supportbot.storage import vault
from supportbot.storage.vault import Secret

KEY = Secret.key(vault.new_key())
HEADER = 84
SMALL = 16
SEALED_CHUNK = SMALL + 16
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "CHUNK", SMALL)


def sealed(*pieces: bytes, secret: Secret = KEY) -> bytes:
    target = io.BytesIO()
    vault.seal(pieces, target, secret)
    return target.getvalue()


def opened(blob: bytes, secret: Secret = KEY) -> bytes:
    return b"".join(vault.opened(io.BytesIO(blob), secret))


@quick
@given(st.lists(st.binary(max_size=3 * SMALL), max_size=5))
def test_what_was_sealed_comes_back(pieces: list[bytes]) -> None:
    assert opened(sealed(*pieces)) == b"".join(pieces)


@pytest.mark.parametrize("size", [0, 1, SMALL - 1, SMALL, SMALL + 1, 2 * SMALL, 3 * SMALL])
def test_every_flipped_bit_and_every_cut_is_refused(size: int) -> None:
    blob = sealed(bytes(size))
    assert opened(blob) == bytes(size)
    for place in range(len(blob)):
        for bit in range(8):
            changed = bytearray(blob)
            changed[place] ^= 1 << bit
            with pytest.raises(BackupError):
                opened(bytes(changed))
        with pytest.raises(BackupError):
            opened(blob[:place])


@quick
@given(st.binary(min_size=1, max_size=3 * SEALED_CHUNK))
def test_nothing_can_be_added(more: bytes) -> None:
    for blob in (sealed(bytes(SMALL)), sealed(bytes(5))):
        with pytest.raises(BackupError):
            opened(blob + more)


@quick
@given(st.data())
def test_chunks_cannot_be_moved_dropped_doubled_or_taken_from_another_file(data: st.DataObject) -> None:
    ours, theirs = sealed(b"a" * 5 * SMALL), sealed(b"a" * 5 * SMALL)

    def chunks(blob: bytes) -> list[bytes]:
        return [blob[at : at + SEALED_CHUNK] for at in range(HEADER, len(blob), SEALED_CHUNK)]

    pool = chunks(ours) + chunks(theirs)
    chosen = data.draw(st.lists(st.sampled_from(range(len(pool))), max_size=7))
    blob = ours[:HEADER] + b"".join(pool[each] for each in chosen)
    if blob == ours:
        assert opened(blob) == b"a" * 5 * SMALL
        return
    with pytest.raises(BackupError, match="changed, or a part of it is missing"):
        opened(blob)


def test_two_files_of_the_same_have_nothing_in_common() -> None:
    def pieces(blob: bytes) -> list[bytes]:
        return [blob[at : at + 8] for at in range(20, len(blob) - 8)]

    one, other = sealed(bytes(64)), sealed(bytes(64))
    assert not set(pieces(one)) & set(pieces(other))


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(BackupError, match="key file does not fit"):
        opened(sealed(b"x"), Secret.key(vault.new_key()))


def test_trying_passphrases_is_made_expensive() -> None:
    assert (vault._SCRYPT_N, vault._SCRYPT_R, vault._SCRYPT_P) == (2**17, 8, 1)


def test_a_passphrase_opens_however_its_letters_are_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "_SCRYPT_N", 2**10)  # a second for each is not what is tested
    blob = sealed(b"x", secret=Secret.passphrase("caf\u00e9 au lait, s'il vous pla\u00eet", is_new=True))
    assert opened(blob, Secret.passphrase("cafe\u0301 au lait, s'il vous plai\u0302t")) == b"x"
    with pytest.raises(BackupError, match="passphrase does not fit"):
        opened(blob, Secret.passphrase("cafe au lait, s'il vous plait"))


def test_the_other_kind_of_secret_is_named() -> None:
    with pytest.raises(BackupError, match="opens with a key file, and a passphrase was given"):
        opened(sealed(b"x"), Secret.passphrase("a passphrase"))


@pytest.mark.parametrize(
    ("blob", "sentence"),
    [
        (b"", "not a backup that supportbot made"),
        (b"SQLite format 3\0" + bytes(200), "not a backup that supportbot made"),
        (vault.MAGIC[:5], "cut short"),
        (vault.MAGIC + b"\x01", "cut short"),
        (vault.MAGIC + b"\x02" + bytes(200), "a newer supportbot may have made it"),
    ],
)
def test_what_is_no_backup_of_ours_is_said(blob: bytes, sentence: str) -> None:
    with pytest.raises(BackupError, match=sentence):
        opened(blob)


@pytest.mark.parametrize("text", ["", "short", "x" * 44, "{}", '{"k-1": "AAAA"}', "AAAA"])
def test_a_wrong_key_file_is_said_without_its_content(text: str) -> None:
    with pytest.raises(BackupError) as caught:
        Secret.key(text)
    assert not text or text not in str(caught.value)


def test_a_short_passphrase_opens_and_does_not_seal() -> None:
    assert Secret.passphrase("short")
    with pytest.raises(BackupError, match="at least 12 characters"):
        Secret.passphrase("short", is_new=True)
    with pytest.raises(BackupError, match="empty"):
        Secret.passphrase("")


def test_secrets_do_not_print() -> None:
    assert "correct" not in repr(Secret.passphrase("correct horse"))
