"""Logs: one form for everybody, and no token in any line, however it got there."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import structlog

from supportbot import log
from supportbot.log import Redactor, configure, report_errors

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
# An interaction's or webhook's token has no shape of its own that would give it away.
OPAQUE = "aGVsbG8tdG9rZW4tb2YtYW4taW50ZXJhY3Rpb24"
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OmFiY2RlZmdo"
LITERAL = 'p@ss "w\\rd" é/x'
discord_logger = logging.getLogger("discord.http")
ours = structlog.stdlib.get_logger("supportbot.test")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    names = ["supportbot", "cogs", "discord.gateway", *log._LIBRARIES]
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in names}
    before = (root.level, list(root.handlers), sys.excepthook, threading.excepthook)
    form = structlog.get_config()
    yield
    logging.captureWarnings(capture=False)
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    sys.excepthook, threading.excepthook = before[2:]
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(**form)
    structlog.contextvars.clear_contextvars()


@pytest.fixture(params=["text", "json"])
def form(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def out(form: str) -> io.StringIO:
    stream = io.StringIO()
    configure("DEBUG", form, secrets=[LITERAL], stream=stream)  # pyright: ignore[reportArgumentType]
    return stream


def fail(error: Exception) -> None:
    raise error


def in_exception(secret: str) -> None:
    try:
        fail(ValueError(f"refused: token={secret}"))
    except ValueError:
        discord_logger.exception("it failed")


def in_chained_exception(secret: str) -> None:
    try:
        try:
            fail(ConnectionError(f"POST /webhooks/123/{secret}"))
        except ConnectionError as error:
            raise RuntimeError("outer") from error
    except RuntimeError as error:
        error.add_note(f"Authorization: Bot {secret}")
        ours.exception("it failed")


def in_local_variable(secret: str) -> None:
    local = [secret]
    try:
        local[1]
    except IndexError:
        ours.exception("it failed")


def in_exception_group(secret: str) -> None:
    try:
        fail(ExceptionGroup("several", [ValueError(f"token: {secret}"), OSError(f"/interactions/1/{secret}/callback")]))
    except ExceptionGroup:
        discord_logger.exception("they failed")


def bound(secret: str) -> None:
    structlog.contextvars.bind_contextvars(interaction_token=f"{secret} and more")
    ours.info("bound")


def in_warning(secret: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"see https://discord.com/api/v10/webhooks/1/{secret}?wait=1", stacklevel=1)


def uncaught(secret: str) -> None:
    error = RuntimeError(f"Authorization: Bot {secret}")
    sys.excepthook(RuntimeError, error, None)


def uncaught_in_thread(secret: str) -> None:
    thread = threading.Thread(target=fail, args=[RuntimeError(f"token={secret}")])
    thread.start()
    thread.join()


def broken_arguments(secret: str) -> None:
    root = logging.getLogger()
    # pytest's own handlers would raise.
    root.handlers[:] = [handler for handler in root.handlers if isinstance(handler, log._Handler)]
    discord_logger.info("%d of them", secret)


WAYS: dict[str, Callable[[str], object]] = {
    "message": lambda s: discord_logger.info(f"Authorization: Bot {s}"),
    "argument": lambda s: discord_logger.info("with token=%s", s),
    "dict argument": lambda s: discord_logger.info("%s", {"headers": {"Authorization": f"Bot {s}"}}),
    "payload": lambda s: discord_logger.warning("%s", {"d": {"token": s, "id": "1"}}),
    "payload as JSON": lambda s: discord_logger.warning("%s", json.dumps({"d": {"token": s}})),
    "JSON in JSON": lambda s: ours.info("sent", body=json.dumps({"d": json.dumps({"token": s})})),
    "webhook address": lambda s: discord_logger.info(
        "PATCH %s", f"https://discord.com/api/v10/webhooks/1/{s}/messages/2"
    ),
    "interaction address": lambda s: ours.info("POST", path=f"/interactions/123/{s}/callback?with_response=1"),
    "extra": lambda s: discord_logger.info("hello", extra={"token": f"{s} {s}"}),
    "keyword": lambda s: ours.info("hello", api_key=[s, s]),
    "nested keyword": lambda s: ours.info("hello", request={"password": s}),
    "database address": lambda s: logging.getLogger("sqlalchemy.pool").error("no postgresql://bot:%s@db/x", s),
    "scheduler": lambda s: logging.getLogger("apscheduler.executors").error("job token=%s failed", s),
    "exception": in_exception,
    "chained exception": in_chained_exception,
    "exception group": in_exception_group,
    "local variable": in_local_variable,
    "bound": bound,
    "warning": in_warning,
    "uncaught": uncaught,
    "uncaught in a thread": uncaught_in_thread,
    "arguments that do not fit": broken_arguments,
    "stack": lambda s: ours.info(f"token: {s}", stack_info=True),
}


@pytest.mark.parametrize("secret", [TOKEN, OPAQUE, INTERACTION])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_token_is_in_no_line(
    way: Callable[[str], object], secret: str, out: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    way(secret)
    assert out.getvalue()
    captured = capsys.readouterr()
    for text in (out.getvalue(), captured.out, captured.err):
        assert secret not in text
        assert secret[:20] not in text


@pytest.mark.parametrize("secret", [TOKEN, INTERACTION])
def test_a_token_that_stands_alone_is_known_by_its_shape(secret: str, out: io.StringIO) -> None:
    ours.info(f"it is {secret}.", what=secret)
    discord_logger.info("%r", [secret])
    assert secret[:20] not in out.getvalue()
    assert out.getvalue().count(log.REDACTED) == 3


def test_a_literal_secret_is_found_in_every_form(out: io.StringIO) -> None:
    ours.info(LITERAL, how=[LITERAL], address=f"postgresql+asyncpg:///{quote(LITERAL, safe='')}")
    discord_logger.info("%s %r", LITERAL, LITERAL)
    discord_logger.info("%s", json.dumps(LITERAL))
    assert "ss " not in out.getvalue()
    assert "ss%20" not in out.getvalue()
    assert out.getvalue().count(log.REDACTED) >= 6


def test_a_literal_too_short_to_be_secret_is_left() -> None:
    assert Redactor(["a", ""])("a cat") == "a cat"


@pytest.mark.parametrize(
    "line",
    [
        "POST https://discord.com/api/v10/channels/123/messages answered 200",
        "GET /webhooks/123 answered 404",
        "check-in 5f3b sent to 198622483471925248 in 12 ms",
        "shard 0 connected, session abc; the bot is ready",
        "see https://discord.com/developers/docs@latest",
        "text_id=consent.given key=k-12ab34cd zone=Europe/Berlin",
    ],
)
def test_ordinary_lines_are_left_alone(line: str) -> None:
    assert Redactor([TOKEN])(line) == line


def test_what_is_around_a_token_stays() -> None:
    redact = Redactor([TOKEN])
    assert redact(f"PATCH /api/v10/webhooks/1/{OPAQUE}/messages/@original 404") == (
        "PATCH /api/v10/webhooks/1/[redacted]/messages/@original 404"
    )
    assert redact(f'{{"token": "{TOKEN}", "id": "7"}}') == '{"token": "[redacted]", "id": "7"}'
    assert redact(redact(f"token={TOKEN} id=7")) == "token=[redacted] id=7"


def test_one_form_for_everybody() -> None:
    stream = io.StringIO()
    configure("INFO", "json", stream=stream)
    ours.info("sent %s", "it", checkin="c1")
    for name in ("discord.client", "supportbot.storage"):
        logging.getLogger(name).info("plain %s", "words", extra={"guild": 7})
    for name in ("apscheduler.scheduler", "sqlalchemy.pool"):
        logging.getLogger(name).warning("plain")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["logger"] for line in lines] == [
        "supportbot.test",
        "discord.client",
        "supportbot.storage",
        "apscheduler.scheduler",
        "sqlalchemy.pool",
    ]
    assert (lines[0]["event"], lines[0]["checkin"], lines[1]["event"], lines[1]["guild"]) == (
        "sent it",
        "c1",
        "plain words",
        7,
    )
    for line in lines:
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta(0)
        assert line["level"] in {"info", "warning"}


def test_text_is_one_readable_line() -> None:
    stream = io.StringIO()
    configure("INFO", "text", stream=stream)
    ours.warning("busy", table="plans")
    assert stream.getvalue().count("\n") == 1
    for part in ("Z [warning", "busy", "[supportbot.test]", "table=plans"):
        assert part in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_auto_is_text_on_a_terminal_and_json_elsewhere() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        configure("INFO", "auto", stream=stream)
        ours.info("hello")
    assert json.loads(pipe.getvalue())["event"] == "hello"
    with pytest.raises(ValueError, match=r"Expecting|Extra"):
        json.loads(terminal.getvalue())


def test_ours_may_be_debug_and_libraries_may_not(out: io.StringIO) -> None:
    ours.debug("ours")
    logging.getLogger("cogs.checkins").debug("a cog's")
    for name in log._LIBRARIES:
        logging.getLogger(name).debug("a library's")
    # Somebody who lowers a library's logger by hand still gets nothing.
    logging.getLogger("discord.gateway").setLevel(logging.DEBUG)
    logging.getLogger("discord.gateway").debug("a library's")
    logging.getLogger("anything.else").debug("a library's")
    assert "ours" in out.getvalue()
    assert "a cog's" in out.getvalue()
    assert "a library's" not in out.getvalue()


def reconnect(message: str = "Attempting a reconnect in %.2fs") -> None:
    try:
        fail(ConnectionRefusedError("no gateway there"))
    except ConnectionRefusedError:
        logging.getLogger("discord.client").exception(message, 1.5)


def test_a_reconnect_is_a_warning_without_a_traceback() -> None:
    stream = io.StringIO()
    configure("INFO", "json", stream=stream)
    configure("INFO", "json", stream=stream)
    reconnect()
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"]) == ("Attempting a reconnect in 1.50s (ConnectionRefusedError)", "warning")
    assert "Traceback" not in stream.getvalue()
    assert "no gateway there" not in stream.getvalue()


def test_a_reconnect_is_left_out_with_the_other_warnings() -> None:
    stream = io.StringIO()
    configure("ERROR", "json", stream=stream)
    reconnect()
    assert stream.getvalue() == ""


def test_other_errors_of_the_client_keep_their_traceback(out: io.StringIO) -> None:
    reconnect("It failed after %.2fs")
    assert "Traceback" in out.getvalue()
    assert "no gateway there" in out.getvalue()


def test_a_higher_level_holds_for_all() -> None:
    stream = io.StringIO()
    configure("ERROR", "text", stream=stream)
    ours.warning("no")
    discord_logger.warning("no")
    discord_logger.error("yes")
    assert "no" not in stream.getvalue()
    assert "yes" in stream.getvalue()


def test_configuring_again_replaces_every_handler(out: io.StringIO) -> None:
    logging.getLogger().addHandler(logging.StreamHandler(out))
    again = io.StringIO()
    configure("INFO", "json", stream=again)
    ours.info("hello")
    assert out.getvalue() == ""
    assert len(again.getvalue().splitlines()) == 1


def test_ctrl_c_is_left_to_python(out: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert out.getvalue() == ""
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_a_stream_that_is_gone_harms_nobody() -> None:
    stream = io.StringIO()
    configure("INFO", "text", stream=stream)
    stream.close()
    ours.info("hello")


def test_what_is_reported_elsewhere_is_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, object]] = []
    given: dict[str, Any] = {}
    monkeypatch.setattr("sentry_sdk.init", lambda **options: given.update(options))
    report_errors("https://key@example.invalid/1", secrets=["a-very-secret-word"])
    sent.append(
        given["before_send"]({"message": "POST /webhooks/1/aW50ZXJhY3Rpb246abc", "extra": "a-very-secret-word"}, {})
    )
    assert "aW50ZXJhY3Rpb246abc" not in str(sent)
    assert "a-very-secret-word" not in str(sent)
    assert given["send_default_pii"] is False
    assert given["include_local_variables"] is False
    assert given["default_integrations"] is False
