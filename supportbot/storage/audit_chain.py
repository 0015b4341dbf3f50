"""The chain of an audit: what each link authenticates, and the first place where a chain does not hold.

A link's mark is HMAC-SHA256 of everything in it and of the mark before it, under a key derived from a data key: whoever
has the database alone cannot make one. The head authenticates where the chain ends, and where it begins once older
links were purged. Who acted stands beside the chain; a link holds SHA-256 of their id, with a random salt that stands
beside the chain too: who is named cannot be exchanged, and with salt and id erased nothing leads back to them.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

from supportbot.domain.audit import AuditFault
from supportbot.storage.sealing import KeyRing, Sealer

BROKEN = "broken"
"""In the place of a seal: this was found changed. No seal is ever this, so it stays found."""

START = ""
"""The mark before the first link."""

_PURPOSE = b"supportbot audit 1"


class ChainKeys:
    """HMAC under keys derived from the key ring's, for one transaction."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    @cached_property
    def _ring(self) -> KeyRing:
        return self._sealer.ring

    @cached_property
    def _keys(self) -> dict[str, bytes]:
        return self._ring.derived(_PURPOSE)

    @property
    def active(self) -> str:
        """The id of the key for new links."""
        return self._ring.active

    def knows(self, key_id: str) -> bool:
        """Whether marks under this key can be made."""
        return key_id in self._keys

    def mark(self, key_id: str, *parts: object) -> str:
        """The mark of these parts, in hex."""
        return hmac.digest(self._keys[key_id], _encoded(parts), "sha256").hex()

    def fits(self, given: object, key_id: str, *parts: object) -> bool:
        """Whether this is their mark; not if the key is not known."""
        return self.knows(key_id) and hmac.compare_digest(_encoded([given]), _encoded([self.mark(key_id, *parts)]))


@dataclass(frozen=True, slots=True)
class Link:
    """One row as the database has it: in a changed one, any value may stand anywhere. `at` is in milliseconds."""

    community: int
    number: int
    at: int
    actor: str
    act: str
    detail: str
    key_id: str
    mark: str

    def parts(self, before: str) -> Sequence[object]:
        """What its mark authenticates."""
        return (
            *("link", self.community, self.number, self.at, self.actor),
            *(self.act, self.detail, self.key_id, before),
        )

    def signed(self, keys: ChainKeys, before: str) -> Link:
        """The same under the active key."""
        link = replace(self, key_id=keys.active)
        return replace(link, mark=keys.mark(keys.active, *link.parts(before)))


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends, and the last link that was purged from its beginning: 0 and START for none."""

    community: int
    number: int
    mark: str
    purged: int
    purged_mark: str
    key_id: str
    seal: str

    def parts(self) -> Sequence[object]:
        """What its seal authenticates."""
        return "head", self.community, self.number, self.mark, self.purged, self.purged_mark, self.key_id

    def sealed(self, keys: ChainKeys) -> Head:
        """The same with the seal of the active key."""
        head = replace(self, key_id=keys.active)
        return replace(head, seal=keys.mark(keys.active, *head.parts()))

    def holds(self, keys: ChainKeys) -> bool:
        """Whether the bot sealed it like this."""
        return keys.fits(self.seal, self.key_id, *self.parts())


@dataclass(frozen=True, slots=True)
class Actor:
    """Who made an entry."""

    salt: str
    person: int

    def token(self, community: int, number: int) -> str:
        """What the link holds in their place."""
        return sha256(_encoded(["actor", community, number, self.salt, self.person])).hexdigest()


def is_link_sound(keys: ChainKeys, link: Link, before: str, actor: Actor | None) -> bool:
    """Whether the bot wrote it after the link with the mark `before`, about this actor if one is still named."""
    named = actor is None or actor.token(link.community, link.number) == link.actor
    return named and keys.fits(link.mark, link.key_id, *link.parts(before))


def first_fault(
    keys: ChainKeys, community: int, head: Head | None, links: Iterable[Link], actors: Mapping[int, Actor]
) -> AuditFault | None:
    """The first place where a community's chain does not hold; `links` in the order of their numbers."""
    if head is None:
        return AuditFault(community, 1, "entries are here whose list was taken away")
    number, before = head.purged, head.purged_mark
    for link in links:
        number += 1
        if why := _wrong_link(keys, link, number, before, actors.get(number)):
            return AuditFault(community, number, why)
        before = link.mark
    if why := _wrong_end(keys, head, number, before):
        return AuditFault(community, number + 1, why)
    if strays := actors.keys() - set(range(head.purged + 1, head.number + 1)):
        return AuditFault(community, min(strays, key=repr), "somebody is named for an entry that is not there")
    return None


def _wrong_link(keys: ChainKeys, link: Link, number: int, before: str, actor: Actor | None) -> str | None:
    if link.number != number:
        return "an entry is missing here, or one is too many"
    if not keys.knows(link.key_id):
        return "it is under a key that is not in the key ring"
    return None if is_link_sound(keys, link, before, actor) else "it is not what was written here"


def _wrong_end(keys: ChainKeys, head: Head, number: int, mark: str) -> str | None:
    if not keys.knows(head.key_id):
        return "the end of the list is under a key that is not in the key ring"
    is_there = (head.number, head.mark) == (number, mark)
    return None if is_there and head.holds(keys) else "the end of the list is not where it was"


def _encoded(parts: Iterable[object]) -> bytes:
    """Unambiguous bytes of any values; what no row of ours holds becomes some other text."""
    return json.dumps(list(parts), default=repr).encode("ascii")
