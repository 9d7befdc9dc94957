"""What goes over the wire: the requests, and the responses."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, FailFast, Field, JsonValue, WithJsonSchema
from pydantic_core import PydanticCustomError

MAX_ID = 2**63 - 1
MAX_PAGE = 1_000
PLAIN_DIGITS = re.compile(r"-?[0-9]{1,100}", re.ASCII)


def list_or_object(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return features that are in one of the two forms."""
    if not isinstance(value, (list, dict)):
        raise PydanticCustomError("features", "a list of values, or an object by feature name, is expected")
    return value


def whole_number(value: Any) -> Any:  # noqa: ANN401 - text from a query or a path, or a default
    """Return an integer; Pydantic alone would take `1.0`, `+1` and ` 1` for one too."""
    if isinstance(value, str) and not PLAIN_DIGITS.fullmatch(value):
        raise PydanticCustomError("whole_number", "a whole number is expected")
    return value


# Which values a feature may have follows from the model, not from this file: its signature checks them.
Features = Annotated[
    Any,
    AfterValidator(list_or_object),
    WithJsonSchema({"type": "array", "items": {"type": "number"}}),
    Field(description="One value for each feature, in the model's order."),
]
WholeNumber = Annotated[int, BeforeValidator(whole_number)]
PredictionId = Annotated[WholeNumber, Field(ge=1, le=MAX_ID)]


class Strict(BaseModel):
    """A request: keys that it does not know are refused."""

    model_config = ConfigDict(extra="forbid")


class PredictionRequest(Strict):
    """One row of features."""

    features: Features


class BatchRequest(Strict):
    """Several rows of features."""

    instances: Annotated[list[Features], FailFast(), Field(min_length=1)]


class PredictOptions(Strict):
    """What a prediction may be asked to add."""

    include: Literal["probabilities"] | None = Field(
        None, description="Add the probability of each class.", examples=["probabilities"]
    )


class ReadOptions(Strict):
    """How much a read adds."""

    detail: bool = Field(
        default=False, description="Add features, probabilities, model version and time.", examples=[True]
    )


class ListOptions(ReadOptions):
    """Which predictions a list holds."""

    limit: WholeNumber | None = Field(
        None, ge=1, le=MAX_PAGE, description="Predictions in a page; without it, all.", examples=[100]
    )
    after: WholeNumber = Field(
        0, ge=0, le=MAX_ID, description="Only predictions with ids beyond this one.", examples=[0]
    )


class Response(BaseModel):
    """An answer, made from the attributes of what the service returned."""

    model_config = ConfigDict(from_attributes=True, protected_namespaces=())


class PredictionResponse(Response):
    """A stored prediction: `result` is exactly what the model's `predict` returned."""

    id: int
    result: JsonValue


class PredictionWithProbabilities(PredictionResponse):
    """A stored prediction with the probability of each class, in the order of the model's classes."""

    probabilities: list[float]


class StoredPrediction(PredictionResponse):
    """A prediction that is read back: an earlier model may have made it."""


class PredictionDetail(StoredPrediction):
    """A stored prediction with all that is known of it."""

    features: list[JsonValue]
    probabilities: list[float] | None
    model_version: str
    created_at: datetime


class BatchResponse(Response):
    """The predictions of a batch, in the order of its instances."""

    predictions: list[PredictionResponse]


class FeatureResponse(Response):
    """A feature: the known values of a category, whether others are taken, and whether it may be missing (null)."""

    name: str | None
    kind: str
    values: list[JsonValue] | None
    others: bool
    missing: bool


class ResultResponse(Response):
    """What a result is: a label, a number, text, or several values; `any` where it is not known."""

    kind: str
    outputs: int | None


class ScikitLearnResponse(Response):
    """The scikit-learn that made the artefact, and the one that runs it."""

    made_with: str | None
    runs_with: str | None


class EnvironmentResponse(Response):
    """The interpreter that runs the model: the `server`'s own, one `made` for it, or one that is `given`."""

    origin: str
    python: str
    packages: dict[str, str]


class RunnerResponse(Response):
    """The model's own process."""

    state: str
    restarts: int
    trouble: str | None


class ProbeRowsResponse(Response):
    """Rows of one kind that a compiled model was compared on, and how many of them it handed back."""

    rows: int
    handed_back: int


class ProofResponse(Response):
    """How a compiled model was compared with the model itself: everything that it answered was equal."""

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
    """The compiled model: `on` where it answers, else `off`, `building`, `not built`, `refused` or `refuted`.

    It answers rows that it is sure of and hands back the others to the model itself, which also verifies a share.
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
    handed_back: int
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
    container: str
    row_by_row: bool
    batching: BatchingResponse
    scikit_learn: ScikitLearnResponse
    environment: EnvironmentResponse
    runner: RunnerResponse
    queue: bool
    fast_lane: bool
    compiled: CompiledResponse
    notice: str | None


class HealthResponse(Response):
    """The answer of a health check that passed."""

    status: Literal["alive", "ready"]


class ReadyResponse(HealthResponse):
    """A server that could predict and store now; a notice is told where its delivery has changed."""

    notice: str | None = None


class ErrorResponse(Response):
    """The one shape of all errors: a sentence that says what is wrong."""

    detail: str
