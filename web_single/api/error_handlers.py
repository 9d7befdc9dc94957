"""From what went wrong to what the client is told: one shape, `{"detail": sentence}`, and never a traceback."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from web_single.errors import (
    InvalidInputError,
    ModelCodeError,
    NotJsonError,
    PredictionNotFoundError,
    UnavailableError,
    WebSingleError,
)
from web_single.logging import Event, get_logger

RETRY_AFTER_SECONDS = 1
STATUS = {
    NotJsonError: 400,
    InvalidInputError: 422,
    PredictionNotFoundError: 404,
    ModelCodeError: 500,
    UnavailableError: 503,
}
NOT_FOUND, NOT_ALLOWED = 404, 405
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MESSAGES = {
    "bool_parsing": "true or false is expected",
    "extra_forbidden": "this key is not known",
    "greater_than_equal": "a number from {ge} on is expected",
    "int_parsing_size": "this number is too large",
    "less_than_equal": "a number up to {le} is expected",
    "list_type": "a list is expected",
    "literal_error": "{expected} is expected",
    "missing": "this key is missing",
    "model_attributes_type": "an object is expected",
    "too_short": "at least {min_length} is expected",
}

log = get_logger()


def add_error_handlers(app: FastAPI) -> None:
    """Let every error of this application be answered in the one shape."""
    app.add_exception_handler(WebSingleError, answer_error)
    app.add_exception_handler(RequestValidationError, answer_validation_error)
    app.add_exception_handler(HTTPException, answer_http_exception)


def error_response(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the one shape of an error."""
    return JSONResponse({"detail": message}, status_code=status, headers=headers)


async def answer_error(_: Request, error: Exception) -> JSONResponse:
    """Answer an error of ours by its place in the tree; what the delivered code raised is for the log alone."""
    return response_to(error)


def response_to(error: Exception) -> JSONResponse:
    """Return the answer to an error of ours, and log what the delivered code raised."""
    if isinstance(error, ModelCodeError):
        log.error(Event.MODEL_CODE_FAILED, error_id=error.error_id, row=error.row, **error.raised)
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if isinstance(error, UnavailableError) else None
    return error_response(status, str(error), headers)


async def answer_validation_error(_: Request, error: Exception) -> JSONResponse:
    """Answer a request that does not fit its schema: the first fault, where it is and what is wrong."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker: it is registered for this
    return error_response(422, format_error(error))


async def answer_http_exception(request: Request, error: Exception) -> JSONResponse:
    """Answer what is refused before an endpoint is asked; for an unknown path or method the framework has one word."""
    assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker: it is registered for this
    path = request.url.path
    if error.status_code == NOT_FOUND:
        return error_response(NOT_FOUND, f"There is nothing at {path}.")
    if error.status_code == NOT_ALLOWED:
        allowed = ", ".join(allowed_methods(request))
        return error_response(NOT_ALLOWED, f"{path} takes {allowed}, not {request.method}.", {"Allow": allowed})
    return error_response(error.status_code, error.detail, error.headers)


def allowed_methods(request: Request) -> list[str]:
    """Return the methods that any route takes at the path of this request; the framework tells those of one route."""
    return [
        method
        for method in METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]


def format_error(error: RequestValidationError) -> str:
    """Say what is wrong with a request: the place in it, and the fault."""
    fault = error.errors()[0]
    source, *path = fault["loc"]
    place = ".".join(str(part) for part in path) or f"The {source}"
    message = MESSAGES.get(fault["type"], fault["msg"]).format(**fault.get("ctx", {}))
    return f"{place}: {message}."
