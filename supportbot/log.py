"""Logs in one form for the bot and its libraries, with every token and secret taken out as the last step.

What is logged are ids; what a member wrote never is. The redaction here is the net below that rule, not a replacement.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TextIO
from urllib.parse import quote

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[redacted]"
_OURS = ("supportbot", "cogs")
FIELDS: Mapping[str, str] = {
    "active": "a key's id",
    "advice": "a sentence of ours",
    "after": "a schema's version",
    "attempt": "a count",
    "before": "a schema's version",
    "channel": "the id of a community's channel",
    "code": "Discord's number for what went wrong",
    "command": "the id of a command at Discord",
    "commands": "a count",
    "communities": "a count",
    "community": "an id",
    "copy": "the path of a file",
    "days": "a count",
    "deleted": "a count",
    "count": "a count",
    "delivery": "the id of one check-in that was to be sent",
    "discord_event": "the name of a kind of event",
    "entries": "a count",
    "error": "an error's type, or the sentence of one of ours",
    "failed": "a count",
    "failure": "the types of errors and where in the code they were",
    "file": "the path of a file",
    "found": "a count",
    "gone": "a count",
    "interaction": "the id of one press or command",
    "keys": "ids of keys",
    "kind": "an error's type",
    "minutes": "a count",
    "outcome": "one of the ways in which a piece of work of ours can end",
    "part": "a part of a night's work",
    "people": "a count",
    "plan": "the id of somebody's plan",
    "reason": "Discord's number, an error's type, or the sentence of one of ours",
    "reference": "what somebody was told to name when they ask for help",
    "retry_in_seconds": "a duration",
    "seconds": "a duration",
    "status": "a number of HTTP's",
    "why": "a sentence of ours",
}
"""All that stands beside an event in our own lines; nothing of it names a person, or is what somebody wrote."""

# discord.py's DEBUG holds tokens and messages, aiosqlite's the values of statements, SQLAlchemy's INFO every statement.
_LIBRARIES = {
    "discord": logging.INFO,
    "aiosqlite": logging.INFO,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,  # INFO tells of every plugin
    "apscheduler": logging.WARNING,  # INFO tells of every wake-up
    "asyncio": logging.INFO,
    "aiohttp": logging.INFO,
}
# A shorter one would take pieces out of ordinary words, and is no secret worth the name.
_SHORTEST_LITERAL = 6
_SECRET_NAMES = r"(?:token|password|passwd|secret|api_?key|data_keys?|dsn)"  # noqa: S105 - names, not secrets
_SECRET_KEY = re.compile(rf"(?i)(?:\w*{_SECRET_NAMES}|authorization)")
_VALUE = r"(?!\[redacted\])[^\s\"'\\,)}\]]+"

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # /webhooks/{application}/{token} and /interactions/{id}/{token}: whoever has it may answer for 15 minutes.
    (re.compile(r"(/(?:webhooks|interactions)/[^/\s\"'\\]+/)[^/?#\s\"'\\<>]+"), rf"\1{REDACTED}"),
    # Authorization: Bot …, also as an entry of a dict or of JSON within JSON.
    (
        re.compile(rf"(?i)(authorization\\*[\"']?\s*[:=,]\s*\\*[\"']?)(?:(?:bot|bearer|basic)\s+)?{_VALUE}"),
        rf"\1{REDACTED}",
    ),
    (re.compile(r"\b(Bot|Bearer)\s+[\w.~+/=-]{16,}"), rf"\1 {REDACTED}"),
    # "token": "…", token=…
    (re.compile(rf"(?i)(\b\w*{_SECRET_NAMES}\\*[\"']?\s*[:=]\s*\\*[\"']?){_VALUE}"), rf"\1{REDACTED}"),
    # A bot's token: base64 of its id, a time, an HMAC.
    (re.compile(r"[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"), REDACTED),
    # An interaction's token: base64 of "interaction:…".
    (re.compile(r"aW50ZXJhY3Rpb246[\w+/=-]+"), REDACTED),
    # scheme://user:password@host, and Sentry's scheme://key@host.
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@\"']+@"), rf"\1{REDACTED}@"),
)


class Redactor:
    """Takes Discord's tokens, credentials in addresses, and the given literal secrets out of a text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST_LITERAL for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._literals = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, text: str) -> str:
        if self._literals is not None:
            text = self._literals.sub(REDACTED, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text


def _forms(secret: str) -> set[str]:
    """The secret as it may stand in JSON, in a repr and in an address, and each of these in a line of JSON."""
    forms = {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        quote(secret),
        quote(secret, safe=""),
    }
    return forms | {json.dumps(form)[1:-1] for form in forms}


def _hide_secret_keys(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Whatever stands under a name such as `token`, with spaces or without."""
    for key in event:
        if _SECRET_KEY.fullmatch(key):
            event[key] = REDACTED
    return event


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Redacts the finished line, so that no part of a record goes past."""

    def __init__(self, redactor: Redactor, renderer: Processor, pre_chain: Sequence[Processor]) -> None:
        super().__init__(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *pre_chain],
        )
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor(super().format(record))


class _Handler(logging.StreamHandler[TextIO]):
    """A stream handler that keeps quiet about the arguments of a record it could not write."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        kind = sys.exc_info()[0]
        name = kind.__name__ if kind else "an error"
        with contextlib.suppress(OSError, ValueError):  # the stream itself may be what failed
            self.stream.write(f"A log line of {record.name}, line {record.lineno}, could not be written: {name}\n")


def _loud_enough(record: logging.LogRecord) -> bool:
    """Holds libraries at their level, also when somebody lowered the level of one of their loggers."""
    return record.levelno >= _LIBRARIES.get(record.name.partition(".")[0], logging.NOTSET)


def _without_traceback(record: logging.LogRecord) -> bool:
    """discord.py logs each lost connection as an error with a traceback, though it tries again by itself.

    What went wrong stays in the line, by its kind alone.
    """
    if record.exc_info and record.levelno == logging.ERROR and str(record.msg).startswith("Attempting a reconnect"):
        kind = record.exc_info[0]
        record.msg = f"{record.getMessage()} ({kind.__name__ if kind else 'unknown'})"
        record.args = record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        return logging.getLogger(record.name).isEnabledFor(logging.WARNING)
    return True


def _without_words(record: logging.LogRecord) -> bool:
    """discord.py logs suggestions that fail with the person's id, and with messages that may quote what they typed.

    What stays is the kind of error.
    """
    if record.exc_info and str(record.msg).startswith("Ignoring exception in autocomplete"):
        kind = record.exc_info[0]
        record.msg = f"Ignoring exception in autocomplete ({kind.__name__ if kind else 'unknown'})"
        record.args = record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
    return True


def configure(
    level: str = "INFO",
    format: Literal["auto", "text", "json"] = "auto",  # noqa: A002 - the setting's own name
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every log line of the process to `stream` (standard error by default), redacted; may be called again.

    `level` is a level's name and holds for our own loggers; libraries keep to the levels above, never DEBUG.
    `auto` is text on a terminal and JSON elsewhere. `secrets` are left out of every line wherever they stand.
    Uncaught exceptions and warnings go the same way. Tracebacks have no local variables. Times are UTC.
    """
    pre_chain = _pre_chain()
    handler = _Handler(stream)
    text = format == "text" or (format == "auto" and handler.stream.isatty())
    handler.addFilter(_loud_enough)
    handler.setFormatter(_Formatter(Redactor(secrets), _renderer(text=text), pre_chain))
    root = logging.getLogger()
    for old in list(root.handlers):  # another handler would write what this one leaves out
        root.removeHandler(old)
    root.addHandler(handler)

    ours = logging.getLevelNamesMapping()[level]
    root.setLevel(max(ours, logging.INFO))
    for name in _OURS:
        logging.getLogger(name).setLevel(ours)
    # At the logger and not the handler, so that error reports leave it out too; adding it again changes nothing.
    logging.getLogger("discord.client").addFilter(_without_traceback)
    logging.getLogger("discord.app_commands.tree").addFilter(_without_words)
    for name, lowest in _LIBRARIES.items():
        logging.getLogger(name).setLevel(max(ours, lowest))

    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *pre_chain,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # loggers made at import must follow a later call
    )
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _pre_chain() -> list[Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _hide_secret_keys,
    ]


def _renderer(*, text: bool) -> Processor:
    if text:
        # No colours: their codes would stand between a name and the secret that the patterns look for.
        return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer()


def _log_uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    logging.getLogger("supportbot").critical("uncaught", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def report_errors(dsn: str, *, secrets: Iterable[str] = ()) -> None:
    """Send what is logged as an error to the Sentry project of `dsn`, redacted; nothing about people goes along.

    Needs the extra `sentry`, which the settings have checked.
    """
    import sentry_sdk  # noqa: PLC0415 - an extra
    from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415

    redact = Redactor(secrets)

    def redacted(event: Any, _: Any) -> Any:
        return json.loads(redact(json.dumps(event, default=str)))

    sentry_sdk.init(
        dsn=dsn,
        auto_enabling_integrations=False,
        before_send=redacted,
        default_integrations=False,
        include_local_variables=False,
        integrations=[LoggingIntegration(level=None, event_level=logging.ERROR)],
        max_breadcrumbs=0,
        send_default_pii=False,
    )
