"""RequestQueue: which requests leave together, and until when each of them may wait."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from web_single.config import Config
from web_single.errors import OverloadedError, UnavailableError
from web_single.predictor.batch_safety import BatchKey
from web_single.service.batching.request_queue import PendingRequest, Prediction, RequestQueue

pytestmark = pytest.mark.anyio

MakeConfig = Callable[..., Config]
LONG_SECONDS = 1_000.0
KEY = BatchKey(types=(), with_probabilities=False)


def request(
    value: Any,  # noqa: ANN401 - any JSON value
    *,
    batch_key: BatchKey | None = KEY,
    with_probabilities: bool = False,
) -> PendingRequest:
    answered: asyncio.Future[Prediction] = asyncio.get_running_loop().create_future()
    return PendingRequest([value], batch_key, with_probabilities, answered)


def make_line(make_config: MakeConfig, *, max_rows: int = 10, **settings: object) -> RequestQueue:
    return RequestQueue(make_config(**settings), lambda _: max_rows)


def add(line: RequestQueue, *requests: PendingRequest) -> None:
    for each in requests:
        line.add(each)


def values(batch: Sequence[PendingRequest]) -> list[Any]:
    return [each.row[0] for each in batch]


@pytest.mark.parametrize("batch_key", [KEY, None], ids=["batched", "predicted alone"])
async def test_rows_with_and_without_probabilities_are_in_different_batches(
    make_config: MakeConfig, batch_key: BatchKey | None
) -> None:
    line = make_line(make_config)
    add(line, *(request(n, batch_key=batch_key, with_probabilities=n % 2 == 0) for n in range(6)))
    for expected in ([0, 2, 4], [1, 3, 5]):
        assert values(await line.next_batch()) == expected


async def test_rows_with_different_batch_keys_are_in_different_batches(make_config: MakeConfig) -> None:
    line = make_line(make_config)
    add(line, *(request(n, batch_key=BatchKey(n % 2, with_probabilities=False)) for n in range(5)))
    for expected in ([0, 2, 4], [1, 3]):
        assert values(await line.next_batch()) == expected


async def test_a_batch_has_at_most_max_rows_and_the_others_keep_their_order(make_config: MakeConfig) -> None:
    line = make_line(make_config, max_rows=2)
    add(line, *(request(n, with_probabilities=n == 1) for n in range(5)))
    for expected in ([0, 2], [1], [3, 4]):
        assert values(await line.next_batch()) == expected


async def test_a_request_that_moves_to_another_line_keeps_its_deadline(make_config: MakeConfig) -> None:
    first = make_line(make_config, queue_timeout_seconds=0.05)
    second = make_line(make_config, queue_timeout_seconds=LONG_SECONDS)
    moved = request(1)
    first.add(moved)
    assert values(await first.next_batch()) == [1]
    second.add(moved)
    with pytest.raises(OverloadedError):
        await asyncio.wait_for(moved.answered, 30)


async def test_each_request_is_rejected_at_its_own_deadline(make_config: MakeConfig) -> None:
    line = make_line(make_config, queue_timeout_seconds=LONG_SECONDS)
    early, late = request(1), request(2)
    early.deadline = asyncio.get_running_loop().time() + 0.05
    add(line, early, late)
    with pytest.raises(OverloadedError):
        await asyncio.wait_for(early.answered, 30)
    assert not late.answered.done()
    assert values(await line.next_batch()) == [2]


async def test_a_closed_line_rejects_all_requests_and_sets_no_timer(make_config: MakeConfig) -> None:
    line = make_line(make_config, queue_timeout_seconds=LONG_SECONDS)
    waiting = [request(1), request(2)]
    add(line, *waiting)
    timer = line._timer
    assert timer is not None
    line.close(UnavailableError("The server stops."))
    assert timer.cancelled()
    for each in waiting:
        with pytest.raises(UnavailableError, match="The server stops"):
            await each.answered


async def test_a_request_that_has_its_outcome_keeps_it() -> None:
    waiting = request(1)
    waiting.answer(Prediction(7, "a", None))
    waiting.refuse(UnavailableError("The server stops."))
    waiting.answer(Prediction(8, "b", None))
    assert await waiting.answered == Prediction(7, "a", None)


async def test_a_closed_line_rejects_requests_that_come_later(make_config: MakeConfig) -> None:
    line = make_line(make_config)
    line.close(UnavailableError("The server stops."))
    late = request(1)
    line.add(late)
    with pytest.raises(UnavailableError, match="The server stops"):
        await late.answered
