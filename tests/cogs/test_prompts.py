"""`/prompts`: moderators word the questions of their community."""

from __future__ import annotations

from tests.cogs.house import House, buttons, words


async def test_a_wording_from_the_command_to_the_members_message(house: House) -> None:
    assert "no wording of its own yet" in (await house.run(house.mia, "prompts list")).text
    added = await house.run(house.mia, "prompts add", asks="mood", language="en", words="How is *the river*?")
    assert added.ephemeral
    assert "This change is listed in" in added.text
    listed = await house.run(house.mia, "prompts list")
    assert r"**Mood** (en): How is \*the river\*?" in listed.text
    await house.start_checkin(house.ann)
    seen: set[str] = set()
    for _ in range(9):
        await house.deliver_next()
        message = house.dms(house.ann)[-1]
        opened = await house.press(house.ann, message, "Open")
        seen.add(opened.text)
        assert "3 in between" in buttons(opened.message)
        await house.press(house.ann, opened.message, "3 in between")
    assert r"How is \*the river\*?" in seen
    assert len(seen) == 9, "each wording once before any comes again"
    assert "the check-in wording" in words((await house.run(house.mia, "audit")).message)
    (choice,) = await house.mia.autocomplete(house.general, "prompts remove", "prompt", "river")
    assert "It is not used any more" in (await house.run(house.mia, "prompts remove", prompt=choice["value"])).text
    assert "no wording of its own yet" in (await house.run(house.mia, "prompts list")).text


async def test_a_refusal_says_which_rule_and_what_would_work(house: House) -> None:
    refused = await house.run(house.mia, "prompts add", asks="mood", language="en", words="Are you *clean* now!")
    assert "nothing was changed" in refused.text
    assert "“clean” is against the rule `clean-dirty`. What works: in recovery" in refused.text
    assert "a question mark is calmer" in refused.text
    unknown = await house.run(house.mia, "prompts add", asks="mood", language="xx", words="How is it?")
    assert "Please choose one that I suggest" in unknown.text
    found = await house.mia.autocomplete(house.general, "prompts add", "language", "e")
    assert [each["value"] for each in found] == ["en", "es"]
