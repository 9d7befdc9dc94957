"""The log of a process that serves: a reader that stalls blocks nobody, and what is dropped is counted."""

import fcntl
import json
import logging
import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from typing import TextIO

import pytest

from tests.support.waiting import wait_until
from web_single.config import Config
from web_single.logging import Event, configure_logging, get_logger
from web_single.server.log_writer import stderr_in_background

MAX_QUEUED_BYTES = 200_000
MANY = 10_000

Pipe = tuple[int, TextIO]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """A small pipe: the end to read from, and the stream that writes to it."""
    read_end, write_end = os.pipe()
    fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, select.PIPE_BUF)
    with os.fdopen(write_end, "w", buffering=1) as stream:
        yield read_end, stream
    os.close(read_end)


def read_until(read_end: int, end: Callable[[str], bool]) -> list[str]:
    """Return the lines that have come when the text fulfils a condition."""
    received = b""
    while not end(received.decode()):
        received += os.read(read_end, 65536)
    return received.decode().splitlines()


def test_lines_keep_their_order_and_none_is_lost_where_they_are_read(pipe: Pipe) -> None:
    with redirect_stderr(pipe[1]), stderr_in_background():
        for number in range(MANY):
            sys.stderr.write(f"{number}\n")
        lines = read_until(pipe[0], lambda text: text.endswith(f"\n{MANY - 1}\n"))
    assert lines == [str(number) for number in range(MANY)]


def test_a_reader_that_stalls_costs_lines_which_are_counted_once_it_reads_again(
    pipe: Pipe, make_config: Callable[..., Config]
) -> None:
    with redirect_stderr(pipe[1]), stderr_in_background(max_queued_bytes=MAX_QUEUED_BYTES):
        configure_logging(make_config(app_env="prod"))
        for number in range(MANY):
            get_logger().info(Event.REQUEST, number=number)
        logging.getLogger("a_library").warning("dropped too")
        events = list(map(json.loads, read_until(pipe[0], accounts_for_all)))
    # Where the writer thread gets its first turn late, it makes room, and lines are dropped and counted a second time.
    numbers = [event["number"] for event in events if event["event"] == "request"]
    reports = [event for event in events if event["event"] == "log_lines_dropped"]
    assert numbers == sorted(numbers)
    assert len(numbers) < MANY
    assert {report["level"] for report in reports} == {"warning"}
    assert len(numbers) + sum(report["lines"] for report in reports) == MANY + 1


def accounts_for_all(text: str) -> bool:
    """Return whether all lines of the test were written, or counted as dropped."""
    if "log_lines_dropped" not in text:
        return False
    events = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return bool(sum(event.get("lines", 1) for event in events) >= MANY + 1)


def test_what_was_written_before_the_end_is_there_at_the_end(pipe: Pipe) -> None:
    with redirect_stderr(pipe[1]):
        with stderr_in_background():
            assert sys.stderr.write("last words\n") == len("last words\n")
        assert sys.stderr is pipe[1]
    assert os.read(pipe[0], 100) == b"last words\n"


def test_a_reader_that_stalls_does_not_block_the_end_and_what_follows(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web_single.server.log_writer.FLUSH_SECONDS", 0.1)
    with redirect_stderr(pipe[1]):
        with stderr_in_background():
            sys.stderr.write("x" * MAX_QUEUED_BYTES)
        sys.stderr.write("y" * MAX_QUEUED_BYTES)
        sys.stderr.flush()
    # To the last byte: the thread would write what is left to the descriptor of the next test's pipe.
    read_until(pipe[0], lambda text: len(text) == 2 * MAX_QUEUED_BYTES)


def test_a_handler_from_before_the_end_writes_after_it(pipe: Pipe) -> None:
    with redirect_stderr(pipe[1]), stderr_in_background():
        handler = logging.StreamHandler()
    handler.emit(logging.makeLogRecord({"msg": "afterwards"}))
    assert os.read(pipe[0], 100) == b"afterwards\n"


def test_a_closed_pipe_stops_nobody(pipe: Pipe) -> None:
    with redirect_stderr(pipe[1]), stderr_in_background():
        with open(os.devnull) as other:  # noqa: PTH123 - a descriptor
            os.dup2(other.fileno(), pipe[0])  # the pipe has no reader any more
        for number in range(MANY):
            sys.stderr.write(f"{number}\n")


def test_lines_for_which_a_disk_has_no_room_are_counted_when_there_is_room_again(
    pipe: Pipe, make_config: Callable[..., Config]
) -> None:
    full, ours = os.open("/dev/full", os.O_WRONLY), os.dup(pipe[1].fileno())
    with redirect_stderr(pipe[1]), stderr_in_background():
        configure_logging(make_config(app_env="prod"))
        os.dup2(full, sys.stderr.fileno())
        sys.stderr.write("lost\n")
        wait_until(lambda: getattr(sys.stderr, "_dropped") == 1)  # noqa: B009 - no attribute of every stream
        os.dup2(ours, sys.stderr.fileno())
        sys.stderr.write("{}\n")
        _, report = read_until(pipe[0], lambda text: text.count("\n") == 2)
    assert json.loads(report)["lines"] == 1
    os.close(full)
    os.close(ours)


def test_a_pipe_that_somebody_made_non_blocking_loses_no_line(pipe: Pipe) -> None:
    os.set_blocking(pipe[1].fileno(), False)
    with redirect_stderr(pipe[1]), stderr_in_background():
        for number in range(MANY):
            sys.stderr.write(f"{number}\n")
        lines = read_until(pipe[0], lambda text: text.endswith(f"\n{MANY - 1}\n"))
    assert lines == [str(number) for number in range(MANY)]


def test_a_stream_that_is_no_file_is_written_directly(capsys: pytest.CaptureFixture[str]) -> None:
    with stderr_in_background():
        sys.stderr.write("directly\n")
        assert capsys.readouterr().err == "directly\n"
