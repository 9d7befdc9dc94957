"""Config: the environment over `.env` over the defaults; every fault in one sentence."""

from pathlib import Path

import pytest

from web_single import config as config_module
from web_single.config import CHECKOUT, AccessLog, Config
from web_single.errors import ConfigError


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_environment_is_over_the_file_and_the_file_over_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PORT=9001\nWORKERS=3\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("PORT", "9002")
    config = Config.load()
    assert (config.port, config.workers, config.max_batch) == (9002, 3, 1000)


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
    assert caught.value.sentence.splitlines() == [
        "APP_ENV: Input should be 'dev' or 'prod'.",
        "PORT: Input should be less than or equal to 65535.",
    ]


@pytest.mark.parametrize(("app_env", "logged"), [("dev", AccessLog.ALL), ("prod", AccessLog.ERRORS)])
def test_which_requests_are_logged_follows_from_the_environment_unless_it_is_set(app_env: str, logged: str) -> None:
    assert Config.load(app_env=app_env).logged_requests == logged
    assert Config.load(app_env=app_env, access_log="off").logged_requests is AccessLog.OFF


def test_every_setting_says_what_it_means() -> None:
    assert all(field.description for field in Config.model_fields.values())
