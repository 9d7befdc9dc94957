"""From what went wrong to what the client is told: one shape, `{"detail": sentence}`, and never a traceback."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from web_single.errors import (
    DeliveredCodeError,
    InvalidInputError,
    PredictionNotFoundError,
    UnavailableError,
    WebSingleError,
)

RETRY_AFTER_SECONDS = 1
STATUS = {
    InvalidInputError: 422,
    PredictionNotFoundError: 404,
    DeliveredCodeError: 500,
    UnavailableError: 503,
}


def add_error_handlers(app: FastAPI) -> None:
    """Let every error of this application be answered in the one shape."""
    app.add_exception_handler(WebSingleError, answer_error)
    app.add_exception_handler(RequestValidationError, answer_validation_error)
    app.add_exception_handler(HTTPException, answer_http_exception)


def error_response(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the one shape of an error."""
    return JSONResponse({"detail": sentence}, status_code=status, headers=headers)


async def answer_error(_: Request, error: Exception) -> JSONResponse:
    """Answer an error of ours by its place in the tree."""
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if isinstance(error, UnavailableError) else None
    return error_response(status, str(error), headers)


async def answer_validation_error(_: Request, error: Exception) -> JSONResponse:
    """Answer a request that does not fit its schema: the first fault, where it is and what is wrong."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker: it is registered for this
    return error_response(422, sentence_of(error))


async def answer_http_exception(_: Request, error: Exception) -> JSONResponse:
    """Answer what the framework refuses: an unknown path, a method that is not allowed."""
    assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker: it is registered for this
    return error_response(error.status_code, f"{error.detail}.", error.headers)


def sentence_of(error: RequestValidationError) -> str:
    """Say what is wrong with a request: the place in it, and the fault."""
    fault = error.errors()[0]
    if fault["type"] == "json_invalid":
        return f"The body is not JSON: {fault['ctx']['error']} at character {fault['loc'][-1]}."
    source, *path = fault["loc"]
    place = ".".join(str(part) for part in path) or f"the {source}"
    return f"{place}: {fault['msg']}."
