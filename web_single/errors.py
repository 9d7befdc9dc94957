"""The tree of what can go wrong. It knows no HTTP and no exit codes.

WebSingleError
├── StartError                    the server cannot start, or cannot go on
│   ├── ConfigError               a setting is wrong
│   ├── ModelFolderError             the delivered model cannot be served
│   │   └── DeliveryChangedError  its files are not those the server started with
│   ├── DatabaseOpenError         the database cannot be opened
│   └── BindError               the address cannot be listened on
├── ExportError                   the export cannot be written where it should go
├── ScaffoldError              a delivery to start from cannot be written
├── InvalidInputError             the request cannot be answered, and never will be
│   ├── NotJsonError              its body cannot be read at all
│   └── InvalidFeaturesError      it has features that the model does not take
├── PredictionNotFoundError       no prediction has this id
├── ModelCodeError            the delivered code raised an exception
├── BatchCallError               a call of the model for several requests failed for the sake of one of them
└── UnavailableError              not now; the same request may succeed in a moment
    ├── ModelUnavailableError     the model's process is away
    │   └── RunnerCrashedError     it died, hung or broke the protocol while it held the request
    ├── DatabaseUnavailableError  the database did not answer in time
    └── OverloadedError           too many requests wait already, or this one has waited too long
"""

from collections.abc import Mapping
from typing import Any, Self


class WebSingleError(Exception):
    """What every error of this package is, each with one sentence for its reader."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StartError(WebSingleError):
    """The server cannot start, or cannot go on."""


class ConfigError(StartError):
    """A setting is wrong."""


class ModelFolderError(StartError):
    """The delivered model cannot be served."""


class ModelFolderChangedError(ModelFolderError):
    """The delivery's files are not those that the server started with."""


class DatabaseOpenError(StartError):
    """The database cannot be opened."""


class BindError(StartError):
    """The address cannot be listened on."""


class ExportError(WebSingleError):
    """The export cannot be written where it should go."""


class ScaffoldError(WebSingleError):
    """A delivery to start from cannot be written."""


class InvalidInputError(WebSingleError):
    """The request cannot be answered, and never will be."""


class NotJsonError(InvalidInputError):
    """The request's body cannot be read as JSON in UTF-8."""


class InvalidFeaturesError(InvalidInputError):
    """The request has features that the model does not take."""


class PredictionNotFoundError(WebSingleError):
    """No prediction has this id."""

    def __init__(self, prediction_id: int) -> None:
        super().__init__(f"There is no prediction with id {prediction_id}.")


class ModelCodeError(WebSingleError):
    """The delivered code raised an exception, `raised`, which is to be logged under `error_id`."""

    def __init__(self, error_id: str, raised: Mapping[str, Any], *, row: int | None = None) -> None:
        self.error_id, self.raised, self.row = error_id, raised, row
        where = f"instance {row}" if row is not None else "this input"
        super().__init__(f"The model's own code failed on {where}; the log has the reason under id {error_id}.")


class BatchCallError(WebSingleError):
    """A call of the model for several requests failed for the sake of one of them: alone, each is told what it did."""


class UnavailableError(WebSingleError):
    """Not now; the same request may succeed in a moment."""


class ModelUnavailableError(UnavailableError):
    """The model's process is away."""


class RunnerCrashedError(ModelUnavailableError):
    """The model's process died, hung or broke the protocol while it held the request."""


class DatabaseUnavailableError(UnavailableError):
    """The database did not answer in time."""


class OverloadedError(UnavailableError):
    """Too many requests wait already, or this one has waited too long."""

    @classmethod
    def after(cls, timeout_seconds: float) -> Self:
        """Return the error of one that has waited so long."""
        return cls(f"The model had no time for this request in {timeout_seconds:g} seconds.")
