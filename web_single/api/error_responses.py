"""What an operation may answer beside its success, told once: each status with its meaning and true examples."""

from dataclasses import dataclass
from typing import Any

from web_single.api.error_handlers import RETRY_AFTER_SECONDS
from web_single.api.schemas import MAX_PAGE, ErrorResponse
from web_single.errors import ModelCodeError, PredictionNotFoundError

Responses = dict[int | str, dict[str, Any]]

JSON = "application/json"
MEANINGS = {
    400: "The body cannot be read: it is no JSON in UTF-8. Nothing is stored.",
    404: "There is no such prediction.",
    405: "The path does not take this method.",
    408: "The request did not arrive in time. Nothing is stored.",
    413: "The body is too long, and was not read to its end. Nothing is stored.",
    415: "The body is said to be something else than plain JSON in UTF-8. Nothing is stored.",
    422: "The request does not fit, and never will; the sentence says where it is at fault. Nothing is stored.",
    431: "The request's line and headers are too long. Nothing is stored.",
    500: "The model's own code failed; the id in the sentence finds the reason in the log. Nothing is stored.",
    503: "Not now: the same request may succeed in a moment. It is not known to be stored.",
}


@dataclass(frozen=True)
class ErrorExample:
    """An error that an operation may answer, under the name that its example has in the document."""

    status: int
    name: str
    message: str


# What the words depend on, the path or the model, is put into the document where it is known: `openapi_examples`.
OTHER_METHOD = ErrorExample(405, "other_method", "This path takes other methods.")
NO_FEATURES = ErrorExample(422, "no_features", "At least one feature is expected.")

SLOW_HEAD = ErrorExample(
    408, "slow_headers", "The request's headers did not arrive in 10 seconds (READ_TIMEOUT_SECONDS)."
)
SLOW_BODY = ErrorExample(408, "slow_body", "The request's body did not arrive in 10 seconds (READ_TIMEOUT_SECONDS).")
LONG_HEAD = ErrorExample(
    431, "long_headers", "The request's line and headers are longer than 32768 bytes (MAX_HEADER_BYTES)."
)
LONG_BODY = ErrorExample(413, "long_body", "The body is longer than 1048576 bytes (MAX_BODY_BYTES).")
NO_JSON = ErrorExample(400, "no_json", "The body is not JSON: expecting ',' delimiter at character 17.")
OTHER_CONTENT = ErrorExample(
    415, "other_content", "Send JSON in UTF-8 with `Content-Type: application/json`, not text/plain."
)
NO_PARAMETERS = ErrorExample(422, "unknown_parameter", "page: this call has no such parameter; it takes none.")
LONG_PAGE = ErrorExample(422, "long_page", f"limit: a number up to {MAX_PAGE} is expected.")
NO_ID = ErrorExample(422, "no_id", "id: a whole number is expected.")
UNKNOWN_ID = ErrorExample(404, "unknown_id", PredictionNotFoundError(77).message)
MODEL_FAILED = ErrorExample(500, "exception", ModelCodeError("4f1b0c9d2a77", {}).message)
INSTANCE_FAILED = ErrorExample(500, "exception", ModelCodeError("4f1b0c9d2a77", {}, row=1).message)
MODEL_AWAY = ErrorExample(503, "model_away", "The model is being started anew.")
MODEL_ENDED = ErrorExample(503, "model_away", "The model's process ended: killed by SIGKILL.")
DATABASE_UNAVAILABLE = ErrorExample(503, "database_unavailable", "The database did not answer in 1 seconds.")
OVERLOADED = ErrorExample(503, "overloaded", "1000 requests are waiting already.")

ANY_CALL = (OTHER_METHOD, SLOW_HEAD, LONG_HEAD)
ANY_BODY = (NO_JSON, SLOW_BODY, LONG_BODY, OTHER_CONTENT)
ANY_PREDICTION = (*ANY_BODY, NO_FEATURES, MODEL_AWAY, DATABASE_UNAVAILABLE, OVERLOADED)

HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-ID": {
        "description": "The id of this request, which is also in the log: the one that it brought, or a new one.",
        "schema": {"type": "string"},
        "example": "order-66",
    },
    "Link": {
        "description": "Where the next page is; absent on the last one, and where no `limit` was asked for.",
        "schema": {"type": "string"},
        "example": '</predict?limit=100&after=100>; rel="next"',
    },
    "Retry-After": {
        "description": "After how many seconds to try again.",
        "schema": {"type": "integer"},
        "example": RETRY_AFTER_SECONDS,
    },
    "Allow": {"description": "The methods that the path takes.", "schema": {"type": "string"}, "example": "GET, POST"},
}
REQUEST_ID, RETRY_AFTER, ALLOW, LINK = "X-Request-ID", "Retry-After", "Allow", "Link"
# What is refused before it has become a request has no id.
HEADERS_OF_STATUS = {405: (REQUEST_ID, ALLOW), 408: (), 431: (), 503: (REQUEST_ID, RETRY_AFTER)}


def document_responses(*errors: ErrorExample, example: object = None, headers: tuple[str, ...] = ()) -> Responses:
    """Return the `responses` of an operation: these errors, and what its success looks like where that is fixed."""
    responses: Responses = {200: {"headers": refer_to_headers(REQUEST_ID, *headers)}}
    if example is not None:
        responses[200]["content"] = {JSON: {"example": example}}
    for error in sorted((*ANY_CALL, *errors), key=lambda error: error.status):
        response = responses.setdefault(error.status, describe_error(error.status))
        response["content"][JSON]["examples"] |= name_examples({error.name: {"detail": error.message}})
    return responses


def describe_error(status: int) -> dict[str, Any]:
    """Return what all errors of a status have in common."""
    return {
        "model": ErrorResponse,
        "description": MEANINGS[status],
        "headers": refer_to_headers(*HEADERS_OF_STATUS.get(status, (REQUEST_ID,))),
        "content": {JSON: {"examples": {}}},
    }


def refer_to_headers(*names: str) -> dict[str, dict[str, str]]:
    """Return references to headers, each of which the document describes once."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def name_examples(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return examples under their names, as OpenAPI writes them."""
    return {name: {"summary": name.replace("_", " ").capitalize(), "value": value} for name, value in values.items()}
