"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from supportbot.cli_audit import audit
from supportbot.cli_backup import backup
from supportbot.cli_checkins import checkins
from supportbot.cli_keys import keys
from supportbot.cli_mydata import mydata
from supportbot.cli_schedule import schedule
from supportbot.errors import ConfigError, ContentError, SupportBotError

if TYPE_CHECKING:
    from supportbot.config import Settings

LARGEST_PORT = 65535
EX_CONFIG = 78
EX_UNAVAILABLE = 69

cli = typer.Typer(
    name="supportbot",
    help="A Discord bot for peer-support and recovery communities.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)
db = typer.Typer(help="The database.", no_args_is_help=True)
cli.add_typer(db, name="db")
retention = typer.Typer(help="How long what is kept.", no_args_is_help=True)
cli.add_typer(retention, name="retention")
helplines = typer.Typer(help="The helplines: look them over, and note which you checked.", no_args_is_help=True)
cli.add_typer(helplines, name="helplines")
content = typer.Typer(help="The texts: look them over as an editor does.", no_args_is_help=True)
cli.add_typer(content, name="content")
cli.add_typer(audit, name="audit")
cli.add_typer(checkins, name="checkins")
cli.add_typer(backup, name="backup")
cli.add_typer(keys, name="keys")
cli.add_typer(mydata, name="mydata")
cli.add_typer(schedule, name="schedule")


def main() -> None:
    """Run the command line. What we know how to say is one sentence, never a traceback."""
    try:
        cli()
    except (ConfigError, ContentError) as error:
        _end(error, EX_CONFIG)
    except SupportBotError as error:
        _end(error, EX_UNAVAILABLE)
    except KeyboardInterrupt:
        sys.exit(130)


def _end(error: SupportBotError, code: int) -> NoReturn:
    sys.stderr.write(f"supportbot: {error}\n")
    sys.exit(code)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(version("supportbot"))
        raise typer.Exit


def _port(given: object) -> int:
    text = str(given)
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= LARGEST_PORT):
        raise typer.BadParameter(f"a port is a number from 1 to {LARGEST_PORT}, or 0 for a free one.")
    return int(text)


def _application(given: object) -> int:
    text = str(given)
    if not (text.isascii() and text.isdecimal() and len(text) <= 20 and int(text)):
        raise typer.BadParameter("an application's ID is a number; copy it from Discord's developer portal.")
    return int(text)


def _region(given: object) -> str:
    from supportbot.domain.countries import COUNTRIES  # noqa: PLC0415

    code = str(given).upper()
    if code not in COUNTRIES:
        raise typer.BadParameter("a region is a country's ISO 3166 code, such as DE.")
    return code


@cli.callback()
def _root(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """A Discord bot for peer-support and recovery communities."""
    context.obj = _settings  # for the groups that are modules of their own


@cli.command()
def run() -> None:
    """Run the bot against Discord, with SUPPORTBOT_TOKEN."""
    settings = _settings()
    settings.require_token()

    async def serve() -> None:
        from supportbot.app import opened  # noqa: PLC0415

        async with opened(settings) as app:
            await app.run()

    _until_signalled(serve)


@cli.command()
def sandbox(
    port: Annotated[
        int, typer.Option(parser=_port, metavar="PORT", help="The port on 127.0.0.1; 0 takes a free one.")
    ] = 8765,
    database: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Keep the bot's database in this file; without it, it goes when you stop."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page, where there is a desktop.")] = True,
    server_only: Annotated[
        bool, typer.Option(help="Start no bot; run one yourself against the addresses shown.")
    ] = False,
) -> None:
    """Try everything in a browser, without a Discord token."""
    from supportbot.tryout import TryOut, try_out  # noqa: PLC0415

    wanted = TryOut(port=port, database=database, browser=browser, with_bot=not server_only)
    _until_signalled(lambda: try_out(wanted, say=typer.echo, configure_log=_configure_log))


@cli.command()
def check() -> None:
    """Say whether everything is in place, and from where it comes. Changes nothing."""
    from supportbot.checkup import check_up  # noqa: PLC0415

    settings = _settings()
    healthy = True
    for finding in asyncio.run(check_up(settings)):
        healthy = healthy and finding.good
        typer.echo(f"{'ok  ' if finding.good else 'FAIL'} {finding.what}: {finding.says}")
    if not healthy:
        raise typer.Exit(1)


@cli.command()
def invite(
    application_id: Annotated[
        int, typer.Argument(parser=_application, metavar="APPLICATION_ID", help="From Discord's developer portal.")
    ],
) -> None:
    """Print the link with which a community adds the bot, with the least permissions."""
    from supportbot.bot import invite_url  # noqa: PLC0415

    typer.echo(invite_url(application_id))


@cli.command()
def triage(
    answers: Annotated[
        str | None, typer.Option(metavar="QUESTION=ANSWER,…", help="The answers, such as safety=no,about=self.")
    ] = None,
    answers_file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="One JSON object of answers a line; prints one result a line."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what answers to the triage come to. Nothing is kept; ends with 1 when answers do not fit the questions."""
    if (answers is None) == (answers_file is None):
        raise typer.BadParameter("give either --answers or --answers-file.")
    from supportbot.config import load_settings  # noqa: PLC0415
    from supportbot.content import load_triage  # noqa: PLC0415
    from supportbot.domain.triage import WrongAnswers  # noqa: PLC0415
    from supportbot.exchange import triage as exchange  # noqa: PLC0415

    flow = load_triage(load_settings().content_dir)
    if answers_file is not None:
        with answers_file.open(encoding="utf-8", errors="replace") as lines:
            _print_results(exchange.results_of(flow, lines))
        return
    try:
        result = exchange.result_of(flow, exchange.parse_answers(answers or ""))
    except WrongAnswers as error:
        if as_json:
            typer.echo(json.dumps({"error": str(error)}))
        else:
            typer.echo(f"supportbot: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(json.dumps(result) if as_json else exchange.as_text(result))


@cli.command()
def ask(
    question: Annotated[str, typer.Argument(help="What somebody might ask, in their own words.")],
    lang: Annotated[str, typer.Option(metavar="XX", help="The language of whoever asks.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what members find for a question, best first. Nothing is kept."""
    from supportbot.config import load_settings  # noqa: PLC0415
    from supportbot.content import load  # noqa: PLC0415
    from supportbot.exchange import answers as exchange  # noqa: PLC0415
    from supportbot.services.library import Library  # noqa: PLC0415

    content = load(load_settings().content_dir)
    language = _one_of(content.catalogues, lang)
    library = Library(content.knowledge, content.typed, content.searching)
    answer = asyncio.run(library.ask(question, [language]))
    typer.echo(json.dumps(exchange.as_object(answer)) if as_json else exchange.as_text(answer))


def _print_results(results: Iterable[dict[str, Any]]) -> None:
    wrong = False
    for result in results:
        wrong = wrong or "error" in result
        sys.stdout.write(json.dumps(result) + "\n")
    if wrong:
        raise typer.Exit(1)


@retention.command("show")
def show_retention() -> None:
    """Print how many days what is kept, and the setting that makes it shorter."""
    from supportbot.domain.retention import TABLE  # noqa: PLC0415

    days = _settings().periods.days
    for keep, period in TABLE.items():
        setting = "fixed" if period.is_fixed else f"SUPPORTBOT_KEEP_{keep.upper()}, {period.least} to {period.days}"
        typer.echo(f"{days[keep]:>4} days  {period.what} ({setting})")


@helplines.command("check")
def check_helplines(
    region: Annotated[
        str | None, typer.Option(parser=_region, metavar="XX", help="A country's lines alone, by its ISO 3166 code.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Look at this file, not at the one in use.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which lines are wrong, old, or confirmed by nobody. Ends with 1 for a line that is wrong or has no source."""
    from supportbot import linecheck  # noqa: PLC0415
    from supportbot.exchange import helplines as exchange  # noqa: PLC0415

    review = asyncio.run(linecheck.review(_settings(), _today(), file=file, region=region))
    typer.echo(exchange.as_json(review) if as_json else exchange.as_text(review, whole=region is None))
    if review.has_faults:
        raise typer.Exit(1)


@helplines.command("confirm")
def confirm_helplines(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="The lines that you checked with the service.")],
) -> None:
    """Note that you checked these lines with their services today, and that what is shown of them is right."""
    from supportbot import linecheck  # noqa: PLC0415
    from supportbot.exchange import helplines as exchange  # noqa: PLC0415

    today = _today()
    for line in asyncio.run(linecheck.confirm(_settings(), ids, today)):
        typer.echo(f"{exchange.reached_by(line)}: checked with the service on {today}")


@content.command("lint")
def lint_content(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look all content over: wording, reading, sources, links, what Discord takes. Ends with 1 for a fault."""
    from supportbot import contentcheck  # noqa: PLC0415
    from supportbot.exchange import content as exchange  # noqa: PLC0415

    findings = contentcheck.review(_settings().content_dir, _today())
    typer.echo(exchange.findings_as_json(findings) if as_json else exchange.findings_as_text(findings))
    if findings.has_faults:
        raise typer.Exit(1)


@content.command("list")
def list_content(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every text.")] = False,
    language: Annotated[str | None, typer.Option("--lang", metavar="xx", help="One language's entries alone.")] = None,
) -> None:
    """List every entry in every language."""
    from supportbot import contentcheck  # noqa: PLC0415
    from supportbot.exchange import content as exchange  # noqa: PLC0415

    found = contentcheck.entries(_settings().content_dir)
    if language is not None:
        wanted = _one_of({entry.language for entry, _ in found}, language)
        found = [(entry, file) for entry, file in found if entry.language == wanted]
    typer.echo(exchange.entries_as_json(found) if as_json else exchange.entries_as_text(found))


@content.command("facts")
def list_facts(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say which entry covers each fact, and which command leads there. Ends with 1 for a fact that none covers."""
    from supportbot import contentcheck  # noqa: PLC0415
    from supportbot.exchange import content as exchange  # noqa: PLC0415

    found = contentcheck.facts(_settings().content_dir)
    typer.echo(exchange.facts_as_json(found) if as_json else exchange.facts_as_text(found))
    if not all(each.is_covered for each in found):
        raise typer.Exit(1)


def _one_of(known: Iterable[str], given: str) -> str:
    """The language that is meant: `ES` and `es-MX` are `es`. Raises BadParameter, which names those that there are."""
    from supportbot.domain.languages import fitting  # noqa: PLC0415

    there = {each.lower(): each for each in known}
    found = fitting(there, given.strip().lower().replace("_", "-"))
    if not found:
        raise typer.BadParameter(
            f"there is nothing in this language, only in {', '.join(sorted(there.values()))}.", param_hint="--lang"
        )
    return there[found[0]]


def _today() -> date:
    return datetime.now(UTC).date()


@db.command()
def upgrade() -> None:
    """Bring the database to this version's schema; a copy of an SQLite file is made first."""
    from supportbot.storage import migrate  # noqa: PLC0415

    done = asyncio.run(migrate.upgrade(_settings().database_url))
    typer.echo(f"from {done.before or 'nothing'} to {done.after}")
    if done.backup is not None:
        typer.echo(f"copy of the database before: {done.backup}")


@db.command()
def current() -> None:
    """Print the database's schema version, and the one this program wants."""
    from supportbot.storage import migrate  # noqa: PLC0415

    found = asyncio.run(migrate.current(_settings().database_url))
    typer.echo(f"{found or 'none'} (this program: {migrate.head()})")


def _settings() -> Settings:
    from supportbot.config import load_settings  # noqa: PLC0415

    settings = load_settings()
    _configure_log(settings)
    return settings


def _configure_log(settings: Settings) -> None:
    from supportbot.log import configure, report_errors  # noqa: PLC0415

    secrets = settings.literal_secrets()
    configure(settings.log_level, settings.log_format, secrets=secrets)
    if settings.sentry_dsn is not None:
        report_errors(settings.sentry_dsn.get_secret_value(), secrets=secrets)


def _until_signalled(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run until it ends by itself, or is asked to end by Ctrl-C or SIGTERM, and let it take itself apart."""

    async def supervised() -> None:
        task = asyncio.ensure_future(work())
        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # Windows: Ctrl-C ends the loop by itself there
                loop.add_signal_handler(each, task.cancel)
        await _quietly(task)

    asyncio.run(supervised())


async def _quietly(task: Awaitable[None]) -> None:
    try:
        await task
    except asyncio.CancelledError:
        return
