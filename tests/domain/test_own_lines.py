"""What a moderator may type for a line of the community's own, and what is said of the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.domain.helplines import Contact, Kind
from supportbot.domain.own_lines import KINDS, LONGEST, LineDraft, Typed, drafted
from supportbot.errors import UserError

LEAST = Typed(kind="crisis", service="Night line", source="their leaflet", phone="116 123")


def refused(typed: Typed) -> str:
    with pytest.raises(UserError) as refusal:
        drafted(typed)
    return refusal.value.text_id


def test_the_least_that_is_needed() -> None:
    assert drafted(LEAST) == LineDraft(
        Kind.CRISIS, "Night line", Contact(phone="116 123"), "unknown", (), None, "their leaflet"
    )


def test_everything_is_kept_as_it_was_typed() -> None:
    typed = Typed(
        kind="warmline",
        service="*Zuhören* e.V.",
        source="https://zuhoeren.example/kontakt",
        phone="+49 (0)30 41-41 * #",
        text="HALLO to 12345",
        chat="https://zuhoeren.example:8443/chat?x=1&y=a_b#top",
        web="HTTPS://xn--zuhren-zxa.example",
        hours="Europe/Berlin Mo-Fr 18:00-22:00",
        languages="Deutsch, Plattdeutsch,, العربية ",
        note="Ask for the night shift.",
    )
    assert drafted(typed) == LineDraft(
        kind=Kind.WARMLINE,
        service="*Zuhören* e.V.",
        contact=Contact("+49 (0)30 41-41 * #", "HALLO to 12345", typed.chat, typed.web),
        hours="Europe/Berlin Mo-Fr 18:00-22:00",
        languages=("Deutsch", "Plattdeutsch", "العربية"),
        note="Ask for the night shift.",
        source="https://zuhoeren.example/kontakt",
    )


def test_what_nobody_sees_is_taken_out() -> None:
    """Numbers copied from a page bring marks of direction, and hyphens and spaces that no keyboard has."""
    draft = drafted(replace(LEAST, phone="\u202a0800\u00a0111\u2011222\u202c", service=" Night\n\tline\u200b\x07 "))
    assert (draft.contact.phone, draft.service) == ("0800 111-222", "Night line")
    persian = "خانه\u200cهای امن"
    assert drafted(replace(LEAST, service=persian)).service == persian


@pytest.mark.parametrize("kind", ["emergency", "friends", ""])
def test_the_emergency_number_cannot_be_replaced(kind: str) -> None:
    assert refused(replace(LEAST, kind=kind)) == "setup.helpline.kind"


def test_every_other_kind_can_be_added() -> None:
    assert {drafted(replace(LEAST, kind=kind)).kind for kind in KINDS} == set(Kind) - {Kind.EMERGENCY}


@pytest.mark.parametrize("option", ["service", "source"])
@pytest.mark.parametrize("typed", ["", "  ", "\u200b"])
def test_name_and_source_are_needed(option: str, typed: str) -> None:
    assert refused(replace(LEAST, **{option: typed})) == "setup.helpline.missing"


@pytest.mark.parametrize("nothing", [None, "", " \u200b "])
def test_some_way_to_reach_it_is_needed(nothing: str | None) -> None:
    without = replace(LEAST, phone=nothing, text=nothing, chat=nothing, web=nothing)
    assert refused(without) == "setup.helpline.no_way"
    for way, value in (("text", "HOME to 1"), ("chat", "https://a.example"), ("web", "https://a.example/b")):
        drafted(replace(without, **{way: value}))


@pytest.mark.parametrize(
    "phone", ["call us", "0800 FLOWERS", "116 123 ext 4", "+", "()", "١١٢", "116/123", "tel:116123", "1\uff11"]
)
def test_a_phone_number_holds_what_can_be_dialled(phone: str) -> None:
    assert refused(replace(LEAST, phone=phone)) == "setup.helpline.phone"


@pytest.mark.parametrize("text", ["HOME", "text us", "WhatsApp"])
def test_a_text_line_names_a_number(text: str) -> None:
    assert refused(replace(LEAST, text=text)) == "setup.helpline.text"


@pytest.mark.parametrize("option", ["chat", "web"])
@pytest.mark.parametrize(
    "link",
    [
        "http://a.example",
        "a.example",
        "javascript:alert(1)",
        "https://",
        "https://localhost",
        "https://a.example@evil.example/",
        "https://a.example/ b",
        "https://a.example/)](https://evil.example",
        "https://a.example/<b>",
        "https://a.example|b",
        "https://zuhören.example",
        "https://.example",
        "https://a.example:port/",
        "see https://a.example",
    ],
)
def test_a_link_is_one_https_address_and_nothing_else(option: str, link: str) -> None:
    assert refused(replace(LEAST, **{option: link})) == "setup.helpline.link"


@pytest.mark.parametrize("option", LONGEST)
def test_nothing_is_longer_than_discord_can_show(option: str) -> None:
    longest = {"chat": "https://a.example/", "web": "https://a.example/"}.get(option, "1").ljust(LONGEST[option], "1")
    drafted(replace(LEAST, **{option: longest}))
    with pytest.raises(UserError) as refusal:
        drafted(replace(LEAST, **{option: longest + "1"}))
    assert (refusal.value.text_id, refusal.value.values) == (
        "setup.helpline.too_long",
        {"option": option, "limit": LONGEST[option]},
    )


@given(st.text(max_size=40))
def test_no_number_is_rewritten(phone: str) -> None:
    try:
        kept = drafted(replace(LEAST, phone=phone)).contact.phone
    except UserError:
        return
    assert kept is not None
    assert [ch for ch in kept if ch.isdigit()] == [ch for ch in phone if ch in "0123456789"]
