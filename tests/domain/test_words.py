"""Words of crisis and of stopping, found on this machine."""

from __future__ import annotations

import time
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot import content
from supportbot.domain.phrases import Phrases
from supportbot.domain.spelling import Spelling, pieces, plain
from supportbot.domain.words import Lexicon, TypedWords, listed
from tests.domain.phrases.learn import said

CONTENT = content.load()
WORDS = CONTENT.typed
LANGUAGES = ("en", "es")


@cache
def lists(language: str) -> dict[str, Any]:
    """A language's lists as shipped."""
    return tomllib.loads((files("data") / f"typed/{language}.toml").read_text(encoding="utf-8"))


def written(kind: str) -> list[str]:
    """Phrasings of every language, written before the lists."""
    here = Path(__file__).parent / "phrases"
    return [
        phrase
        for language in LANGUAGES
        for phrase in tomllib.loads((here / f"dev.{language}.toml").read_text(encoding="utf-8"))[kind]
    ]


def words(**given: Any) -> TypedWords:
    return TypedWords((Lexicon.of(**{"language": "en", "stop": [], **given}),))


CRISIS = """
I want to die
i dont want to live
I DON'T WANT TO LIVE...
I don't even want to live
thinking about suicide
i am suicidal again
i wanna die
i just really want to die
I want to... die
_i want to die_ **now**
i wánt to die
kms
i want to kms
gonna kms tonight
I'm going to kill myself
i might kill my self
imma killl myself
unalive myself
I want to unalive myself
I dont wanna be here any more
i don't want to be here anymore
I can't go on
I can't go on, nobody cares
I cannot go on like this
i can´t go on because it hurts
I can't do this anymore
i cant do this any more
I want to end it all
going to end it. sorry
everyone would be better off without me
there's no point in living
I wish I was never born
I don't want to wake up.
hope i don’t wake up tomorrow
selfharm
I self-harmed
relapsed into self harm
i want to hurt myself
I cut myself
I took a whole bottle of pills
i took to many pills
i took too much
I took too much. Time to go
I took too many
my friend OD'd
my friend od’ed
she overdosed
he's not breathing
he isn't breathing
hes not breathing
my mom's not breathing
my moms not breathing please help
she stopped breathing
he’s not waking up
my friend won't wake up
I can't wake him up
she's unconscious
he is turning blue
he's hitting me
he is trying to kill me
this is killing me and i want to die
I don't want to live with this pain
he's not waking up at all
I took too much on purpose
I cut myself some more
gonna kms from stress
i'll kms 4 real
I don't want to live alone with this
no more. kms
i can't go on any longer
i no longer want to live
I want 2 die
I don't want to live in this world
took too much time off and now i want to die
"""

HARMLESS = """
hello
help me please
this deadline is killing me
this exam is killing me
I am dying to see it
dead tired
I'm dead
my phone died
drop dead gorgeous
I could kill for a coffee
killing time
my feet are killing me
i nearly died laughing
I killed it at work
kms to go: 5
5 kms done today
ran 10 kms
10kms
so many kms left
the shop is a few kms away
stop
skillset
a suicidegirls poster
watched Suicide Squad
my friend is odd
compared to odd numbers
it looks odd on me
in the end it all worked out
it took too much time
I took too much on at work
I took too many photos today
I can't go on Friday
I can't go on the trip
I can't do this exam
I can't do this alone
my laptop won't wake up
I don't want to wake up at six
I'm not waking up early tomorrow
I'm not waking up at 6
he is not breathing a word about it
I'm a heavy sleeper
I cut myself some slack
I cut myself shaving
I cut the bread myself
cut myself a slice of cake
I don't want to live with my parents
I don't want to be here at work
I don't want to go there anymore
don't wanna do the dishes anymore
he hit me up yesterday
she is beating me at chess
the pharmacy gave me a bottle of water
end of my shift
my life ends up funny
I wish I was on holiday
I live for weekends
I want to diet
this game is to die for
the bottle is empty
nothing to do
"""


@pytest.mark.parametrize("text", CRISIS.strip().splitlines())
def test_crisis(text: str) -> None:
    assert WORDS.mean_crisis(text)


@pytest.mark.parametrize("text", HARMLESS.strip().splitlines())
def test_no_crisis(text: str) -> None:
    assert not WORDS.mean_crisis(text)


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP!",
        " please stop ",
        "Unsubscribe",
        "stop it.",
        "stop it please",
        "Please stop messaging me",
        "please, just stop",
        "stopp",
        "STOPPPP!!!",
        "s\u200btop",
        "stop check-ins",
        "no more messages please",
        "Leave me alone",
        "don't message me anymore",
        "hey bot, stop",
    ],
)
def test_stop(text: str) -> None:
    assert WORDS.mean_stop(text)
    assert not WORDS.mean_crisis(text)


@pytest.mark.parametrize(
    "text",
    [
        "I cannot stop thinking",
        "stop smoking tips",
        "",
        "...",
        "please",
        "don't stop",
        "I want to stop drinking",
        "top",
        "please help",
        "at the bus stop",
    ],
)
def test_no_stop(text: str) -> None:
    assert not WORDS.mean_stop(text)


@pytest.mark.parametrize("text", written("crisis"))
def test_people_in_danger_are_heard(text: str) -> None:
    assert WORDS.mean_crisis(text)


@pytest.mark.parametrize("text", written("harmless"))
def test_what_only_looks_like_it_is_let_be(text: str) -> None:
    assert not WORDS.mean_crisis(text)


def test_enough_was_written() -> None:
    for language in LANGUAGES:
        here = Path(__file__).parent / f"phrases/dev.{language}.toml"
        rows = tomllib.loads(here.read_text(encoding="utf-8"))
        assert min(len(set(rows["crisis"])), len(set(rows["harmless"]))) >= 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_listed_phrase_says_what_it_is_listed_for(language: str) -> None:
    given = lists(language)
    crisis, harmless = ({said(phrase, given["families"]) for phrase in given[kind]} for kind in ("crisis", "harmless"))
    assert [phrase for phrase in sorted(crisis) if not WORDS.mean_crisis(phrase)] == []
    assert [phrase for phrase in sorted(harmless) if WORDS.mean_crisis(phrase)] == []
    assert [phrase for phrase in given["stop"] if not WORDS.mean_stop(phrase)] == []
    assert [phrase for phrase in given["stop"] if WORDS.mean_crisis(phrase)] == []


@pytest.mark.parametrize(
    "text",
    [
        "want to " * 250,
        "he took " * 250,
        "iwantto " * 250,
        "s*c " * 500,
        "k1 " * 660,
        "a " * 1000,
        "x" * 2000,
        "y'" * 999,
        "quiero que no " * 142,
        "quieromor " * 200,
        ("noquiero" * 4 + " ") * 60,
    ],
)
def test_a_long_message_is_looked_through_at_once(text: str) -> None:
    """Some 20 ms on a slow machine; what grows faster than the message would take seconds."""
    began = time.process_time()
    WORDS.mean_crisis(text[:2000])
    assert time.process_time() - began < 0.5


ORDINARY = ("the group meets in a room near the station, and they drink a lot of tea there. " * 80)[:6000]


def seconds(text: str) -> float:
    """Of this process, the best of three rounds: what else the machine does is left out."""
    found: list[float] = []
    for _ in range(3):
        began = time.process_time()
        WORDS.mean_crisis(text)
        found.append(time.process_time() - began)
    return min(found)


@pytest.mark.parametrize(
    "odd", ["\ufdfa", "\u33c2", "\ufdfa ", "ab", "i'm'", "*a", "a* ", "wrod{} ", "q{}x ", "i want to "], ids=ascii
)
def test_the_oddest_text_costs_little_more_than_an_ordinary_one(odd: str) -> None:
    text = "".join(odd.format(number) for number in range(6000))[:6000]
    assert not WORDS.mean_crisis(ORDINARY)
    assert seconds(text) < 12 * seconds(ORDINARY)


@pytest.mark.parametrize("wide", ["\ufdfa", "\ufdfb", "\u3316", "\u33af", "\u33c2", "\ufb03", "\u1f82"], ids=ascii)
def test_a_text_is_hardly_longer_in_plain_spelling(wide: str) -> None:
    assert len(plain(wide * 100)) <= 400
    assert sum(map(len, pieces(wide * 100))) <= 402


def test_a_word_too_long_to_be_one_is_read_in_its_parts() -> None:
    assert WORDS.mean_crisis("grapefruit*" * 20 + "i*want*to*kill*myself")
    assert WORDS.mean_crisis("kill" + "l" * 3000 + " myself")
    assert not WORDS.mean_crisis("i" + "'m" * 2999)


@pytest.mark.parametrize("typed", ["kill mys", "suic", "i hate this, i will kill mys", "quiero mor", "suicid", "SUIC"])
def test_what_becomes_crisis_when_the_word_is_finished(typed: str) -> None:
    assert WORDS.may_become_crisis(typed)


@pytest.mark.parametrize(
    "typed",
    ["", "s", "sui", "suic ", "suic?", "mys", "what is my", "suicx", "what is the", "therap", "🙂", "suic " * 50],
)
def test_what_does_not_become_crisis(typed: str) -> None:
    assert not WORDS.may_become_crisis(typed)


def test_a_gap_is_three_words_in_one_part_of_a_sentence() -> None:
    found = words(crisis=["give * back"])
    assert all(map(found.mean_crisis, ["give back", "give it back", "give my old hat back", "give to 1 2 back, yes"]))
    assert not any(map(found.mean_crisis, ["give my good old hat back", "give it. his back", "give", "back give"]))


def test_choices_and_what_may_be_left_out() -> None:
    found = words(crisis=["(take|give [me] your) {thing} [away] now"], families={"thing": ["hat", "old coat"]})
    said = ["take hat now", "take old coat away now", "give me your hat away now", "give your old coat now"]
    assert all(map(found.mean_crisis, said))
    assert not any(map(found.mean_crisis, ["take now", "give me hat now", "take coat now", "take hat away"]))


def test_numbers_are_few_or_many() -> None:
    few, many = words(crisis=["took # red"]), words(crisis=["took ## red"])
    assert [few.mean_crisis(f"took {n} red") for n in ("2", "8", "100")] == [True, True, True]
    assert [many.mean_crisis(f"took {n} red") for n in ("2", "07", "8", "10", "100")] == [
        False,
        False,
        True,
        True,
        True,
    ]


def test_a_full_stop_is_the_end_of_a_part() -> None:
    found = words(crisis=[". red", "green ."])
    assert all(map(found.mean_crisis, ["red", "well, red dog", "the green", "green; no", "so green\nno"]))
    assert not any(map(found.mean_crisis, ["the red dog", "green dog"]))


@pytest.mark.parametrize(
    "text",
    [
        "end my life",
        "END MY LIFE",
        "e n d  m y  l i f e",
        "e.n.d m.y l.i.f.e",
        "end 🔪 my 😭 life",
        "endmylife",
        "3nd my l1fe",
        "end my l*fe",
        "ennd my liiife",
        "énd my lifé",
        "ｅｎｄ my life",
        "end, my. life!",
        "end\u200b my life",
    ],
)
def test_odd_spellings(text: str) -> None:
    assert words(crisis=["end my life"]).mean_crisis(text)


def test_a_look_alike_stands_in_one_part_of_a_sentence() -> None:
    found = words(crisis=["end my life"], harmless=["end my life as a"])
    assert not found.mean_crisis("I end my life as a student")
    assert found.mean_crisis("I end my life. As a last word")
    assert found.mean_crisis("I end my life as a student and end my life")


def test_small_slips_in_words_that_are_often_misspelt() -> None:
    spelling = Spelling.of(misspelt=["suicide"], words=["suicide"], sounds=[("z", "s")])
    found = words(crisis=["suicide"], spelling=spelling)
    said = ["suicde", "suicidee", "suixide", "siucide", "zuicide", "sui cide", "su1cide", "su*c*de"]
    assert [text for text in said if not found.mean_crisis(text)] == []
    assert not any(map(found.mean_crisis, ["side", "decide", "suite", "homicide", "sui"]))


def test_words_without_spaces_are_known_only_when_all_of_them_is() -> None:
    found = words(crisis=["end my life"])
    assert not any(map(found.mean_crisis, ["endmylifex", "xendmylife", "bendmylife", "endmy"]))


@pytest.mark.parametrize(
    ("phrases", "why"),
    [
        (["end (it|all"], "brackets"),
        (["end it)"], "brackets"),
        (["end it|all"], "brackets"),
        (["end [it|all)"], "brackets"),
        (["[end]"], "may be left out"),
        (["end {thing}"], "no family thing"),
        (["end (please|it)"], "nothing but fillers"),
    ],
)
def test_phrases_that_are_no_phrases(phrases: list[str], why: str) -> None:
    spelling = Spelling.of(fillers=["please"], words=listed(phrases, [], [], {}))
    with pytest.raises(ValueError, match=why):
        Phrases(phrases, spelling)


def test_a_phrase_of_nothing_but_punctuation_is_no_phrase() -> None:
    found = words(crisis=["...", "end my life"], stop=["!"], harmless=["?"])
    assert not found.mean_crisis("...")
    assert not found.mean_stop("!")


@given(st.text(max_size=80))
def test_looking_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read(text: str) -> None:
    assert pieces(text)[0] == pieces(text)[-1] == "."
    WORDS.mean_crisis(text)
    WORDS.mean_stop(text)


@given(st.text(alphabet="abc ", max_size=20), st.text(alphabet="abc ", max_size=20))
def test_a_phrase_is_found_wherever_it_stands_as_words(before: str, after: str) -> None:
    found = words(crisis=["end my life"])
    assert found.mean_crisis(f"{before} End my LIFE, {after}")
    assert not found.mean_crisis(f"{before}xend my lifex{after}")


@pytest.mark.parametrize(
    ("text", "language"),
    [("I want to die", "en"), ("quiero morirme", "es"), ("no quiero vivir", "es"), ("stop", "en"), ("hello", None)],
)
def test_the_language_of_what_is_in_the_lists(text: str, language: str | None) -> None:
    assert WORDS.language_of(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("please help me", "en"),
        ("HELP!!!", "en"),
        ("is anyone there?", "en"),
        ("anyone?", "en"),
        ("pls help", "en"),
        ("are you there", "en"),
        ("I'm so scared", "en"),
        ("ayúdame por favor", "es"),
        ("¿Hay alguien ahí?", "es"),
        ("necesito ayuda", "es"),
        ("no me dejen sola", "es"),
        ("hello", None),
        ("thanks for your help", None),
        ("my cat is called Mortimer", None),
        ("hola, gracias", None),
        ("", None),
    ],
)
def test_pleas(text: str, language: str | None) -> None:
    assert CONTENT.pleas.made_in(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "im dying",
        "I'm dying!",
        "dying",
        "Dying...",
        "end it",
        "end it.",
        "cutting",
        "me muero",
        "¡Me muero!",
        "morir",
        "matar",
    ],
)
def test_words_that_are_crisis_when_nothing_else_is_said(text: str) -> None:
    assert WORDS.mean_crisis(text)


@pytest.mark.parametrize(
    "text",
    [
        "omg im dying",
        "im dying lol",
        "literally dying",
        "dying my hair",
        "end it at five",
        "cutting onions",
        "jaja me muero",
        "me muero de risa",
        "morir de risa",
        "matar el tiempo",
    ],
)
def test_with_more_around_them_they_are_said_of_something_else(text: str) -> None:
    assert not WORDS.mean_crisis(text)


def test_what_stands_alone_is_looked_for_alone() -> None:
    found = words(crisis=["end my life"], alone=["red"], spelling=Spelling.of(fillers=["please"], words=["red"]))
    assert all(map(found.mean_crisis, ["red", "RED!", "reed"]))
    assert not any(map(found.mean_crisis, ["please red", "red hat", "", "please"]))
    assert not found.mean_stop("red")


@pytest.mark.parametrize("text", ["withdrawal seizure right now", "he has an alcohol seizure right now"])
def test_a_seizure_that_goes_on(text: str) -> None:
    assert WORDS.mean_crisis(text)
    assert not WORDS.mean_crisis("what is a withdrawal seizure")


@pytest.mark.parametrize(
    "text",
    [
        "k\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}ll m\N{CYRILLIC SMALL LETTER U}self",
        "K\N{CYRILLIC CAPITAL LETTER BYELORUSSIAN-UKRAINIAN I}LL M\N{CYRILLIC CAPITAL LETTER U}SELF",
        "su\N{GREEK SMALL LETTER IOTA}c\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}de",
        "qui\N{CYRILLIC SMALL LETTER IE}ro m\N{CYRILLIC SMALL LETTER O}rir",
    ],
)
def test_letters_of_other_alphabets_that_look_the_same(text: str) -> None:
    assert words(crisis=["kill myself", "suicide", "quiero morir"]).mean_crisis(text)
    assert WORDS.mean_crisis(text)


def test_a_word_of_another_alphabet_stays_one() -> None:
    assert plain("\u0441\u043e\u043c and so\u043c") == "\u0441\u043e\u043c and som"


ELSEWHERE = {
    "fr": "je veux mourir, J'ai plus envie de vivre, Je vais me tuer",
    "de": "ich will sterben, ich will nicht mehr leben, Ich bringe mich um",
    "pt-BR": "quero morrer, não quero mais viver, vou me matar",
    "it": "voglio morire, non voglio più vivere, voglio uccidermi",
    "pl": "chcę umrzeć, nie chce juz zyc, zabiję się",
    "nl": "ik wil dood, ik wil niet meer leven, ik wil mezelf pijn doen",
    "tr": "ölmek istiyorum, YAŞAMAK İSTEMİYORUM, kendimi öldürmek istiyorum",
    "sv-SE": "jag vill dö, jag vill inte leva",
    "da": "jeg vil gerne dø, jeg vil ikke leve længere",
    "no": "jeg vil dø, jeg vil ikke leve",
    "fi": "haluan kuolla, en halua enää elää",
    "cs": "chci umřít, nechci žít",
    "ro": "vreau să mor, nu mai vreau să trăiesc",
    "ru": "\u0445\u043e\u0447\u0443 \u0443\u043c\u0435\u0440\u0435\u0442\u044c",
    "uk": "\u0445\u043e\u0447\u0443 \u043f\u043e\u043c\u0435\u0440\u0442\u0438",
}


@pytest.mark.parametrize("language", ELSEWHERE)
def test_a_few_lines_in_languages_without_lists(language: str) -> None:
    (own,) = [each for each in WORDS.elsewhere if each.language == language]
    for text in ELSEWHERE[language].split(", "):
        assert own.mean_crisis(pieces(text)), text
        assert WORDS.mean_crisis(text)
        assert WORDS.language_of(text) not in ELSEWHERE


def test_each_of_those_languages_is_tried_and_is_none_of_the_bots() -> None:
    assert {each.language for each in WORDS.elsewhere} == ELSEWHERE.keys()
    assert not ELSEWHERE.keys() & {each.language for each in WORDS.languages}


def test_those_lines_are_in_nothing_that_is_said_without_danger() -> None:
    said = [*HARMLESS.strip().splitlines(), *written("harmless")]
    said += [page for each in CONTENT.knowledge.every() for page in each.pages]
    # What stands in one of them stands in all of them together: so they are looked at one by one only if need be.
    together = [piece for text in said for piece in pieces(text)]
    looked_at = [each for each in WORDS.elsewhere if each.alone or each.mean_crisis(together)]
    assert [text for text in said for each in looked_at if each.mean_crisis(pieces(text))] == []
