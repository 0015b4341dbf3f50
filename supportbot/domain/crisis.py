"""What somebody can need on the crisis page, and which lines belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from supportbot.domain.helplines import Kind


class Need(StrEnum):
    """What the page is about, one press each. The values stand in custom_ids: they name no danger and no person."""

    ASLEEP = "a"
    """Somebody does not wake up, or took too much."""
    LIFE = "b"
    """Thinking of ending one's own life."""
    HURT = "c"
    """Somebody is hurting me."""
    WORRIED = "d"
    """Worried about somebody else."""
    WRITTEN = "e"
    """Cannot or will not phone: ways to write only."""
    OTHER = "f"
    """Lines that are no crisis lines."""


FIRST = (Need.ASLEEP, Need.LIFE, Need.HURT, Need.WORRIED, Need.WRITTEN)
"""The choices in front, in their order."""

KINDS: Mapping[Need | None, tuple[Kind, ...]] = {
    None: (Kind.CRISIS,),
    Need.ASLEEP: (Kind.POISON,),
    Need.LIFE: (Kind.CRISIS,),
    Need.HURT: (Kind.DOMESTIC_VIOLENCE,),
    Need.WORRIED: (Kind.CRISIS,),
    Need.WRITTEN: (Kind.CRISIS, Kind.YOUTH, Kind.DOMESTIC_VIOLENCE, Kind.WARMLINE, Kind.SUBSTANCE, Kind.POISON),
    Need.OTHER: (Kind.YOUTH, Kind.WARMLINE, Kind.SUBSTANCE, Kind.REFERRAL),
}
"""Which lines are shown for a need, those it is about first, each kind in a place of its own."""
