"""`/roles compare`."""

from __future__ import annotations

from supportbot.content import Content
from tests.cogs.house import House, buttons


async def test_both_roles_stand_side_by_side(house: House, content: Content) -> None:
    answer = await house.run(house.ann, "roles compare")
    told = content.comparison("interventionist-therapist", "en")
    (embed,) = answer.message.embeds
    assert answer.ephemeral
    assert embed.title == told.title
    assert [field.name for field in embed.fields[:-2]] == [row.label for row in told.rows]
    for row, field in zip(told.rows, embed.fields, strict=False):
        assert f"**{told.left}:** {row.left}" in str(field.value)
        assert f"**{told.right}:** {row.right}" in str(field.value)
    assert [field.value for field in embed.fields[-2:]] == [told.together, told.note]
    assert buttons(answer.message) == {"Crisis help": "crisis"}
    assert house.general.history(viewer=house.bea) == []
    assert await house.rows() == {}
