"""The group `supportbot backup` of the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from supportbot.errors import ConfigError

if TYPE_CHECKING:
    from supportbot.config import Settings
    from supportbot.storage.backups import Manifest
    from supportbot.storage.vault import Secret

backup = typer.Typer(
    help="Backups of an SQLite database, sealed with a passphrase or a key file.", no_args_is_help=True
)

PassphraseFile = Annotated[
    Path | None, typer.Option(dir_okay=False, help="The passphrase is the first and only line of this file.")
]
KeyFile = Annotated[Path | None, typer.Option(dir_okay=False, help="A key file that `supportbot backup key` made.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")]


@backup.command("create")
def create_backup(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; there must be none yet.")],
    passphrase_file: PassphraseFile = None,
    key_file: KeyFile = None,
) -> None:
    """Back the database up, also while the bot runs. The keys of the data are not in it: keep them elsewhere."""
    from supportbot import backupcare  # noqa: PLC0415

    settings = _settings(context)
    secret = _secret(settings, passphrase_file, key_file, is_new=True)
    made = backupcare.create(settings, target, secret)
    typer.echo(f"{target}: {_summary(made)}")


@backup.command("verify")
def verify_backup(
    context: typer.Context, source: Source, passphrase_file: PassphraseFile = None, key_file: KeyFile = None
) -> None:
    """Open a backup, look every page over, and say what is in it. Changes nothing."""
    from supportbot import backupcare  # noqa: PLC0415

    found = backupcare.verify(source, _secret(_settings(context), passphrase_file, key_file))
    typer.echo(f"{source}: {_summary(found)}")
    for table, rows in found.rows.items():
        typer.echo(f"  {table}: {rows}")


@backup.command("restore")
def restore_backup(
    context: typer.Context,
    source: Source,
    *,
    passphrase_file: PassphraseFile = None,
    key_file: KeyFile = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of the database that is there, which is kept beside it.")
    ] = False,
    erasures: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A copy of the erasure ledger, beside the one that is set."),
    ] = None,
    accept_unknown_erasures: Annotated[
        bool, typer.Option("--accept-unknown-erasures", help="Restore even when somebody who was erased may be back.")
    ] = False,
) -> None:
    """Put a backup in the database's place, with the bot stopped. Who was erased since is erased again."""
    from supportbot import backupcare  # noqa: PLC0415

    settings = _settings(context)
    done = backupcare.restore(
        settings,
        source,
        _secret(settings, passphrase_file, key_file),
        ledgers=erasures or (),
        may_replace=replace,
        may_miss_erasures=accept_unknown_erasures,
    )
    typer.echo(f"{settings.database_file}: {_summary(done.manifest)}; now schema {done.revision}")
    typer.echo(f"erased again, because they were erased since: {done.people}")
    if done.set_aside is not None:
        typer.echo(f"the database before: {done.set_aside}; delete it when all is well")


@backup.command("key")
def make_key(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; there must be none yet.")],
) -> None:
    """Make a key file. Whoever has it opens the backups; without it nobody does."""
    from supportbot import backupcare  # noqa: PLC0415

    backupcare.make_key(target)
    typer.echo(f"{target}: keep copies of it, apart from the backups")


def _settings(context: typer.Context) -> Settings:
    """As the group above reads them."""
    return context.obj()


def _secret(settings: Settings, passphrase_file: Path | None, key_file: Path | None, *, is_new: bool = False) -> Secret:
    from supportbot import backupcare  # noqa: PLC0415

    def ask() -> str:
        if not sys.stdin.isatty():
            raise ConfigError(
                "There is no passphrase: set SUPPORTBOT_BACKUP_PASSPHRASE or SUPPORTBOT_BACKUP_KEY_FILE, or name a "
                "file with --passphrase-file or --key-file."
            )
        return typer.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new)

    return backupcare.secret(settings, passphrase_file=passphrase_file, key_file=key_file, ask=ask, is_new=is_new)


def _summary(made: Manifest) -> str:
    rows = sum(made.rows.values())
    return (
        f"schema {made.revision}, made {made.made_at:%Y-%m-%d %H:%M:%S} UTC by supportbot {made.program}, {rows} rows"
    )
