"""The response of `GET /model`: the model that is served, and the state of what serves it."""

from typing import Self

from pydantic import JsonValue

from web_single.api.schemas import Response
from web_single.service.status_service import ModelStatus


class FeatureResponse(Response):
    """A feature: the known values of a category, whether others are taken, and whether it may be missing (null)."""

    name: str | None
    kind: str
    values: list[JsonValue] | None
    allow_unknown: bool
    nullable: bool


class ResultResponse(Response):
    """What a result is: a label, a number, text, or several values; `any` where it is not known."""

    kind: str
    outputs: int | None


class ScikitLearnResponse(Response):
    """The scikit-learn that made the artifact, and the one that runs it."""

    trained_with: str | None
    serving_with: str | None


class EnvironmentResponse(Response):
    """The interpreter that runs the model: the `server`'s own, one `made` for it, or one that is `given`."""

    origin: str
    python: str
    packages: dict[str, str]


class RunnerResponse(Response):
    """The model's own process."""

    state: str
    restarts: int
    error: str | None


class ProbeRowsResponse(Response):
    """Rows of one kind in the equivalence check, and for how many of them the compiled model fell back."""

    rows: int
    fallbacks: int


class ProofResponse(Response):
    """The equivalence check of a compiled model: every row without a fallback was equal."""

    kinds: dict[str, ProbeRowsResponse]
    largest_difference: float
    seconds: float


class BatchingResponse(Response):
    """Whether rows of several requests share calls of the model: `on`, `probation` or `off`.

    `compared` counts rows compared on probation, `checked` the sample of batched rows that were predicted alone again.
    `ids` are the first and the last id that may have been predicted in a batch before batching ended by a mismatch.
    """

    state: str
    reason: str | None
    compared: int
    checked: int
    mismatches: int
    ids: tuple[int, int] | None


class CompiledResponse(Response):
    """The compiled model: `on` if it is used, else `off`, `building`, `not built`, `refused` or `refuted`.

    It falls back to the model process for rows whose result is not certain; a sample of the others is checked there.
    Batches of more than `max_batch_rows` rows go to the model process, which was measured to be faster for them.
    """

    state: str
    reason: str | None
    answers: list[str]
    engines: list[str]
    proof: ProofResponse | None
    max_batch_rows: int
    max_batch_rows_with_probabilities: int
    answered: int
    fallbacks: int
    verified: int
    differing: int


class ModelResponse(Response):
    """The model that is served."""

    version: str
    sha256: str
    files: list[str]
    modules: list[str]
    estimator: str
    feature_count: int | None
    feature_names: list[str] | None
    features: list[FeatureResponse] | None
    classes: list[JsonValue] | None
    probabilities: bool
    result: ResultResponse
    input_type: str
    single_row_only: bool
    batching: BatchingResponse
    scikit_learn: ScikitLearnResponse
    environment: EnvironmentResponse
    runner: RunnerResponse
    fast_path: bool
    compiled: CompiledResponse
    warning: str | None

    @classmethod
    def from_status(cls, model: ModelStatus) -> Self:
        """Return the response for a model's status."""
        signature = model.signature
        return cls(
            version=model.version,
            sha256=model.sha256,
            files=list(model.files),
            modules=list(model.modules),
            estimator=model.estimator,
            feature_count=signature.feature_count,
            feature_names=list(signature.feature_names) if signature.feature_names is not None else None,
            features=[FeatureResponse.model_validate(feature) for feature in signature.features]
            if signature.features is not None
            else None,
            classes=list(signature.classes) if signature.classes is not None else None,
            probabilities=signature.probabilities,
            result=ResultResponse(kind=signature.result, outputs=signature.outputs),
            input_type=signature.input_type,
            single_row_only=signature.single_row_only,
            batching=BatchingResponse.model_validate(model.batching),
            scikit_learn=ScikitLearnResponse(trained_with=model.trained_with, serving_with=model.serving_with),
            environment=EnvironmentResponse(
                origin=model.environment.origin,
                python=model.environment.python_version,
                packages=model.environment.packages,
            ),
            runner=RunnerResponse(state=model.runner_state, restarts=model.runner_restarts, error=model.runner_trouble),
            fast_path=model.fast_path,
            compiled=CompiledResponse.model_validate(model.compiled),
            warning=model.warning,
        )
