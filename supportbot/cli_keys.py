"""`supportbot keys`: which keys seal what members wrote, and how one takes the place of another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from supportbot.config import Settings
    from supportbot.domain.audit import AuditFault
    from supportbot.keycare import Listed

MOST_FAULTS = 20
PARTS = 20
"""How many lines tell of the progress, at most."""

keys = typer.Typer(help="The keys that seal what members wrote. No command shows one.", no_args_is_help=True)


@keys.command("list")
def list_keys(context: typer.Context) -> None:
    """Say which keys there are, which one seals, and how many fields are under each."""
    from supportbot import keycare  # noqa: PLC0415

    _say_keys(asyncio.run(keycare.listed(_settings(context))))


@keys.command("add")
def add_key(context: typer.Context) -> None:
    """Put a new key into the key file. It seals from now on; the others still open."""
    from supportbot import keycare  # noqa: PLC0415

    settings = _settings(context)
    key_id = asyncio.run(keycare.add(settings))
    typer.echo(f"{key_id} is in {settings.key_file} and seals from now on; a running bot reads it by itself.")
    typer.echo("Copy the file anew to where you keep it, apart from the backups: your old copy has not got this key.")
    typer.echo("Then: supportbot keys rotate")


@keys.command("rotate")
def rotate_keys(context: typer.Context) -> None:
    """Seal every field anew with the active key. Go on with it by running it again. Ends with 1 if any is left."""
    from supportbot import keycare  # noqa: PLC0415

    settings = _settings(context)
    if settings.data_keys is not None:
        typer.echo("The keys are in SUPPORTBOT_DATA_KEYS: a bot that was not started with these cannot read on.")
    rotated = asyncio.run(keycare.rotate(settings, said=_progress()))
    active, tally = rotated.listed.active, rotated.listed.tally
    typer.echo(f"{tally.under[active]} fields are under {active}, {tally.not_under(active)} are not.")
    left_audit = rotated.listed.audit.total() - rotated.listed.audit[active]
    if rotated.listed.audit:
        typer.echo(f"{rotated.listed.audit[active]} rows of the audit are under {active}, {left_audit} are not.")
    if not rotated.emptied:
        typer.echo("The database was in use: what was overwritten leaves its -wal file a little later.")
    _say_faults([*rotated.faults, *_audit_said(rotated.audit_faults)])
    left = tally.not_under(active) - len(rotated.faults)
    if left > 0:
        typer.echo(f"{left} were sealed meanwhile with another key: start again what has not got this one, and rotate.")
    if tally.not_under(active) or left_audit or rotated.audit_faults:
        raise typer.Exit(1)
    typer.echo("Then: supportbot keys verify")


@keys.command("verify")
def verify_keys(context: typer.Context) -> None:
    """Open every field. Ends with 1 when one does not open, or is not under the active key."""
    from supportbot import keycare  # noqa: PLC0415

    proof = asyncio.run(keycare.verify(_settings(context)))
    for key_id, fields in sorted(proof.found.opened.items()):
        typer.echo(f"{key_id}: {fields} fields open{'' if key_id == proof.active else '; it is not the active key'}")
    for key_id, rows in sorted(proof.audit.items()):
        typer.echo(
            f"{key_id}: {rows} rows of the audit{'' if key_id == proof.active else '; it is not the active key'}"
        )
    _say_faults([*proof.found.faults, *_audit_said(proof.audit_faults)])
    if not proof.holds:
        raise typer.Exit(1)
    typer.echo(f"Every field opens, and is under {proof.active}.")


@keys.command("retire")
def retire_key(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="ID", help="A key that is not in use any more.")],
) -> None:
    """Take a key out of the key file. Ends with 1, and changes nothing, while any field is under it."""
    from supportbot import keycare  # noqa: PLC0415

    settings = _settings(context)
    left = asyncio.run(keycare.retire(settings, key_id))
    if left:
        typer.echo(
            f"supportbot: {left} fields or rows of the audit are still under {key_id}: supportbot keys rotate", err=True
        )
        raise typer.Exit(1)
    if settings.data_keys is None:
        typer.echo(f"{key_id} is out of {settings.key_file}; no field was under it.")
    else:
        typer.echo(f"No field is under {key_id}: take it out of SUPPORTBOT_DATA_KEYS, and start the bot again.")
    typer.echo("Backups that were made before the rotation still need it: keep your copy as long as you keep them.")
    typer.echo("So does the erasure ledger, when one of them is restored within a year.")


def _settings(context: typer.Context) -> Settings:
    """As the group above reads them."""
    return context.obj()


def _say_keys(listed: Listed) -> None:
    for key_id in listed.ids:
        role = "active" if key_id == listed.active else "opens"
        rows = f", {listed.audit[key_id]} rows of the audit" if listed.audit[key_id] else ""
        typer.echo(f"{key_id}  {role}  {listed.tally.under[key_id]} fields{rows}")
    if listed.tally.others:
        typer.echo(f"{listed.tally.others} fields are under a key that is not here, or are damaged.")
    typer.echo(f"from {listed.file or 'SUPPORTBOT_DATA_KEYS'}")


def _progress() -> Callable[[int, int], None]:
    """Says how far it is, in few lines however many batches there are."""
    shown = -1

    def said(done: int, ahead: int) -> None:
        nonlocal shown
        part = PARTS * done // ahead
        if part > shown:
            shown = part
            typer.echo(f"{done} of {ahead}")

    return said


def _audit_said(faults: Sequence[AuditFault]) -> list[str]:
    return [f"audit of community {each.community}, entry {each.number}: {each.why}" for each in faults]


def _say_faults(faults: Sequence[str]) -> None:
    for fault in faults[:MOST_FAULTS]:
        typer.echo(f"FAIL {fault}")
    if len(faults) > MOST_FAULTS:
        typer.echo(f"FAIL and {len(faults) - MOST_FAULTS} more")
