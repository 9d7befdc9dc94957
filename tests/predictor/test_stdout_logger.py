"""What the model prints goes to the log, within limits."""

import asyncio
import os
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from web_single.predictor.runner import stdout_logger as model_output_module
from web_single.predictor.runner.stdout_logger import MAX_LINE_BYTES, MAX_LINES_PER_SECOND, StdoutLogger


async def lines_of(output: bytes) -> list[dict[str, object]]:
    with capture_logs() as logs:
        model_output = StdoutLogger()
        write_end = await model_output.open_pipe()
        await asyncio.to_thread(os.write, write_end, output)
        os.close(write_end)
        await model_output.close()
    return [dict(log) for log in logs]


@pytest.mark.anyio
async def test_each_line_is_an_event() -> None:
    logs = await lines_of(b"one\ntw\xff\nthree")
    assert [log["line"] for log in logs] == ["one", "tw�", "three"]
    assert {log["event"] for log in logs} == {"model_output"}


@pytest.mark.anyio
async def test_a_line_without_end_is_cut() -> None:
    (log,) = await lines_of(b"x" * 50_000)
    assert log["line"] == "x" * MAX_LINE_BYTES


@pytest.mark.anyio
async def test_it_can_be_closed_while_somebody_still_holds_it_open() -> None:
    model_output = StdoutLogger()
    write_end = await model_output.open_pipe()
    await model_output.close()
    with pytest.raises(BrokenPipeError):
        os.write(write_end, b"too late")
    os.close(write_end)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return the clock of the output's limits, whose `seconds` stand still."""
    clock = SimpleNamespace(seconds=1_000.9)
    loop = SimpleNamespace(time=lambda: clock.seconds)
    stand_in = SimpleNamespace(get_running_loop=lambda: loop, Event=asyncio.Event, Protocol=asyncio.Protocol)
    monkeypatch.setattr(model_output_module, "asyncio", stand_in)
    return clock


def test_a_flood_is_cut_to_so_many_lines_a_second_and_counted(clock: SimpleNamespace) -> None:
    model_output = StdoutLogger()
    with capture_logs() as logs:
        for _ in range(10):
            model_output.data_received(b"flood\n" * 100)
    assert [(log["event"], log["line"]) for log in logs] == [("model_output", "flood")] * MAX_LINES_PER_SECOND
    clock.seconds += 0.2  # the next second
    with capture_logs() as logs:
        model_output.data_received(b"after it\n")
        model_output.data_received(b"and on\n")
    assert [log.get("lines", log.get("line")) for log in logs] == [1_000 - MAX_LINES_PER_SECOND, "after it", "and on"]


def test_what_was_dropped_last_is_counted_when_the_process_has_ended(clock: SimpleNamespace) -> None:
    model_output = StdoutLogger()
    with capture_logs() as logs:
        model_output.data_received(b"flood\n" * (MAX_LINES_PER_SECOND + 3))
        model_output.connection_lost(None)
    assert clock.seconds
    assert (logs[-1]["event"], logs[-1]["lines"], len(logs)) == ("model_output_dropped", 3, MAX_LINES_PER_SECOND + 1)
