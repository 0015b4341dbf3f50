"""Words that are not used: each rule finds what it is for, in each language, and leaves what only looks like it."""

from __future__ import annotations

from functools import cache

import pytest

from supportbot.content.editing import Desk
from supportbot.domain.wording import Rule, Wording

FOUND: dict[str, dict[str, list[str]]] = {
    "en": {
        "person-first": [
            "Addicts meet here.",
            "My father is an **alcoholic**.",
            "A junkie asked.",
            "for drug users",
            "She abuses alcohol.",
            "substance abuse",
            "the abuse of drugs",
            "addiction patients",
            "the mentally ill",
        ],
        "clean-dirty": ["He has been clean for a year.", "a dirty urine test", "clean and sober", "She is clean."],
        "labels": [
            "They are in denial.",
            "He refuses help.",
            "non-compliant people",
            "an enabler",
            "a codependent wife",
        ],
        "return-to-use": ["After a relapse, call.", "He relapsed again.", "She fell off the wagon."],
        "treatment-words": ["medication-assisted treatment", "opioid replacement"],
        "safe-messaging": [
            "She committed suicide.",
            "He had committed an awful suicide.",
            "a successful suicide",
            "a failed attempt",
            "He hanged himself.",
            "a lethal dose of it",
            "It drove her to suicide.",
            "The cause of suicide is",
            "the easy way out",
        ],
        "orders": ["You must go now.", "You should stop.", "you need to call", "You’d better ask.", "You have to."],
        "guilt": ["It is your fault.", "Don’t disappoint them.", "Think of your children.", "There is no excuse."],
        "praise": ["We are proud of you.", "Well done.", "Congratulations on a week."],
        "promise": [
            "CRAFT will cure it.",
            "Guaranteed results.",
            "It always works.",
            "You will be fine.",
            "the only way",
        ],
        "diagnosis": ["You have depression.", "So you are addicted.", "Your addiction needs care.", "a high risk"],
        "vendor": ["An affiliate link.", "Use the code HELP.", "Book now.", "our partners in care", "a discount"],
    },
    "es": {
        "person-first": [
            "Los adictos se reúnen aquí.",
            "Mi padre es **alcohólico**.",
            "Un yonqui preguntó.",
            "el abuso de drogas",
            "abusar del alcohol",
            "los pacientes adictos",
            "un enfermo mental",
            "Tiene un vicio.",
        ],
        "clean-dirty": ["Lleva un año limpio.", "una prueba sucia", "Está limpia."],
        "labels": ["Está en negación.", "Rechaza la ayuda.", "una madre codependiente", "Es una persona tóxica."],
        "return-to-use": ["Después de una recaída.", "Recayó otra vez."],
        "treatment-words": ["la terapia de sustitución", "un tratamiento asistido con medicamentos"],
        "safe-messaging": [
            "Cometió suicidio.",
            "un suicidio consumado",
            "un intento fallido",
            "Se ahorcó.",
            "una dosis letal",
            "La causa del suicidio es",
            "Lo llevó al suicidio.",
            "una salida fácil",
        ],
        "orders": ["Debes ir ya.", "Tienes que llamar.", "Deberías parar.", "Más te vale preguntar."],
        "guilt": ["Es tu culpa.", "Piensa en tus hijos.", "No hay excusas.", "Los decepcionas.", "Te lo buscaste."],
        "praise": ["Estamos orgullosos de ti.", "¡Bien hecho!", "Felicidades por tu semana."],
        "promise": [
            "Te cura.",
            "Resultados garantizados.",
            "Siempre funciona.",
            "Todo va a salir bien.",
            "la única manera",
        ],
        "diagnosis": ["Tienes depresión.", "Sufres de ansiedad.", "Tu adicción necesita cuidado.", "un alto riesgo"],
        "vendor": ["un enlace de afiliado", "Usa el código AYUDA.", "Reserva ya.", "nuestros socios", "con descuento"],
    },
}

LEFT: dict[str, dict[str, list[str]]] = {
    "en": {
        "person-first": [
            "Alcoholics Anonymous meets here.",
            "National Institute on Drug Abuse",
            "an abusive relationship",
            "The domestic abuse helpline can be called.",
            "Addiction can be treated.",
            "alcoholic drinks",
            "non-alcoholic beer",
        ],
        "clean-dirty": ["Clean the room.", "clean water", "She cleaned up.", "clean hands", "a cleaner"],
        "labels": ["You may refuse.", "Denis comes too.", "It enables talks.", "Nobody can refuse you a copy."],
        "return-to-use": ["a plan for relapse prevention", "return to use", "lapses of memory"],
        "treatment-words": ["medication for opioid use disorder"],
        "safe-messaging": [
            "She died by suicide.",
            "thoughts of suicide",
            "They committed to a plan.",
            "a successful talk",
        ],
        "orders": [
            "You can go now.",
            "You do not have to say why.",
            "What do you have to tell my parents?",
            "what you need",
            "Some say “you must stop”. That seldom helps.",
            "You should be told what it costs.",
        ],
        "guilt": ["It is not your fault.", "Faults of a car.", "Others say “think of your family”."],
        "praise": ["Thank you for telling me.", "It is well known.", "a good interview"],
        "promise": ["It can help.", "Nobody can guarantee it.", "There is no cure for this.", "“We guarantee it.”"],
        "diagnosis": ["If you have depression, ask.", "Do you have anxiety?", "a person with depression"],
        "vendor": ['It may say "sponsored" in small print.', "An AA sponsor can be called.", "partners and children"],
    },
    "es": {
        "person-first": [
            "Alcohólicos Anónimos se reúne aquí.",
            "Instituto Nacional sobre el Abuso de Drogas",
            "una relación con abuso",
            "La adicción se puede tratar.",
            "bebidas alcohólicas",
        ],
        "clean-dirty": ["Limpia la mesa.", "agua limpia", "ropa sucia", "limpieza"],
        "labels": ["Puedes rechazar una prueba.", "No quiere ayuda por ahora.", "tóxicos en el aire"],
        "return-to-use": ["la prevención de recaídas", "volver a consumir"],
        "treatment-words": ["medicación para el trastorno por consumo de opioides"],
        "safe-messaging": ["Murió por suicidio.", "pensar en el suicidio", "cometer un error", "un intento de hablar"],
        "orders": [
            "Puedes ir.",
            "No tienes que decir por qué.",
            "Si alguien dice “tienes que parar”, ayuda poco.",
            "un deber",
        ],
        "guilt": ["No es tu culpa.", "la culpa que sienten muchos", "“Piensa en tu familia” ayuda poco."],
        "praise": ["Gracias por contarlo.", "bien dicho está", "un trabajo bueno"],
        "promise": [
            "Puede ayudar.",
            "Nadie puede garantizar la recuperación.",
            "“Lo garantizamos”.",
            "curas de humildad",
        ],
        "diagnosis": ["Si tienes depresión, pregunta.", "una persona con depresión", "cuando tienes ansiedad"],
        "vendor": ["Dice “patrocinado” en letra pequeña.", "un socio", "cuenta cuánto cuesta"],
    },
}

SELLERS = (
    "BetterHelp",
    "ReGain",
    "Find-A-Therapist",
    "Sober Peer",
    "Love Prevails",
    "Intervention Support Services",
    "Olympic Behavioral Health",
)
"""Those that the articles name from which the project began."""


@cache
def wording(language: str) -> Wording:
    return Desk(None).wording(language)


def rules(cases: dict[str, dict[str, list[str]]]) -> list[tuple[str, str, str]]:
    return [(language, rule, text) for language, of in cases.items() for rule, texts in of.items() for text in texts]


@pytest.mark.parametrize(("language", "rule", "text"), rules(FOUND))
def test_what_is_found(language: str, rule: str, text: str) -> None:
    slips = list(wording(language).slips(text))
    assert {slip.rule for slip in slips} == {rule}
    assert all(slip.instead for slip in slips)


@pytest.mark.parametrize(("language", "rule", "text"), rules(LEFT))
def test_what_is_left(language: str, rule: str, text: str) -> None:
    assert list(wording(language).slips(text)) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_rule_has_cases_of_both_kinds(language: str) -> None:
    there = {rule.id for rule in wording(language).rules}
    assert FOUND[language].keys() == there
    assert LEFT[language].keys() == there


@pytest.mark.parametrize("seller", SELLERS)
@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_sellers_are_found_in_every_language(language: str, seller: str) -> None:
    assert [slip.rule for slip in wording(language).slips(f"A – {seller.upper()}, B.")] == ["vendor"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_word_of_the_lists_is_found(language: str) -> None:
    """None is written so that nothing fits it, or hidden behind a name."""
    for rule in wording(language).rules:
        for word in rule.words:
            said = word.replace(" .. ", " so ").replace("*", "")
            assert rule.id in {slip.rule for slip in wording(language).slips(f"x {said} x")}, word


def test_a_star_and_dots_and_the_ends_of_words() -> None:
    house = Wording((Rule("r", ("bus*", "blue .. sky"), "tram"),), names=("Busan",))
    text = "A BUS, busses; a robust man in Busan. Blue was the very sky. Blue a b c d sky"
    assert sorted(slip.said for slip in house.slips(text)) == ["blue was the very sky", "bus", "busses"]


def test_a_synonym_may_be_an_older_name() -> None:
    assert not list(wording("en").slips("medication-assisted treatment", is_synonym=True))
    assert list(wording("en").slips("addict", is_synonym=True))
