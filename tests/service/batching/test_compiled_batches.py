"""Batches of the compiled model: in the writer thread, row by row independent, and rejected when the server stops."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.model_folders import EXAMPLE
from web_single.app import create_app
from web_single.config import Config
from web_single.errors import UnavailableError
from web_single.predictor.predictor import Predictor
from web_single.service.prediction_service import PredictionService

pytestmark = pytest.mark.anyio

FLOWERS = [[5.1, 3.5, 1.4, 0.2], [6.2, 2.9, 4.3, 1.3], [7.7, 3.0, 6.1, 2.3]]


@pytest.fixture
async def service(
    make_config: Callable[..., Config], compiled_example: Path, tmp_path: Path
) -> AsyncIterator[PredictionService]:
    """The service with the compiled model of the example."""
    folder = shutil.copytree(compiled_example, tmp_path / "compiled")
    app = create_app(
        make_config(model_path=EXAMPLE / "model.joblib", compile="on", compiled_cache_dir=folder, shadow_sample_rate=0)
    )
    async with app.router.lifespan_context(app):
        service: PredictionService = app.state.prediction_service
        assert service._predictor.compiled is not None
        yield service


async def test_requests_with_and_without_probabilities_at_once_each_get_what_they_asked_for(
    service: PredictionService,
) -> None:
    await service._predictor.wait_until_ready(30)
    requests = [service.predict(FLOWERS[n % 3], with_probabilities=n % 2 == 0) for n in range(12)]
    predictions = await asyncio.gather(*requests)
    assert [prediction.result for prediction in predictions] == [0, 1, 2] * 4
    assert [prediction.probabilities is not None for prediction in predictions] == [True, False] * 6


async def test_a_request_for_the_compiled_model_is_rejected_when_the_service_stops(service: PredictionService) -> None:
    queue = service._queue
    assert queue is not None
    request = asyncio.create_task(service.predict(FLOWERS[0]))
    await asyncio.sleep(0)
    await queue.close()
    with pytest.raises(UnavailableError, match="The server stops"):
        await asyncio.wait_for(request, 30)


async def test_rows_that_the_compiled_model_does_not_decide_are_predicted_by_the_model_in_one_batch(
    service: PredictionService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service._predictor.wait_until_ready(30)
    compiled = service._predictor.compiled
    assert compiled is not None
    evaluation, sizes, predict = compiled._evaluation, [], Predictor.predict
    whole = evaluation.predict

    def all_but_two(rows: list[list[float]], **options: bool) -> list[object]:
        return [None if row[0] > 6 else answer for row, answer in zip(rows, whole(rows, **options), strict=True)]

    async def record(self: Predictor, rows: list[list[float]], **options: bool) -> list[object]:
        sizes.append(len(rows))
        return await predict(self, rows, **options)  # type: ignore[return-value]

    monkeypatch.setattr(evaluation, "predict", all_but_two)
    monkeypatch.setattr(Predictor, "predict", record)
    predictions = await asyncio.gather(*map(service.predict, FLOWERS))
    assert [prediction.result for prediction in predictions] == [0, 1, 2]
    assert sizes == [2]
    assert (compiled.answered, compiled.fallbacks) == (1, 2)
