"""What the program brings with it: nothing an editor would find, and every fact explained."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from supportbot import content, contentcheck
from supportbot.content.editing import Desk
from supportbot.contentcheck import ways
from supportbot.domain.commands import NAMES
from supportbot.domain.editing import Findings
from supportbot.domain.prompts import Reply
from supportbot.exchange.content import findings_as_text

FACTS = [f"F{number:02}" for number in range(1, 40)] + [f"E{number:02}" for number in range(1, 16)]


@cache
def shipped() -> Findings:
    return contentcheck.review(None, datetime.now(UTC).date())


UNNAMED = {
    "arise-2004.author",
    "johnson-referral-1996.author",
    "johnson-return-1996.author",
    "kirby-craft-parts.year",
}
"""Studies of which we could not look up all that names them."""


def test_nothing_but_what_we_could_not_look_up_is_found_in_what_is_shipped() -> None:
    found = shipped()
    assert not found.has_faults, findings_as_text(found)
    assert {each.key for each in found.found} == UNNAMED, findings_as_text(found)
    assert found.entries == len(content.load().knowledge)


def test_every_language_and_many_entries_were_looked_at() -> None:
    assert set(shipped().languages) == {"en", "es"}
    assert shipped().entries > 100


def test_the_facts_are_all_there_and_each_has_a_way_to_it() -> None:
    facts = contentcheck.facts(None)
    assert [each.fact.id for each in facts] == FACTS
    assert [each.fact.id for each in facts if not each.is_covered] == []


def test_the_way_to_a_fact_names_a_command_that_there_is() -> None:
    texts = {each.key for each in Desk(None).passages(content.load().knowledge)}
    there = ways.commands_of(texts)
    assert {"roles about", "crisis", "setup helpline list"} <= there
    for fact in contentcheck.facts(None):
        way = fact.ways[0].command.removeprefix("/")
        names = {way, way.split(" ", maxsplit=1)[0], " ".join(way.split(" ")[:2])}
        assert names & {*there, *NAMES.values()}, fact


@pytest.mark.parametrize("folder", ["wording", "unsaid", "typed", "prompts"])
def test_every_language_has_its_lists(folder: str) -> None:
    files = Desk(None)._folders.each(folder, ".toml")
    assert {file.stem for file in files} - {"all"} == {"en", "es"}


def test_every_wording_of_a_check_in_is_looked_at() -> None:
    looked_at = {(each.file, each.key): each.text for each in Desk(None).passages(content.load().knowledge)}
    for language, prompts in content.load().prompts.items():
        file = f"prompts/{language}.toml"
        for asks, wordings in prompts.questions.items():
            assert len(wordings) >= 6
            assert looked_at[file, f"questions.{asks}.1"] == wordings[0]
        assert looked_at[file, f"lines.{len(prompts.lines)}"] == prompts.lines[-1]
        assert looked_at[file, "replies.low.3"] == prompts.replies[Reply.LOW][2]
