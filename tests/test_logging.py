"""The form that logs take: readable in dev, a JSON object a line in prod."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, suppress
from io import StringIO
from typing import TextIO

import pytest

from web_single.config import Config
from web_single.logging import UVICORN_ECHOES, Event, configure_logging, get_logger


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
    get_logger().warning(Event.DATABASE_UNAVAILABLE)
    assert capsys.readouterr().err.count("\n") == 1


@contextmanager
def full_disk() -> Iterator[TextIO]:
    """A stream to a disk without room."""
    full = open("/dev/full", "w")  # noqa: PTH123, SIM115 - closing it fails, too
    yield full
    with suppress(OSError):
        full.close()


@contextmanager
def closed_stream() -> Iterator[TextIO]:
    stream = StringIO()
    stream.close()
    yield stream


@pytest.mark.parametrize("unwritable", [full_disk, closed_stream])
def test_a_line_that_cannot_be_written_is_lost_and_nothing_else(
    make_config: Callable[..., Config],
    capsys: pytest.CaptureFixture[str],
    unwritable: Callable[[], AbstractContextManager[TextIO]],
) -> None:
    configure_logging(make_config(app_env="prod"))
    logger = get_logger()
    logger.info(Event.APP_STARTED)
    with unwritable() as stream, redirect_stderr(stream):
        for write in (logger.info, logger.warning, logger.error, logger.exception):
            write(Event.REQUEST)
    logger.info(Event.APP_STOPPED)
    events = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == ["app_started", "app_stopped"]


def test_an_exception_is_not_told_a_second_time_by_uvicorn(
    make_config: Callable[..., Config], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(make_config())
    logging.getLogger("uvicorn.error").error(UVICORN_ECHOES[0])
    assert capsys.readouterr().err == ""
