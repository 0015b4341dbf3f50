"""Every command, button, choice and form, in a language that nobody speaks: another language is files alone, no text is
hard-wired, and nothing that is 40 % longer is too long for Discord, which the sandbox would refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel import Locale

from supportbot import content
from supportbot.domain.countries import COUNTRIES
from supportbot.sandbox.server import Sandbox
from supportbot.services.names import country_name, own_name
from tests.conftest import StartBot
from tests.e2e.crawl import Crawler
from tests.e2e.test_setup import HELPERS
from tests.support.pseudo import KEPT, LANGUAGE, LETTERS, LOCALE, accented, pseudo, write
from tests.support.running import GENERAL, Person, without_limits
from tests.support.wordings import MOOD_QUESTIONS

NUDGE = ("checkin nudge", "channel")
SAMPLES: dict[tuple[str, str], object] = {
    ("checkin start", "when"): "20:30",
    ("checkin start", "zone"): "Europe/Berlin",
    ("checkin edit", "when"): "weekdays 21:00",
    ("checkin timezone", "zone"): "Asia/Tokyo",
    ("checkin quiet", "from"): "23:00",
    ("checkin quiet", "to"): "22:00",
    ("checkin vacation", "from"): "in 3 weeks",
    ("checkin vacation", "to"): "in 4 weeks",
    ("checkin stop", "which"): "all",
    NUDGE: "general",
    ("consent withdraw", "which"): "checkins",
    ("crisis", "country"): "NL",
    ("roles about", "role"): "therapist",
    ("roles compare", "a"): "psychologist",
    ("roles compare", "b"): "peer-supporter",
    ("glossary", "term"): "trauma",
    ("mydata export", "what"): "checkins",
    ("mydata delete", "what"): "checkins",
    ("ask", "question"): "dbt",
    ("setup region", "country"): "DE",
    ("setup staff-channel", "channel"): "helpers",
    ("setup helpline add", "kind"): "crisis",
    ("setup helpline add", "service"): "Qwertz",
    ("setup helpline add", "source"): "Qwertz",
    ("setup helpline add", "phone"): "0123 456",
    ("setup helpline add", "text"): "QWERTZ to 12345",
    ("setup helpline add", "chat"): "https://qwertz.example/chat",
    ("setup helpline add", "web"): "https://qwertz.example",
    ("setup helpline add", "hours"): "24/7",
    ("setup helpline add", "languages"): "Qwertz",
    ("setup helpline add", "note"): "Qwertz",
    ("setup helpline remove", "line"): "Qwertz",
    ("prompts add", "asks"): "mood",
    ("prompts add", "language"): LANGUAGE,
    ("prompts add", "words"): "Qwertz",
    ("prompts remove", "prompt"): "Qwertz",
}
"""What the crawler gives to the options of commands; whoever adds an option that must be given adds a sample."""

MENU = 3
"""A command in the menu of a message has no description."""

QUESTIONS = ("qwertz", "dbt, i want to die", "what helps in withdrawal, and who pays for a visit")
"""One that nothing fits, one in a crisis, one that leaves doubt."""

OF_MESSAGES = ("I found no word in this message that I can explain.", "Words in this message")
MESSAGES = ("qwertz", "trauma", "trauma, detox, cravings", "detox, i want to die")

CHECK_INS = 6
"""Each is answered or put away in another way."""

EVERYWHERE = (
    "What I can do",
    "Options that may fit",
    "Help with getting safe",
    "What you agree to",
    "Yes, stop",
    "Remember your language?",
    "I am a bot and nobody reads this.",
    "I found nothing that fits",
)
"""What is far from the beginning: a crawler that does not come to it has lost its way."""

NAMES = ("supportbot", "Qwertz", "QWERTZ to 12345", "Riverside Recovery", "Night Owls", "helpers", "Moderators")
SHUNNED = [("language:choose", language) for language in content.load().catalogues]
"""Whoever chooses another language rightly sees no more of this one."""

OVER: tuple[tuple[str, dict[str, object]], ...] = (
    ("checkin stop", {"which": "all"}),
    ("checkin quiet", {"off": True}),
    ("checkin vacation", {"off": True}),
)
"""What takes away all that keeps a check-in from coming."""

TYPED = ("hello", "stop", "i want to die")


def data() -> Iterator[str]:
    """What is shown as it is, and is no text of the bot's: names of places, and what is known of helplines."""
    yield from NAMES
    spoken = Locale.parse(LANGUAGE)
    yield from map(str, spoken.languages.values())
    yield from map(own_name, (LANGUAGE, *content.load().catalogues))
    for form in (*spoken.days["format"].values(), *spoken.months["format"].values()):
        yield from form.values()
    for source in content.load().knowledge.references.values():
        yield from filter(None, (source.title, source.author))
    for country in COUNTRIES:
        yield country_name(country, LANGUAGE)
        yield country
    for line in content.load().helplines:
        yield from filter(
            None, (line.service, line.service_local, line.hours, line.contact.text, line.audience, line.note)
        )


@cache
def shown_as_it_is() -> re.Pattern[str]:
    """All of that, the longest first."""
    found = {each for each in data() if any(ch.isascii() and ch.isalpha() for ch in each)}
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))))


ZONE = re.compile(r"(?:^[^()]+ \()?\b[A-Z]\w+(?:/[\w+-]+)+\)?|\bUTC\b")
"""A time zone, also behind the names of a city and a country, as it is suggested."""

ASCII_WORD = re.compile(r"[A-Za-z]{2,}")


def check(text: str, where: str) -> None:
    """Nothing is in a language that the person does not have."""
    rest = ZONE.sub(" ", KEPT.sub(" ", text))
    if ASCII_WORD.search(rest):
        rest = shown_as_it_is().sub(" ", rest)
    assert not ASCII_WORD.search(rest), f"{where}: {ASCII_WORD.findall(rest)} in {text!r}"
    assert "{" not in text, where


def test_the_check_sees_what_is_hard_wired() -> None:
    check("Šéñď https://a.example/b `/mydata delete` </help:1> <t:1:R> Riverside Recovery 20:30 Europe/Berlin", "")
    for wrong in ("Hello", "Šéñď this", "{name}"):
        with pytest.raises(AssertionError):
            check(wrong, "")


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("roles", "place"),
    [([], GENERAL), ([], "dm"), (["Moderators"], GENERAL)],
    ids=["member in a server", "member in direct messages", "moderator"],
)
async def test_every_screen_is_in_the_persons_language(
    sandbox: Sandbox, start_bot: StartBot, tmp_path: Path, roles: list[str], place: str
) -> None:
    write(tmp_path / "content")
    guild = GENERAL.split("/", maxsplit=1)[0]
    for community in sandbox.actor._state.world.guilds.values():
        community.preferred_locale = LOCALE
    await sandbox.actor.add_user(username="ellen", locale=LOCALE, guilds=[guild], roles=roles)
    async with start_bot(SUPPORTBOT_CONTENT_DIR=str(tmp_path / "content")) as app:
        without_limits(app)
        for command, options in (
            ("setup staff-channel", {"channel": "helpers"}),
            (
                "setup helpline add",
                {key: value for (name, key), value in SAMPLES.items() if name == "setup helpline add"},
            ),
        ):
            await sandbox.actor.invoke(user="mika", channel=GENERAL, command=command, options=options, wait="final")
        # In a DM Discord offers no channels to choose from.
        samples = {key: value for key, value in SAMPLES.items() if place == GENERAL or key != NUDGE}
        ellen = Crawler(sandbox, "ellen", place, check, samples, shown_as_it_is(), [HELPERS] if roles else [], SHUNNED)
        for offered in await sandbox.actor.commands(user="ellen", channel=place):
            look_at_descriptions(offered)
        await ellen.learn_commands()
        await ellen.explore()
        for question in QUESTIONS:
            await ellen.ask("ask", options={"question": question})
        # In a DM the bot answers what is typed, too.
        for text in MESSAGES if place == GENERAL else ():
            message = await sandbox.actor.send_message(user="mika", channel=place, content=text)
            await ellen.ask("Explain words", target=message["id"])
        person = Person(sandbox, "ellen", place)
        for hour in range(CHECK_INS):
            await let_wake_up(sandbox)
            await begin_anew(person, f"{hour}:15")
            await person.checkin()
            await ellen.look_again()
            await ellen.explore()
        await begin_anew(person, "20:15")
        for typed in TYPED:
            last = (await person.dms())[-1]
            await person.says(typed)
            await person.next_dm(after=last)
            await ellen.look_again()
            await ellen.explore()
    unseen = [
        text
        for text in (*EVERYWHERE, *(OF_MESSAGES if place == GENERAL else ()))
        if accented(text) not in "\n".join(ellen.texts)
    ]
    assert unseen == [], "the crawler has lost its way"
    assert any(accented(question) in "\n".join(ellen.texts) for question in MOOD_QUESTIONS)


async def begin_anew(person: Person, when: str) -> None:
    """One check-in, at its time, whatever the crawler did to those before."""
    for command, options in OVER:
        await person.run(command, **options)
    draft = await person.run("checkin start", when=when, zone="Europe/Berlin")
    await person.press(draft, pseudo("I agree, start"))


async def let_wake_up(sandbox: Sandbox) -> None:
    """A check-in that was erased leaves the wake-up for it, which must not be taken for that of the next one."""
    at = sandbox.clock.alarms.get("checkins")
    if at is not None and at > sandbox.clock.now():
        await sandbox.actor.move_clock(to_alarm="checkins")


def look_at_descriptions(node: dict[str, object]) -> None:
    """Of commands, options and choices, in the language of the person's client."""
    for key in ("description", "name"):
        said = node.get(f"{key}_localizations")
        if said or (key == "description" and node.get("type") != MENU and key in node):
            assert isinstance(said, dict)
            check(said[LOCALE], str(node["name"]))
    for key in ("options", "choices"):
        for inner in node.get(key) or ():  # type: ignore[attr-defined]
            look_at_descriptions(inner)


def test_no_letter_of_the_language_is_plain() -> None:
    assert not ASCII_WORD.search("".join(map(chr, LETTERS.values())))
