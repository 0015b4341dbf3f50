"""Settings: where they come from, what is refused, and that no sentence shows a secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from supportbot import config
from supportbot.config import Settings, load_settings
from supportbot.errors import ConfigError

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def load(**env: str) -> Settings:
    return load_settings({f"SUPPORTBOT_{name.upper()}": value for name, value in env.items()}, env_file=None)


def refused(**env: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(**env)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_a_path_that_no_file_system_takes_is_refused_with_a_sentence() -> None:
    for name in ("SUPPORTBOT_DATABASE_URL", "SUPPORTBOT_CONTENT_DIR", "SUPPORTBOT_SECRETS_DIR"):
        with pytest.raises(ConfigError, match=name):
            load_settings({name: "x" * 5000}, env_file=None)


def test_the_defaults_need_nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(config, "user_data_path", lambda *_, **__: tmp_path / "data")
    settings = load()
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/data/supportbot.db"
    assert settings.database_file == tmp_path / "data" / "supportbot.db"
    assert settings.key_file == tmp_path / "data" / "supportbot.db.keys.json"
    assert not (tmp_path / "data").exists()
    assert settings.send_timeout + settings.send_grace == 30


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load().log_level = "DEBUG"  # pyright: ignore[reportAttributeAccessIssue]


def test_the_class_itself_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPORTBOT_LOG_LEVEL", "ERROR")
    assert Settings().log_level == "INFO"
    assert load_settings(env_file=None).log_level == "ERROR"


def test_environment_before_file_before_secrets(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, value in {"token": "from-secrets\n", "log_level": "error", "health_port": "1"}.items():
        (secrets / f"supportbot_{name}").write_text(value)
    (secrets / "another-programs").write_text("x")
    file = tmp_path / "env"
    file.write_text(
        f"SUPPORTBOT_SECRETS_DIR={secrets}\nSUPPORTBOT_LOG_LEVEL=warning\nSUPPORTBOT_HEALTH_PORT=2\nOTHER=1\n"
    )
    settings = load_settings(
        {"SUPPORTBOT_HEALTH_PORT": "3", "supportbot_log_format": "JSON", "PATH": "/"}, env_file=file
    )
    assert settings.require_token().get_secret_value() == "from-secrets"
    assert (settings.log_level, settings.health_port, settings.log_format) == ("WARNING", 3, "json")


def test_empty_counts_as_not_set() -> None:
    assert load(token="", sentry_dsn="", health_port="") == load()
    assert load(token="  \n").token is None


def test_run_requires_a_token() -> None:
    with pytest.raises(ConfigError, match=r"^SUPPORTBOT_TOKEN is not set; .*supportbot sandbox\.$"):
        load().require_token()
    assert load(token=f" {TOKEN}\n").require_token().get_secret_value() == TOKEN


@pytest.mark.parametrize("wrong", [f"Bot {TOKEN}", f"{TOKEN} {TOKEN}", f"{TOKEN}é"])
def test_secrets_are_in_no_sentence_and_no_repr(wrong: str) -> None:
    assert TOKEN not in refused(token=wrong)
    settings = load(token=TOKEN, data_keys=f"a:{KEY}", database_url="postgresql://bot:hunter2@db/support")
    for shown in (repr(settings), str(settings), str(settings.token)):
        assert TOKEN not in shown
        assert KEY not in shown
        assert "hunter2" not in shown


def test_literal_secrets_for_the_logs() -> None:
    settings = load(token=TOKEN, data_keys=f"a:{KEY},b:{KEY[::-1][1:]}=", database_url="postgresql://b:p%40ss@db/s")
    assert {TOKEN, KEY, "p%40ss", "p@ss"} <= set(settings.literal_secrets())
    assert load().literal_secrets() == ()


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("sqlite:////var/bot.db", "sqlite+aiosqlite:////var/bot.db"),
        ("sqlite+aiosqlite:////var/bot.db", "sqlite+aiosqlite:////var/bot.db"),
        ("/var/bot.db", "sqlite+aiosqlite:////var/bot.db"),
        ("postgresql://bot:x@db:5432/support", "postgresql+asyncpg://bot:x@db:5432/support"),
        ("postgres://bot@db/support?sslmode=require", "postgresql+asyncpg://bot@db/support?ssl=require"),
        ("postgresql+asyncpg:///support?host=/run", "postgresql+asyncpg:///support?host=%2Frun"),
    ],
)
def test_database_urls(given: str, url: str) -> None:
    assert load(database_url=given).database_url == url


@pytest.mark.parametrize("given", ["bot.db", "sqlite:///bot.db", "./bot.db"])
def test_a_relative_database_is_in_the_current_folder(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(database_url=given)
    assert settings.database_file == tmp_path / "bot.db"
    assert settings.key_file == tmp_path / "bot.db.keys.json"


def test_the_home_folder_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = load(database_url="~/bot.db", data_key_file="~/keys.json")
    assert (settings.database_file, settings.key_file) == (tmp_path / "bot.db", tmp_path / "keys.json")


def test_postgresql_keeps_its_keys_in_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(config, "user_data_path", lambda *_, **__: tmp_path)
    assert load(database_url="postgresql://b@db/s").key_file == tmp_path / "supportbot.keys.json"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "mysql://bot:hunter2@db/support"),
        ("database_url", "sqlite://"),
        ("database_url", "sqlite:///:memory:"),
        ("database_url", "/var/bot.db?mode=ro"),
        ("database_url", "postgresql://bot:hunter2@db"),
        ("database_url", "postgresql://bot:hunter2@[db/support"),
        ("database_url", "~nobody-of-this-name/bot.db"),
        ("database_url", "/"),
        ("guild_ready_timeout", "0"),
        ("guild_ready_timeout", "30.1"),
        ("guild_ready_timeout", "hunter2"),
        ("guild_ready_timeout", "nan"),
        ("send_timeout", "-1"),
        ("send_grace", "inf"),
        ("lateness_window", "0"),
        ("lateness_window", "86401"),
        ("log_level", "LOUD"),
        ("log_format", "xml"),
        ("content_dir", "/nowhere/at/all"),
        ("content_dir", "~nobody-of-this-name"),
        ("health_port", "65536"),
        ("health_port", "-1"),
        ("discord_allow_other_host", "perhaps"),
        ("sentry_dsn", "hunter2"),
    ],
)
def test_wrong_values_name_the_variable_and_what_it_takes(name: str, value: str) -> None:
    sentence = refused(**{name: value})
    takes = Settings.model_fields[name].description
    assert sentence == f"SUPPORTBOT_{name.upper()} cannot be used as it is set; it takes {takes}."
    assert "hunter2" not in sentence


def test_sentry_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    dsn = "https://hunter2@sentry.example/1"
    monkeypatch.setattr(config, "find_spec", lambda _: None)
    assert refused(sentry_dsn=dsn) == (
        "SUPPORTBOT_SENTRY_DSN needs sentry-sdk; install supportbot[sentry] or remove the setting."
    )
    monkeypatch.setattr(config, "find_spec", lambda _: object())
    assert load(sentry_dsn=dsn).sentry_dsn is not None


def test_timeout_and_grace_together() -> None:
    assert "SEND_TIMEOUT and SUPPORTBOT_SEND_GRACE together must stay below 60" in refused(send_timeout="50")
    assert load(send_timeout="49.9").send_timeout == 49.9


def test_content_dir_exists(tmp_path: Path) -> None:
    assert load(content_dir=str(tmp_path)).content_dir == tmp_path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("discord_api_url", "https://canary.discord.com/api/v10"),
        ("discord_api_url", "http://127.0.0.1:8765/api/v10"),
        ("discord_api_url", "http://localhost:8765/api/v10"),
        ("discord_api_url", "http://[::1]:8765/api/v10"),
        ("discord_gateway_url", "wss://gateway-us-east1-b.discord.gg"),
        ("discord_gateway_url", "ws://127.0.0.1:8765/gateway"),
        ("clock_url", "http://127.0.0.1:8765/sandbox/api/clock"),
    ],
)
def test_addresses(name: str, value: str) -> None:
    assert getattr(load(**{name: value}), name) == value


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("discord_api_url", "https://discord.com.evil.example/api/v10", "neither Discord nor this machine"),
        ("discord_api_url", "https://notdiscord.com/api/v10", "neither Discord nor this machine"),
        ("discord_api_url", "https://localhost.evil.example/api/v10", "neither Discord nor this machine"),
        ("discord_api_url", "http://discord.com/api/v10", "must begin with https://"),
        ("discord_api_url", "https://discord.com@evil.example/api/v10", "plain http"),
        ("discord_api_url", "https://evil.example\\@discord.com/api/v10", "plain http"),
        ("discord_api_url", "https://evil.example#@discord.com/api/v10", "plain http"),
        ("discord_api_url", "https://discord.com/api/v10?x=1", "plain http"),
        ("discord_api_url", "https://discord.com:99999/api/v10", "plain http"),
        ("discord_api_url", "wss://discord.com/api/v10", "plain http"),
        ("discord_api_url", "https://[::1", "plain http"),
        ("discord_api_url", "https://discord.com/api/v9", "/api/v10"),
        ("discord_gateway_url", "wss://gateway.evil.example", "neither Discord nor this machine"),
        ("discord_gateway_url", "ws://gateway.discord.gg", "must begin with wss://"),
        ("discord_gateway_url", "https://gateway.discord.gg", "plain ws"),
        ("clock_url", "http://clock.example/", "on this machine"),
        ("clock_url", "ftp://127.0.0.1/", "plain http"),
    ],
)
def test_addresses_that_the_token_must_not_go_to(name: str, value: str, reason: str) -> None:
    sentence = refused(**{name: value})
    assert sentence.startswith(f"SUPPORTBOT_{name.upper()} ")
    assert reason in sentence


def test_another_host_needs_a_second_setting_and_tls() -> None:
    other = {"discord_api_url": "https://proxy.example/api/v10", "discord_gateway_url": "wss://proxy.example"}
    assert "SUPPORTBOT_DISCORD_ALLOW_OTHER_HOST=true" in refused(**other)
    assert load(**other, discord_allow_other_host="true").discord_api_url == "https://proxy.example/api/v10"
    plain = {**other, "discord_gateway_url": "ws://proxy.example", "discord_allow_other_host": "true"}
    assert "must begin with wss://" in refused(**plain)


def test_a_misspelt_name_gets_help() -> None:
    assert refused(tokken="hunter2") == "SUPPORTBOT_TOKKEN is not a setting; did you mean SUPPORTBOT_TOKEN?"
    assert refused(zzzzzz="x").startswith("SUPPORTBOT_ZZZZZZ is not a setting; remove it")


def test_a_misspelt_name_in_a_file_gets_help(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("SUPPORTBOT_DATABASE=x\n")
    with pytest.raises(ConfigError, match="did you mean SUPPORTBOT_DATABASE_URL"):
        load_settings({}, env_file=tmp_path / "env")
    (tmp_path / "supportbot_tokn").touch()
    with pytest.raises(ConfigError, match="supportbot_tokn is not a setting; did you mean SUPPORTBOT_TOKEN"):
        load_settings({}, env_file=None, secrets_dir=tmp_path)


def test_names_that_others_read_are_let_through() -> None:
    assert load(contract_dir="x", contract_required="1") == load()


def test_a_wrong_secrets_folder(tmp_path: Path) -> None:
    assert refused(secrets_dir=str(tmp_path / "none")) == "SUPPORTBOT_SECRETS_DIR must name a folder that exists."
    (tmp_path / "supportbot_token").mkdir()
    assert "and lies in the folder itself" in refused(secrets_dir=str(tmp_path))
    (tmp_path / "supportbot_token").rmdir()
    (tmp_path / "supportbot_token").write_bytes(b"\xff\xfe")
    assert "each is UTF-8 text" in refused(secrets_dir=str(tmp_path))


def test_an_env_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "env").write_bytes(b"\xff\xfe=\x00")
    with pytest.raises(ConfigError, match="must be UTF-8 text"):
        load_settings({}, env_file=tmp_path / "env")
