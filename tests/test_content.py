"""Content files that are wrong: the error names the file, whose it is, and what is wrong."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from supportbot import content
from supportbot.content import folders
from supportbot.errors import ContentError


def refused(folder: Path, path: str, data: str | bytes) -> str:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(ContentError) as caught:
        content.load(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("path", "data", "why"),
    [
        ("typed/en.toml", "crisis = [", "not readable as TOML: "),
        ("typed/en.toml", b"\xff\xfe", "not readable as TOML: "),
        ("typed/en.toml", "crisis = []", "stop: "),
        ("typed_elsewhere.toml", "[crisis]\nfr = ['(mourir']", "crisis.fr: "),
        ("consent/checkins.toml", 'scope = "checkins"\nversion = "1"\nbody = "x"', "the file's name must say "),
        ("locales/en/bot.po", "nonsense", "not readable as a gettext catalogue: "),
        ("locales/nobody-speaks-it/bot.po", "", "not readable as a gettext catalogue: "),
        (
            "prompts/en.toml",
            'lines = ["one", "two"]\nreplies = {}\nquestions = {}',
            "questions: there is none for mood",
        ),
        ("prompts/es.toml", 'lines = ["one"]', "lines: "),
        ("references.toml", "[lonely]\ntitle = 1", "lonely.title: "),
    ],
)
def test_the_operators_file_is_named(tmp_path: Path, path: str, data: str | bytes, why: str) -> None:
    assert refused(tmp_path, path, data).startswith(f"{path} in SUPPORTBOT_CONTENT_DIR: {why}")


def test_a_source_that_is_no_reference(tmp_path: Path) -> None:
    name = "comparisons/interventionist-therapist.en.toml"
    shipped = files("data").joinpath(name).read_text(encoding="utf-8")
    wrong = shipped.replace("sources = [", 'sources = ["nowhere", ', 1)
    assert refused(tmp_path, name, wrong) == f"{name} in SUPPORTBOT_CONTENT_DIR: sources: no reference called nowhere"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"{words}\\nYou can', '"You can', "questions.question.1: {words} stands once"),
        ('"Good to see you."', '"Good to see {you}."', "replies.hello.2: {words} stands once"),
        ('"Hello again. That was all."', '"Good to see you."', "replies.hello.6: the same wording stands above"),
    ],
)
def test_a_wording_that_could_not_be_shown(tmp_path: Path, old: str, new: str, why: str) -> None:
    shipped = files("data").joinpath("prompts/en.toml").read_text(encoding="utf-8")
    assert old in shipped
    said = refused(tmp_path, "prompts/en.toml", shipped.replace(old, new))
    assert said.startswith(f"prompts/en.toml in SUPPORTBOT_CONTENT_DIR: {why}")


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "typed" / "en.toml").mkdir(parents=True)
    with pytest.raises(
        ContentError, match=r"^typed/en\.toml in SUPPORTBOT_CONTENT_DIR: cannot be read: Is a directory$"
    ):
        content.load(tmp_path)


def test_a_shipped_file_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "references.toml").write_text("nonsense")
    monkeypatch.setattr(folders, "files", lambda _: tmp_path)
    with pytest.raises(ContentError, match=r"^references\.toml as shipped: not readable as TOML"):
        content.load()


HEADER = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


def with_catalogue(folder: Path, entry: str) -> Path:
    """A folder whose English catalogue holds one text of the operator's own."""
    (folder / "locales" / "en").mkdir(parents=True)
    (folder / "locales" / "en" / "ours.po").write_text(HEADER + entry)
    return folder


def test_one_corrected_sentence_leaves_the_others(tmp_path: Path) -> None:
    folder = with_catalogue(tmp_path, 'msgid "checkin.welcome"\nmsgstr "Have you got a minute?"\n')
    catalogue = content.load(folder).catalogues["en"]
    assert catalogue.gettext("checkin.welcome") == "Have you got a minute?"
    assert catalogue.gettext("about.title") == content.load().catalogues["en"].gettext("about.title")
    assert "{count}" in catalogue.ngettext("typed.stop.ask", "typed.stop.ask", 2)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ('msgid "checkin.welcom"\nmsgstr "A typo"\n', "no text has this id"),
        ('msgid "crisis.choose"\nmsgstr "Press { now"\n', "braces"),
        ('msgid "checkin.welcome"\nmsgstr "Hello {name}"\n', "nothing fills {name}"),
    ],
)
def test_a_sentence_that_could_not_be_said(tmp_path: Path, entry: str, why: str) -> None:
    with pytest.raises(ContentError) as refusal:
        content.load(with_catalogue(tmp_path, entry))
    assert "locales/en/ours.po in SUPPORTBOT_CONTENT_DIR" in str(refusal.value)
    assert why in str(refusal.value)


@pytest.mark.parametrize(("version", "body"), [("2026-house", "x"), ("1", "x" * 1025)])
def test_a_consent_text_that_discord_would_not_take(tmp_path: Path, version: str, body: str) -> None:
    (tmp_path / "consent").mkdir()
    text = f'scope = "checkins"\nversion = "{version}"\nbody = "{body}"\n'
    (tmp_path / "consent" / "checkins.en.toml").write_text(text)
    with pytest.raises(ContentError, match=r"consent/checkins\.en\.toml"):
        content.load(tmp_path)


def test_an_id_given_twice_in_one_language(tmp_path: Path) -> None:
    folder = with_catalogue(tmp_path, 'msgid "checkin.welcome"\nmsgstr "Hello"\n')
    (folder / "locales/en/too.po").write_text(HEADER + 'msgid "checkin.welcome"\nmsgstr "Hi"\n')
    with pytest.raises(ContentError, match=r"^locales/en/too\.po in .*: checkin\.welcome: this id is given twice"):
        content.load(folder)


def test_an_entry_that_leads_nowhere(tmp_path: Path) -> None:
    name = "knowledge/roles/therapist.en.md"
    shipped = files("data").joinpath(name).read_text(encoding="utf-8")
    wrong = shipped.replace("next = [", 'next = ["nowhere", ', 1)
    assert refused(tmp_path, name, wrong) == f"{name} in SUPPORTBOT_CONTENT_DIR: next: no entry is called nowhere"


def test_a_number_of_thousands_of_digits_is_refused_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "triage.toml").write_text(f"version = {'9' * 4400}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"triage\.toml.*not readable as TOML"):
        content.load(tmp_path)
