"""How a note looks in a DM. What a lock screen shows of it says nothing about recovery."""

from __future__ import annotations

from collections.abc import Callable

from discord.utils import format_dt

from supportbot.chat.checkin_buttons import invitation_view, question_view, said, silence_view
from supportbot.chat.farewell import farewell_view
from supportbot.chat.messenger import Rendered
from supportbot.chat.words import Voice
from supportbot.domain.checkins import Farewell, Invitation, Note, Silence, Welcome
from supportbot.domain.prompts import Prompts


def renderer(voice: Callable[[str], Voice], prompts: Callable[[str], Prompts]) -> Callable[[Note], Rendered]:
    """Render notes with the voice and the wordings of their language."""

    def render(note: Note) -> Rendered:
        speak = voice(note.language)
        match note:
            case Welcome():
                return Rendered(speak("checkin.welcome"), None)
            case Invitation():
                return _invitation(note, speak, prompts(speak.language))
            case Silence():
                return Rendered(speak("arrived.silence"), silence_view(speak, note.delivery))
            case Farewell(delivery, _, until):
                return Rendered(speak("farewell", until=format_dt(until, "D")), farewell_view(speak, delivery))

    return render


def _invitation(note: Invitation, speak: Voice, prompts: Prompts) -> Rendered:
    if note.question is None:
        text, view = prompts.line(note.turn), invitation_view(speak, note.delivery)
    else:
        text, view = said(prompts, note.question), question_view(speak, note.question, note.delivery)
    if note.catch_up:
        text = f"{speak('arrived.catch_up')}\n{text}"
    return Rendered(text, view)
