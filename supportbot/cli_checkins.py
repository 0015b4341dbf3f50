"""`supportbot checkins`: how delivering goes, in counts; whose check-ins they are is nobody's business."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from supportbot.config import Settings

checkins = typer.Typer(help="How delivering check-ins goes. Counts only, nothing about anybody.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@checkins.command("due")
def due_checkins(context: typer.Context, as_json: AsJson = False) -> None:
    """How many are due now, in an hour, in a day, and the busiest minute ahead."""
    from supportbot import checkincare  # noqa: PLC0415
    from supportbot.exchange import checkins as exchange  # noqa: PLC0415

    found = asyncio.run(checkincare.due(_settings(context), datetime.now(UTC)))
    typer.echo(exchange.as_json(found) if as_json else exchange.due_as_text(found))


@checkins.command("stuck")
def stuck_checkins(context: typer.Context, as_json: AsJson = False) -> None:
    """What should have gone out long ago, or will never. Ends with 1 when there is any."""
    from supportbot import checkincare  # noqa: PLC0415
    from supportbot.exchange import checkins as exchange  # noqa: PLC0415

    found = asyncio.run(checkincare.stuck(_settings(context), datetime.now(UTC)))
    typer.echo(exchange.as_json(found) if as_json else exchange.stuck_as_text(found))
    if found.is_any:
        raise typer.Exit(1)


@checkins.command("stats")
def stats_checkins(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=90, help="How far back.")] = 7,
    as_json: AsJson = False,
) -> None:
    """What became of the check-ins of the last days, how late they were, and what plans there are."""
    from supportbot import checkincare  # noqa: PLC0415
    from supportbot.exchange import checkins as exchange  # noqa: PLC0415

    found = asyncio.run(checkincare.stats(_settings(context), datetime.now(UTC), days))
    typer.echo(exchange.as_json(found) if as_json else exchange.stats_as_text(found))


def _settings(context: typer.Context) -> Settings:
    """As the group above reads them."""
    return context.obj()
