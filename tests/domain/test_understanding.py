"""What people say about when, in both languages: understood as they mean it, or refused with the reason."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from supportbot import content
from supportbot.chat import schedules
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.domain.cadence import Cadence, Rule, Slot
from supportbot.domain.understanding import LONGEST, NotUnderstood, Understood, Why, understand

TODAY = date(2026, 1, 1)
"""A Thursday."""

CONTENT = content.load()
VOICES = {language: Voice(Words(CONTENT.catalogues), language, Mentions({})) for language in ("en", "es")}
ZONES = CONTENT.zones.abbreviations | {"utc"}

# What was said | the times of day | nothing for daily, 04 for Monday and Friday, n2 every two days, d15 on the 15th.
ENGLISH = """
20:30 | 20:30
8.30pm | 20:30
8:30 pm | 20:30
8pm | 20:00
8 p.m. | 20:00
8a | 08:00
08:00 | 08:00
20h | 20:00
8h30 | 08:30
at 20 | 20:00
noon | 12:00
Midnight | 00:00
12 am | 00:00
12 pm | 12:00
0:30 | 00:30
every day at 8am | 08:00
Every Day, 9 PM | 21:00
daily 20:30 | 20:30
8pm everyday | 20:00
once a day at 7:15 pm | 19:15
please ask me daily at noon | 12:00
every single day at 6:05pm | 18:05
every morning at 8 | 08:00
every night at 11 | 23:00
every night at 12 | 00:00
every evening at half seven | 19:30
every afternoon at quarter past three | 15:15
at eight in the evening | 20:00
eight o'clock in the morning | 08:00
ten past eight in the morning | 08:10
twenty to nine at night | 20:40
quarter to nine pm every day | 20:45
quarter to one pm | 12:45
half past eight | 08:30
twice a day at 8am and 8pm | 08:00 20:00
8am, 1pm and 9pm | 08:00 13:00 21:00
8 and 20:30 | 08:00 20:30
08:00 & 20:00 | 08:00 20:00
noon and midnight | 00:00 12:00
20:30 and 20:30 | 20:30
weekdays at half past eight | 08:30 | 01234
weekdays at half past eight in the evening | 20:30 | 01234
8am/8pm | 08:00 20:00
mon/thu 20:00 | 20:00 | 03
8, 14 and 20 | 08:00 14:00 20:00
monday 20h | 20:00 | 0
20 on mondays | 20:00 | 0
monday at 20 | 20:00 | 0
8am every monday morning | 08:00 | 0
every night at 11 pm | 23:00
every night at midnight | 00:00
8 in the morning and 9 in the evening | 08:00 21:00
once a week on monday 8pm | 20:00 | 0
three times a day 8am, 1pm, 9pm | 08:00 13:00 21:00
every third day 8pm | 20:00 | n3
every weekday at 7am | 07:00 | 01234
mon-fri 8:15 | 08:15 | 01234
Monday to Friday at 18:00 | 18:00 | 01234
from monday through friday at 6 pm | 18:00 | 01234
during the week at 9pm | 21:00 | 01234
every day at 20:00 except saturday and sunday | 20:00 | 01234
mon and thu 20:00 | 20:00 | 03
Mondays, Wednesdays & Fridays at 7 a.m. | 07:00 | 024
every monday at eight thirty pm | 20:30 | 0
wed 8p | 20:00 | 2
every week on tuesday at 5pm | 17:00 | 1
monday to wednesday at 7:45 | 07:45 | 012
friday to monday 10:00 | 10:00 | 0456
weekends at 10am | 10:00 | 56
saturday and sunday at noon | 12:00 | 56
every day except sunday at 20:00 | 20:00 | 012345
weekdays except friday 20:00 | 20:00 | 0123
at 8 pm on tuesday | 20:00 | 1
sun 21:00 and 9am | 09:00 21:00 | 6
every 3 days 9pm | 21:00 | n3
every three days at 9 pm | 21:00 | n3
every 3rd day at 21:00 | 21:00 | n3
every other day at noon | 12:00 | n2
every second day at 7pm | 19:00 | n2
alternate days 19:00 | 19:00 | n2
every 90 days at 9:00 | 09:00 | n90
every 7 days at 9:00 | 09:00 | n7
every 2 weeks at 20:00 | 20:00 | n14
fortnightly 8pm | 20:00 | n14
every other week 8pm | 20:00 | n14
every 1 day 8pm | 20:00
monthly on the 15th at 9am | 09:00 | d15
monthly on the 15 at 9am | 09:00 | d15
on the 15th of every month at 18:00 | 18:00 | d15
the 3rd of each month, 10:00 | 10:00 | d3
day 3 of every month 10:00 | 10:00 | d3
first of the month at 9am | 09:00 | d1
on the 31st of each month 08:00 | 08:00 | d31
last day of the month at noon | 12:00 | d31
end of every month 20:00 | 20:00 | d31
thirty first of every month at noon | 12:00 | d31
"""

SPANISH = """
20:30 | 20:30
8:30 pm | 20:30
8:30 p. m. | 20:30
8pm | 20:00
20 h | 20:00
a las 20 horas | 20:00
a las ocho y media | 08:30
a las ocho y media de la noche | 20:30
a la una y media de la tarde | 13:30
a la una de la madrugada | 01:00
ocho y veinte de la noche | 20:20
las nueve menos diez de la noche | 20:50
a las nueve menos cuarto de la noche | 20:45
a las siete y cuarto de la mañana | 07:15
ocho treinta de la mañana | 08:30
a las 20 de la noche | 20:00
a las 12 de la noche | 00:00
las 12 del mediodía | 12:00
al mediodía | 12:00
medianoche | 00:00
todos los días a las 8 de la mañana | 08:00
TODOS LOS DÍAS A LAS 21:00 | 21:00
todos los dias a las 9 en punto de la noche | 21:00
diario 20:30 | 20:30
a diario a las 7 p.m. | 19:00
cada día a las 22:15 | 22:15
una vez al día a las 19:00 | 19:00
por favor, pregúntame todos los días a las 21:00 | 21:00
cada noche a las 10 | 22:00
cada tarde a las 5 | 17:00
todas las mañanas a las 7 | 07:00
por las mañanas a las 7 y cuarto | 07:15
por la noche a las nueve | 21:00
8 y 20:30 | 08:00 20:30
8 y 20 | 08:00 20:00
8, 14 y 20 horas | 08:00 14:00 20:00
lunes 8 y 20 | 08:00 20:00 | 0
a las 8 de la mañana y a las 8 de la noche | 08:00 20:00
desde el lunes hasta el viernes 20:00 | 20:00 | 01234
todas las noches a las 11 de la noche | 23:00
una vez a la semana el lunes a las 20:00 | 20:00 | 0
a las 9 de la tarde | 21:00
08:00 y 20:00 | 08:00 20:00
8:00, 14:00 y 21:30 | 08:00 14:00 21:30
a las ocho de la mañana y a las nueve de la noche | 08:00 21:00
dos veces al día, a las 9 y a las 21:30 | 09:00 21:30
mediodía y medianoche | 00:00 12:00
entre semana a las 8:30 | 08:30 | 01234
entre semana a las ocho y media de la noche | 20:30 | 01234
de lunes a viernes a las nueve menos cuarto | 08:45 | 01234
lunes a viernes 20:00 | 20:00 | 01234
los días laborables a las 18:00 | 18:00 | 01234
días hábiles 7 am | 07:00 | 01234
todos los días a las 20:00 excepto sábado y domingo | 20:00 | 01234
lunes y jueves 20:00 | 20:00 | 03
lunes, miércoles y viernes a las 7 de la tarde | 19:00 | 024
todos los lunes a las 8 p. m. | 20:00 | 0
cada lunes a las 20 horas | 20:00 | 0
los martes a las 21:00 | 21:00 | 1
cada semana los miércoles a las 21:00 | 21:00 | 2
21:00 de martes a sábado | 21:00 | 12345
viernes a lunes 10:00 | 10:00 | 0456
sáb y dom 11:00 | 11:00 | 56
fines de semana a las 10 de la mañana | 10:00 | 56
el fin de semana a mediodía | 12:00 | 56
todos los días menos domingo a las 20:00 | 20:00 | 012345
todos los días menos los domingos a las 20:00 | 20:00 | 012345
entre semana menos el viernes a las 20:00 | 20:00 | 0123
cada 2 días a las 21 | 21:00 | n2
cada 2 días a las 21:00 | 21:00 | n2
cada dos días a las 9 pm | 21:00 | n2
cada tres días a las nueve de la noche | 21:00 | n3
un día sí y otro no a las 20:00 | 20:00 | n2
días alternos a mediodía | 12:00 | n2
día por medio a las 20:00 | 20:00 | n2
quincenal a las 20:00 | 20:00 | n14
cada dos semanas a las 20:00 | 20:00 | n14
cada 15 días a las 20:00 | 20:00 | n15
cada 90 días a las 9:00 | 09:00 | n90
el 15 de cada mes a las 9:00 | 09:00 | d15
el día 15 de cada mes a las 9 de la mañana | 09:00 | d15
cada mes el día 3 a las 18:00 | 18:00 | d3
mensual el 31 a las 8:00 | 08:00 | d31
el primero de cada mes a las 12:00 | 12:00 | d1
el 1º de cada mes a las 12:00 | 12:00 | d1
el último día del mes al mediodía | 12:00 | d31
fin de mes a las 20 h | 20:00 | d31
a final de mes a las 20:00 | 20:00 | d31
"""

# What was said | why it is not taken.
NONSENSE_ENGLISH = """
8 in the morning and in the evening | mixed
8pm every monday morning | mixed
8pm in the morning | mixed
8 am in the evening | mixed
every morning at 9pm | mixed
every night at noon | mixed
every morning at 8 and 9pm | mixed
5 at night | half_of_day
2 in the evening | half_of_day
11 in the afternoon | half_of_day
8pm from monday | mixed
from 8pm | mixed
from the 15th of every month 8pm | mixed
8pm every | mixed
between 8:00 and 20:00 | word
twice a day at 8pm | mixed
once a day at 8am and 8pm | mixed
three times a day 8am and 8pm | mixed
once a week on monday and friday 8pm | mixed
daily every 3 days 8pm | mixed
daily on the 15th of every month 9am | mixed
weekly on the 15th 9am | mixed
every day 8am except sunday 9am | separate
8am except 9am | separate
20:00 or its last day | mixed
monday 5 20:30 | number
monday 13 20:30 | number
monday 5, 20:30 | number
mon, 3, 20:00 | number
monday, 20 | number
20:00 for 3 | number
20:00 for 3h | number
20:00 for 3 hours | number
1/2 20:00 | number
20:00 1/2 | number
1/2 | number
24/7 20:00 | number
the 5 at 20:00 | number
8 20 | number
monday 20 | number
5 on mondays and 20:30 | number
 | empty
... | empty
every day at 8 | half_of_day
8 | half_of_day
twelve | half_of_day
7 and 9pm | half_of_day
8 o'clock | half_of_day
25:00 | no_such_time
8:60 | no_such_time
13pm | no_such_time
0 am | no_such_time
99 | no_such_time
20 in the morning | no_such_time
2026 | no_such_time
99999999999999 | no_such_time
8am 9am 10am 11am | too_many_times
every day | no_time
monday | no_time
on the 15th of every month | no_time
weekly 9am | which_day
monthly 9am | which_day
every day except every day 8pm | mixed
32nd of the month 9am | no_such_day
0th of the month 9am | no_such_day
every 91 days 9pm | how_many_days
every 0 days 9pm | how_many_days
every 2 weeks on monday and friday 9pm | how_many_days
every 3 hours | hours
every 8 | mixed
every 3 days 8am and 8pm | one_time
15th of the month 8am and 8pm | one_time
weekdays 8am and weekends 10am | separate
monday 8am, friday 9pm | separate
first monday of the month 9am | mixed
8 am pm | mixed
-1:00 | mixed
every morning and every evening 20:00 | mixed
every 3 days on the 15th 8pm | mixed
daily on monday 8pm | mixed
8pm EST | zone
20:30 UTC+2 | zone
tomorrow at 8 | word
soon | word
20:30:00 | word
<@1> 8pm | word
🙂 20:30 | word
every day at 8pm; DROP TABLE plans | word
https://example.org | word
I relapsed | word
"""

NONSENSE_SPANISH = """
a las 8 de la mañana y de la noche | mixed
8 de la noche todas las mañanas | mixed
las 8 pm de la mañana | mixed
todas las noches al mediodía | mixed
a las 11 de la tarde | half_of_day
a las 8 de la madrugada | half_of_day
desde el lunes a las 20:00 | mixed
entre las 8:00 y las 20:00 | word
dos veces al día a las 20:00 | mixed
una vez a la semana lunes y jueves 20:00 | mixed
todos los días cada 3 días 20:00 | mixed
todos los días a las 8:00 menos el domingo a las 9:00 | separate
cada tercer día a las 20:00 | third_day
martes 3 a las 19 | number
martes 13 a las 19 | number
martes 3 a las 19:00 | number
martes 13 | number
mar 3, 20:00 | number
lunes 4 y 20:00 | number
el 5 a las 20:00 | number
lunes 3, martes 4 a las 20:00 | number
20:00 3 h | number
a las 21 menos 10 | number
 | empty
a las 8 | half_of_day
a las ocho | half_of_day
todos los días a las doce | half_of_day
a las 12 de la mañana | half_of_day
25:00 | no_such_time
a las 8:75 | no_such_time
a las 13 pm | no_such_time
a las 22 de la mañana | no_such_time
a las 99 | no_such_time
7:00, 9:00, 11:00 y 13:00 | too_many_times
el lunes | no_time
todos los días | no_time
el 15 de cada mes | no_time
entre semana | no_time
semanal a las 20:00 | which_day
cada mes a las 20:00 | which_day
todos los días menos toda la semana 20:00 | mixed
el 32 de cada mes a las 9:00 | no_such_day
el 0 de cada mes a las 9:00 | no_such_day
cada 91 días a las 9:00 | how_many_days
cada 0 días a las 9:00 | how_many_days
cada 3 horas | hours
cada 8 | mixed
cada 3 días a las 8:00 y 20:00 | one_time
el 15 de cada mes a las 8:00 y 20:00 | one_time
lunes a las 8:00 y viernes a las 9:00 | separate
entre semana a las 8:00 y fines de semana a las 10:00 | separate
primer lunes del mes a las 9:00 | mixed
de 8:00 a 10:00 | mixed
a las 8 am pm | mixed
cada 3 días el 15 de cada mes a las 20:00 | mixed
a las 20 CET | zone
20:30 hora CEST | zone
mañana a las 8 | word
nunca | word
a las tantas | word
cuando quieras | word
20:30:15 | word
<@1> 20:00 | word
¿a las 20:00? | word
he recaído | word
"""


def table(text: str) -> list[tuple[str, ...]]:
    return [tuple(part.strip() for part in line.split("|")) for line in text.strip("\n").splitlines()]


def read(text: str, language: str) -> Understood | NotUnderstood:
    vocabularies = sorted(CONTENT.schedules, key=lambda each: each.language != language)
    return understand(text, vocabularies, TODAY, zones=ZONES)


def expected(row: tuple[str, ...]) -> Rule:
    slots = tuple(Slot(str(n), time.fromisoformat(at)) for n, at in enumerate(row[1].split()))
    days = row[2] if len(row) > 2 else ""
    if days.startswith("n"):
        return Rule(Cadence.EVERY_N_DAYS, slots, every=int(days[1:]), start=TODAY)
    if days.startswith("d"):
        return Rule(Cadence.MONTHLY, slots, day=int(days[1:]))
    if days == "01234":
        return Rule(Cadence.WEEKDAYS, slots)
    return Rule(Cadence.WEEKLY, slots, tuple(map(int, days))) if days else Rule(Cadence.DAILY, slots)


@pytest.mark.parametrize(("language", "rows"), [("en", ENGLISH), ("es", SPANISH)])
def test_what_people_say_is_understood_as_they_mean_it(language: str, rows: str) -> None:
    told = {row[0]: read(row[0], language) for row in table(rows)}
    wrong = {
        row[0]: told[row[0]]
        for row in table(rows)
        if not isinstance(found := told[row[0]], Understood) or found.rule != expected(row)
    }
    assert wrong == {}
    assert len(told) >= 80


@pytest.mark.parametrize(("language", "rows"), [("en", NONSENSE_ENGLISH), ("es", NONSENSE_SPANISH)])
def test_nonsense_is_refused_with_its_reason(language: str, rows: str) -> None:
    told = {row: read(row[0], language) for row in table(rows)}
    wrong = {
        row: found for row, found in told.items() if not isinstance(found, NotUnderstood) or found.why.value != row[1]
    }
    assert wrong == {}
    assert len(told) >= 40


def test_either_language_is_understood_whichever_the_person_reads() -> None:
    assert isinstance(read("lunes y jueves 20:00", "en"), Understood)
    assert isinstance(read("mon and thu 20:00", "es"), Understood)


def test_the_word_that_is_not_known_is_named_and_has_letters_alone() -> None:
    assert read("20:30 whenever", "en") == NotUnderstood(Why.WORD, "whenever")
    for text in ("<@1> 8pm", "@everyone 8pm", "[a](http://b.c) 8pm"):
        found = read(text, "en")
        assert isinstance(found, NotUnderstood)
        assert found.word == "" or found.word.isalpha()


def test_a_time_that_could_be_the_evening_is_said_to_be_a_guess() -> None:
    guessed = {
        text for text in ("half past eight", "8:30", "08:30", "8:30 am", "20:30", "noon", "12:30") if _guess(text)
    }
    assert guessed == {"half past eight", "8:30"}


SURE = ("3:15 am", "at 3 am", "03:00", "0:30", "midnight", "3 in the morning", "las 3 de la madrugada", "8 y 20:30")
UNSURE = (
    *("at 03", "at 0", "3h", "3 and 20:30", "every night at 3", "every night at 12", "12 at night", "5, 20:30"),
    *("half past three and 20:30", "half past three at night", "2 y 20", "a la 1 de la noche", "12 de la noche"),
    *("monday 13, 20:30", "lunes 8 y 20"),
)


def test_nobody_is_woken_by_night_who_did_not_write_so() -> None:
    assert {text for text in (*SURE, *UNSURE) if _guess(text)} == {*UNSURE}


@given(st.integers(0, 31), st.times(), st.sampled_from([" ", " at ", " for ", " a las ", "/", ", ", " y ", " monday "]))
def test_a_number_beside_a_time_is_refused_or_a_guess_or_joined_to_it(count: int, at: time, between: str) -> None:
    for text in (f"{count}{between}{at:%H:%M}", f"{at:%H:%M}{between}{count}"):
        for days in ("", "tuesday ", "martes "):
            found = read(days + text, "en")
            if not isinstance(found, Understood):
                continue
            by_night = [
                slot
                for slot in found.rule.slots
                if slot.at <= time(5) and slot.at != at.replace(second=0, microsecond=0)
            ]
            assert between in {", ", " y "}, text
            assert found.is_guess or not by_night, text


PARTS = {
    "in the morning": range(12),
    "de la mañana": range(12),
    "in the afternoon": range(12, 22),
    "por las tardes": range(12, 22),
    "every evening": (0, *range(16, 24)),
    "at night": (*range(5), *range(18, 24)),
    "de la noche": (*range(5), *range(18, 24)),
    "de madrugada": range(7),
}


@pytest.mark.parametrize(("language", "rows"), [("en", ENGLISH), ("es", SPANISH)])
def test_no_part_of_the_day_and_no_weekday_is_dropped(language: str, rows: str) -> None:
    understood = 0
    for text, *_ in table(rows):
        for part, hours in PARTS.items():
            for said in (f"{text} {part}", f"{part} {text}", f"{text} y {part}", f"{text} and {part}"):
                found = read(said, language)
                if isinstance(found, Understood):
                    understood += 1
                    inside = [slot.at.hour in hours for slot in found.rule.slots]
                    # Behind several times it belongs to the last of them.
                    assert all(inside) if said.startswith(part) else any(inside), said
        found = read(f"{'monday' if language == 'en' else 'lunes'} {text}", language)
        if isinstance(found, Understood):
            rule = found.rule
            is_monday = rule.start is not None and rule.start.weekday() == 0
            assert is_monday or 0 in rule.days or rule.cadence is Cadence.WEEKDAYS, text
    assert understood > 100


def test_the_number_that_may_be_no_time_is_named() -> None:
    for text, word in (("martes 3 a las 19", "3"), ("20:00 for 3", "3"), ("monday 5 20:30", "5"), ("monday 20", "20")):
        assert read(text, "es") == NotUnderstood(Why.NUMBER, word)
        assert word in schedules.not_understood(VOICES["es"], NotUnderstood(Why.NUMBER, word))


def _guess(text: str) -> bool:
    found = read(text, "en")
    assert isinstance(found, Understood)
    return found.is_guess


def test_a_named_weekday_is_where_every_two_weeks_begin() -> None:
    found = read("every 2 weeks on tuesday 9pm", "en")
    assert isinstance(found, Understood)
    assert (found.rule.every, found.rule.start, found.step) == (14, date(2026, 1, 6), 7)


slots = st.lists(st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None)), min_size=1, max_size=3)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    times = sorted(set(draw(slots)))
    several = tuple(Slot(str(number), at) for number, at in enumerate(times))
    cadence = draw(st.sampled_from(Cadence))
    if cadence is Cadence.WEEKLY:
        days = draw(st.sets(st.integers(0, 6), min_size=1, max_size=6).filter(lambda each: each != {0, 1, 2, 3, 4}))
        return Rule(cadence, several, tuple(sorted(days)))
    if cadence is Cadence.EVERY_N_DAYS:
        return Rule(cadence, several[:1], every=draw(st.integers(2, 90)), start=TODAY)
    if cadence is Cadence.MONTHLY:
        return Rule(cadence, several[:1], day=draw(st.integers(1, 31)))
    return Rule(cadence, several)


@given(rules(), st.sampled_from(["en", "es"]))
@example(Rule(Cadence.DAILY, (Slot("0", time(8)), Slot("1", time(9)), Slot("2", time(10)))), "en")
def test_what_a_rule_is_in_words_is_understood_as_that_rule(rule: Rule, language: str) -> None:
    said = schedules.in_words(VOICES[language], rule)
    found = read(said, language)
    assert isinstance(found, Understood), said
    assert found.rule == rule, said
    assert schedules.in_words(VOICES[language], found.rule) == said


@given(st.text(max_size=LONGEST + 20))
def test_anything_can_be_typed(text: str) -> None:
    found = read(text, "es")
    if isinstance(found, Understood):
        assert 1 <= len(found.rule.slots) <= 3
        assert len({slot.at for slot in found.rule.slots}) == len(found.rule.slots)
    if len(text) > LONGEST:
        assert isinstance(found, NotUnderstood)


WORDS = sorted(
    {" ".join(phrase) for each in CONTENT.schedules for phrase in each.phrases} | {"8", "20:30", "pm", ",", "15"}
)


@given(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join))
def test_known_words_in_any_order_never_break_it(text: str) -> None:
    found = read(text[:LONGEST], "en")
    if isinstance(found, Understood):
        rule = found.rule
        assert (rule.every is not None) == (rule.cadence is Cadence.EVERY_N_DAYS)
        assert rule.start is None or rule.start - TODAY < timedelta(7)
        assert (rule.day is not None) == (rule.cadence is Cadence.MONTHLY)
        assert bool(rule.days) == (rule.cadence is Cadence.WEEKLY)


def test_every_reason_has_words_in_every_language() -> None:
    reasons = {row[1] for row in (*table(NONSENSE_ENGLISH), *table(NONSENSE_SPANISH))} | {"too_long"}
    assert reasons == {why.value for why in Why}
    for voice in VOICES.values():
        for why in reasons:
            shown = schedules.not_understood(voice, NotUnderstood(Why(why)))
            assert "{" not in shown
            assert "when." not in shown
