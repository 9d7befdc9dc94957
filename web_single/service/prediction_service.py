"""The prediction service: makes, stores and reads predictions."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from web_single.config import Config
from web_single.database.prediction_result import PredictionResult
from web_single.database.prediction_store import PredictionStore
from web_single.errors import InvalidInputError, OverloadedError, PredictionNotFoundError
from web_single.predictor.predictor import Predictor
from web_single.predictor.signature.signature import Features
from web_single.service.batching.batcher import Batcher
from web_single.service.batching.request_queue import Prediction


@dataclass(frozen=True)
class Page:
    """Predictions in id order; `next_after` is the `after` value of the next page, or None on the last page."""

    predictions: list[PredictionResult]
    next_after: int | None


class PredictionService:
    """The use cases of the prediction endpoints. Every prediction that a method returns is committed."""

    def __init__(
        self, predictor: Predictor, store: PredictionStore, config: Config, queue: Batcher | None = None
    ) -> None:
        self._predictor = predictor
        self._store = store
        self._config = config
        self._queue = queue
        self._waiting = 0

    async def predict(self, features: Features, *, with_probabilities: bool = False) -> PredictionResult | Prediction:
        """Return a stored prediction for one row of features; the row is batched if there is a batcher.

        Args:
            features: The feature values, in the model's order or by feature name.
            with_probabilities: Whether to compute class probabilities.

        Raises:
            InvalidFeaturesError: The features do not match the model's signature.
            OverloadedError: Too many requests are pending.
            WebSingleError: The model has no probabilities, or the prediction or its commit failed.
        """
        row = self._predictor.signature.validate_row(features)
        if self._queue is None:
            (prediction,) = await self._predict_and_store([row], with_probabilities=with_probabilities)
            return prediction
        if with_probabilities:
            self._predictor.signature.check_probabilities()
        self._count()
        try:
            return await self._queue.predict(row, with_probabilities=with_probabilities)
        finally:
            self._waiting -= 1

    async def predict_batch(self, instances: Sequence[Features]) -> list[PredictionResult]:
        """Return stored predictions for several rows, in their order. All of them are stored, or none.

        Raises:
            InvalidInputError: There are more than `max_batch_size` rows, or a row does not match the signature.
            OverloadedError: Too many requests are pending.
            WebSingleError: The prediction or the commit failed.
        """
        if len(instances) > self._config.max_batch_size:
            raise InvalidInputError(f"At most {self._config.max_batch_size} instances are taken, not {len(instances)}.")
        rows = self._predictor.signature.rows_of(instances)
        return await self._predict_and_store(rows, with_probabilities=False)

    async def _predict_and_store(
        self, rows: Sequence[Sequence[Any]], *, with_probabilities: bool
    ) -> list[PredictionResult]:
        if with_probabilities:
            self._predictor.signature.check_probabilities()
        self._count()
        try:
            answers = await self._predictor.answer(rows, with_probabilities=with_probabilities)
            predictions = [
                PredictionResult(
                    result=answer.result,
                    features=list(features),
                    probabilities=answer.probabilities,
                    model_version=self._predictor.model_folder.version,
                )
                for features, answer in zip(rows, answers, strict=True)
            ]
            await self._store.add(predictions)
        finally:
            self._waiting -= 1
        return predictions

    def _count(self) -> None:
        """Count a pending request; raise OverloadedError if `max_queue_size` requests are pending already."""
        if self._waiting >= self._config.max_queue_size:
            raise OverloadedError(f"{self._waiting} requests are waiting already.")
        self._waiting += 1

    async def get(self, prediction_id: int) -> PredictionResult:
        """Return a stored prediction; raise PredictionNotFoundError if there is none with this id."""
        prediction = await self._store.get(prediction_id)
        if prediction is None:
            raise PredictionNotFoundError(prediction_id)
        return prediction

    async def list_page(self, *, after: int, limit: int) -> Page:
        """Return at most `limit` predictions with ids greater than `after`."""
        predictions = await self._store.list_page(after=after, limit=limit + 1)
        page = predictions[:limit]
        return Page(page, next_after=page[-1].id if len(predictions) > limit else None)

    async def list_all(self, *, after: int) -> AsyncIterator[list[PredictionResult]]:
        """Return an iterator over pages of all currently committed predictions with ids greater than `after`."""
        return self._store.list_pages(after=after, until=await self._store.last_id())
