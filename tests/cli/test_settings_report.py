"""`web-single config`: every setting, where it comes from, and names that were meant to be settings."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from web_single import VERSION
from web_single.cli.main import commands, main
from web_single.cli.settings_report import masked, settings_meant_by
from web_single.config import Config


def printed() -> dict[str, tuple[str, str]]:
    """Return what `web-single config` prints: value and source by name."""
    output = CliRunner().invoke(commands, ["config"], catch_exceptions=False).stdout
    rows = [line.split(maxsplit=2) for line in output.splitlines()]
    return {name: (value, source) for name, value, source in rows}


def test_every_setting_is_printed_with_its_value_and_where_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PORT=9001\nWORKERS=3\n")
    monkeypatch.setenv("PORT", "9002")
    settings = printed()
    assert list(settings) == [name.upper() for name in Config.model_fields]
    assert settings["PORT"] == ("9002", "environment")
    assert settings["WORKERS"] == ("3", ".env")
    assert settings["MAX_BATCH_SIZE"] == ("1000", "default")
    assert settings["ACCESS_LOG"] == ("all", "default in dev")


def test_prod_reads_no_file_unless_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("PORT=9001\n")
    monkeypatch.setenv("APP_ENV", "prod")
    assert printed()["PORT"] == ("8000", "default")
    monkeypatch.setenv("ENV_FILE", ".env")
    assert printed()["PORT"] == ("9001", ".env")


@pytest.mark.parametrize(
    "url", ["postgresql://me:secret@db/x", "postgresql://me:sec/r@et@db/x", "postgresql+psycopg://:secret@db"]
)
def test_a_password_is_masked(url: str) -> None:
    shown = masked(url)
    assert "sec" not in shown
    assert "***@db" in shown


def test_a_url_without_a_password_is_shown_as_it_is() -> None:
    assert masked("sqlite:////data/predictions.db") == "sqlite:////data/predictions.db"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PORTS", "PORT"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("MODEL_PAHT", "MODEL_PATH"),
        ("WORKER", "WORKERS"),
        ("MAX_BODY_SIZE_BYTES", "MAX_BODY_BYTES"),
        ("DATABASE_URL", "DB_URL"),
    ],
)
def test_a_name_that_is_close_to_a_settings_is_told(name: str, meant: str) -> None:
    assert settings_meant_by([name]) == {name: meant}


@pytest.mark.parametrize(
    "name",
    ["HOSTNAME", "LOGNAME", "PATH", "HOME", "PYTHONPATH", "SHELL", "REDIS_PORT", "VIRTUAL_ENV", "TERM", "port", "HOST"],
)
def test_names_of_others_and_of_settings_are_not_told(name: str) -> None:
    assert settings_meant_by([name]) == {}


def test_a_near_miss_in_the_file_is_told_by_the_command(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("WORKER=3\n")
    assert "WORKER is no setting; WORKERS is one." in CliRunner().invoke(commands, ["config"]).stderr


@pytest.mark.parametrize(
    "wrong",
    [
        ("PORT", "http", "PORT: a whole number is expected, not 'http'."),
        ("WORKERS", "0", "WORKERS: a number from 1 on is expected, not '0'."),
        ("APP_ENV", "staging", "APP_ENV: 'dev' or 'prod' is expected, not 'staging'."),
        (
            "MAX_BODY_BYTES",
            "lots",
            "MAX_BODY_BYTES: a number of bytes is expected, such as 65536 or 64KiB, not 'lots'.",
        ),
        ("LOAD_TIMEOUT_SECONDS", "nan", "LOAD_TIMEOUT_SECONDS: a number up to 3600 is expected, not 'nan'."),
        ("DB_URL", "mysql://me:secret@db/x", "DB_URL: mysql is not supported, sqlite is."),
        ("ENV_FILE", "nowhere.env", "ENV_FILE: there is no file nowhere.env."),
    ],
)
@pytest.mark.parametrize("command", ["serve", "config"])
def test_a_wrong_value_ends_a_command_with_a_sentence_and_code_2(
    command: str, wrong: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, value, sentence = wrong
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main([command])
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"web-single: {sentence}\n"


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(commands, ["--version"]).stdout == f"{VERSION}\n"


def test_a_folder_without_an_artifact_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODEL_PATH", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        main(["serve"])
    assert ended.value.code == 3
    sentence = f"There is no .joblib, .pkl or .pickle in {tmp_path}: set MODEL_PATH to the artifact."
    assert capsys.readouterr().err == f"web-single: {sentence}\n"
