"""What the model prints goes to the log, within limits."""

import asyncio
import os

import pytest
from structlog.testing import capture_logs

from web_single.predictor.model_output import MAX_LINE_BYTES, MAX_LINES_PER_SECOND, ModelOutput


async def lines_of(output: bytes) -> list[dict[str, object]]:
    with capture_logs() as logs:
        model_output = ModelOutput()
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
    model_output = ModelOutput()
    write_end = await model_output.open_pipe()
    await model_output.close()
    with pytest.raises(BrokenPipeError):
        os.write(write_end, b"too late")
    os.close(write_end)


@pytest.mark.anyio
async def test_a_flood_is_cut_and_counted() -> None:
    logs = await lines_of(b"flood\n" * 1_000)
    printed = [log for log in logs if log["event"] == "model_output"]
    dropped = [int(str(log["lines"])) for log in logs if log["event"] == "model_output_dropped"]
    assert len(printed) <= 2 * MAX_LINES_PER_SECOND  # the clock's second may change in between
    assert len(printed) + sum(dropped) == 1_000
