"""`supportbot mydata`: what a host does for somebody who cannot reach the bot any more."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from supportbot.config import Settings

mydata = typer.Typer(
    help="What is held about one person: hand it over, or erase it. Make sure first that they are who they say.",
    no_args_is_help=True,
)


def _person(given: object) -> int:
    text = str(given)
    if not (text.isascii() and text.isdecimal() and len(text) <= 19 and 0 < int(text) < 2**63):
        raise typer.BadParameter("a person's ID is a number; Discord shows it in developer mode, by Copy User ID.")
    return int(text)


Person = Annotated[int, typer.Option(parser=_person, metavar="ID", help="Their Discord ID.")]


@mydata.command("export")
def export_person(
    context: typer.Context,
    person: Person,
    out: Annotated[Path, typer.Option(dir_okay=False, metavar="FILE", help="The ZIP to write; none is overwritten.")],
    lang: Annotated[
        str | None, typer.Option(metavar="XX", help="The language of the page in it; theirs if it is not given.")
    ] = None,
) -> None:
    """Write everything that is held about a person to a file that only you can read. Hand it to them alone."""
    from supportbot import mydatacare  # noqa: PLC0415
    from supportbot.domain.people import PersonId  # noqa: PLC0415

    if asyncio.run(mydatacare.export(_settings(context), PersonId(person), out, lang)):
        typer.echo(f"{out}: give it to them alone, then delete it here")
    else:
        typer.echo("Nothing is held about this person; no file was written.")


@mydata.command("delete")
def delete_person(
    context: typer.Context,
    person: Person,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Erase everything that is held about a person, also while the bot runs. It cannot be taken back."""
    from supportbot import mydatacare  # noqa: PLC0415
    from supportbot.domain.people import PersonId  # noqa: PLC0415

    settings = _settings(context)
    for kind, entries in asyncio.run(mydatacare.held(settings, PersonId(person))).items():
        typer.echo(f"{kind}: {entries}")
    if not yes:
        typer.confirm("Erase all of it, for good?", abort=True)
    erased = asyncio.run(mydatacare.delete(settings, PersonId(person)))
    typer.echo(f"{erased.total} entries erased; the erasure ledger knows, so no backup brings them back for a year.")
    typer.echo("A bot that runs may still speak the language that they had remembered, until it starts again.")


def _settings(context: typer.Context) -> Settings:
    """As the group above reads them."""
    return context.obj()
