"""Answers to what somebody asks: help in a crisis first, then the entry that fits, or those that may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import discord
from discord import app_commands
from discord.app_commands import Choice

from supportbot.chat import knowledge
from supportbot.chat.beside import Beside
from supportbot.chat.components import row_of
from supportbot.chat.crisis import CrisisHelp, show_page
from supportbot.chat.host import AnyInteraction, host_of, services_of, voice_of
from supportbot.chat.knowledge_items import LONGEST_CHOICE, OpenPage, view_of_entry
from supportbot.chat.limits import has_left, may_have
from supportbot.chat.replies import say
from supportbot.chat.triage_items import StartTriage
from supportbot.chat.words import Voice
from supportbot.domain.guides import STARTS
from supportbot.domain.knowledge import Entry
from supportbot.services.library import GLOSSARY, LIKELY, Answer, beside_crisis
from supportbot.services.limits import Costly

CRISIS = "crisis-help"
"""What stands for crisis help among the choices: no entry's id."""

Asked = app_commands.Range[str, 1, 4000]
"""What may be asked: as long as a message may be, and looked through to its end for words of crisis."""

MOST_CHOICES = 25
FEW = 5
"""With fewer names than this that fit, what people ask is looked through too."""


async def show_answer(interaction: AnyInteraction, question: str) -> None:
    """Answer a question, or what was chosen for it."""
    voice, library = voice_of(interaction), services_of(interaction).library
    if question == CRISIS:
        await show_page(interaction, anew=True)
    elif not library.means_crisis(question) and not await may_have(interaction, Costly.SEARCH):
        return
    elif question in host_of(interaction.client).content.knowledge and not library.means_crisis(question):
        await _show(interaction, voice, [library.entry(question, voice.languages)])
    else:
        await _tell(interaction, voice, await library.ask(question, voice.languages))


async def show_term(interaction: AnyInteraction, term: str) -> None:
    """Explain a word, from the glossary or wherever it stands; for one that is no name, offer what may fit."""
    voice, library = voice_of(interaction), services_of(interaction).library
    if term == CRISIS:
        await show_page(interaction, anew=True)
        return
    in_crisis = library.means_crisis(term)
    if not in_crisis and not await may_have(interaction, Costly.SEARCH):
        return
    entry = library.named(term, voice.languages)
    if entry is None or in_crisis:
        await _tell(interaction, voice, replace(await library.ask(term, voice.languages), sure=False))
    else:
        await _show(interaction, voice, [entry])


async def shown_crisis(interaction: AnyInteraction, *typed: str) -> bool:
    """Answer with the crisis page if that is what was chosen, or what was typed asks for it; whether it was."""
    library = services_of(interaction).library
    wanted = any(each == CRISIS or library.means_crisis(each) for each in typed)
    if wanted:
        await show_page(interaction, anew=True)
    return wanted


async def show_explained(interaction: AnyInteraction, message: discord.Message) -> None:
    """Explain the words in a message to whoever asked, and to nobody else."""
    voice, library = voice_of(interaction), services_of(interaction).library
    text = _text_of(message)
    in_crisis = library.means_crisis(text)
    if not in_crisis and not await may_have(interaction, Costly.SEARCH):
        return
    found = library.explained_in(text, voice.languages)
    if in_crisis:
        beside = _beside(beside_crisis(found))
        await show_page(interaction, anew=True, text=voice("explain.crisis"), beside=beside)
    elif len(found) == 1:
        await _show(interaction, voice, found)
    elif found:
        await _offer(interaction, voice, found, voice("explain.offer.title"), voice("explain.offer.intro"))
    else:
        await say(interaction, voice("explain.nothing"), view=row_of(CrisisHelp.spoken(voice)))


async def question_choices(interaction: AnyInteraction, typed: str) -> list[Choice[str]]:
    """What may complete a question; with words of crisis, help for that stands first."""
    voice, library = voice_of(interaction), services_of(interaction).library
    if not has_left(interaction, Costly.SUGGESTIONS):
        return choices_of(interaction, typed, [])
    found = (
        library.suggest(typed, voice.languages, limit=MOST_CHOICES) if typed.strip() else _starts(interaction, voice)
    )
    if len(found) < FEW:
        answer = await library.ask(typed, voice.languages)
        likely = [each.entry for each in answer.found if each.score >= LIKELY]
        asked = [each.entry for each in answer.found]
        found = [*found, *likely, *library.completed(typed, voice.languages), *asked]
    return choices_of(interaction, typed, found)


def term_choices(interaction: AnyInteraction, typed: str) -> list[Choice[str]]:
    """Words of the glossary to complete what somebody is typing, and after them what stands elsewhere."""
    voice, library = voice_of(interaction), services_of(interaction).library
    if not has_left(interaction, Costly.SUGGESTIONS):
        return choices_of(interaction, typed, [])
    found = library.suggest(typed, voice.languages, shelf=GLOSSARY, limit=MOST_CHOICES)
    others = library.suggest(typed, voice.languages, limit=MOST_CHOICES)
    return choices_of(interaction, typed, [*found, *others])


def choices_of(interaction: AnyInteraction, typed: str, found: Sequence[Entry]) -> list[Choice[str]]:
    """These entries, each once; before them crisis help where words of crisis stand or are being typed."""
    titles = {each.id: each.title for each in found}
    choices = [Choice(name=title[:LONGEST_CHOICE], value=id_) for id_, title in titles.items()]
    if services_of(interaction).library.may_mean_crisis(typed):
        choices.insert(0, Choice(name=voice_of(interaction)("crisis.button")[:LONGEST_CHOICE], value=CRISIS))
    return choices[:MOST_CHOICES]


async def _tell(interaction: AnyInteraction, voice: Voice, answer: Answer) -> None:
    found = [each.entry for each in answer.found]
    if answer.crisis:
        # Alone: whatever came after it would stand below it, and hide it on a phone.
        await show_page(interaction, anew=True, beside=_beside(answer.beside_crisis))
    elif answer.sure:
        await _show(interaction, voice, found)
    elif found:
        await _offer(interaction, voice, found, voice("ask.offer.title"), voice("ask.offer.intro"))
    else:
        starts = _starts(interaction, voice)
        embed = knowledge.choice_of(voice, voice("ask.nothing.title"), voice("ask.nothing.intro"), starts)
        buttons = [OpenPage(each.id, 0, each.title) for each in starts]
        await say(interaction, embed=embed, view=row_of(CrisisHelp.spoken(voice), *buttons, StartTriage.spoken(voice)))


def _beside(found: Sequence[Entry]) -> list[Beside]:
    return [Beside(each.id, each.title) for each in found]


async def _show(interaction: AnyInteraction, voice: Voice, found: Sequence[Entry]) -> None:
    """The first one's first page; the others are a press away, in the place of what follows it by itself."""
    entry, others = found[0], found[1:]
    view = view_of_entry(interaction, voice, entry, 0, then=others or None)
    await say(interaction, embed=knowledge.page(voice, entry, 0), view=view)


async def _offer(interaction: AnyInteraction, voice: Voice, found: Sequence[Entry], title: str, intro: str) -> None:
    embed = knowledge.choice_of(voice, title, intro, found)
    buttons = [OpenPage(each.id, 0, each.title) for each in found]
    await say(interaction, embed=embed, view=row_of(*buttons, CrisisHelp.spoken(voice)))


def _starts(interaction: AnyInteraction, voice: Voice) -> list[Entry]:
    content = host_of(interaction.client).content.knowledge
    return [content.entry(id_, voice.languages) for id_ in STARTS if id_ in content]


def _text_of(message: discord.Message) -> str:
    """What a message says, and what it forwards, with their embeds and the descriptions of their files."""
    parts = [part for said in (message, *message.message_snapshots) for part in _parts_of(said)]
    return "\n".join(part for part in parts if part)


def _parts_of(said: discord.Message | discord.MessageSnapshot) -> Iterator[str | None]:
    yield said.content
    for embed in said.embeds:
        yield from (embed.title, embed.description)
        for field in embed.fields:
            yield from (field.name, field.value)
        yield embed.footer.text
    yield from (file.description for file in said.attachments)
