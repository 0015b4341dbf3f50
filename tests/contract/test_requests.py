"""The sandbox refuses what Discord's schema and documentation refuse: our own checks against the contract's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.messages import differences, messages
from tests.support.bodies import CREATE, EDIT, FOLLOW_UP, ORIGINAL, Door
from tests.support.contract import Contract
from tests.support.refused import REFUSED
from tests.support.sizes import COUNTS, SIZES
from tests.support.taken import TAKEN


def objections(contract: Contract, door: Door, body: Any) -> list[str]:
    """What the contract finds wrong, but for unknown fields: Discord ignores those, and so does the sandbox."""
    found = contract.request(door.method, door.path, body)
    return [line for line in found if not line.startswith("unknown:")]


def test_the_contract_takes_what_we_take(discord_contract: Contract) -> None:
    assert not {case.name: found for case in TAKEN if (found := objections(discord_contract, case.door, case.body))}


def test_the_contract_refuses_what_we_refuse(discord_contract: Contract) -> None:
    """The cases marked `stricter` are Discord's behaviour, or its documentation, beyond what the contract knows."""
    passed = {case.name for case in REFUSED if not objections(discord_contract, case.door, case.body)}
    assert passed == {case.name for case in REFUSED if case.stricter}


def test_the_contract_knows_the_same_sizes(discord_contract: Contract) -> None:
    fitting = {size.name: objections(discord_contract, size.door, size.make(size.most)) for size in SIZES}
    fitting |= {
        f"least {size.name}": objections(discord_contract, size.door, size.make(size.least))
        for size in SIZES
        if size.least is not None
    }
    assert not {name: found for name, found in fitting.items() if found}
    beyond = {size.name for size in SIZES if not objections(discord_contract, size.door, size.make(size.most + 1))}
    assert beyond == {size.name for size in SIZES if size.stricter}
    limited = [(size, size.least) for size in SIZES if size.least is not None and not size.stricter]
    assert all(objections(discord_contract, size.door, size.make(least - 1)) for size, least in limited)


def test_the_contract_knows_the_same_counts(discord_contract: Contract) -> None:
    path = "/applications/1/commands"
    for kind, most, make in COUNTS:
        assert not discord_contract.request("PUT", path, make(most)), kind
        assert discord_contract.request("PUT", path, make(most + 1)), kind


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
@pytest.mark.parametrize("door", [CREATE, EDIT, FOLLOW_UP, ORIGINAL], ids=lambda door: door.name)
def test_on_any_message_the_two_agree(discord_contract: Contract, door: Door, data: st.DataObject) -> None:
    """But for what `differences` names: there the sandbox follows the living Discord and is stricter."""
    body = data.draw(messages(door))
    found = objections(discord_contract, door, body)
    refusal = door.check(body)
    if found:
        assert refusal is not None, found
    elif refusal is not None:
        assert differences(door, body), refusal
