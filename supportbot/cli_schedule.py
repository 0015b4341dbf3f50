"""The group `supportbot schedule` of the command line."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

schedule = typer.Typer(help="Check-ins' times: from the wall clock to instants.", no_args_is_help=True)

MOST_SAID = 10


@schedule.callback()
def _group() -> None:
    """Check-ins' times: from the wall clock to instants."""


@schedule.command("preview")
def preview(
    *,
    cadence: Annotated[
        str | None, typer.Option(metavar="NAME", help="daily, weekdays, weekly, every_n_days or monthly.")
    ] = None,
    at: Annotated[list[str] | None, typer.Option(metavar="HH:MM", help="A local time; up to three.")] = None,
    zone: Annotated[str | None, typer.Option(metavar="ZONE", help="An IANA time zone, such as Europe/Berlin.")] = None,
    after: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Later than this, such as 2026-03-27T00:00:00Z; now, if none.")
    ] = None,
    count: Annotated[int | None, typer.Option(metavar="N", help="How many; 5, if none.")] = None,
    days: Annotated[str | None, typer.Option(metavar="DAY,…", help="For weekly: such as mon,wed.")] = None,
    every: Annotated[int | None, typer.Option(metavar="N", help="For every_n_days: 2 to 90.")] = None,
    start: Annotated[str | None, typer.Option(metavar="DATE", help="For every_n_days: the first date.")] = None,
    day: Annotated[int | None, typer.Option(metavar="DAY", help="For monthly: 1 to 31, or the month's last.")] = None,
    quiet: Annotated[str | None, typer.Option(metavar="HH:MM-HH:MM", help="The member's quiet hours.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="The last local date.")] = None,
    vacation: Annotated[str | None, typer.Option(metavar="DATE/DATE", help="Local dates without check-ins.")] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="One JSON object of these a line; prints one JSON array a line."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say when a plan would ask. Nothing is read of anybody's, and nothing kept."""
    given: dict[str, object] = {
        "cadence": cadence,
        "at": at,
        "zone": zone,
        "after": after,
        "count": count,
        "days": None if days is None else [each.strip() for each in days.split(",")],
        "every": every,
        "start": start,
        "day": day,
        "quiet": quiet,
        "until": until,
        "vacation": vacation,
    }
    given = {name: value for name, value in given.items() if value not in (None, [])}
    if batch is None:
        _print_one(given, as_json=as_json)
    elif given:
        raise typer.BadParameter("takes its parameters from the file, none beside it.", param_hint="--batch")
    else:
        _print_batch(batch)


def _print_one(given: dict[str, object], *, as_json: bool) -> None:
    from supportbot.exchange import schedule as exchange  # noqa: PLC0415

    try:
        found = exchange.answer(exchange.question_of(given, datetime.now(UTC)))
    except exchange.WrongParameter as error:
        raise typer.BadParameter(f"{error}.", param_hint=f"--{error.field}") from None
    typer.echo(exchange.as_json(found) if as_json else exchange.as_text(found))


def _print_batch(file: Path) -> None:
    from supportbot.exchange import schedule as exchange  # noqa: PLC0415

    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            found = exchange.answers_of(lines, datetime.now(UTC))
    except exchange.WrongLines as error:
        for said in error.says[:MOST_SAID]:
            typer.echo(f"supportbot: {said}", err=True)
        if len(error.says) > MOST_SAID:
            typer.echo(f"supportbot: and {len(error.says) - MOST_SAID} more lines", err=True)
        raise typer.Exit(1) from None
    sys.stdout.writelines(f"{each}\n" for each in found)
