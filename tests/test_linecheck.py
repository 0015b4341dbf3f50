"""What an operator is told of the helplines, and what a check with the service holds for."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from supportbot import content
from supportbot.checkup import check_up
from supportbot.config import Settings, load_settings
from supportbot.domain.communities import CommunitySettings
from supportbot.domain.line_review import CHECK_HOLDS, Concern, Review
from supportbot.domain.people import CommunityId
from supportbot.errors import ConfigError, ContentError
from supportbot.exchange import helplines as exchange
from supportbot.linecheck import confirm, review
from supportbot.storage.communities import CommunityRepository
from supportbot.storage.engine import Database
from supportbot.storage.migrate import upgrade
from tests.e2e.program import supportbot
from tests.support.fakes import START

TODAY = date(2026, 12, 1)
TWO_LINES = """
reviewed_on = 2026-01-31

[[lines]]
id = "fr-emergency"
iso = "FR"
kind = "emergency"
service = "Ambulance"
audience = "anyone"
phone = "15"
hours = "24/7"
source = "a page"
source_year = 2024
status = "official"

[[lines]]
id = "fr-line"
iso = "FR"
kind = "crisis"
service = "A line"
audience = "anyone"
phone = "3114"
hours = "24/7"
source = "a page"
source_year = 2024
status = "official"
"""


def settings_of(folder: Path, *, content_dir: Path | None = None) -> Settings:
    given = {"SUPPORTBOT_DATABASE_URL": str(folder / "bot.db")}
    if content_dir is not None:
        given["SUPPORTBOT_CONTENT_DIR"] = str(content_dir)
    return load_settings(given, env_file=None)


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """Of a bot whose database is there."""
    settings = settings_of(tmp_path)
    await upgrade(settings.database_url)
    return settings


def counted(found: Review) -> Counter[Concern]:
    return Counter(remark.concern for remark in found.remarks)


async def test_the_shipped_lines_have_no_fault_and_nobody_confirmed_them(tmp_path: Path) -> None:
    found = await review(settings_of(tmp_path), TODAY)
    assert not found.has_faults
    assert counted(found)[Concern.UNCONFIRMED] == len(found.lines) == len(content.load().helplines)
    escaped = {(remark.line, remark.field) for remark in found.remarks if remark.concern is Concern.ESCAPED}
    assert escaped == {("my-heal-15555", "hours"), ("cl-4141", "phone"), ("uy-linea-vida-mobile", "phone")}
    assert {"fr-drogues-info", "us-poison-help", "dk-livslinien"} <= {
        remark.line for remark in found.remarks if remark.concern is Concern.OLD_SOURCE
    }
    assert not list(tmp_path.iterdir()), "looking creates nothing"


async def test_a_country_alone(settings: Settings) -> None:
    found = await review(settings, TODAY, region="SE")
    assert {line.iso for line in found.lines} == {"SE"}
    assert {remark.line.split("-")[0] for remark in found.remarks} == {"se"}
    assert (await review(settings, TODAY, region="AF")).has_faults


async def test_a_check_is_noted_and_grows_old(settings: Settings) -> None:
    (line,) = await confirm(settings, ["se-mind"], TODAY)
    assert line.id == "se-mind"
    found = await review(settings, TODAY, region="SE")
    assert "se-mind" not in {each.line for each in found.remarks if each.concern is Concern.UNCONFIRMED}
    assert next(each for each in found.lines if each.id == "se-mind").checked_on == TODAY
    for later, again in ((TODAY + CHECK_HOLDS, 0), (TODAY + CHECK_HOLDS + timedelta(days=1), 1)):
        assert counted(await review(settings, later, region="SE"))[Concern.CHECK_AGAIN] == again


async def test_a_check_lapses_when_the_digits_change(settings: Settings, tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "helplines.toml").write_text(TWO_LINES)
    mine = settings_of(tmp_path, content_dir=ours)
    await confirm(mine, ["fr-line", "fr-emergency"], TODAY)
    assert counted(await review(mine, TODAY))[Concern.UNCONFIRMED] == 0
    (ours / "helplines.toml").write_text(TWO_LINES.replace("3114", "3115").replace("A line", "The line"))
    lapsed = [each.line for each in (await review(mine, TODAY)).remarks if each.concern is Concern.UNCONFIRMED]
    assert lapsed == ["fr-line"]


async def test_nothing_is_noted_for_an_id_that_is_none(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="No line has the id se-mimd; nothing was noted"):
        await confirm(settings, ["se-mind", "se-mimd"], TODAY)
    assert counted(await review(settings, TODAY, region="SE"))[Concern.UNCONFIRMED] == 2


async def test_confirming_needs_the_database(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="supportbot db upgrade"):
        await confirm(settings_of(tmp_path), ["se-mind"], TODAY)
    assert not list(tmp_path.iterdir())


async def test_every_fault_of_a_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "lines.toml"
    broken = TWO_LINES.replace('phone = "3114"', 'phone = "call us"').replace('hours = "24/7"', 'hours = "late"')
    file.write_text(broken.replace('source = "a page"\n', "", 1).replace("2026-01-31", "2027-01-31"))
    found = await review(settings_of(tmp_path), TODAY, file=file)
    assert [(each.concern, each.line, each.field) for each in found.remarks] == [
        (Concern.MALFORMED, "fr-emergency", "hours"),
        (Concern.NO_SOURCE, "fr-emergency", "source"),
        (Concern.MALFORMED, "fr-line", "phone"),
        (Concern.MALFORMED, "fr-line", "hours"),
        (Concern.MALFORMED, "", "reviewed_on"),
    ]
    assert found.has_faults
    file.write_text("nonsense")
    with pytest.raises(ContentError, match=r"lines\.toml as given: not readable as TOML"):
        await review(settings_of(tmp_path), TODAY, file=file)


async def test_check_tells_what_nobody_confirmed_where_communities_are(settings: Settings) -> None:
    async def told() -> str:
        return next(finding.says for finding in await check_up(settings) if finding.what == "helplines")

    assert "no community has set its country" in await told()
    database = await Database.open(settings.database_url)
    async with database.write() as connection:
        await CommunityRepository(connection).save(CommunitySettings(CommunityId(1), "SE"), at=START)
    await database.close()
    assert "nobody has confirmed these of SE with the service: se-emergency, se-mind;" in await told()
    await confirm(settings, ["se-emergency"], TODAY)
    assert "of SE with the service: se-mind;" in await told()
    await confirm(settings, ["se-mind"], TODAY)
    assert await told() == "every line of SE was confirmed with its service"


async def test_the_text_counts_what_nobody_confirmed_and_lists_it_for_a_country(settings: Settings) -> None:
    whole = exchange.as_text(await review(settings, TODAY), whole=True)
    assert "confirmed by nobody: 299" in whole
    assert "nobody has confirmed it" not in whole
    one = exchange.as_text(await review(settings, TODAY, region="SE"), whole=False)
    assert "look se-mind: nobody has confirmed it with the service" in one
    assert "2 lines of 1 countries can be used; 0 faults" in one


@pytest.mark.long
async def test_on_the_command_line(settings: Settings, tmp_path: Path) -> None:
    environment = {"SUPPORTBOT_DATABASE_URL": str(tmp_path / "bot.db")}
    code, out, _ = await supportbot("helplines", "confirm", "cl-4141", cwd=tmp_path, **environment)
    assert code == 0
    assert "cl-4141" in out
    assert "phone *4141" in out
    code, out, _ = await supportbot("helplines", "check", "--region", "cl", "--json", cwd=tmp_path, **environment)
    assert code == 0
    told = json.loads(out)
    checked = {line["id"]: line["checked_on"] for line in told["lines"]}
    assert checked.pop("cl-4141") is not None
    assert set(checked.values()) == {None}
    assert {remark["line"] for remark in told["remarks"] if remark["concern"] == "unconfirmed"} == set(checked)

    (tmp_path / "lines.toml").write_text(TWO_LINES.replace('source = "a page"\n', ""))
    code, out, _ = await supportbot("helplines", "check", "--file", "lines.toml", cwd=tmp_path, **environment)
    assert code == 1
    assert "FAIL fr-emergency: source: " in out
    assert "FAIL fr-line: source: " in out
    for wrong in (["helplines", "check", "--region", "XX"], ["helplines", "check", "--file", "nowhere.toml"]):
        assert (await supportbot(*wrong, cwd=tmp_path, **environment))[0] == 2
    code, _, err = await supportbot("helplines", "confirm", "nobody", cwd=tmp_path, **environment)
    assert code == 78
    assert err == "supportbot: No line has the id nobody; nothing was noted.\n"
