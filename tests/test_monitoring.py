"""The form that logs take: readable in dev, a JSON object a line in prod."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress

import pytest

from web_single.config import Config
from web_single.monitoring import UVICORN_ECHOES, Event, configure_logging, get_logger


def test_in_dev_people_read_it(make_config: Callable[..., Config], capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(make_config(app_env="dev"))
    get_logger().info(Event.APP_STARTED, model_version="abc")
    line = capsys.readouterr().err
    assert "app_started" in line
    assert "model_version=abc" in line


def test_in_prod_machines_read_it_also_what_libraries_say(
    make_config: Callable[..., Config], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(make_config(app_env="prod"))
    get_logger().info(Event.APP_STARTED, model_version="abc")
    logging.getLogger("a_library").warning("look out")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["model_version"]) == ("app_started", "abc")
    assert (theirs["event"], theirs["level"]) == ("look out", "warning")
    assert ours["timestamp"].endswith("Z")


def test_less_severe_events_than_the_setting_says_are_not_logged(
    make_config: Callable[..., Config], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(make_config(log_level="warning"))
    get_logger().info(Event.APP_STARTED)
    get_logger().warning(Event.DATABASE_AWAY)
    assert capsys.readouterr().err.count("\n") == 1


def test_a_line_that_cannot_be_written_is_lost_and_nothing_else(
    make_config: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure_logging(make_config())
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a disk without room
        monkeypatch.setattr("sys.stderr", full)
        get_logger().info(Event.APP_STARTED, filling="x" * 100_000)
        monkeypatch.undo()
        with suppress(OSError):
            full.close()


def test_an_exception_is_not_told_a_second_time_by_uvicorn(
    make_config: Callable[..., Config], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(make_config())
    logging.getLogger("uvicorn.error").error(UVICORN_ECHOES[0])
    assert capsys.readouterr().err == ""
