"""Every setting is in `.env.example` and docs/settings.md, with its default, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from supportbot.config import OTHER_VARIABLES, SECRETS_DIR, Settings, load_settings, variables

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / ".env.example"
DOCS = ROOT / "docs" / "settings.md"

# `variable -> default` as the two files show it.
IN_EXAMPLE = dict(re.findall(r"^#?(SUPPORTBOT_\w+)=(.*)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
IN_DOCS = dict(re.findall(r"^\| `(SUPPORTBOT_\w+)` \|.*\| ([^|]+) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("listed", [IN_EXAMPLE, IN_DOCS], ids=["example", "docs"])
def test_every_setting_is_listed_and_no_other(listed: dict[str, str]) -> None:
    assert sorted(listed) == sorted([*variables(), SECRETS_DIR])


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_the_defaults_shown_are_the_defaults(name: str) -> None:
    variable, default = f"SUPPORTBOT_{name.upper()}", Settings.model_fields[name].default
    if default is None or name == "database_url":
        assert IN_EXAMPLE[variable] == ""
        return
    shown = IN_DOCS[variable].split(":")[0] if name == "log_format" else IN_DOCS[variable]
    for text in (IN_EXAMPLE[variable], shown.strip("` ")):
        assert getattr(load_settings({variable: text}, env_file=None), name) == default


def test_the_docs_name_no_setting_that_does_not_exist() -> None:
    for page in [EXAMPLE, *ROOT.glob("docs/*.md"), ROOT / "README.md"]:
        named = set(re.findall(r"SUPPORTBOT_[A-Z_]*[A-Z]", page.read_text(encoding="utf-8")))
        assert named <= {*variables(), *OTHER_VARIABLES}, page.name


def test_the_example_is_a_working_env_file() -> None:
    assert load_settings({}, env_file=EXAMPLE) == load_settings({}, env_file=None)
