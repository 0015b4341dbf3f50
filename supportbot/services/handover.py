"""Asking a community's team for somebody to talk to, and finding the community that somebody means."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from weakref import WeakValueDictionary

import structlog

from supportbot.domain.communities import OwnHelpline
from supportbot.domain.consent import ConsentEntry, ConsentText, How, Scope
from supportbot.domain.people import CommunityId, MessageId, PersonId
from supportbot.domain.staff import StaffRoom, WishToTalk
from supportbot.errors import DeliveryError, NotSent, OutcomeUnknown, UserError
from supportbot.services.ports import Clock, StaffRooms, Store, Transaction

log = structlog.stdlib.get_logger(__name__)

MOST_COMMUNITIES = 25
"""How many communities are offered to choose from."""

REMEMBERED = 1000

PAUSE = timedelta(minutes=30)
"""How long after a post the same person posts nothing more in the same community."""


@dataclass(frozen=True, slots=True)
class CommunityLines:
    """What a community lists itself, and when it was looked up."""

    lines: tuple[OwnHelpline, ...]
    at: datetime


class HandOver:
    """The member's side. In memory it holds which previews were sent, and who asked where in the last half hour;
    nothing about what they said.

    `is_young` tells whether somebody said just now that they are under 18. `post_within` is in seconds.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        rooms: StaffRooms,
        *,
        is_young: Callable[[PersonId], bool],
        post_within: float,
    ) -> None:
        self._store = store
        self._clock = clock
        self._rooms = rooms
        self._is_young = is_young
        self._post_within = post_within
        self._sent: OrderedDict[MessageId, None] = OrderedDict()
        self._asked: OrderedDict[tuple[PersonId, CommunityId], datetime] = OrderedDict()
        self._turns: WeakValueDictionary[tuple[PersonId, CommunityId], _Turn] = WeakValueDictionary()

    def withdrawing(self, person: PersonId) -> None:
        """They take their consent back: what is under way is neither recorded nor posted, unless it is out already."""
        for (whose, _), turn in list(self._turns.items()):
            if whose == person:
                turn.erasures += 1

    def erased(self, person: PersonId) -> None:
        """Everything about this person is being erased: when they asked, too."""
        self.withdrawing(person)
        for key in [key for key in self._asked if key[0] == person]:
            del self._asked[key]

    async def communities_with_a_team(self, person: PersonId) -> list[CommunityId]:
        """The communities that this person is in, is known from, and in which they can ask for somebody."""
        return await self._known(person, _has_team)

    async def communities_with_lines(self, person: PersonId) -> list[CommunityId]:
        """The communities that this person is in, is known from, and that list lines of their own."""
        return await self._known(person, _has_lines)

    async def lines(self, person: PersonId, community: CommunityId, *, is_there: bool) -> CommunityLines:
        """The approved lines of a community. `is_there` says that they act inside of it.

        Raises UserError when they are not in it.
        """
        await self._check_member(person, community, is_there=is_there)
        async with self._store.read() as tx:
            found = await tx.own_helplines.approved(community)
        return CommunityLines(tuple(found), self._clock.now())

    async def preview(self, person: PersonId, community: CommunityId, *, is_there: bool) -> StaffRoom:
        """Where a wish to talk would be posted, and who could read it. Nothing is kept.

        Raises UserError when they are not in the community, or when there is nowhere to post.
        """
        await self._check_member(person, community, is_there=is_there)
        return await self._room(community)

    async def send(
        self,
        person: PersonId,
        community: CommunityId,
        *,
        mark: str,
        text: ConsentText,
        words: str | None,
        preview: MessageId,
        is_there: bool,
    ) -> None:
        """Record the consent, unless this text was agreed to here before, and post.

        `mark` is the room's as the preview showed it, `preview` that message. Raises UserError: `handover.changed`
        when the room is no longer as shown, `handover.sent_before` for a second press, `handover.young` for somebody
        under 18, `handover.asked` with `at` for one who asked there within the last half hour,
        `handover.withdrawn_meanwhile` when they took it back or erased everything meanwhile, and when it could not be
        posted, or nobody knows. Raises StorageError when the consent cannot be recorded; nothing is posted then.
        """
        turn = self._turns.setdefault((person, community), _Turn())
        erasures = turn.erasures

        def refuse_what_was_withdrawn() -> None:
            if turn.erasures != erasures:
                raise UserError("handover.withdrawn_meanwhile")

        async with turn.lock:
            if preview in self._sent:
                raise UserError("handover.sent_before")
            if self._is_young(person):
                raise UserError("handover.young")
            self._refuse_another(person, community)
            await self._check_member(person, community, is_there=is_there)
            room = await self._room(community)
            if room.mark != mark:
                raise UserError("handover.changed")
            await self._agreed(person, community, text, refuse_what_was_withdrawn)
            refuse_what_was_withdrawn()
            is_sure = await self._post(room, WishToTalk(person, words), preview)
            if is_sure and turn.erasures == erasures:
                self._remember(preview, person, community)
            if not is_sure:
                raise UserError("handover.unsure")

    def _refuse_another(self, person: PersonId, community: CommunityId) -> None:
        asked = self._asked.get((person, community))
        if asked is not None and asked <= self._clock.now() < asked + PAUSE:
            raise UserError("handover.asked", at=asked)

    async def _agreed(
        self, person: PersonId, community: CommunityId, text: ConsentText, refuse: Callable[[], None]
    ) -> None:
        """Nothing about a person is sent to others but under a consent that the ledger holds."""
        now = self._clock.now()
        async with self._store.write() as tx:
            refuse()
            if not await tx.consents.agreed(person, Scope.HANDOVER, community, text.version):
                await tx.consents.record(
                    ConsentEntry(
                        person, community, Scope.HANDOVER, text.version, text.language, now, How.BUTTON, given=True
                    )
                )

    async def _post(self, room: StaffRoom, wish: WishToTalk, preview: MessageId) -> bool:
        """False when nobody knows whether it was posted. Raises UserError when it surely was not."""
        try:
            async with asyncio.timeout(self._post_within):
                await self._rooms.post(room.channel, wish, nonce=_nonce(preview, wish.words))
        except NotSent as error:
            log.warning("staff.not_posted", community=room.community, channel=room.channel, error=error.reason)
            raise UserError("handover.not_posted") from None
        except (OutcomeUnknown, TimeoutError) as error:
            log.warning("staff.unsure", community=room.community, channel=room.channel, error=type(error).__name__)
            return False
        return True

    def _remember(self, preview: MessageId, person: PersonId, community: CommunityId) -> None:
        self._asked[person, community] = self._clock.now()
        self._asked.move_to_end((person, community))
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        self._sent[preview] = None
        if len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)

    async def _room(self, community: CommunityId) -> StaffRoom:
        async with self._store.read() as tx:
            settings = await tx.communities.get(community)
        if settings is None or settings.staff_channel is None:
            raise UserError("handover.no_place")
        room = self._rooms.look(community, settings.staff_channel)
        if room is None or room.missing:
            log.warning("staff.unusable", community=community, channel=settings.staff_channel)
            raise UserError("handover.lost_place")
        return room

    async def _check_member(self, person: PersonId, community: CommunityId, *, is_there: bool) -> None:
        """Raises UserError when the person is not in the community. Who acts inside of it is."""
        if is_there:
            return
        try:
            is_member = await self._has_member(community, person)
        except (DeliveryError, TimeoutError):
            raise UserError("handover.try_later") from None
        if not is_member:
            raise UserError("handover.not_member")

    async def _known(
        self, person: PersonId, fits: Callable[[Transaction, CommunityId], Awaitable[bool]]
    ) -> list[CommunityId]:
        async with self._store.read() as tx:
            known = dict.fromkeys([*await tx.plans.communities(person), *await tx.consents.communities(person)])
            found = [community for community in known if await fits(tx, community)][:MOST_COMMUNITIES]
        inside = await asyncio.gather(*(self._is_surely_member(community, person) for community in found))
        return [community for community, is_member in zip(found, inside, strict=True) if is_member]

    async def _is_surely_member(self, community: CommunityId, person: PersonId) -> bool:
        try:
            return await self._has_member(community, person)
        except (DeliveryError, TimeoutError) as error:
            log.warning("staff.member_unknown", community=community, error=type(error).__name__)
            return False

    async def _has_member(self, community: CommunityId, person: PersonId) -> bool:
        async with asyncio.timeout(self._post_within):
            return await self._rooms.has_member(community, person)


def _nonce(preview: MessageId, words: str | None) -> str:
    """The same for a second try, another one for other words; at most 25 characters."""
    return f"{preview}-{sha256((words or '').encode('utf-8', 'surrogatepass')).hexdigest()[:4]}"


async def _has_team(tx: Transaction, community: CommunityId) -> bool:
    settings = await tx.communities.get(community)
    return settings is not None and settings.staff_channel is not None


async def _has_lines(tx: Transaction, community: CommunityId) -> bool:
    return bool(await tx.own_helplines.approved(community))


@dataclass(slots=True, weakref_slot=True)
class _Turn:
    """The presses of one person about one community, one after the other; how often they had it erased meanwhile."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    erasures: int = 0
