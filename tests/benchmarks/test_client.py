"""The Python client against servers that are slow, or say no."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from benchmarks.throughput.client import drive

pytestmark = pytest.mark.anyio
ANSWER = b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\n{}"
Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
SLOW_SECONDS = 0.02


@asynccontextmanager
async def serving(handle: Handle) -> AsyncIterator[int]:
    tasks = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        await handle(reader, writer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*filter(None, tasks))


def answering(*statuses: int, delay_seconds: float = 0) -> Handle:
    """Return a server that answers by these statuses in turn."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = 0
        while await reader.read(65536):
            await asyncio.sleep(delay_seconds)
            writer.write(ANSWER % statuses[number % len(statuses)])
            number += 1

    return handle


async def test_in_a_closed_loop_each_client_asks_again_when_it_is_answered() -> None:
    async with serving(answering(200)) as port:
        load = await drive(port=port, path="/", bodies=["{}"], clients=2, seconds=0.1, rate=None)
    assert load.answered > 2
    assert load.failed == 0


async def test_an_open_loop_sends_what_the_schedule_has() -> None:
    async with serving(answering(200)) as port:
        load = await drive(port=port, path="/", bodies=["{}"], clients=4, seconds=0.2, rate=100)
    assert (load.answered, load.failed, load.asked_per_second) == (20, 0, 100)


async def test_what_a_slow_answer_holds_up_is_counted_from_when_it_was_due() -> None:
    async with serving(answering(200, delay_seconds=SLOW_SECONDS)) as port:
        load = await drive(port=port, path="/", bodies=["{}"], clients=1, seconds=0.2, rate=200)
    # 40 answers take 0.8 seconds, and the last request was due after 0.2.
    assert load.answered == 40
    assert load.p99_ms > 500


async def test_answers_that_are_no_success_count_as_failed() -> None:
    async with serving(answering(200, 503)) as port:
        load = await drive(port=port, path="/", bodies=["{}"], clients=1, seconds=0.2, rate=50)
    assert (load.answered, load.failed) == (5, 5)


async def test_requests_without_an_answer_count_as_failed() -> None:
    async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(1)

    async with serving(hang_up) as port:
        load = await drive(port=port, path="/", bodies=["{}"], clients=2, seconds=0.2, rate=50)
    assert (load.answered, load.failed) == (0, 10)
