"""Anonymous counts: only when the operator turns them on, in steps of five, and of nothing else."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from supportbot.config import load_settings
from supportbot.errors import ConfigError
from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.e2e.triage_walk import Walk
from tests.support.running import Person


async def metrics(port: int) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        return answer.status, await answer.text()


def figures(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


async def through(sandbox: Sandbox, name: str) -> None:
    await sandbox.actor.add_user(username=name, guilds=["Riverside Recovery"])
    walk = Walk(Person(sandbox, name), sandbox)
    await walk.start("dm")
    await walk.open()
    await walk.all({"safety": "no", "about": "self", "concern": "life", "willing": "yes"})


async def test_counts_in_steps_of_five(sandbox: Sandbox, start_bot: StartBot, unused_tcp_port: int) -> None:
    on = {"SUPPORTBOT_HEALTH_PORT": str(unused_tcp_port), "SUPPORTBOT_ANONYMOUS_COUNTS": "true"}
    async with start_bot(**on):
        await asyncio.gather(*(through(sandbox, f"member{number}") for number in range(4)))
        assert figures((await metrics(unused_tcp_port))[1]) == [], "four are too few to be told"
        await through(sandbox, "member4")
        _, text = await metrics(unused_tcp_port)
        assert figures(text) == [
            "supportbot_triage_started_total 5.0",
            'supportbot_triage_finished_total{outcome="therapist"} 5.0',
        ]
        await through(sandbox, "member5")
        assert (await metrics(unused_tcp_port))[1] == text, "one more person changes nothing"


async def test_without_the_setting_there_are_none(sandbox: Sandbox, start_bot: StartBot, unused_tcp_port: int) -> None:
    async with start_bot(SUPPORTBOT_HEALTH_PORT=str(unused_tcp_port)) as app:
        assert (await metrics(unused_tcp_port))[0] == 404
        assert app.settings.anonymous_counts is False


def test_counts_need_somewhere_to_be_shown() -> None:
    with pytest.raises(ConfigError, match="SUPPORTBOT_ANONYMOUS_COUNTS needs SUPPORTBOT_HEALTH_PORT"):
        load_settings({"SUPPORTBOT_ANONYMOUS_COUNTS": "true"}, env_file=None)
