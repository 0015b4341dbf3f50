"""Ids of buttons, selects and forms that somebody changed: answered kindly and once, and nobody else's rows move."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportbot.chat.components import Choose
from supportbot.domain.people import CommunityId
from supportbot.storage.engine import Database
from supportbot.storage.tables import metadata
from tests.cogs.house import PRESS, House, words
from tests.cogs.test_all_cogs import EXAMPLES
from tests.cogs.test_setup import line_waits

SUBMIT = 5
BUTTON, SELECT = 2, 3
OTHERS_ID = "1456074443980800012"
DELIVERY, LINE = "0123456789abcdef-1", "0123456789abcdef"
FORMS = ("crisis:name:a:-:0:i", f"handover:typed:{OTHERS_ID}:{OTHERS_ID}", f"ci:noted:{DELIVERY}")
DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def tampered(id_: str) -> Iterator[str]:
    """What somebody may make of an id: other numbers, other versions, and what is no id any more."""
    for number in ("0", "-1", "1", "99999999999999999999", "9" * 60):
        yield re.sub(r"[0-9]{5,}", number, id_)
        yield re.sub(r"(?<=:)[0-9]{1,6}(?=:|$)", number, id_)
    yield re.sub(r"([0-9]{5,})", r"00\1", id_)
    yield id_.translate(DIGITS)
    yield id_ + ":2"
    yield id_ + "\n"
    yield id_.upper()
    yield id_[: len(id_) // 2]
    yield id_[:-1]
    yield id_[1:]
    yield (id_ + "x" * 100)[:100]
    yield (id_ + "1" * 100)[:100]
    yield ""


async def everything(house: House) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every table."""
    database = await Database.open(f"sqlite+aiosqlite:///{house.path}")
    try:
        async with database.read() as connection:
            return {
                name: {tuple(row) for row in await connection.exec_driver_sql(f"SELECT * FROM {name}")}  # noqa: S608
                for name in metadata.tables
            }
    finally:
        await database.close()


async def lived_in(house: House) -> tuple[str, str]:
    """Ann has a check-in that arrived, and a helpline waits. The delivery's and the line's ids."""
    await line_waits(house)
    await house.arrived_checkin(house.ann)
    async with house.store.read() as tx:
        (line,) = await tx.own_helplines.of(CommunityId(house.guild.id))
    rows = await everything(house)
    delivery = next(str(row[0]) for row in rows["deliveries"] if re.fullmatch(r"[a-z0-9]{16}-[0-9]+", str(row[0])))
    return delivery, line.id


ALL = pytest.param(1, id="all", marks=[pytest.mark.long, pytest.mark.timeout(180)])


@pytest.mark.parametrize("every", [pytest.param(200, id="some"), ALL])
async def test_no_id_that_anybody_made_up_does_more_than_be_refused(house: House, every: int) -> None:
    delivery, line = await lived_in(house)
    before = await everything(house)
    known = {DELIVERY: delivery, LINE: line, OTHERS_ID: str(house.ann.id)}
    ids = [*EXAMPLES.values(), *FORMS]
    heard = [template for template in house.bot.templates if any(map(template.fullmatch, ids))]
    assert len(heard) == len(house.bot.templates), "give EXAMPLES, or FORMS, an id of each"
    sent = 0
    opened = await house.run(house.ann, "about")
    for example in ids:
        id_ = example
        for placeholder, real in known.items():
            id_ = id_.replace(placeholder, real)
        kind = SUBMIT if example in FORMS else PRESS
        for each in dict.fromkeys((id_, *tampered(id_))):
            sent += 1
            if sent % every and each != id_:
                continue
            if await _refused(house, kind, each, opened.message):
                opened = await house.run(house.ann, "about")
    after = await everything(house)
    for table, rows in before.items():
        lost = rows - after[table]
        assert not lost, f"{table}: {len(lost)} rows of others changed"
        new = after[table] - rows
        assert all(house.bea.id in row for row in new), f"{table}: {new}"
    assert sent > 700


async def _refused(house: House, kind: int, id_: str, message: Any) -> bool:
    """Bea, to whom nothing of it belongs, sends it. Whether the message is gone: some buttons take theirs away."""
    data: dict[str, Any] = {"custom_id": id_}
    if kind == SUBMIT:
        data["components"] = [{"type": 1, "components": [{"type": 4, "custom_id": "line", "value": "x"}]}]
    else:
        taker = next((button for template, button in house.bot._buttons.items() if template.fullmatch(id_)), None)
        data["component_type"] = SELECT if taker and issubclass(taker, Choose) else BUTTON
        data["values"] = ["99999999999999999999"]
    asked = len(house.env.http_requests)
    answer = await house.forge(house.bea, kind, data, message=message, carried=kind == PRESS)
    answers = [row for row in house.env.http_requests[asked:] if row.path.endswith("/callback")]
    assert len(answers) == 1, id_
    if answer.result.response is None:
        return True
    assert "Something went wrong" not in words(answer.message), id_
    return False


async def test_every_id_that_is_listened_for_can_be_read(house: House) -> None:
    """What a template lets through, `rebuilt` must understand: tried with what the template itself may be."""
    takers: dict[re.Pattern[str], Any] = {**house.bot._buttons, **{form.template: form for form in house.bot._forms}}
    assert len(takers) > 40
    for template, taker in takers.items():
        assert not re.search(r"\\[dDwWsS]", template.pattern), f"{template.pattern}: digits of other scripts too"
        _read_all(template, taker)


def _read_all(template: re.Pattern[str], taker: Any) -> None:
    @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(template, fullmatch=True))
    def read(id_: str) -> None:
        match = template.fullmatch(id_)
        assert match is not None
        assert id_.isascii()
        taker.rebuilt(match)

    read()
