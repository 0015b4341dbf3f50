"""The presses of the triage, and the one message in which it stands.

A custom_id is `t:<random token of the flow>:<number of the screen>:<what>`, where `what` is the position of an option
or a way out. Of an answer it says nothing more.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Self

import discord
import structlog
from discord.http import Route

from supportbot.chat import crisis_parts, knowledge, triage_screens
from supportbot.chat.components import Choose, Press, Stateless, button, row_of
from supportbot.chat.crisis import Asked, CrisisHelp, NeedButton, Reader, crisis_page
from supportbot.chat.host import AnyInteraction, AnyItem, host_of, services_of, voice_of
from supportbot.chat.one_try import one_try
from supportbot.chat.replies import say
from supportbot.chat.triage_screens import Cell, Choices, Shown, What
from supportbot.chat.words import Voice
from supportbot.domain.crisis import Need
from supportbot.domain.helplines import Kind
from supportbot.domain.people import CommunityId, MessageId, PersonId
from supportbot.errors import DeliveryError, UserError
from supportbot.services.triage import Closing, Place, Screen, Triage, View

log = structlog.stdlib.get_logger(__name__)

FLOW = r"(?P<token>[a-z0-9]{16}|none):(?P<number>0|[1-9][0-9]{0,5})"
NO_FLOW = "none"
SAFE_HELP = "safe_help"
CRISIS_ROWS = 3
_DOES = "|".join(what.value for what in What if what is not What.CHOOSE)
SENDING = 10.0
"""How many seconds a private message may take before the page goes into the reply instead."""

Turn = Callable[[Triage, PersonId], View]


class FlowButton(Press, template=rf"t:{FLOW}:(?P<what>{_DOES}|[0-9])"):
    """Any button of a flow."""

    def __init__(self, token: str, number: int, cell: Cell) -> None:
        what = cell.what if isinstance(cell.what, int) else cell.what.value
        super().__init__(button(f"t:{token}:{number}:{what}", cell.label, cell.style))
        self._token, self._number, self._what = token, number, cell.what

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        what = match["what"]
        return cls(match["token"], int(match["number"]), Cell(int(what) if what.isdecimal() else What(what), "…"))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Answer, move about, or leave."""
        token, number, what = self._token, self._number, self._what
        if isinstance(what, int):
            await _turn(interaction, lambda flows, who: flows.answer(who, token, number, what))
        elif what in _MOVES:
            move = _MOVES[what]
            await _turn(interaction, lambda flows, who: move(flows, who, token, number))
        else:
            await _OTHERS[what](interaction, token)


class FlowSelect(Choose, template=rf"t:{FLOW}:choose"):
    """The answers of a question that has many. Values are positions."""

    def __init__(self, token: str, number: int, choices: Choices) -> None:
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"t:{token}:{number}:{What.CHOOSE.value}",
            placeholder=choices.placeholder,
            options=[
                discord.SelectOption(label=label, value=str(position), default=position == choices.chosen)
                for position, label in enumerate(choices.labels)
            ],
        )
        super().__init__(select)
        self._token, self._number = token, number

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["token"], int(match["number"]), Choices("…", ["…"], None))

    async def chosen(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Answer."""
        option = int(values[0]) if values and re.fullmatch("[0-9]{1,2}", values[0]) else -1
        await _turn(interaction, lambda flows, who: flows.answer(who, self._token, self._number, option))


class StartTriage(Stateless, template=r"triage:start"):
    """`/triage`, from a page that leads there. It holds no state."""

    @classmethod
    def spoken(cls, voice: Voice, *, row: int | None = None) -> StartTriage:
        """The button in a language."""
        return cls(voice("triage.start"), row=row)

    async def pressed(self, interaction: AnyInteraction) -> None:
        """The page that was pressed stays."""
        await start(interaction)


ITEMS: tuple[type[AnyItem], ...] = (FlowSelect, FlowButton, StartTriage)


class DmPage:
    """A message in somebody's DM, which can be changed at any time."""

    def __init__(self, client: discord.Client, channel: int, message: int, voice: Voice) -> None:
        self._client = client
        self._channel, self._message = channel, message
        self._voice = voice

    def is_on(self, message: MessageId) -> bool:
        """Whether it is this message."""
        return self._message == message

    async def close(self, why: Closing) -> None:
        """Put a kind word in its place."""
        shown = triage_screens.closed(self._voice, why)
        # By hand: the library's own edit sends a field that belongs to new messages only.
        where = Route(
            "PATCH", "/channels/{channel_id}/messages/{message_id}", channel_id=self._channel, message_id=self._message
        )
        body = {"content": shown.text, "embeds": [], "components": view_of(shown, None).to_components()}
        await self._client.http.request(where, json=body)

    async def remove(self) -> None:
        """Take it away."""
        await self._client.http.delete_message(self._channel, self._message)


class ReplyPage:
    """An ephemeral reply, which can be changed with the token of the last press on it."""

    def __init__(self, interaction: AnyInteraction, voice: Voice) -> None:
        self._interaction = interaction
        self._voice = voice

    def is_on(self, message: MessageId) -> bool:
        """Whether it is this message."""
        return self._interaction.message is not None and self._interaction.message.id == message

    async def close(self, why: Closing) -> None:
        """Put a kind word in its place."""
        shown = triage_screens.closed(self._voice, why)
        await self._interaction.edit_original_response(
            content=shown.text, embeds=list(shown.embeds), view=view_of(shown, None)
        )

    async def remove(self) -> None:
        """Take it away."""
        await self._interaction.delete_original_response()


class Said:
    """What was said to a press on the page, in messages that only the person sees."""

    def __init__(self, interaction: AnyInteraction, followups: Sequence[int]) -> None:
        self._interaction = interaction
        self._followups = followups

    def is_on(self, message: MessageId) -> bool:
        """Never: no flow stands in it."""
        del message
        return False

    async def close(self, why: Closing) -> None:
        """It stays as it is."""

    async def remove(self) -> None:
        """Take it away; it can be for fifteen minutes."""
        await self._interaction.delete_original_response()
        for each in self._followups:
            await self._interaction.followup.delete_message(each)


async def start(interaction: AnyInteraction) -> None:
    """`/triage`: the door goes to the DM; when that is closed, the flow runs in the ephemeral reply."""
    voice, flows, person = voice_of(interaction), services_of(interaction).triage, PersonId(interaction.user.id)
    if interaction.guild_id is None:
        view = flows.begin(person, None)
        shown = triage_screens.door(voice)
        sent = await interaction.response.send_message(shown.text, view=view_of(shown, view))
        page = DmPage(interaction.client, interaction.channel_id or 0, sent.message_id or 0, voice)
        await _stands(flows, view, Place.DM, page)
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    view = flows.begin(person, CommunityId(interaction.guild_id))
    message = await _send_door(interaction, voice, view)
    if message is None:
        await _start_here(interaction, view)
        return
    if await _stands(flows, view, Place.DM, DmPage(interaction.client, message.channel.id, message.id, voice)):
        flows.leaves(person, ReplyPage(interaction, voice))
    ways = row_of(CrisisHelp(voice("triage.crisis")))
    ways.add_item(discord.ui.Button(label=voice("triage.sent.go"), url=message.jump_url))
    await interaction.edit_original_response(content=voice("triage.sent"), view=ways)


async def _start_here(interaction: AnyInteraction, view: View) -> None:
    """The first question in the reply itself; unless another `/triage` of the same person came in between."""
    voice, flows, person = voice_of(interaction), services_of(interaction).triage, PersonId(interaction.user.id)
    try:
        view = flows.open(person, view.token, view.number)
    except UserError:
        over = triage_screens.closed(voice, Closing.ANOTHER)
        await interaction.edit_original_response(content=over.text, view=view_of(over, None))
        return
    flows.stands(view.token, Place.REPLY, ReplyPage(interaction, voice))
    shown = await _screen(interaction, voice, view)
    await interaction.edit_original_response(
        content=voice("triage.here"), embeds=list(shown.embeds), view=view_of(shown, view)
    )


async def _stands(flows: Triage, view: View, place: Place, page: DmPage) -> bool:
    """False for a flow that was over before its page was there: then the page says so."""
    if flows.stands(view.token, place, page):
        return True
    try:
        await page.close(Closing.ANOTHER)
    except discord.HTTPException as error:
        log.info("page.not_closed", code=error.code)
    return False


def view_of(shown: Shown, view: View | None) -> discord.ui.View:
    """The rows of a screen as Discord takes them."""
    token, number = (NO_FLOW, 0) if view is None else (view.token, view.number)
    made = discord.ui.View(timeout=None)
    for place, row in enumerate(shown.rows):
        for each in row:
            item: Any = each
            if isinstance(each, Cell):
                item = FlowButton(token, number, each)
            elif isinstance(each, Choices):
                item = FlowSelect(token, number, each)
            item.row = place
            made.add_item(item)
    return made


async def _turn(interaction: AnyInteraction, turn: Turn) -> None:
    """Take a press to the flow, and show where it stands then."""
    voice, flows, person = voice_of(interaction), services_of(interaction).triage, PersonId(interaction.user.id)
    try:
        view = turn(flows, person)
    except UserError as error:
        if error.text_id != "triage.forgotten":
            raise
        await _show(interaction, triage_screens.forgotten(voice), None)
        return
    _stands_here(interaction, voice, view)
    await _show(interaction, await _screen(interaction, voice, view), view)


async def _screen(interaction: AnyInteraction, voice: Voice, view: View) -> Shown:
    """The present screen, with the lines of the person's country where it has any."""
    if triage_screens.shows_crisis(view):
        own = triage_screens.beside_crisis(voice, view)
        page = await crisis_page(Reader.of(interaction), Asked(in_place=False), spare=len(own))
        # Of the item inside: the library's wrapper does not know the row of a select.
        rows = [[item for item in page.items if item.item.row == row] for row in range(CRISIS_ROWS)]
        return triage_screens.with_crisis(
            voice, view, own, Shown(embeds=page.embeds, rows=[row for row in rows if row])
        )
    shown = triage_screens.screen(voice, view)
    if view.result is not None and view.result.outcome == SAFE_HELP:
        return await _with_lines(interaction, voice, view, shown)
    return shown


async def _with_lines(interaction: AnyInteraction, voice: Voice, view: View, shown: Shown) -> Shown:
    """Lines about violence right on the page of somebody who is afraid."""
    person = PersonId(interaction.user.id)
    found = await services_of(interaction).crisis.lines(person, view.community, [Kind.DOMESTIC_VIOLENCE])
    lines = crisis_parts.sections(voice, found, spare=sum(map(len, shown.embeds)))
    more = NeedButton.spoken(voice, Asked(in_place=False), Need.HURT)
    return Shown(embeds=[*shown.embeds, *lines], rows=[*shown.rows[:-1], [more], shown.rows[-1]])


def _stands_here(interaction: AnyInteraction, voice: Voice, view: View) -> None:
    message = interaction.message
    flows = services_of(interaction).triage
    if message is None or message.flags.ephemeral:
        flows.stands(view.token, Place.REPLY, ReplyPage(interaction, voice))
    else:
        flows.stands(view.token, Place.DM, DmPage(interaction.client, message.channel.id, message.id, voice))


async def _show(interaction: AnyInteraction, shown: Shown, view: View | None) -> None:
    await interaction.response.edit_message(content=shown.text, embeds=list(shown.embeds), view=view_of(shown, view))


async def _send_door(interaction: AnyInteraction, voice: Voice, view: View) -> discord.Message | None:
    """None when Discord does not take it, or does not say in time whether it does."""
    shown = triage_screens.door(voice)
    client: discord.Client = interaction.client
    try:
        async with asyncio.timeout(SENDING):
            with one_try():
                channel = await client.create_dm(discord.Object(interaction.user.id))
                return await channel.send(shown.text, view=view_of(shown, view))
    except (DeliveryError, discord.HTTPException, TimeoutError) as error:
        log.info("page.not_sent", error=type(error).__name__, code=getattr(error, "code", None))
        return None


# --- what is not a turn


async def _stop(interaction: AnyInteraction, token: str) -> None:
    services_of(interaction).triage.end(PersonId(interaction.user.id), token)
    await _show(interaction, triage_screens.stopped(voice_of(interaction)), None)


async def _clear(interaction: AnyInteraction, token: str) -> None:
    beside = services_of(interaction).triage.end(PersonId(interaction.user.id), token)
    await interaction.response.defer()
    await interaction.delete_original_response()
    for page in beside:
        try:
            await page.remove()
        except discord.HTTPException as error:
            log.info("page.not_removed", code=error.code)


async def _start_new(interaction: AnyInteraction, token: str) -> None:
    del token
    here = None if interaction.message is None else MessageId(interaction.message.id)

    def begin(flows: Triage, person: PersonId) -> View:
        community = CommunityId(interaction.guild_id) if interaction.guild_id else flows.community_of(person)
        view = flows.begin(person, community, on=here)
        return flows.open(person, view.token, view.number) if view.screen is Screen.DOOR else view

    await _turn(interaction, begin)


async def _explain(interaction: AnyInteraction, token: str) -> None:
    """The roles that the result names; where it names no interventionist, the therapist alone."""
    view = await _at_result(interaction, token)
    if view is None or view.result is None:
        return
    voice, content = voice_of(interaction), host_of(interaction.client).content
    if triage_screens.ARRANGED & {view.result.outcome, *view.result.also}:
        embed = knowledge.comparison(voice, content.comparison("interventionist", "therapist", voice.languages))
    else:
        embed = knowledge.page(voice, content.knowledge.entry("therapist", voice.languages), 0)
    await say(interaction, embed=embed, view=row_of(CrisisHelp.spoken(voice)))
    _beside(interaction)


async def _check_ins(interaction: AnyInteraction, token: str) -> None:
    del token
    await say(interaction, voice_of(interaction)("triage.check_ins.how"))
    _beside(interaction)


async def _youth_lines(interaction: AnyInteraction, token: str) -> None:
    del token
    voice, person = voice_of(interaction), PersonId(interaction.user.id)
    community = services_of(interaction).triage.community_of(person)
    found = await services_of(interaction).crisis.lines(person, community, [Kind.YOUTH])
    await say(interaction, embeds=crisis_parts.sections(voice, found), view=row_of(CrisisHelp(voice("triage.crisis"))))
    _beside(interaction)


async def _plain_text(interaction: AnyInteraction, token: str) -> None:
    view = await _at_result(interaction, token)
    if view is None:
        return
    first, *more = triage_screens.plain_text(voice_of(interaction), view)
    await say(interaction, first)
    sent = [await interaction.followup.send(piece, ephemeral=True, wait=True) for piece in more]
    _beside(interaction, *(message.id for message in sent))


async def _at_result(interaction: AnyInteraction, token: str) -> View | None:
    """The flow at its result; for one that is gone or elsewhere None, once the page shows it."""
    try:
        view = services_of(interaction).triage.shown(PersonId(interaction.user.id), token)
    except UserError as error:
        if error.text_id != "triage.forgotten":
            raise
        await _show(interaction, triage_screens.forgotten(voice_of(interaction)), None)
        return None
    if view.screen is Screen.RESULT:
        return view
    await _turn(interaction, lambda flows, who: flows.shown(who, token))
    return None


def _beside(interaction: AnyInteraction, *followups: int) -> None:
    """What was just said goes with the page when it is cleared; and the page was not quiet."""
    flows, person = services_of(interaction).triage, PersonId(interaction.user.id)
    flows.stays(person)
    flows.leaves(person, Said(interaction, followups))


_MOVES: Mapping[What, Callable[[Triage, PersonId, str, int], View]] = {
    What.OPEN: Triage.open,
    What.GO_ON: Triage.go_on,
    What.BACK: Triage.back,
    What.START_OVER: Triage.start_over,
    What.UNDER_18: Triage.is_under_18,
}
_OTHERS: Mapping[What, Callable[[AnyInteraction, str], Awaitable[None]]] = {
    What.STOP: _stop,
    What.CLEAR: _clear,
    What.START_NEW: _start_new,
    What.EXPLAIN: _explain,
    What.CHECK_INS: _check_ins,
    What.YOUTH_LINES: _youth_lines,
    What.PLAIN_TEXT: _plain_text,
}
