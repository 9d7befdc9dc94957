"""OptimizationSync: what one worker found to be wrong ends in all of them, after a restart too."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from tests.support.waiting import wait_until_async
from web_single.app import create_app
from web_single.config import Config
from web_single.predictor.batch_safety import BatchingState
from web_single.predictor.compiled.manager import CompiledState
from web_single.predictor.predictor import Predictor
from web_single.service.prediction_service import PredictionService

pytestmark = pytest.mark.anyio

MakeConfig = Callable[..., Config]


@pytest.fixture
def dependent_config(make_config: MakeConfig, trained: Callable[[str], Path]) -> Config:
    """Settings for a model that returns how many rows are in its call, once its first feature is beyond 100."""
    return make_config(model_path=trained("crowd"), shadow_sample_rate=1, batching="on")


@pytest.fixture(autouse=True)
def _poll_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web_single.service.optimization_sync.POLL_SECONDS", 0.05)


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[FastAPI]:
    app = create_app(config)
    async with app.router.lifespan_context(app):
        yield app


def predictor_of(app: FastAPI) -> Predictor:
    service: PredictionService = app.state.prediction_service
    return service._predictor


def batching_of(app: FastAPI) -> Any:  # noqa: ANN401 - a status
    return app.state.status_service.describe_model().batching


async def predict(app: FastAPI, *rows: list[float]) -> list[Any]:
    results = await asyncio.gather(*(app.state.prediction_service.predict(row) for row in rows))
    return [each.result for each in results]


async def test_batch_dependence_ends_batching_in_all_workers_and_after_a_restart(dependent_config: Config) -> None:
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(running(dependent_config)) for _ in range(2)]
        assert await predict(second, [0, 1]) == [1]
        assert await predict(first, [200, 1], [200, 2], [200, 3]) == [3, 3, 3]
        for app in (first, second):
            await wait_until_async(lambda app=app: batching_of(app).ids == (1, 4))  # type: ignore[misc]  # mypy infers no type for a default argument
            assert batching_of(app).state is BatchingState.OFF
            assert await predict(app, [200, 1], [200, 2]) == [1, 1]
        assert batching_of(first).reason == batching_of(second).reason
        assert "3 rows" not in (batching_of(first).reason or "")
    async with running(dependent_config) as restarted:
        assert batching_of(restarted).state is BatchingState.OFF
        ids = batching_of(restarted).ids
        assert await predict(restarted, [200, 1], [200, 2]) == [1, 1]
        await asyncio.sleep(0.2)  # some polls
        assert batching_of(restarted).ids == ids is not None


async def test_the_ids_begin_where_batching_began(make_config: MakeConfig, trained: Callable[[str], Path]) -> None:
    config = make_config(model_path=trained("crowd"), shadow_sample_rate=1)
    async with running(config) as app:
        await predict(app, *([0.0, float(n)] for n in range(1_000)))
        await wait_until_async(lambda: batching_of(app).state is BatchingState.ON)
        assert await predict(app, [200, 1], [200, 2]) == [2, 2]
        await wait_until_async(lambda: batching_of(app).ids is not None)
        assert 900 < batching_of(app).ids[0] <= 1_001  # rows that were being committed when it began count too


async def test_a_compiled_model_that_differs_is_not_used_by_other_workers_nor_after_a_restart(
    make_config: MakeConfig,
) -> None:
    config = make_config()
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(running(config)) for _ in range(2)]
        predictor_of(first).compilation.refute("It returned another result.", [1.0, 2.0])
        await wait_until_async(lambda: predictor_of(second).compilation.state is CompiledState.REFUTED)
    async with running(config) as restarted:
        compilation = predictor_of(restarted).compilation
        assert (compilation.state, compilation.reason) == (CompiledState.REFUTED, "It returned another result.")
        assert compilation.refuted_row == [1.0, 2.0]


async def test_a_model_that_was_never_batched_has_no_ids(
    make_config: MakeConfig, trained: Callable[[str], Path]
) -> None:
    async with running(make_config(model_path=trained("crowd"), shadow_sample_rate=1)) as app:
        await predict(app, [0, 1], [0, 2])
        predictor_of(app).batch_safety.end("A comparison failed.", [0, 1])
        await asyncio.sleep(0.2)  # some polls
        assert (batching_of(app).state, batching_of(app).ids) == (BatchingState.OFF, None)
