"""What the sandbox answers is in Discord's form: here every refusal; others where a test gets them."""

from __future__ import annotations

from collections.abc import Iterator

from supportbot.sandbox import refusals
from supportbot.sandbox.refusals import ApiError
from tests.support.contract import Contract, Seen, answer_faults
from tests.support.refused import REFUSED


def refused() -> Iterator[tuple[str, Seen]]:
    """Every refusal with a name, but for rate limits, whose body tells how long to wait; every tree of faults."""
    for name, error in vars(refusals).items():
        if isinstance(error, ApiError) and error.status != 429:
            yield name, Seen("POST", "/channels/1/messages", {}, error.status, error.body())
    for case in REFUSED:
        error = case.door.check(case.body)
        assert error is not None
        yield case.name, Seen(case.door.method, case.door.path, case.body, error.status, error.body())


def test_every_refusal_has_discords_form(discord_contract: Contract) -> None:
    found = {name: answer_faults(discord_contract, answered) for name, answered in refused()}
    assert len(found) > 150
    assert not {name: faults for name, faults in found.items() if faults}


def test_an_answer_in_another_form_is_found(discord_contract: Contract) -> None:
    wrong = [
        ("POST", "/channels/1/messages", 404, {"message": "Unknown Channel"}),
        (
            "POST",
            "/channels/1/messages",
            400,
            {"code": 50035, "message": "M", "errors": {"content": {"_errors": [{}]}}},
        ),
        (
            "POST",
            "/channels/1/messages",
            400,
            {"code": 50035, "message": "M", "errors": {"content": {"_errors": [{"code": 5, "message": "M"}]}}},
        ),
        ("POST", "/channels/1/messages", 429, {"code": 0, "message": "You are being rate limited."}),
        ("POST", "/channels/1/messages", 201, {}),
        ("GET", "/users/@me", 200, {"id": 5}),
        ("GET", "/nowhere", 200, {}),
        ("GET", "/nowhere", 404, {}),
    ]
    for method, path, status, answer in wrong:
        assert answer_faults(discord_contract, Seen(method, path, None, status, answer)), (method, path, status, answer)
