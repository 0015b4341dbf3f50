"""The settings: read once from the environment, `.env` and a folder of secrets; a wrong one is one plain sentence."""

# ruff: noqa: ARG003 - pydantic-settings fixes the arguments of settings_customise_sources

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import warnings
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from supportbot.domain.retention import TABLE, Keep, Periods
from supportbot.errors import ConfigError

PREFIX = "SUPPORTBOT_"
SECRETS_DIR = "SUPPORTBOT_SECRETS_DIR"
# Read elsewhere: by this module before there are settings, and by the tests.
OTHER_VARIABLES = frozenset(
    {SECRETS_DIR, "SUPPORTBOT_CONTRACT_DIR", "SUPPORTBOT_CONTRACT_REQUIRED", "SUPPORTBOT_TEST_POSTGRESQL"}
)
DISCORD_API_URL = "https://discord.com/api/v10"
DISCORD_GATEWAY_URL = "wss://gateway.discord.gg"

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_DISCORD_HOSTS = ("discord.com", "discord.gg")
# No user, query or backslash: programs disagree on the host of an address that has them.
_PLAIN_ADDRESS = re.compile(r"[a-z]+://([A-Za-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?(/[A-Za-z0-9._/-]*)?")
_BASE64_KEY = re.compile(r"[A-Za-z0-9+/_-]{43}=")
# Discord remembers a nonce for "a few minutes"; a second attempt must fall well inside.
_LONGEST_SEND = 60.0


def _days(keep: Keep) -> Any:
    """A period, which may be set shorter. No longer: the texts that members agreed to name it as the most."""
    period = TABLE[keep]
    takes = f"a whole number of days from {period.least} to {period.days}"
    return Field(period.days, ge=period.least, le=period.days, description=takes)


class Settings(BaseSettings):
    """Every setting, checked. Built by `load_settings`; the class itself reads nothing from outside.

    A field's description is what the setting takes, and ends the sentence about a wrong one.
    Times are in seconds.
    """

    model_config = SettingsConfigDict(
        allow_inf_nan=False,
        env_ignore_empty=True,
        env_prefix=PREFIX,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    token: SecretStr | None = Field(None, description="the bot's token from Discord's developer portal, without 'Bot '")
    database_url: str = Field(
        default_factory=lambda: _sqlite_url(_data_folder() / "supportbot.db"),
        repr=False,  # a PostgreSQL URL holds a password
        description="a file, sqlite:///file or postgresql://user:password@host/name",
    )
    data_keys: SecretStr | None = Field(None, description="id:base64,id:base64 or a JSON object of id to base64")
    data_key_file: Path | None = Field(None, description="the path of a file")
    erasure_ledger: Path | None = Field(None, description="the path of a file")
    backup_passphrase: SecretStr | None = Field(None, description="a passphrase of at least 12 characters")
    backup_key_file: Path | None = Field(None, description="the path of a file that `supportbot backup key` made")
    discord_api_url: str = Field(DISCORD_API_URL, description=f"an address such as {DISCORD_API_URL}")
    discord_gateway_url: str = Field(DISCORD_GATEWAY_URL, description=f"an address such as {DISCORD_GATEWAY_URL}")
    discord_allow_other_host: bool = Field(False, description="true or false")
    clock_url: str | None = Field(None, description="an http address on this machine")
    guild_ready_timeout: float = Field(2.0, gt=0, le=30, description="a number of seconds above 0 and at most 30")
    send_timeout: float = Field(20.0, gt=0, description="a number of seconds above 0")
    send_grace: float = Field(10.0, gt=0, description="a number of seconds above 0")
    lateness_window: float = Field(
        7200.0, gt=0, le=86400, description="a number of seconds above 0 and at most 86400, which is one day"
    )
    keep_deliveries: int = _days(Keep.DELIVERIES)
    keep_stopped_plans: int = _days(Keep.STOPPED_PLANS)
    keep_remembered: int = _days(Keep.REMEMBERED)
    keep_consents: int = _days(Keep.CONSENTS)
    keep_audit: int = _days(Keep.AUDIT)
    keep_inactive: int = _days(Keep.INACTIVE)
    keep_grace: int = _days(Keep.GRACE)
    content_dir: Path | None = Field(None, description="the path of a folder that exists")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        "INFO", description=f"one of {', '.join(_LEVELS)}"
    )
    log_format: Literal["auto", "text", "json"] = Field("auto", description="auto, text or json")
    health_port: int = Field(0, ge=0, le=65535, description="a port from 1 to 65535, or 0 for none")
    anonymous_counts: bool = Field(False, description="true or false")
    sentry_dsn: SecretStr | None = Field(None, description="the DSN of a Sentry project, an https address")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: `load_settings` reads the rest, from where its caller says."""
        return (init_settings,)

    @field_validator("token")
    @classmethod
    def _token_alone(cls, token: SecretStr | None) -> SecretStr | None:
        text = token.get_secret_value().strip() if token else ""
        if text and not re.fullmatch(r"[\x21-\x7e]+", text):
            raise ValueError("no spaces")
        return SecretStr(text) if text else None

    @field_validator("database_url")
    @classmethod
    def _async_driver(cls, url: str) -> str:
        scheme = url.partition("://")[0] if "://" in url else ""
        if scheme in {"postgresql", "postgres", "postgresql+asyncpg"}:
            return _postgresql_url(url)
        if scheme not in {"", "sqlite", "sqlite+aiosqlite"}:
            raise ValueError("another database")
        name = url.partition("://")[2].removeprefix("/") if scheme else url
        if not name or name.startswith(":memory:") or "?" in name or "\0" in name:
            raise ValueError("not a file")
        path = _absolute(Path(name))
        if _is_folder(path):
            raise ValueError("a folder")
        return _sqlite_url(path)

    @field_validator("data_key_file", "erasure_ledger", "backup_key_file", "content_dir")
    @classmethod
    def _from_the_root(cls, path: Path | None) -> Path | None:
        return path and _absolute(path)

    @field_validator("content_dir")
    @classmethod
    def _exists(cls, folder: Path | None) -> Path | None:
        if folder and not _is_folder(folder):
            raise ValueError("no such folder")
        return folder

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @field_validator("log_format", mode="before")
    @classmethod
    def _lower(cls, name: object) -> object:
        return name.lower() if isinstance(name, str) else name

    @field_validator("sentry_dsn")
    @classmethod
    def _sentry_installed(cls, dsn: SecretStr | None) -> SecretStr | None:
        if dsn and not dsn.get_secret_value().startswith("https://"):
            raise ValueError("not an address")
        if dsn and find_spec("sentry_sdk") is None:
            raise ConfigError(f"{PREFIX}SENTRY_DSN needs sentry-sdk; install supportbot[sentry] or remove the setting.")
        return dsn

    @model_validator(mode="after")
    def _together(self) -> Self:
        """Rules over more than one setting. Raises ConfigError with the whole sentence."""
        _check_discord(f"{PREFIX}DISCORD_API_URL", self.discord_api_url, "http", self.discord_allow_other_host)
        _check_discord(f"{PREFIX}DISCORD_GATEWAY_URL", self.discord_gateway_url, "ws", self.discord_allow_other_host)
        if not urlsplit(self.discord_api_url).path.rstrip("/").endswith("/api/v10"):
            raise ConfigError(f"{PREFIX}DISCORD_API_URL must end with /api/v10, the version this bot speaks.")
        if self.clock_url is not None and not _is_loopback(_address(f"{PREFIX}CLOCK_URL", self.clock_url, "http")):
            raise ConfigError(
                f"{PREFIX}CLOCK_URL must be on this machine, as http://127.0.0.1:8765/sandbox/api/clock is."
            )
        if self.anonymous_counts and not self.health_port:
            raise ConfigError(
                f"{PREFIX}ANONYMOUS_COUNTS needs {PREFIX}HEALTH_PORT, where the counts are shown; set a port too."
            )
        if self.send_timeout + self.send_grace >= _LONGEST_SEND:
            raise ConfigError(
                f"{PREFIX}SEND_TIMEOUT and {PREFIX}SEND_GRACE together must stay below {_LONGEST_SEND:.0f} seconds, "
                "because Discord soon forgets which messages it has seen; use less for one of them."
            )
        return self

    def require_token(self) -> SecretStr:
        """The token. Raises ConfigError when none is set."""
        if self.token is None:
            raise ConfigError(
                f"{PREFIX}TOKEN is not set; put the bot's token there, or in a file supportbot_token in the folder of "
                f"{SECRETS_DIR}, or try everything without a token: supportbot sandbox."
            )
        return self.token

    @property
    def given_keys(self) -> str | None:
        """The data keys themselves where a setting holds them; None when they are in `key_file`."""
        return self.data_keys.get_secret_value() if self.data_keys else None

    @property
    def key_file(self) -> Path:
        """Where the data keys are kept when `data_keys` is not set: beside an SQLite database, or the data folder."""
        return self.data_key_file or self._beside_database("keys.json")

    @property
    def ledger_file(self) -> Path:
        """Where the erasure ledger is kept beside the one in the database: in the same folder, if not set otherwise."""
        return self.erasure_ledger or self._beside_database("erasures.jsonl")

    @property
    def periods(self) -> Periods:
        """How long what is kept."""
        return Periods({keep: getattr(self, f"keep_{keep}", period.days) for keep, period in TABLE.items()})

    def _beside_database(self, ending: str) -> Path:
        database = self.database_file or _data_folder() / "supportbot"
        return database.with_name(f"{database.name}.{ending}")

    @property
    def database_file(self) -> Path | None:
        """The SQLite file; None with PostgreSQL."""
        return Path(self.database_url.partition(":///")[2]) if self.database_url.startswith("sqlite") else None

    def _secrets(self) -> tuple[SecretStr | None, ...]:
        return (self.token, self.data_keys, self.backup_passphrase, self.sentry_dsn)

    def literal_secrets(self) -> tuple[str, ...]:
        """Every secret as it was given, for the logs to leave out."""
        found = [secret.get_secret_value() for secret in self._secrets() if secret]
        if self.data_keys:
            found += _BASE64_KEY.findall(self.data_keys.get_secret_value())
        password = urlsplit(self.database_url).password if self.database_file is None else None
        if password:
            found += [password, unquote(password)]
        return tuple(dict.fromkeys(found))


def load_settings(
    env: Mapping[str, str] | None = None, *, env_file: Path | None = Path(".env"), secrets_dir: Path | None = None
) -> Settings:
    """The settings from `env` (the process's by default), then `env_file`, then the files of `secrets_dir`.

    The first of them that has a setting wins. Without `secrets_dir`, SUPPORTBOT_SECRETS_DIR names that folder.
    Names are taken in any case; empty counts as not set.
    Raises ConfigError: one sentence that names the variable and what would work, and never its value.
    """
    environment = _Environment(Settings, os.environ if env is None else env)
    try:
        file = DotEnvSettingsSource(Settings, env_file=env_file, dotenv_filtering="only_existing")
    except (OSError, UnicodeError):
        raise ConfigError(
            f"The file {env_file} cannot be read; it must be UTF-8 text that this user may read."
        ) from None
    read = {**file.env_vars, **environment.env_vars}
    _refuse_unknown(name.upper() for name in read if name.upper().startswith(PREFIX))
    values = {**_secrets(secrets_dir, read.get(SECRETS_DIR.lower())), **file(), **environment()}
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from None


class _Environment(EnvSettingsSource):
    """pydantic's reader of environment variables, over a mapping in place of `os.environ`."""

    def __init__(self, settings_cls: type[BaseSettings], env: Mapping[str, str]) -> None:
        self._env = env
        super().__init__(settings_cls)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._env.items() if value}


def _is_folder(path: Path) -> bool:
    """Raises ValueError for a path that no file system takes: one that is too long, say."""
    try:
        return path.is_dir()
    except OSError:
        raise ValueError("not a path") from None


def _secrets(given: Path | None, named: str | None) -> dict[str, Any]:
    folder = given or (Path(named) if named else None)
    if folder is None:
        return {}
    try:
        is_there = _is_folder(folder)
    except ValueError:
        is_there = False
    if not is_there:
        raise ConfigError(f"{SECRETS_DIR} must name a folder that exists.")
    try:
        _refuse_unknown(file.name for file in folder.iterdir() if file.name.upper().startswith(PREFIX))
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # pydantic skips a file it does not like with no more than a warning
            return SecretsSettingsSource(Settings, secrets_dir=folder)()
    except (OSError, SettingsError):
        raise ConfigError(
            f"A file in the folder of {SECRETS_DIR} cannot be used; each is UTF-8 text that this user may read, "
            "and lies in the folder itself."
        ) from None


def variables() -> dict[str, str]:
    """Every setting's environment variable, and what it takes."""
    return {f"{PREFIX}{name.upper()}": field.description or "" for name, field in Settings.model_fields.items()}


def _refuse_unknown(names: Iterable[str]) -> None:
    known = [*variables(), *OTHER_VARIABLES]
    for name in sorted(names):
        if name.upper() in known:
            continue
        # The nearest by what follows the prefix, which all of them share.
        by_end = {variable.removeprefix(PREFIX): variable for variable in known}
        near = difflib.get_close_matches(name.upper().removeprefix(PREFIX), by_end, n=1)
        help_ = f"did you mean {by_end[near[0]]}?" if near else "remove it; docs/settings.md lists them all."
        raise ConfigError(f"{name} is not a setting; {help_}")


def _sentence(error: ValidationError) -> str:
    name = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"][0]
    variable = f"{PREFIX}{str(name).upper()}"
    return f"{variable} cannot be used as it is set; it takes {variables()[variable]}."


def _data_folder() -> Path:
    return user_data_path("supportbot", appauthor=False)


def _absolute(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise ValueError("no such home") from None


def _sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def _postgresql_url(url: str) -> str:
    parts = urlsplit(url)  # raises ValueError
    if not parts.path.strip("/") or parts.fragment:
        raise ValueError("no database name")
    # Hosts hand out sslmode=, which is libpq's name; asyncpg calls it ssl and takes the same words.
    query = urlencode([("ssl" if name == "sslmode" else name, value) for name, value in parse_qsl(parts.query)])
    return f"postgresql+asyncpg://{parts.netloc}{parts.path}" + (f"?{query}" if query else "")


def _address(variable: str, url: str, scheme: Literal["http", "ws"]) -> str:
    """The host of a plain address with this scheme, or the same with s. Raises ConfigError."""
    try:
        parts = urlsplit(url)
        plain = parts.port != 0 and _PLAIN_ADDRESS.fullmatch(url) and parts.scheme in {scheme, f"{scheme}s"}
    except ValueError:
        plain = False
    if not plain:
        raise ConfigError(
            f"{variable} must be a plain {scheme} or {scheme}s address: host, port and path, no user, no question mark."
        )
    return urlsplit(url).hostname or ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_discord(variable: str, url: str, scheme: Literal["http", "ws"], other_host: bool) -> None:
    """The bot's token goes to this address. Raises ConfigError."""
    host = _address(variable, url, scheme)
    if _is_loopback(host):
        return
    if not url.startswith(f"{scheme}s://"):
        raise ConfigError(
            f"{variable} must begin with {scheme}s:// anywhere but on this machine; the token goes there."
        )
    known = any(host == ours or host.endswith(f".{ours}") for ours in _DISCORD_HOSTS)
    if not known and not other_host:
        raise ConfigError(
            f"{variable} is neither Discord nor this machine, and the token goes there; if that is meant, "
            f"set {PREFIX}DISCORD_ALLOW_OTHER_HOST=true."
        )
