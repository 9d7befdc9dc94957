"""Config: the environment over `.env` over the defaults; every fault in one sentence."""

import re
import sys
from pathlib import Path

import pytest

from web_single import config as config_module
from web_single.config import CHECKOUT, AccessLog, AppEnv, Config, LogLevel, OnOff
from web_single.database.engine import parse_db_url
from web_single.errors import ConfigError


def test_the_environment_is_over_the_file_and_the_file_over_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PORT=9001\nWORKERS=3\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("PORT", "9002")
    config = Config.load()
    assert (config.port, config.workers, config.max_batch_size) == (9002, 3, 1000)


def test_what_a_command_gives_is_over_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9002")
    assert Config.load(port=9003).port == 9003


def test_the_defaults_of_a_checkout_are_relative_to_it() -> None:
    config = Config.load()
    assert config.model_path == CHECKOUT / "data_scientist/model.joblib"
    assert config.db_url == f"sqlite:///{CHECKOUT}/predictions.db"


def test_the_defaults_of_an_installed_package_are_relative_to_the_working_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(config_module, "IS_CHECKOUT", False)
    config = Config.load()
    assert config.model_path == Path("data_scientist/model.joblib")
    assert config.db_url == "sqlite:///predictions.db"


def test_each_fault_is_told_with_the_name_of_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "70000")
    monkeypatch.setenv("APP_ENV", "staging")
    with pytest.raises(ConfigError) as caught:
        Config.load()
    assert caught.value.message.splitlines() == [
        "APP_ENV: 'dev' or 'prod' is expected, not 'staging'.",
        "PORT: a number up to 65535 is expected, not '70000'.",
    ]


@pytest.mark.parametrize(("app_env", "logged"), [("dev", AccessLog.ALL), ("prod", AccessLog.ERRORS)])
def test_which_requests_are_logged_follows_from_the_environment_unless_it_is_set(app_env: str, logged: str) -> None:
    assert Config.load(app_env=app_env).access_log == logged
    assert Config.load(app_env=app_env, access_log="off").access_log is AccessLog.OFF


@pytest.mark.parametrize(("app_env", "shown"), [("dev", OnOff.ON), ("prod", OnOff.OFF)])
def test_the_documentation_is_shown_in_dev_and_not_in_prod_unless_it_is_set(app_env: str, shown: str) -> None:
    assert Config.load(app_env=app_env).docs is shown
    assert Config.load(app_env=app_env, docs="on").docs is OnOff.ON
    assert Config.load(app_env=app_env, docs="off").docs is OnOff.OFF


def test_the_example_file_can_be_taken_as_it_is(tmp_path: Path) -> None:
    example = (CHECKOUT / ".env.example").read_text()
    (tmp_path / ".env").write_text(re.sub("^#([A-Z_]+=)", r"\1", example, flags=re.MULTILINE))
    assert Config.load().access_log is AccessLog.ALL


def test_every_setting_says_what_it_means() -> None:
    assert all(field.description for field in Config.model_fields.values())


def test_words_may_be_in_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "WARNING")
    monkeypatch.setenv("APP_ENV", "Prod")
    config = Config.load()
    assert (config.log_level, config.app_env) == (LogLevel.WARNING, AppEnv.PROD)


def test_an_empty_value_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert Config.load().port == 8000


def test_the_home_folder_may_be_named_by_its_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_PATH", "~/model.joblib")
    assert Config.load().model_path == Path.home() / "model.joblib"


def test_a_pin_is_a_whole_fingerprint_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprint = "0123456789abcdef" * 4
    monkeypatch.setenv("MODEL_SHA256", fingerprint)
    assert Config.load().model_sha256 == fingerprint
    for wrong in [fingerprint[:12], fingerprint.upper(), f" {fingerprint}", f"{fingerprint}\n", " "]:
        monkeypatch.setenv("MODEL_SHA256", wrong)
        with pytest.raises(ConfigError, match="MODEL_SHA256: 64 digits of 0 to 9 and a to f are expected"):
            Config.load()


def test_prod_does_not_read_the_file_that_lies_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("PORT=9001\n")
    monkeypatch.setenv("APP_ENV", "prod")
    assert Config.load().port == 8000
    monkeypatch.setenv("ENV_FILE", str(tmp_path / ".env"))
    assert Config.load().port == 9001


def test_a_file_cannot_turn_dev_into_prod_which_would_not_have_read_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("APP_ENV=prod\n")
    with pytest.raises(ConfigError, match="set prod in the environment"):
        Config.load()


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=9001\n# \xff\n")
    with pytest.raises(ConfigError, match=r"\.env is no text in UTF-8"):
        Config.load()


def test_a_password_is_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_URL", "not a url with a secret")
    with pytest.raises(ConfigError) as caught:
        parse_db_url(Config.load())
    assert "secret" not in caught.value.message


def test_a_database_in_memory_is_refused_in_prod() -> None:
    with pytest.raises(ConfigError, match="in memory loses every prediction"):
        parse_db_url(Config.load(app_env="prod", db_url="sqlite://"))


@pytest.mark.parametrize(
    ("db_url", "reason"),
    [
        ("sqlite:///file::memory:?cache=shared&uri=true", "parameters are not supported"),
        ("sqlite:///file:/tmp/x.db?uri=true", "parameters are not supported"),
        ("sqlite:///file:x.db?mode=memory&uri=true", "parameters are not supported"),
        ("sqlite:////tmp/x.db?mode=ro", "parameters are not supported"),
        ("sqlite:////tmp/x.db?timeout=60", "parameters are not supported"),
        ("sqlite:////tmp/x.db?vfs=unix-none", "parameters are not supported"),
        ("sqlite:///:memory:?uri=true", "parameters are not supported"),
        ("sqlite://?uri=true", "parameters are not supported"),
        ("sqlite:///file::memory:", "named by its path"),
        ("sqlite:///file:/tmp/x.db", "named by its path"),
        ("sqlite+pysqlite:///FILE:x.db", "named by its path"),
        ("sqlite:///%66ile:x.db", "named by its path"),
        ("sqlite://secret@/x.db", "no user, password or port"),
        ("sqlite://:secret@/x.db", "no user, password or port"),
    ],
)
@pytest.mark.parametrize("app_env", ["dev", "prod"])
def test_a_database_is_named_by_a_plain_path_alone(db_url: str, reason: str, app_env: str) -> None:
    with pytest.raises(ConfigError, match=f"{reason}.*write `sqlite:///predictions.db`") as caught:
        parse_db_url(Config.load(app_env=app_env, db_url=db_url))
    assert "secret" not in caught.value.message


def test_a_path_may_hold_what_a_uri_holds(tmp_path: Path) -> None:
    for name in ("profile:x.db", "file", "mode=memory", ":memory:"):
        assert parse_db_url(Config.load(db_url=f"sqlite:///{tmp_path}/{name}")).database == f"{tmp_path}/{name}"


def test_a_database_in_the_models_folder_is_refused_for_it_would_change_the_version(tmp_path: Path) -> None:
    model = tmp_path / "delivery/model.joblib"
    model.parent.mkdir()
    model.touch()
    for database in (tmp_path / "delivery/x.db", tmp_path / "delivery/data/x.db"):
        with pytest.raises(ConfigError, match="lie in the model's folder"):
            parse_db_url(Config.load(model_path=model, db_url=f"sqlite:///{database}"))
        with pytest.raises(ConfigError, match="lie in the model's folder"):
            parse_db_url(Config.load(model_path=model.parent, db_url=f"sqlite:///{database}"))
    assert parse_db_url(Config.load(model_path=model, db_url=f"sqlite:///{tmp_path}/x.db"))


@pytest.mark.parametrize(("given", "taken"), [("AUTO", "auto"), ("server", "server"), (sys.executable, sys.executable)])
def test_what_runs_the_model_is_a_word_or_an_interpreter(
    monkeypatch: pytest.MonkeyPatch, given: str, taken: str
) -> None:
    monkeypatch.setenv("MODEL_PYTHON", given)
    assert Config.load().model_python == taken


@pytest.mark.parametrize("given", ["atuo", "/", "/not/there/python", __file__])
def test_what_cannot_run_the_model_is_told(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("MODEL_PYTHON", given)
    with pytest.raises(ConfigError, match=r"MODEL_PYTHON: auto, server or the path of a Python is expected, not '"):
        Config.load()
