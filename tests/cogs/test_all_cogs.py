"""All cogs together: nothing clashes, and Discord would take their commands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from discord import app_commands

from supportbot.bot import COGS, SupportBot
from supportbot.chat.checkin_buttons import BUTTONS
from supportbot.chat.host import template_of
from tests.cogs.house import House

ROOT = Path(__file__).parents[2]
LONGEST_ID = "a" * 40
EXAMPLES = {
    "crisis": "crisis",
    "StartTriage": "triage:start",
    "OpenPage": f"k:{LONGEST_ID}:12",
    "Beside": f"k:beside:{LONGEST_ID}",
    "Sources": f"k:sources:{LONGEST_ID}",
    "HowCheckIns": "k:checkin",
    "Share": f"k:share:{LONGEST_ID}:12",
    "ShareNow": f"k:share-now:{LONGEST_ID}+{LONGEST_ID}",
    "ShareNot": f"k:share-not:{LONGEST_ID}+{LONGEST_ID}",
    "Back": f"k:back:{LONGEST_ID}+{LONGEST_ID}",
    "Clear": "k:clear",
    "AsPicture": f"k:picture:{LONGEST_ID}+{LONGEST_ID}",
    "ToDm": f"k:to-dm:{LONGEST_ID}:12",
    "NeedButton": "crisis:need:a:-:0:i",
    "MoreLines": "crisis:more:-:DE:12:n",
    "Where": "crisis:where:f:AE:0:i",
    "Remember": "crisis:remember:DE",
    "CrisisAgree": "crisis:agree:DE:1",
    "CrisisDecline": "crisis:decline",
    "Forget": "crisis:forget:-:-:0:i",
    "Agree": "plan:agree:1456074443980800012:kj210000dc0lp0y6:America/Argentina/ComodRivadavia:1",
    "AgreeToWords": "plan:words:1456074443980800012:abcdefgh12345678",
    "ConfirmEdit": "plan:edit:1456074443980800012:abcdefgh12345678:d2000000y6",
    "KeepAsItIs": "plan:keep:1456074443980800012",
    "MoveZone": "plan:zone:1456074443980800012:America/Argentina/ComodRivadavia",
    "SetQuiet": "plan:quiet:1456074443980800012:22000700",
    "Decline": "checkin:decline:1456074443980800012",
    "Erase": "mydata:erase:1456074443980800012",
    "ErasePart": "mydata:erase-moderating:1456074443980800012",
    "Keep": "mydata:keep:1456074443980800012",
    "ByDm": "mydata:dm:1456074443980800012",
    "SendByDm": "mydata:dm-yes:1456074443980800012",
    "NotByDm": "mydata:dm-no:1456074443980800012",
    "Sweep": "mydata:sweep:1456074443980800012",
    "Stay": "ci:stay:0123456789abcdef-1",
    "StopAll": "typed:stop:1456074443980800012",
    "KeepAll": "typed:keep:1456074443980800012",
    "AgreeToNudge": "nudge:agree:1456074443980800012:1456074443980800012:0123abcd:1",
    "DeclineNudge": "nudge:decline:1456074443980800012",
    "EndNudge": "nudge:end:1456074443980800012",
    "OpenCheckIn": "ci:open:0123456789abcdef-1",
    "Mood": "ci:mood:0123456789abcdef-1:5",
    "MoreOfCheckIn": "ci:more:0123456789abcdef-1",
    "LaterCheckIn": "ci:later:0123456789abcdef-1",
    "PauseCheckIn": "ci:pause:0123456789abcdef-1",
    "NeedSupport": "ci:support:0123456789abcdef-1",
    "KeepGoing": "ci:keep-going:0123456789abcdef-1",
    "StayPaused": "ci:let-rest:0123456789abcdef-1",
    "Craving": "ci:urge:0123456789abcdef-1:4",
    "GoalAnswer": "ci:goal:0123456789abcdef-1:2",
    "Thought": "ci:thought:0123456789abcdef-1",
    "Wave": "ci:wave:0123456789abcdef-1",
    "Snooze": "ci:snooze:0123456789abcdef-1:tonight",
    "SkipCheckIn": "ci:skip:0123456789abcdef-1",
    "PauseFor": "ci:rest:0123456789abcdef-1:open",
    "ResumePlan": "ci:resume:0123456789abcdef-1",
    "AddNote": "ci:note:0123456789abcdef-1",
    "ClearCheckIn": "ci:clear:0123456789abcdef-1",
    "RideOut": "calm:begin",
    "NextStep": "calm:step:10",
    "LeaveSteps": "calm:leave",
    "TalkToSomebody": "calm:talk",
    "LinesToTalkTo": "calm:lines",
    "FlowButton": "t:0123456789abcdef:12:young",
    "FlowSelect": "t:0123456789abcdef:3:choose",
    "GoOn": "checkin:go-on:1456074443980800012",
    "ChoosePeriod": "history:period:chart",
    "ShowHistory": "history:show:365:words",
    "StopHistory": "history:stop",
    "OfferHistory": "history:offer",
    "AgreeHistory": "history:agree:1",
    "DeclineHistory": "history:decline",
    "StopCheckIn": "ci:stop:0123456789abcdef-1",
    "AskSomebody": "handover:ask:1456074443980800012",
    "AskSomebodyAnywhere": "handover:ask:none",
    "CommunityResources": "resources:1456074443980800012",
    "ResourcesOf": "resources-of",
    "AskIn": "handover:in",
    "Send": "handover:send:1456074443980800012:1456074443980800012:0123abcd:1",
    "AddLine": "handover:line:1456074443980800012:1456074443980800012",
    "NotNow": "handover:no:1456074443980800012",
    "Under18": "handover:young:1456074443980800012:1456074443980800012",
    "Approve": "line:approve:0123456789abcdef",
    "DeclineLine": "line:decline:0123456789abcdef",
    "TurnAudit": "audit:page:123456789012345678",
    "ExportAudit": "audit:export",
    "ChooseLanguage": "language:choose",
    "RememberLanguage": "language:remember:pt-BR",
    "AgreeLanguage": "language:agree:es-419:1",
    "DeclineLanguage": "language:decline",
    "ForgetLanguage": "language:forget",
    "Look": "consent:look",
    "ReadConsent": "consent:read:checkins",
    "Renew": "consent:renew:handover:12",
    "AskWithdrawal": "consent:ask:region",
    "Withdraw": "consent:withdraw:language",
    "KeepConsent": "consent:keep",
    "AllConsents": "consent:all",
}
"""A custom_id of each button."""


def leaves(nodes: Any) -> Iterator[app_commands.Command[Any, ..., Any]]:
    for node in nodes:
        if isinstance(node, app_commands.Group):
            yield from leaves(node.commands)
        else:
            yield node


def templates(bot: SupportBot) -> list[re.Pattern[str]]:
    return list(bot._buttons)


def test_every_file_in_cogs_is_loaded() -> None:
    files = {f"cogs.{file.stem}" for file in (ROOT / "cogs").glob("[!_]*.py")}
    assert Counter(COGS) == Counter(files)


async def test_commands_do_not_clash(house: House) -> None:
    commands = list(leaves(house.bot.tree.get_commands()))
    assert len(commands) >= 7
    names = Counter(command.qualified_name for command in commands)
    assert set(names.values()) == {1}


async def test_every_command_but_the_moderators_is_for_guilds_and_the_bots_own_dms(house: House) -> None:
    for command in house.env.backend.commands[None].values():
        for_all = command["default_member_permissions"] is None
        assert (command["contexts"], command["integration_types"]) == ([0, 1] if for_all else [0], [0])


async def test_each_button_listens_for_its_own_ids_and_no_others(house: House) -> None:
    found = templates(house.bot)
    for name, custom_id in EXAMPLES.items():
        assert len(custom_id) <= 100
        listening = [template.pattern for template in found if template.fullmatch(custom_id)]
        assert len(listening) == 1, f"{name}: {listening}"
        assert house.bot.knows_button(custom_id)
    unheard = [template.pattern for template in found if not any(map(template.fullmatch, EXAMPLES.values()))]
    assert unheard == [], "give EXAMPLES an id of this button"


@pytest.mark.parametrize("custom_id", ["", "crisis:1", "ci:mood:0123456789abcdef-1:6", "mydata:erase:", "old:thing"])
async def test_other_ids_belong_to_no_button(house: House, custom_id: str) -> None:
    assert not house.bot.knows_button(custom_id)
    assert not any(template.fullmatch(custom_id) for template in templates(house.bot))


async def test_the_buttons_of_check_ins_outlive_the_process(house: House) -> None:
    known = {template.pattern for template in templates(house.bot)}
    assert {template_of(button).pattern for button in BUTTONS} <= known


async def test_the_bot_asks_for_no_privileged_intent(house: House) -> None:
    guilds, direct_messages = 1 << 0, 1 << 12
    assert house.bot.intents.value == guilds | direct_messages


async def test_commands_are_told_to_discord_once(house: House) -> None:
    def told() -> int:
        return sum(row.method == "PUT" and row.path.endswith("/commands") for row in house.env.http_requests)

    assert told() == 1
    await house.bot._sync()
    assert told() == 1
    house.bot.tree.remove_command("about")
    await house.bot._sync()
    assert told() == 2
