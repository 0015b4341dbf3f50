"""The presses on what the bot explains. A custom_id names an entry and a page of it, never a person."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any, Self

import discord
import structlog

from supportbot.chat import knowledge
from supportbot.chat.components import Press, Stateless, Style, button, row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, AnyItem, Host, host_of, services_of, voice_of
from supportbot.chat.knowledge_subjects import BOTH, ID, PAGE, SUBJECT, Subject, compared, entry_of
from supportbot.chat.limits import may_have
from supportbot.chat.one_try import one_try
from supportbot.chat.replies import replace, say
from supportbot.chat.triage_items import StartTriage
from supportbot.chat.words import Voice
from supportbot.content import Content
from supportbot.domain.knowledge import DOORS, Entry
from supportbot.domain.languages import fitting
from supportbot.errors import DeliveryError, NotDrawn, UserError
from supportbot.services.limits import Costly
from supportbot.services.names import language_name

log = structlog.stdlib.get_logger(__name__)

LONGEST_LABEL = 80
LONGEST_CHOICE = 100
CHECKLIST = "checklist"
"""The topic of what one may want to have at hand: it can be sent to the reader's own DM."""


async def show_entry(interaction: AnyInteraction, id_: str, page: int = 0) -> None:
    """Answer with a page of an entry."""
    voice, content = voice_of(interaction), host_of(interaction.client).content
    entry = entry_of(voice, content, id_)
    page = min(page, len(entry.pages) - 1)
    shown = knowledge.page(voice, entry, page)
    view = view_of_entry(interaction, voice, entry, page)
    if _is_own(interaction):
        await replace(interaction, embeds=[shown], view=view)
    else:
        await say(interaction, embed=shown, view=view)


async def show_comparison(interaction: AnyInteraction, left: str, right: str) -> None:
    """Answer with two roles side by side."""
    voice, content = voice_of(interaction), host_of(interaction.client).content
    shown = compared(voice, content, left, right)
    view = row_of(
        OpenPage(shown.left.id, 0, shown.left.name, row=0),
        OpenPage(shown.right.id, 0, shown.right.name, row=0),
        AsPicture(left, right, voice("compare.picture"), row=0),
        StartTriage.spoken(voice, row=1),
        HowCheckIns(voice("knowledge.checkin"), row=1),
        *_share(interaction, voice, Subject(left, other=right), row=1),
        _crisis(voice, row=1),
    )
    embed = knowledge.comparison(voice, shown)
    if _is_own(interaction):
        await replace(interaction, embeds=[embed], view=view)
    else:
        await say(interaction, embed=embed, view=view)


def view_of_entry(
    interaction: AnyInteraction, voice: Voice, entry: Entry, page: int, *, then: Sequence[Entry] | None = None
) -> discord.ui.View:
    """Turning pages; where to go next, or `then`; and what can be done with this one."""
    content = host_of(interaction.client).content
    in_server, can_share = interaction.guild_id is not None, may_post(interaction)
    return row_of(
        *items_of_entry(
            voice,
            content,
            entry,
            page,
            then=then,
            in_server=in_server,
            can_share=can_share,
            stays=_stays(interaction),
        )
    )


def items_of_entry(
    voice: Voice,
    content: Content,
    entry: Entry,
    page: int,
    *,
    then: Sequence[Entry] | None = None,
    in_server: bool,
    can_share: bool,
    stays: bool = False,
) -> list[AnyItem]:
    """The buttons below a page, each in its row; one that `stays` can be taken away."""
    items: list[AnyItem] = []
    if page > 0:
        items.append(OpenPage(entry.id, page - 1, voice("knowledge.before"), row=0))
    if page < len(entry.pages) - 1:
        items.append(OpenPage(entry.id, page + 1, voice("knowledge.more"), style=Style.primary, row=0))
    following = then if then is not None else [entry_of(voice, content, id_) for id_ in entry.then if id_ not in DOORS]
    items += [OpenPage(each.id, 0, each.title, row=1) for each in following if each.id != entry.id][:5]
    items += [door for id_ in entry.then if (door := _door(voice, id_)) is not None]
    if any(each.can_be_opened for each in content.knowledge.sources_of(entry)):
        items.append(Sources(entry.id, voice("knowledge.sources")))
    if CHECKLIST in entry.topics and in_server:
        items.append(ToDm(entry.id, len(entry.pages) - 1, voice("knowledge.to_dm")))
    if can_share:
        items.append(Share(Subject(entry.id, page), voice("knowledge.share"), row=3))
    if stays:
        items.append(Clear(voice("knowledge.clear")))
    return [*items, _crisis(voice, row=3)]


def _door(voice: Voice, id_: str) -> AnyItem | None:
    if id_ == "triage":
        return StartTriage.spoken(voice, row=2)
    return HowCheckIns(voice("knowledge.checkin"), row=2) if id_ in DOORS else None


def _crisis(voice: Voice, *, row: int) -> CrisisHelp:
    item = CrisisHelp.spoken(voice)
    item.item.row = row
    return item


def _share(interaction: AnyInteraction, voice: Voice, subject: Subject, *, row: int) -> list[AnyItem]:
    return [Share(subject, voice("knowledge.share"), row=row)] if may_post(interaction) else []


def may_post(interaction: AnyInteraction) -> bool:
    """Whether this person may write in this channel themselves."""
    if interaction.guild_id is None:
        return False
    powers = interaction.permissions
    is_thread = isinstance(interaction.channel, discord.Thread)
    return powers.send_messages_in_threads if is_thread else powers.send_messages


def _is_own(interaction: AnyInteraction) -> bool:
    """Whether a press was on a message that nobody else reads, so that it can change."""
    message = interaction.message
    return message is not None and (message.flags.ephemeral or interaction.guild_id is None)


def _stays(interaction: AnyInteraction) -> bool:
    """Whether a press was on a message in the DM that Discord does not take away by itself."""
    message = interaction.message
    return interaction.guild_id is None and message is not None and not message.flags.ephemeral


def _ways_on(voice: Voice, subject: Subject) -> discord.ui.View:
    """From a message that says something beside a page: back to it, and to help."""
    return row_of(Back(subject, voice("knowledge.back")), CrisisHelp.spoken(voice))


class OpenPage(Press, template=rf"k:{PAGE}"):
    """Leads to a page of an entry."""

    def __init__(
        self, id_: str, page: int, label: str = "…", *, style: Style = Style.secondary, row: int | None = None
    ) -> None:
        super().__init__(button(f"k:{id_}:{page}", label[:LONGEST_LABEL], style), row=row)
        self._entry, self._page = id_, page

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["id"], int(match["page"]))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """In the place of the page that was pressed; beside it, where others read that one."""
        await show_entry(interaction, self._entry, self._page)


class Sources(Press, template=rf"k:sources:(?P<id>{ID})"):
    """Says what an entry rests on."""

    def __init__(self, id_: str, label: str = "…") -> None:
        super().__init__(button(f"k:sources:{id_}", label), row=3)
        self._entry = id_

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["id"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """In a message of its own: the page stays."""
        voice, content = voice_of(interaction), host_of(interaction.client).content
        entry = entry_of(voice, content, self._entry)
        shown = knowledge.sources(voice, entry, content.knowledge.sources_of(entry))
        await say(interaction, embed=shown, view=_ways_on(voice, Subject(entry.id)))


class Back(Press, template=rf"k:back:{SUBJECT}"):
    """Leads to what a message is about."""

    def __init__(self, subject: Subject, label: str = "…") -> None:
        super().__init__(button(f"k:back:{subject}", label))
        self._subject = subject

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(Subject.of(match))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """In the place of the message that was pressed."""
        if self._subject.other is not None:
            await show_comparison(interaction, self._subject.id, self._subject.other)
        else:
            await show_entry(interaction, self._subject.id, self._subject.page)


class AsPicture(Press, template=rf"k:picture:{BOTH}"):
    """Shows two roles side by side as a picture, with all of it in words beside it."""

    def __init__(self, left: str, right: str, label: str = "…", *, row: int | None = None) -> None:
        super().__init__(button(f"k:picture:{left}+{right}", label), row=row)
        self._left, self._right = left, right

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["id"], match["other"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """In a message of its own, for whoever pressed: the text stays."""
        voice, content = voice_of(interaction), host_of(interaction.client).content
        table = knowledge.table(voice, compared(voice, content, self._left, self._right))
        if not await may_have(interaction, Costly.PICTURE):
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            png = await services_of(interaction).pictures.of(table)
        except NotDrawn:
            ways = _ways_on(voice, Subject(self._left, other=self._right))
            await interaction.edit_original_response(content=voice("compare.picture.failed"), view=ways)
            return
        name = f"{self._left}-{self._right}.png"
        picture = discord.File(io.BytesIO(png), name, description=knowledge.alt_text(voice, table))
        await interaction.edit_original_response(attachments=[picture], view=row_of(CrisisHelp.spoken(voice)))


class HowCheckIns(Stateless, template=r"k:checkin"):
    """Says how check-ins are begun."""

    async def pressed(self, interaction: AnyInteraction) -> None:
        """In a message of its own: the page stays."""
        await say(interaction, voice_of(interaction)("triage.check_ins.how"))


class Share(Press, template=rf"k:share:{SUBJECT}"):
    """Asks whether everybody here is to see this."""

    def __init__(self, subject: Subject, label: str = "…", *, row: int | None = None) -> None:
        super().__init__(button(f"k:share:{subject}", label), row=row)
        self._subject = subject

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(Subject.of(match))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """First say who will see it, and that it shows who shared it."""
        voice, theirs = voice_of(interaction), _voice_of_community(interaction)
        _require_posting(interaction)
        self._subject.embed(theirs, host_of(interaction.client).content)
        text = voice("knowledge.share.ask", channel=f"<#{interaction.channel_id}>")
        if theirs.language != voice.language:
            name = language_name(theirs.language, voice.language)
            text = "\n".join((text, voice("knowledge.share.language", language=name)))
        yes = ShareNow(self._subject, voice("knowledge.share.yes"))
        await say(interaction, text, view=row_of(yes, ShareNot(self._subject, voice("knowledge.share.no"))))


class ShareNow(Press, template=rf"k:share-now:{SUBJECT}"):
    """Posts it."""

    def __init__(self, subject: Subject, label: str = "…") -> None:
        super().__init__(button(f"k:share-now:{subject}", label, Style.primary))
        self._subject = subject

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(Subject.of(match))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Everybody gets buttons that answer only whoever presses."""
        _require_posting(interaction)
        voice, host = voice_of(interaction), host_of(interaction.client)
        theirs = _voice_of_community(interaction)
        embed, view = self._subject.embed(theirs, host.content), _shared_view(theirs, host, self._subject)
        ways = _ways_on(voice, self._subject)
        await interaction.response.defer()
        try:
            # Discord deletes it once: of two presses on their way, one goes on.
            await interaction.delete_original_response()
        except discord.NotFound:
            return
        try:
            await interaction.followup.send(embed=embed, view=view, ephemeral=False)
        except discord.HTTPException as error:
            log.info("page.not_shared", error=type(error).__name__, code=error.code)
            await say(interaction, voice("knowledge.share.failed"), view=ways)
            return
        await say(interaction, voice("knowledge.share.done"), view=ways)


class ShareNot(Press, template=rf"k:share-not:{SUBJECT}"):
    """Keeps it to oneself."""

    def __init__(self, subject: Subject, label: str = "…") -> None:
        super().__init__(button(f"k:share-not:{subject}", label))
        self._subject = subject

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(Subject.of(match))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Change nothing."""
        voice = voice_of(interaction)
        await replace(interaction, voice("knowledge.share.kept"), view=_ways_on(voice, self._subject))


class Clear(Press, template=r"k:clear"):
    """Takes a page out of the DM."""

    def __init__(self, label: str = "…") -> None:
        super().__init__(button("k:clear", label), row=3)

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """It holds no state."""
        del match
        return cls()

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Delete the message this button is on."""
        await interaction.response.defer()
        await interaction.delete_original_response()


class ToDm(Press, template=rf"k:to-dm:{PAGE}"):
    """Sends a page to the reader's own DM."""

    def __init__(self, id_: str, page: int, label: str = "…") -> None:
        super().__init__(button(f"k:to-dm:{id_}:{page}", label), row=2)
        self._entry, self._page = id_, page

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["id"], int(match["page"]))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """What a lock screen shows of it says nothing of what it is about; a press opens it."""
        voice, content = voice_of(interaction), host_of(interaction.client).content
        entry = entry_of(voice, content, self._entry)
        if not await may_have(interaction, Costly.DM):
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        client: discord.Client = interaction.client
        try:
            with one_try():
                channel = await client.create_dm(discord.Object(interaction.user.id))
                opener = OpenPage(entry.id, self._page, voice("knowledge.dm.open"), style=Style.primary)
                message = await channel.send(voice("knowledge.dm.door"), view=row_of(opener))
        except (DeliveryError, discord.HTTPException) as error:
            log.info("page.not_sent", error=type(error).__name__, code=getattr(error, "code", None))
            await interaction.edit_original_response(content=voice("knowledge.dm.closed"))
            return
        way: discord.ui.View = discord.ui.View(timeout=None)
        way.add_item(discord.ui.Button[Any](label=voice("triage.sent.go"), url=message.jump_url))
        await interaction.edit_original_response(content=voice("knowledge.dm.sent"), view=way)


def _require_posting(interaction: AnyInteraction) -> None:
    """Looked at again with every press. Raises UserError."""
    if not may_post(interaction):
        raise UserError("knowledge.share.may_not")


def _voice_of_community(interaction: AnyInteraction) -> Voice:
    """What everybody reads is in the community's language where the bot has it, else in that of whoever shares it."""
    host, voice = host_of(interaction.client), voice_of(interaction)
    there = fitting(host.content.catalogues, str(interaction.guild_locale or ""))
    return host.voice(*there, *voice.languages)


def _shared_view(voice: Voice, host: Host, subject: Subject) -> discord.ui.View:
    if subject.other is not None:
        shown = compared(voice, host.content, subject.id, subject.other)
        return row_of(
            *(OpenPage(side.id, 0, side.name) for side in (shown.left, shown.right)),
            AsPicture(shown.left.id, shown.right.id, voice("compare.picture")),
            CrisisHelp.spoken(voice),
        )
    entry = entry_of(voice, host.content, subject.id)
    at = subject.page if subject.page < len(entry.pages) - 1 else -1
    return row_of(OpenPage(entry.id, at + 1, voice("knowledge.read_on")), CrisisHelp.spoken(voice))


BUTTONS: tuple[type[AnyItem], ...] = (
    OpenPage,
    Sources,
    Back,
    AsPicture,
    HowCheckIns,
    Share,
    ShareNow,
    ShareNot,
    ToDm,
    Clear,
)
