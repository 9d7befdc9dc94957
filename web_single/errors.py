"""The exceptions of the package, without HTTP status codes and exit codes.

WebSingleError
├── StartError                    the server cannot start, or cannot continue
│   ├── ConfigError               a setting is wrong
│   ├── ModelFolderError          the model folder cannot be served
│   │   └── ModelFolderChangedError  its files changed since the server started
│   ├── DatabaseOpenError         the database cannot be opened
│   └── BindError                 the server cannot listen on the address
├── ExportError                   the export cannot be written to its destination
├── ScaffoldError                 a new model folder cannot be written
├── InvalidInputError             the request is invalid; a retry fails too
│   ├── NotJsonError              its body is not JSON in UTF-8
│   └── InvalidFeaturesError      the model does not accept its features
├── PredictionNotFoundError       no prediction has this id
├── ModelCodeError                user code raised an exception
├── BatchCallError                a model call with rows of several requests failed
└── UnavailableError              a temporary failure; a retry may succeed
    ├── ModelUnavailableError     no model process is ready
    │   └── RunnerCrashedError    it crashed, timed out or broke the protocol during a call
    ├── DatabaseUnavailableError  the database did not respond in time
    └── OverloadedError           the request queue is full, or the request waited too long
"""

from collections.abc import Mapping
from typing import Any, Self


class WebSingleError(Exception):
    """Base class of all errors of this package; `message` is one sentence for the user."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StartError(WebSingleError):
    """The server cannot start, or cannot continue."""


class ConfigError(StartError):
    """A setting is wrong."""


class ModelFolderError(StartError):
    """The model folder cannot be served."""


class ModelFolderChangedError(ModelFolderError):
    """The files of the model folder changed since the server started."""


class DatabaseOpenError(StartError):
    """The database cannot be opened."""


class BindError(StartError):
    """The server cannot listen on the address."""


class ExportError(WebSingleError):
    """The export cannot be written to its destination."""


class ScaffoldError(WebSingleError):
    """A new model folder cannot be written."""


class InvalidInputError(WebSingleError):
    """The request is invalid; a retry fails too."""


class NotJsonError(InvalidInputError):
    """The request body is not JSON in UTF-8."""


class InvalidFeaturesError(InvalidInputError):
    """The model does not accept the features of the request."""


class PredictionNotFoundError(WebSingleError):
    """No prediction has this id."""

    def __init__(self, prediction_id: int) -> None:
        super().__init__(f"There is no prediction with id {prediction_id}.")


class ModelCodeError(WebSingleError):
    """User code raised an exception.

    Args:
        error_id: The id under which the exception is logged.
        raised: The description of the exception.
        row: The index of the failing row in the request, if the request has several.
    """

    def __init__(self, error_id: str, raised: Mapping[str, Any], *, row: int | None = None) -> None:
        self.error_id, self.raised, self.row = error_id, raised, row
        where = f"instance {row}" if row is not None else "this input"
        super().__init__(f"The model's own code failed on {where}; the log has the reason under id {error_id}.")


class BatchCallError(WebSingleError):
    """A model call with rows of several requests failed; each row is predicted alone to find the cause."""


class UnavailableError(WebSingleError):
    """A temporary failure; a retry of the same request may succeed."""


class ModelUnavailableError(UnavailableError):
    """No model process is ready."""


class RunnerCrashedError(ModelUnavailableError):
    """The model process crashed, timed out or broke the protocol during a call."""


class DatabaseUnavailableError(UnavailableError):
    """The database did not respond in time."""


class OverloadedError(UnavailableError):
    """The request queue is full, or the request waited too long."""

    @classmethod
    def after(cls, timeout_seconds: float) -> Self:
        """Return the error for a request that waited `timeout_seconds`."""
        return cls(f"The model had no time for this request in {timeout_seconds:g} seconds.")
