"""`supportbot audit`: which moderator changed what, and the proof that nobody changed the list."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from supportbot.config import Settings

audit = typer.Typer(help="What moderators changed. Nothing in it is about members.", no_args_is_help=True)


def _community(given: object) -> int:
    text = str(given)
    if not (text.isascii() and text.isdecimal() and len(text) <= 19 and 0 < int(text) < 2**63):
        raise typer.BadParameter("a community's ID is a number; in Discord: Copy Server ID.")
    return int(text)


@audit.command("verify")
def verify_audit(context: typer.Context) -> None:
    """Look at every entry. Ends with 1 when one was changed, put in or taken away, and says which."""
    from supportbot import auditcare  # noqa: PLC0415
    from supportbot.exchange import audit as exchange  # noqa: PLC0415

    proof = asyncio.run(auditcare.verify(_settings(context)))
    typer.echo(exchange.proof_as_text(proof))
    if proof.faults:
        raise typer.Exit(1)


Community = Annotated[int, typer.Option(parser=_community, metavar="ID", help="The community's (server's) ID.")]


@audit.command("list")
def list_audit(
    context: typer.Context,
    community: Community,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List a community's entries, newest first."""
    from supportbot import auditcare  # noqa: PLC0415
    from supportbot.domain.people import CommunityId  # noqa: PLC0415
    from supportbot.exchange import audit as exchange  # noqa: PLC0415

    here = CommunityId(community)
    entries = asyncio.run(auditcare.entries(_settings(context), here))
    typer.echo(exchange.as_json(here, entries) if as_json else exchange.as_text(entries))


@audit.command("clear")
def clear_audit(
    context: typer.Context,
    community: Community,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget a community's whole list; it begins anew. For one that somebody changed, once you have looked into it."""
    from supportbot import auditcare  # noqa: PLC0415
    from supportbot.domain.people import CommunityId  # noqa: PLC0415

    settings = _settings(context)
    if not yes:
        typer.confirm("Forget all entries of this community, for good?", abort=True)
    typer.echo(f"{asyncio.run(auditcare.clear(settings, CommunityId(community)))} entries are gone.")


def _settings(context: typer.Context) -> Settings:
    """As the group above reads them."""
    return context.obj()
