"""How a note looks in a DM. What a lock screen shows of it says nothing about recovery."""

from __future__ import annotations

from collections.abc import Callable

from supportbot.chat.checkin_buttons import invitation
from supportbot.chat.messenger import Rendered
from supportbot.chat.words import Voice
from supportbot.domain.checkins import Invitation, Note, Silence, Welcome


def renderer(voice: Callable[[str], Voice]) -> Callable[[Note], Rendered]:
    """Render notes with the voice of their language."""

    def render(note: Note) -> Rendered:
        speak = voice(note.language)
        match note:
            case Welcome():
                return Rendered(speak("checkin.welcome"), None)
            case Invitation(delivery) | Silence(delivery):
                return Rendered(speak("checkin.invitation"), invitation(speak, delivery))

    return render
