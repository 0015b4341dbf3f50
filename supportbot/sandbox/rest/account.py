"""Routes about the bot itself and the gateway's address."""

from __future__ import annotations

from supportbot.sandbox.objects import application_object, my_guild_object, own_user_object
from supportbot.sandbox.rest.calls import Answer, Call, Routes
from supportbot.sandbox.state import State


def add_routes(routes: Routes) -> None:
    """Who the bot is."""
    routes.add("GET", "/users/@me", _me)
    routes.add("GET", "/users/@me/guilds", _my_guilds)
    routes.add("GET", "/oauth2/applications/@me", _application)
    routes.add("GET", "/applications/@me", _application)
    routes.add("GET", "/gateway", _gateway)
    routes.add("GET", "/gateway/bot", _gateway_bot)


def _me(state: State, _call: Call) -> Answer:
    return Answer(body=own_user_object(state.world.bot))


def _my_guilds(state: State, _call: Call) -> Answer:
    return Answer(body=[my_guild_object(guild, state.world) for guild in state.world.guilds_of(state.world.bot_id)])


def _application(state: State, _call: Call) -> Answer:
    return Answer(body=application_object(state.world, state.world.bot.username))


def _gateway(state: State, _call: Call) -> Answer:
    return Answer(body={"url": state.gateway_url})


def _gateway_bot(state: State, _call: Call) -> Answer:
    total = state.options.identifies_a_day
    limit = {
        "total": total,
        "remaining": max(0, total - state.identifies),
        "reset_after": 86_400_000,
        "max_concurrency": 1,
    }
    return Answer(body={"url": state.gateway_url, "shards": 1, "session_start_limit": limit})
