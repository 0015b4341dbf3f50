"""Every page as Discord would get it, in every language, against what Discord takes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from supportbot.chat import knowledge, sizes
from supportbot.chat.knowledge_items import items_of_entry
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.content import DEFAULT_LANGUAGE, Content
from supportbot.content.editing import Desk, Place
from supportbot.domain.commands import NAMES
from supportbot.domain.editing import Finding
from supportbot.domain.knowledge import Entry
from supportbot.services.library import ROLES

RULE = "discord-limit"
LONGEST_TITLE = 80
"""Characters: a title is a button's label too."""
LONGEST_SUMMARY = 100
_LONGEST_ID = 10**19 - 1
_MOST_ROLES = 20
_MOST_CHOICES = 10


def titles(entry: Entry, place: Place) -> Iterator[Finding]:
    """Titles and summaries stand in lists and on buttons."""
    for key, text, most in (("title", entry.title, LONGEST_TITLE), ("summary", entry.summary, LONGEST_SUMMARY)):
        if len(text) > most:
            yield Finding(place.file, key, "too-long", f"{len(text)} characters; at most {most} fit on a phone")


def pages(content: Content, desk: Desk) -> Iterator[Finding]:
    """Entries with their buttons, their sources, lists to choose from, and any two roles side by side."""
    mentions = Mentions({name.split()[0]: _LONGEST_ID for name in NAMES.values()})
    words, places = Words(content.catalogues, content.line_words), desk.places()
    for language in content.catalogues:
        voice = Voice(words, language, mentions)
        for id_ in content.knowledge.ids:
            entry = content.knowledge.entry(id_, [language])
            if entry.language in {language, DEFAULT_LANGUAGE}:
                file = places[entry.id, entry.language].file
                yield from (Finding(file, key, RULE, says) for key, says in _of_entry(voice, content, entry))
        yield from _of_comparisons(voice, content)
        yield from _of_choices(voice, content)


def _of_entry(voice: Voice, content: Content, entry: Entry) -> Iterator[tuple[str, str]]:
    for number in range(len(entry.pages)):
        key = f"page {number + 1}"
        yield from ((key, says) for says in sizes.of_embed(knowledge.page(voice, entry, number)))
        items = items_of_entry(voice, content, entry, number, in_server=True, can_share=True)
        yield from ((key, says) for says in sizes.of_buttons(items))
    shown = knowledge.sources(voice, entry, content.knowledge.sources_of(entry))
    yield from (("sources", says) for says in sizes.of_embed(shown))


def _of_comparisons(voice: Voice, content: Content) -> Iterator[Finding]:
    roles = [each.id for each in content.knowledge.shelf(ROLES, voice.languages) if each.role is not None]
    for left, right in combinations(roles, 2):
        shown = content.comparison(left, right, voice.languages)
        where = "knowledge/roles" if shown.pair is None else f"comparisons/{shown.pair.id}.{shown.language}.toml"
        for says in sizes.of_embed(knowledge.comparison(voice, shown)):
            yield Finding(where, f"{left}+{right} in {voice.language}", RULE, says)


def _of_choices(voice: Voice, content: Content) -> Iterator[Finding]:
    """Of the roles, and of the entries that take the most room."""
    roles = content.knowledge.shelf(ROLES, voice.languages)[:_MOST_ROLES]
    every = [content.knowledge.entry(id_, voice.languages) for id_ in content.knowledge.ids]
    longest = sorted(every, key=lambda each: -len(each.title) - len(each.summary))[:_MOST_CHOICES]
    for name, chosen in (("roles", roles), ("longest", longest)):
        shown = knowledge.choice_of(voice, voice("roles.offer.title"), voice("roles.offer.intro"), chosen)
        for says in sizes.of_embed(shown):
            yield Finding("knowledge", f"{name} in {voice.language}", RULE, says)
