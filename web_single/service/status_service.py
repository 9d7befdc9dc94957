"""The status service: readiness of model and database, and a description of the model."""

from dataclasses import dataclass

from web_single.config import Config
from web_single.database.prediction_store import PredictionStore
from web_single.environments.environment import Environment
from web_single.errors import ModelUnavailableError
from web_single.predictor.batch_safety import BatchingState
from web_single.predictor.compiled.manifest import EquivalenceReport
from web_single.predictor.predictor import Predictor, RunnerState
from web_single.predictor.signature.signature import Signature
from web_single.service.examples import Example, find_example


@dataclass(frozen=True)
class CompiledStatus:
    """State, equivalence report and counters of the compiled model.

    `answers` names the outputs that it can compute. `answered`, `fallbacks`, `verified` and `differing` count rows;
    the last two are those of the shadow check.
    """

    state: str
    reason: str | None
    answers: tuple[str, ...]
    engines: tuple[str, ...]
    proof: EquivalenceReport | None
    max_batch_rows: int
    max_batch_rows_with_probabilities: int
    answered: int
    fallbacks: int
    verified: int
    differing: int


@dataclass(frozen=True)
class BatchingStatus:
    """Whether rows of several requests are predicted in one model call, and how many rows were compared.

    `compared` counts rows on probation, `checked` and `mismatches` those of the shadow check. `ids` are the first and
    the last id that may have been predicted in a batch before batching was ended because of a mismatch.
    """

    state: str
    reason: str | None
    compared: int
    checked: int
    mismatches: int
    ids: tuple[int, int] | None


@dataclass(frozen=True)
class ModelStatus:
    """Description of the served model and the state of the model process."""

    version: str
    sha256: str
    files: tuple[str, ...]
    modules: tuple[str, ...]
    estimator: str
    signature: Signature
    batching: BatchingStatus
    trained_with: str | None
    serving_with: str | None
    environment: Environment
    runner_state: str
    runner_restarts: int
    runner_trouble: str | None
    fast_path: bool
    compiled: CompiledStatus
    warning: str | None


class StatusService:
    """Reports readiness and the model's status to operators and monitoring."""

    def __init__(self, predictor: Predictor, store: PredictionStore, config: Config) -> None:
        self._predictor = predictor
        self._store = store
        self._config = config

    async def check_ready(self) -> str | None:
        """Check that the model and the database are available.

        The model counts as available while its process starts if there is a compiled model.

        Returns:
            A warning if the model folder on disk is not, or no longer, the served one; otherwise None.

        Raises:
            UnavailableError: The model or the database is unavailable; the message names it.
        """
        starting = self._predictor.state is RunnerState.STARTING and self._predictor.compiled is not None
        if self._predictor.state is not RunnerState.READY and not starting:
            raise ModelUnavailableError(self._predictor.error or "The model is not loaded.")
        await self._store.ping()
        return self._predictor.warning

    def describe_model(self) -> ModelStatus:
        """Return the description of the served model."""
        predictor = self._predictor
        return ModelStatus(
            version=predictor.model_folder.version,
            sha256=predictor.model_folder.sha256,
            files=tuple(predictor.model_folder.digests),
            modules=predictor.model_folder.contents.modules,
            estimator=predictor.description["estimator"],
            signature=predictor.signature,
            batching=self._describe_batching(),
            trained_with=predictor.model_folder.contents.scikit_learn,
            serving_with=predictor.description["scikit_learn"],
            environment=predictor.environment,
            runner_state=predictor.state,
            runner_restarts=predictor.restarts,
            runner_trouble=predictor.error,
            fast_path=self._config.uses_fast_path,
            compiled=self._describe_compiled(),
            warning=predictor.warning,
        )

    def _describe_batching(self) -> BatchingStatus:
        monitor, is_on = self._predictor.batch_safety, self._config.uses_batching
        return BatchingStatus(
            state=monitor.state if is_on else BatchingState.OFF,
            reason=monitor.reason if is_on else "BATCHING or OPTIMIZATIONS is off.",
            compared=monitor.rows_compared,
            checked=monitor.shadow.verified,
            mismatches=monitor.shadow.differing,
            ids=monitor.ids,
        )

    def _describe_compiled(self) -> CompiledStatus:
        compilation, verification = self._predictor.compilation, self._predictor.verification
        manifest, model = compilation.manifest, compilation.last_model
        return CompiledStatus(
            state=compilation.state,
            reason=compilation.reason,
            answers=manifest.answers if manifest is not None else (),
            engines=manifest.engines if manifest is not None else (),
            proof=manifest.proof if manifest is not None else None,
            max_batch_rows=manifest.timings.max_rows if manifest is not None else 0,
            max_batch_rows_with_probabilities=manifest.probability_timings.max_rows if manifest is not None else 0,
            answered=model.answered if model is not None else 0,
            fallbacks=model.fallbacks if model is not None else 0,
            verified=verification.verified,
            differing=verification.differing,
        )

    def get_example(self) -> Example:
        """Return example rows with the model's results."""
        return find_example(self._predictor)
