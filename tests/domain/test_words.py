"""Words of crisis and of stopping, found on this machine."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot import content
from supportbot.domain.words import TypedWords, plain

WORDS = content.load().typed


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


def test_every_phrase_is_recognised_and_no_look_alike_hides_one() -> None:
    listed = tomllib.loads((files("data") / "typed/en.toml").read_text(encoding="utf-8"))
    assert [phrase for phrase in listed["crisis"] if not WORDS.mean_crisis(phrase)] == []
    assert [phrase for phrase in listed["harmless"] if WORDS.mean_crisis(phrase)] == []
    assert [phrase for phrase in listed["stop"] if not WORDS.mean_stop(phrase)] == []


def test_a_phrase_of_nothing_but_punctuation_is_no_phrase() -> None:
    words = TypedWords.of(crisis=["...", "end my life"], stop=["!"], harmless=["?"])
    assert not words.mean_crisis("...")
    assert not words.mean_stop("!")


@given(st.text(max_size=80))
def test_looking_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(alphabet="abc ", max_size=20), st.text(alphabet="abc ", max_size=20))
def test_a_phrase_is_found_wherever_it_stands_as_words(before: str, after: str) -> None:
    words = TypedWords.of(crisis=["end my life"], stop=[])
    assert words.mean_crisis(f"{before} End my LIFE, {after}")
    assert not words.mean_crisis(f"{before}xend my lifex{after}")
