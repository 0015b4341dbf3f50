"""The presses on what the bot explains. A custom_id names an entry and a page of it, never a person."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any, Self

import discord
import structlog

from supportbot.chat import knowledge
from supportbot.chat.components import Press, Style, button, row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, AnyItem, Host, host_of, services_of, voice_of
from supportbot.chat.one_try import one_try
from supportbot.chat.replies import replace, say
from supportbot.chat.triage_items import StartTriage
from supportbot.chat.words import Voice
from supportbot.content import Content
from supportbot.domain.knowledge import DOORS, Entry
from supportbot.domain.roles import Comparison
from supportbot.errors import DeliveryError, NotDrawn, UserError

log = structlog.stdlib.get_logger(__name__)

ID = r"[a-z0-9][a-z0-9-]{0,39}"
PAGE = rf"(?P<id>{ID}):(?P<page>\d{{1,2}})"
BOTH = rf"(?P<id>{ID})\+(?P<other>{ID})"
SUBJECT = rf"(?P<id>{ID})(?::(?P<page>\d{{1,2}})|\+(?P<other>{ID}))"
LONGEST_LABEL = 80
LONGEST_CHOICE = 100
CHECKLIST = "checklist"
"""The topic of what one may want to have at hand: it can be sent to the reader's own DM."""


class Subject:
    """A page of an entry, or two roles side by side: what a button is about."""

    def __init__(self, id_: str, page: int = 0, *, other: str | None = None) -> None:
        self.id, self.page, self.other = id_, page, other

    def __str__(self) -> str:
        return f"{self.id}:{self.page}" if self.other is None else f"{self.id}+{self.other}"

    @classmethod
    def of(cls, match: re.Match[str]) -> Subject:
        """From a custom_id with SUBJECT in it."""
        return cls(match["id"], int(match["page"] or 0), other=match["other"])

    def embed(self, voice: Voice, content: Content) -> discord.Embed:
        """What it looks like. Raises UserError for what is no longer there."""
        if self.other is not None:
            return knowledge.comparison(voice, compared(voice, content, self.id, self.other))
        return knowledge.page(voice, entry := entry_of(voice, content, self.id), min(self.page, len(entry.pages) - 1))


def entry_of(voice: Voice, content: Content, id_: str) -> Entry:
    """The entry in the reader's language. Raises UserError for one that another version had."""
    if id_ not in content.knowledge:
        raise UserError("knowledge.gone")
    return content.knowledge.entry(id_, voice.languages)


def compared(voice: Voice, content: Content, left: str, right: str) -> Comparison:
    """Two roles. Raises UserError for one that is no longer there."""
    try:
        return content.comparison(left, right, voice.languages)
    except KeyError:
        raise UserError("knowledge.gone") from None


async def show_entry(interaction: AnyInteraction, id_: str, page: int = 0, *, above: str | None = None) -> None:
    """Answer with a page of an entry; `above` is said over it."""
    voice, content = voice_of(interaction), host_of(interaction.client).content
    entry = entry_of(voice, content, id_)
    page = min(page, len(entry.pages) - 1)
    shown = knowledge.page(voice, entry, page)
    view = view_of_entry(interaction, voice, entry, page)
    if _is_own(interaction):
        await replace(interaction, above, embeds=[shown], view=view)
    else:
        await say(interaction, above, embed=shown, view=view)


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
    return row_of(*items_of_entry(voice, content, entry, page, then=then, in_server=in_server, can_share=can_share))


def items_of_entry(
    voice: Voice,
    content: Content,
    entry: Entry,
    page: int,
    *,
    then: Sequence[Entry] | None = None,
    in_server: bool,
    can_share: bool,
) -> list[AnyItem]:
    """The buttons below a page, each in its row."""
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
        await say(interaction, embed=knowledge.sources(voice, entry, content.knowledge.sources_of(entry)))


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
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            png = await services_of(interaction).pictures.of(table)
        except NotDrawn:
            await interaction.edit_original_response(content=voice("compare.picture.failed"))
            return
        name = f"{self._left}-{self._right}.png"
        picture = discord.File(io.BytesIO(png), name, description=knowledge.alt_text(voice, table))
        await interaction.edit_original_response(attachments=[picture])


class HowCheckIns(Press, template=r"k:checkin"):
    """Says how check-ins are begun."""

    def __init__(self, label: str = "…", *, row: int | None = None) -> None:
        super().__init__(button("k:checkin", label), row=row)

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """It holds no state."""
        del match
        return cls()

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
        voice = voice_of(interaction)
        _require_posting(interaction)
        self._subject.embed(voice, host_of(interaction.client).content)
        yes = ShareNow(self._subject, voice("knowledge.share.yes"))
        text = voice("knowledge.share.ask", channel=f"<#{interaction.channel_id}>")
        await say(interaction, text, view=row_of(yes, ShareNot(voice("knowledge.share.no"))))


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
        embed = self._subject.embed(voice, host.content)
        await interaction.response.defer()
        view = _shared_view(voice, host, self._subject)
        await interaction.followup.send(embed=embed, view=view, ephemeral=False)
        await interaction.edit_original_response(content=voice("knowledge.share.done"), view=None)


class ShareNot(Press, template=r"k:share-not"):
    """Keeps it to oneself."""

    def __init__(self, label: str = "…") -> None:
        super().__init__(button("k:share-not", label))

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """It holds no state."""
        del match
        return cls()

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Change nothing."""
        await replace(interaction, voice_of(interaction)("knowledge.share.kept"))


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


BUTTONS: tuple[type[AnyItem], ...] = (OpenPage, Sources, AsPicture, HowCheckIns, Share, ShareNow, ShareNot, ToDm)
