"""A staff channel in words: who can read it, and what the bot may not do there."""

from __future__ import annotations

from supportbot.chat.markdown import escaped
from supportbot.chat.words import Voice
from supportbot.domain.staff import Readers, StaffRoom

MOST_ROLES = 10


def who_reads(voice: Voice, readers: Readers) -> str:
    """Everybody, or the roles by name, and always the owner and administrators."""
    if readers.everyone:
        return voice("readers.everyone")
    lines = [voice("readers.role", role=escaped(role)) for role in readers.roles[:MOST_ROLES]]
    if len(readers.roles) > MOST_ROLES:
        lines.append(voice.count("readers.more", len(readers.roles) - MOST_ROLES))
    if readers.people:
        lines.append(voice.count("readers.people", readers.people))
    return "\n".join([*lines, voice("readers.always")])


def room_refused(voice: Voice, room: StaffRoom) -> str:
    """Why a channel cannot be used, and how that is mended."""
    powers = "\n".join(voice("readers.power", power=voice(f"readers.power.{power.value}")) for power in room.missing)
    return voice("setup.staff.missing", channel=f"<#{room.channel}>", powers=powers)
