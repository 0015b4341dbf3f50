"""Both stages as one fixture."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.parity.sandbox_stage import sandbox_stage
from tests.parity.simcord_stage import simcord_stage
from tests.parity.stage import Stage
from tests.support.contract import ContractObserver

SHORT = 0.3
"""Real seconds in which the sandbox wants a first answer, for scenarios in which there is none."""


@pytest.fixture(params=["simcord", "sandbox"])
async def stage(request: pytest.FixtureRequest, contract: ContractObserver) -> AsyncIterator[Stage]:
    """Each of the two Discords in turn. Whatever went wrong inside the bot fails the scenario."""
    if request.param == "simcord":
        running = simcord_stage()
    else:
        if request.node.get_closest_marker("malformed"):
            request.node.add_marker("off_contract_requests")
        short = request.node.get_closest_marker("short_deadline") is not None
        running = sandbox_stage(contract.observe, SHORT if short else None)
    async with running as stage:
        yield stage
    assert stage.bot.errors == []


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "short_deadline: the sandbox waits for a first answer only a moment")
    config.addinivalue_line("markers", "malformed: sends on purpose what Discord refuses as malformed")
