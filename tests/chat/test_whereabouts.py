"""Where the bot is and who is there, as the client knows it: an outage is no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from supportbot.chat.whereabouts import DiscordWhereabouts
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import OutcomeUnknown

HERE, SAM = CommunityId(77), PersonId(1)


@dataclass
class Client:
    """As much of a client as is looked at."""

    ready: bool = True
    guilds: list[SimpleNamespace] = field(default_factory=lambda: [SimpleNamespace(id=77, unavailable=False)])

    def is_ready(self) -> bool:
        return self.ready

    def get_guild(self, wanted: int) -> SimpleNamespace | None:
        return next((guild for guild in self.guilds if guild.id == wanted), None)


class Rooms:
    """Nobody is anywhere."""

    async def has_member(self, community: CommunityId, person: PersonId) -> bool:
        return False


def whereabouts(client: Client) -> DiscordWhereabouts:
    return DiscordWhereabouts(cast("Any", client), cast("Any", Rooms()))


async def test_only_a_community_that_is_up_says_who_is_not_there() -> None:
    client = Client()
    where = whereabouts(client)
    assert where.here() == {HERE}
    assert not await where.has_member(HERE, SAM)
    client.guilds[0].unavailable = True
    assert where.here() == {HERE}, "an outage is no removal"
    with pytest.raises(OutcomeUnknown):
        await where.has_member(HERE, SAM)
    client.guilds.clear()
    with pytest.raises(OutcomeUnknown):
        await where.has_member(HERE, SAM)


async def test_before_it_is_ready_nothing_is_known() -> None:
    assert whereabouts(Client(ready=False)).here() is None
