"""What moderators set up for their community: its country, its staff channel, and lines of its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from supportbot.domain.audit import Act, Change
from supportbot.domain.communities import CommunitySettings, OwnHelpline
from supportbot.domain.countries import COUNTRIES
from supportbot.domain.helplines import Helplines, Kind
from supportbot.domain.own_lines import MOST_LINES, Typed, drafted
from supportbot.domain.people import ChannelId, CommunityId, PersonId
from supportbot.domain.staff import LineToApprove, StaffRoom
from supportbot.errors import DeliveryError, UserError
from supportbot.services.ports import Clock, NewId, StaffRooms, Store, Transaction

log = structlog.stdlib.get_logger(__name__)


class Communities:
    """The moderators' side. Whether somebody is one is for the caller to know. `post_within` is in seconds.

    `lines` are the shipped ones. Each change goes into the audit in the same transaction, under whoever made it: `by`.
    """

    def __init__(
        self, store: Store, clock: Clock, rooms: StaffRooms, lines: Helplines, *, new_id: NewId, post_within: float
    ) -> None:
        self._store = store
        self._clock = clock
        self._rooms = rooms
        self._lines = lines
        self._new_id = new_id
        self._post_within = post_within

    async def settings(self, community: CommunityId) -> CommunitySettings:
        """What is set; everything None where nothing is."""
        async with self._store.read() as tx:
            return await _settings(tx, community)

    async def set_region(self, community: CommunityId, region: str | None, by: PersonId) -> None:
        """Set the country by its code, or take it away. Raises UserError for a code that is none."""
        if region is not None and region not in COUNTRIES:
            raise UserError("setup.region.unknown")
        async with self._store.write() as tx:
            before = await _settings(tx, community)
            await self._save(tx, before, replace(before, region=region), by, Change.of_region(before.region, region))

    async def set_staff_channel(self, community: CommunityId, channel: ChannelId, by: PersonId) -> StaffRoom:
        """Set where the team reads. Nothing is set if something is `missing` in the room that is returned.

        Raises UserError when the bot knows of no such channel.
        """
        room = self._rooms.look(community, channel)
        if room is None:
            raise UserError("setup.staff.gone")
        if not room.missing:
            await self._save_staff_channel(community, channel, by)
        return room

    async def clear_staff_channel(self, community: CommunityId, by: PersonId) -> None:
        """From now on nothing is posted for members, and no line can be added."""
        await self._save_staff_channel(community, None, by)

    async def add_line(self, community: CommunityId, by: PersonId, typed: Typed) -> OwnHelpline:
        """Keep a line that waits for a second moderator, and ask for one in the staff channel.

        Raises UserError for what is wrong with it, for one too many, and when it cannot be posted: then nothing is
        kept.
        """
        draft = drafted(typed)
        async with self._store.write() as tx:
            settings = await _settings(tx, community)
            if settings.staff_channel is None:
                raise UserError("setup.helpline.no_staff")
            self._refuse_emergency_numbers(draft.contact.phone, settings.region)
            if len(await tx.own_helplines.of(community)) >= MOST_LINES:
                raise UserError("setup.helpline.too_many", limit=MOST_LINES)
            line = OwnHelpline(
                id=self._new_id(),
                community=community,
                kind=draft.kind,
                service=draft.service,
                contact=draft.contact,
                hours=draft.hours,
                languages=draft.languages,
                note=draft.note,
                source=draft.source,
                added_at=self._clock.now(),
                added_by=by,
                region=settings.region,
            )
            await tx.own_helplines.add(line)
            await self._note(tx, line, Act.LINE_ADDED, by)
        # After the commit: whoever presses at once must find the line.
        if not await self._posted(LineToApprove(line), settings.staff_channel):
            async with self._store.write() as tx:
                if await tx.own_helplines.remove(line.id):
                    await self._note(tx, line, Act.LINE_NOT_POSTED, by)
            raise UserError("setup.helpline.not_posted")
        return line

    async def approve_line(self, community: CommunityId, line_id: str, by: PersonId) -> OwnHelpline:
        """From now on members see the line.

        Raises UserError for one's own line, and for one that is gone or approved already.
        """
        async with self._store.write() as tx:
            line = await self._line(tx, community, line_id)
            if line.approved_at is not None:
                raise UserError("setup.helpline.approved_before")
            if line.added_by == by:
                raise UserError("setup.helpline.own")
            now = self._clock.now()
            if not await tx.own_helplines.approve(line_id, by, now):
                raise UserError("setup.helpline.approved_before")
            await self._note(tx, line, Act.LINE_APPROVED, by)
        return replace(line, approved_at=now, approved_by=by)

    async def decline_line(self, community: CommunityId, line_id: str, by: PersonId) -> OwnHelpline:
        """Forget a line that waits. Raises UserError when it is gone, or approved."""
        async with self._store.write() as tx:
            line = await self._line(tx, community, line_id)
            if line.approved_at is not None:
                raise UserError("setup.helpline.approved_before")
            await self._forget(tx, line, Act.LINE_DECLINED, by)
        return line

    async def remove_line(self, community: CommunityId, line_id: str, by: PersonId) -> OwnHelpline:
        """Forget a line, waiting or approved. Raises UserError when it is gone."""
        async with self._store.write() as tx:
            line = await self._line(tx, community, line_id)
            await self._forget(tx, line, Act.LINE_REMOVED, by)
        return line

    async def lines(self, community: CommunityId) -> list[OwnHelpline]:
        """The community's lines, waiting ones too, oldest first."""
        async with self._store.read() as tx:
            return await tx.own_helplines.of(community)

    def _refuse_emergency_numbers(self, phone: str | None, region: str | None) -> None:
        """Raises UserError for the emergency number of the region; without a region, for that of any country."""
        digits = _digits(phone)
        for each in self._lines:
            is_near = each.kind is Kind.EMERGENCY and region in {None, each.iso}
            if is_near and digits and digits == _digits(each.contact.phone):
                raise UserError("setup.helpline.emergency" if region else "setup.helpline.emergency.somewhere")

    async def _save_staff_channel(self, community: CommunityId, channel: ChannelId | None, by: PersonId) -> None:
        async with self._store.write() as tx:
            before = await _settings(tx, community)
            change = Change.of_staff_channel(before.staff_channel, channel)
            await self._save(tx, before, replace(before, staff_channel=channel), by, change)

    async def _save(
        self, tx: Transaction, before: CommunitySettings, after: CommunitySettings, by: PersonId, change: Change
    ) -> None:
        """What stays as it was is no change."""
        if after != before:
            now = self._clock.now()
            await tx.communities.save(after, at=now)
            await tx.audit.add(after.community, by, change, at=now)

    async def _forget(self, tx: Transaction, line: OwnHelpline, act: Act, by: PersonId) -> None:
        """Raises UserError when somebody else was faster."""
        if not await tx.own_helplines.remove(line.id):
            raise UserError("setup.helpline.gone")
        await self._note(tx, line, act, by)

    async def _note(self, tx: Transaction, line: OwnHelpline, act: Act, by: PersonId) -> None:
        await tx.audit.add(line.community, by, Change.of_line(act, line), at=self._clock.now())

    async def _posted(self, note: LineToApprove, channel: ChannelId) -> bool:
        """Whether the team can see it. When nobody knows, it counts as not: a press on it would be told kindly."""
        try:
            async with asyncio.timeout(self._post_within):
                await self._rooms.post(channel, note, nonce=note.line.id)
        except (DeliveryError, TimeoutError) as error:
            log.warning("staff.not_posted", community=note.line.community, channel=channel, error=type(error).__name__)
            return False
        return True

    async def _line(self, tx: Transaction, community: CommunityId, line_id: str) -> OwnHelpline:
        line = await tx.own_helplines.get(line_id)
        if line is None or line.community != community:
            raise UserError("setup.helpline.gone")
        return line


def _digits(phone: str | None) -> str:
    return "".join(each for each in phone or "" if each.isdigit())


async def _settings(tx: Transaction, community: CommunityId) -> CommunitySettings:
    return await tx.communities.get(community) or CommunitySettings(community)
