"""PredictionService: bounded, and never storing what was not answered."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.model_folders import HEALTHY, SLEEP
from tests.support.waiting import wait_until_async
from web_single.app import create_app
from web_single.config import Config
from web_single.errors import ModelUnavailableError, OverloadedError
from web_single.service.prediction_service import PredictionService

pytestmark = pytest.mark.anyio


@pytest.fixture
async def service(mischief: Path, make_config: Callable[..., Config]) -> AsyncIterator[PredictionService]:
    """The plain way alone."""
    app = create_app(make_config(model_path=mischief, optimizations="off", max_queue_size=2, predict_timeout_seconds=5))
    async with app.router.lifespan_context(app):
        yield app.state.prediction_service


async def test_more_requests_than_may_wait_are_refused_at_once(service: PredictionService) -> None:
    waiting = [asyncio.create_task(service.predict([SLEEP, 0.2])) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError, match="2 requests are waiting already"):
        await service.predict([HEALTHY, 1])
    assert [prediction.result for prediction in await asyncio.gather(*waiting)] == [0.2, 0.2]
    assert (await service.predict([HEALTHY, 1])).result == 1


async def test_what_waited_for_a_model_that_ended_is_refused_and_not_stored(service: PredictionService) -> None:
    waiting = [asyncio.create_task(service.predict([SLEEP, 60])) for _ in range(2)]
    await asyncio.sleep(0.1)
    service._predictor._runner.kill()
    for outcome in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(outcome, ModelUnavailableError)
    assert [page async for page in await service.list_all(after=0)] == []


async def test_a_request_that_is_given_up_ends_the_runner_that_holds_it(service: PredictionService) -> None:
    predictor = service._predictor
    held = predictor._runner
    request = asyncio.create_task(service.predict([SLEEP, 600]))
    await wait_until_async(predictor._turn.locked)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    await asyncio.wait_for(held.ended(), 30)
    await predictor.wait_until_ready(30)
    assert predictor._runner is not held
    outcomes = await asyncio.gather(*(service.predict([HEALTHY, n]) for n in range(2)))  # both places are free again
    assert [prediction.result for prediction in outcomes] == [0, 1]
    assert [row.result async for page in await service.list_all(after=0) for row in page] == [0, 1]
