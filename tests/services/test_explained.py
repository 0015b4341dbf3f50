"""Which words of a message are explained: the terms, in whatever language, and nothing of what people say every day."""

from __future__ import annotations

import pytest

from supportbot import content as content_files
from supportbot.services.library import Library

CONTENT = content_files.load()
LIBRARY = Library(CONTENT.knowledge, CONTENT.typed, CONTENT.searching)

EVERYDAY_EN = [
    "the op said it works, op is right",
    "OP is right about the patch",
    "gas is so expensive this month",
    "I need to get GAS before work",
    "it is about 12 cm long",
    "I rolled out my yoga mat and slept",
    "my tic tac toe app crashed",
    "anyone up for some COD tonight?",
    "we had fried cod for dinner",
    "that was a smart move",
    "I have the urge to eat pizza",
    "she urges me to call my sister",
    "my supervisor changed my shift",
    "I lost my driver's license",
    "he is licensed to drive a bus",
    "studies show cats sleep a lot",
    "she studies chemistry",
    "there is no evidence that he came",
    "what a shame about the rain",
    "lol that was my cue to leave",
    "Fellowship of the Ring is the best one",
    "I referred to the wrong email",
    "use my referral code for a free pizza",
    "the band has a new insight into touring",
    "emergency pizza delivery please",
    "identity crisis but make it fashion",
    "my lactose tolerance is zero",
    "please keep this confidential, it is a surprise party",
    "the defense played great yesterday",
    "I need a residential parking permit",
    "a small setback, the bus was late",
    "follow the steps in the manual",
    "she is covering up the old paint",
    "there are red flags on the beach today",
    "I have mixed feelings about the new song",
    "my phone shows a memory loss of 2 GB",
    "the tax assessment came in the mail",
    "they offer incentives to buy electric cars",
    "he was diagnosed with the flu",
    "alert the others when you get here",
    "I audit classes at night",
    "arise, my friends, and dance",
    "arts and craft day at school",
    "mi casa es su casa, as they say",
    "do re mi fa sol",
    "I MI SS YOU ALL SO MUCH",
    "IS ANYBODY SMART HERE OR DO I ARISE ALONE",
    "thanks everyone, see you tomorrow",
    "my mom says hi",
    "never mind, I lost my mind",
    "I work as an intern",
    "she transferred money from her account",
    "the cat knocked over the plant again",
    "I had trouble with the bus and was late",
    "I give my consent to pizza",
]
EVERYDAY_ES = [
    "mi mamá dice que estoy bien",
    "Mi perro se escapó otra vez",
    "MI MAMÁ ME QUIERE MUCHO",
    "¡¡MI EQUIPO GANÓ!! jaja",
    "mi, tu, su, todo es lo mismo",
    "hoy es mi cumpleaños",
    "em no sé qué decirte",
    "em... creo que sí",
    "se acabó el gas en la cocina",
    "EL GAS ESTÁ MUY CARO",
    "saqué la licencia de conducir",
    "dejé los estudios el año pasado",
    "mis estudios van bien",
    "mi supervisor me cambió el turno",
    "mi supervisora es muy amable",
    "hice una transferencia bancaria",
    "las transferencias tardan un día",
    "no tengo tolerancia a la lactosa",
    "es una emergencia, no hay papel de baño",
    "qué vergüenza, me caí en la calle",
    "la crisis económica nos afecta a todos",
    "el hotel tiene una zona residencial",
    "con referencia a tu correo de ayer",
    "su fortaleza es el fútbol",
    "la defensa jugó mal ayer",
    "sigue los pasos de la receta",
    "mañana tengo mi primera cita con Ana",
    "tengo señales de alerta en el coche",
    "no hay evidencia de que llegó",
    "pagué la admisión del museo",
    "el ambulatorio está cerca del parque",
    "los incentivos por comprar un coche eléctrico",
    "la fraternidad organizó una fiesta",
    "esto es confidencial, es una fiesta sorpresa",
    "no me pongas alertas en el teléfono",
    "un retroceso en el tráfico, llego tarde",
    "tengo un tic en el ojo",
    "mide 12 cm de largo",
    "la mat del yoga es azul",
    "hola a todos, ¿cómo están?",
    "gracias por la ayuda de ayer",
    "mi hermana cocina muy rico",
    "no sé si mi jefe viene hoy",
    "el disparador de la cámara no sirve",
    "vi una película muy buena anoche",
    "me gusta la música de mi barrio",
    "op, ya llegué",
    "vamos al cine con mi papá",
    "mi teléfono no tiene batería",
    "mis amigos no contestan",
    "le di mi consentimiento al banco",
    "tengo prejuicio contra la piña en la pizza",
]
TERMS_EN = [
    ("my sponsor called me last night", {"sponsor"}),
    ("they want me to try MI", {"motivational-interviewing"}),
    ("DBT?", {"dbt"}),
    ("CBT or DBT", {"cbt", "dbt"}),
    ("anyone here do dbt or emdr?", {"dbt", "emdr"}),
    ("my therapist does EMDR with me", {"therapist", "emdr"}),
    ("he is going to detox on Monday", {"detox"}),
    ("the cravings are bad today", {"craving"}),
    ("the urge is back, a real craving", {"craving"}),
    ("we read about CRAFT for parents", {"craft"}),
    ("ARISE worked for my cousin", {"arise"}),
    ("SMART is closer to me than AA", {"smart-recovery"}),
    ("I start IOP next week", {"intensive-outpatient"}),
    ("my doctor suggested MAT", {"medication-for-addiction"}),
    ("do you carry naloxone?", {"naloxone"}),
    ("the case manager found me a bed", {"case-manager"}),
    ("is your therapist licensed?", {"therapist", "license"}),
    ("my counselor works under supervision", {"counsellor", "supervision"}),
    ("harm reduction saved me", {"harm-reduction"}),
    ("I relapsed after a year", {"return-to-use"}),
    ("we made a safety plan together", {"safety-plan"}),
    ("my score on the PHQ-9 was high", {"phq-9"}),
    ("gad-7 says moderate", {"gad-7"}),
    ("there is a lot of stigma", {"stigma"}),
    ("that song is a trigger for me", {"trigger"}),
    ("family therapy starts in May", {"family-therapy"}),
    ("she moved to sober living", {"recovery-housing"}),
    ("informed consent was never explained", {"informed-consent"}),
    ("an intervention specialist called us", {"interventionist"}),
    ("my withdrawal symptoms are gone", {"withdrawal-symptoms"}),
    ("peer support helps me more than advice", {"peer-support"}),
    ("mindfulness every morning", {"mindfulness"}),
    ("they did the Johnson intervention", {"johnson"}),
]
TERMS_ES = [
    ("mi padrino me llamó anoche", {"sponsor"}),
    ("mi madrina dice que vaya", {"sponsor"}),
    ("me propusieron la entrevista motivacional", {"motivational-interviewing"}),
    ("la EM me ayudó", {"motivational-interviewing"}),
    ("hago TCC desde mayo", {"cbt"}),
    ("¿alguien probó DBT?", {"dbt"}),
    ("hago tcc los martes", {"cbt"}),
    ("mi terapeuta usa EMDR", {"therapist", "emdr"}),
    ("entra a desintoxicación el lunes", {"detox"}),
    ("tuve una recaída el sábado", {"return-to-use"}),
    ("las recaídas pasan", {"return-to-use"}),
    ("tengo ganas de consumir", {"craving"}),
    ("siento ansia, un craving fuerte", {"craving"}),
    ("¿tienes naloxona en casa?", {"naloxone"}),
    ("mi psicoterapia está en supervisión", {"psychotherapy", "supervision"}),
    ("¿tu terapeuta tiene licencia?", {"therapist", "license"}),
    ("el estigma duele", {"stigma"}),
    ("reducción de daños, eso busco", {"harm-reduction"}),
    ("hicimos un plan de seguridad", {"safety-plan"}),
    ("esa canción es un detonante", {"trigger"}),
    ("la terapia familiar empieza en mayo", {"family-therapy"}),
    ("un grupo de apoyo en mi barrio", {"self-help-group"}),
    ("los doce pasos me sirven", {"twelve-steps"}),
    ("mi psiquiatra me vio hoy", {"psychiatrist"}),
    ("apoyo entre pares, no consejos", {"peer-support"}),
    ("la atención plena me calma", {"mindfulness"}),
    ("nadie me explicó el consentimiento informado", {"informed-consent"}),
    ("leímos sobre CRAFT", {"craft"}),
    ("tiene síndrome de abstinencia", {"withdrawal-symptoms"}),
    ("fui a una comunidad terapéutica", {"residential"}),
    ("el secreto profesional me importa", {"confidentiality"}),
    ("saqué 12 en el PHQ-9", {"phq-9"}),
    ("patología dual, me dijeron", {"co-occurring"}),
]


def found(text: str, *languages: str) -> set[str]:
    return {each.id for each in LIBRARY.explained_in(text, languages)}


@pytest.mark.parametrize("text", [*EVERYDAY_EN, *EVERYDAY_ES])
def test_what_people_say_every_day_is_no_term(text: str) -> None:
    for language in ("en", "es"):
        assert found(text, language) == set()


@pytest.mark.parametrize(("text", "terms"), [*TERMS_EN, *TERMS_ES])
def test_terms_are_found_whatever_the_readers_language(text: str, terms: set[str]) -> None:
    for language in ("en", "es"):
        assert found(text, language) == terms


def test_enough_was_tried() -> None:
    assert min(len(set(EVERYDAY_EN)), len(set(EVERYDAY_ES))) >= 50
    assert min(len(dict(TERMS_EN)), len(dict(TERMS_ES))) >= 30


def test_a_message_in_another_language_is_explained_in_the_readers_own() -> None:
    text = "Mi padrino habló de la desintoxicación y de mi recaída"
    shown = LIBRARY.explained_in(text, ["en"])
    assert {each.id for each in shown} == {"sponsor", "detox", "return-to-use"}
    assert {each.language for each in shown} == {"en"}
