"""Who may do what in a community: Discord's own permissions first, and then what the community gives to roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from supportbot.domain.people import RoleId


class Right(StrEnum):
    """What somebody may do for a community."""

    SETUP = "setup"
    RESOURCES = "resources"
    AUDIT = "audit"
    HANDOVERS = "handovers"
    OFFERS = "offers"


GRANTED = (Right.RESOURCES, Right.AUDIT, Right.HANDOVERS, Right.OFFERS)
"""What a community can give to roles. Setting things up is for those whom Discord lets manage the community."""

OF_MODERATORS = GRANTED
OF_SUPPORTERS = (Right.HANDOVERS,)
"""What the two kinds of roles that set-up asks for are given."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody in a community: whether Discord lets them manage it (owners and administrators too), and their roles."""

    manages: bool
    roles: frozenset[RoleId] = frozenset()


def may(standing: Standing, right: Right, granted: Mapping[Right, frozenset[RoleId]]) -> bool:
    """Whether somebody may do this. `granted` is what the community gave to which roles."""
    return standing.manages or bool(standing.roles & granted.get(right, frozenset()))
