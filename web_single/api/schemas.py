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


class StrictModel(BaseModel):
    """A request: keys that it does not know are refused."""

    model_config = ConfigDict(extra="forbid")


class PredictionRequest(StrictModel):
    """One row of features."""

    features: Features


class BatchRequest(StrictModel):
    """Several rows of features."""

    instances: Annotated[list[Features], FailFast(), Field(min_length=1)]


class PredictOptions(StrictModel):
    """What a prediction may be asked to add."""

    include: Literal["probabilities"] | None = Field(
        None, description="Add the probability of each class.", examples=["probabilities"]
    )


class ReadOptions(StrictModel):
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


class HealthResponse(Response):
    """The answer of a health check that passed."""

    status: Literal["alive", "ready"]


class ReadyResponse(HealthResponse):
    """A server that can predict and store; `warning` is set if the files in the model folder have changed."""

    warning: str | None = None


class ErrorResponse(Response):
    """The one shape of all errors: a sentence that says what is wrong."""

    detail: str
