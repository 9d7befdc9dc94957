"""StatusService: whether a prediction could be made and stored now, and what is known of the model."""

from dataclasses import dataclass
from typing import Any

from web_single.database.prediction_store import PredictionStore
from web_single.errors import ModelUnavailableError
from web_single.predictor.predictor import Predictor, RunnerState
from web_single.service.example import Example, find_example


@dataclass(frozen=True)
class ModelStatus:
    """The model that is served, and the state of its process."""

    version: str
    estimator: str
    feature_count: int | None
    feature_names: tuple[str, ...] | None
    classes: tuple[Any, ...] | None
    probabilities: bool
    made_with: str | None
    runs_with: str | None
    runner_state: str
    runner_restarts: int
    runner_trouble: str | None


class StatusService:
    """What people on call and their machines ask."""

    def __init__(self, predictor: Predictor, store: PredictionStore) -> None:
        self._predictor = predictor
        self._store = store
        self._example: Example | None = None

    async def check_ready(self) -> None:
        """Return when model and database can be asked; an UnavailableError says which of them cannot."""
        if self._predictor.state is not RunnerState.READY:
            raise ModelUnavailableError(self._predictor.trouble or "The model is not loaded.")
        await self._store.ping()

    def describe_model(self) -> ModelStatus:
        """Return what is known of the model."""
        predictor, signature = self._predictor, self._predictor.signature
        return ModelStatus(
            version=predictor.delivery.version,
            estimator=predictor.description["estimator"],
            feature_count=signature.feature_count,
            feature_names=signature.feature_names,
            classes=signature.classes,
            probabilities=signature.probabilities,
            made_with=predictor.delivery.contents.scikit_learn,
            runs_with=predictor.description["scikit_learn"],
            runner_state=predictor.state,
            runner_restarts=predictor.restarts,
            runner_trouble=predictor.trouble,
        )

    async def get_example(self) -> Example:
        """Return rows with the model's own answers; it is asked for them once."""
        if self._example is None:
            self._example = await find_example(self._predictor)
        return self._example
