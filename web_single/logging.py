"""Logging: the names of all log events, and the configuration of structlog."""

import logging
import sys
from contextlib import suppress
from contextvars import ContextVar
from enum import StrEnum
from typing import Any

import structlog

from web_single.config import AppEnv, Config

# The id of the current request.
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
# Messages of uvicorn that duplicate our own events.
UVICORN_ECHOES = ("Exception in ASGI application\n", "Invalid HTTP request received.")


class Event(StrEnum):
    """The names of all log events, the values of `event` in each line."""

    SETTING_UNKNOWN = "setting_unknown"
    SERVER_LISTENING = "server_listening"
    SERVER_STOPPING = "server_stopping"
    SERVER_STOPPED = "server_stopped"
    APP_STARTED = "app_started"
    APP_STOPPED = "app_stopped"
    ENVIRONMENT_MAKING = "environment_making"
    ENVIRONMENT_MADE = "environment_made"
    MODEL_VERSION_TRUSTED = "model_version_trusted"
    WORKER_ENDED = "worker_ended"
    WORKER_NOT_STARTED = "worker_not_started"
    RUNNER_STARTED = "runner_started"
    SIGNATURE_UNCLEAR = "signature_unclear"
    RUNNER_ENDED = "runner_ended"
    RUNNER_NOT_STARTED = "runner_not_started"
    RUNNER_OVER_MEMORY = "runner_over_memory"
    COMPILED_USED = "compiled_used"
    COMPILED_NOT_USED = "compiled_not_used"
    COMPILED_FAILED = "compiled_failed"
    COMPILED_MISMATCH = "compiled_mismatch"
    MODEL_OUTPUT = "model_output"
    MODEL_OUTPUT_DROPPED = "model_output_dropped"
    BATCH_DEPENDENCE = "batch_dependence"
    BATCHING_STARTED = "batching_started"
    MODEL_CODE_FAILED = "model_code_failed"
    IMPORT_TRAINS = "import_trains"
    MODEL_FOLDER_CHANGED = "model_folder_changed"
    MODEL_FOLDER_RESTORED = "model_folder_restored"
    DATABASE_OPENED = "database_opened"
    DATABASE_UNAVAILABLE = "database_unavailable"
    DATABASE_FAILED = "database_failed"
    LOG_LINES_DROPPED = "log_lines_dropped"
    REQUEST = "request"
    REQUEST_REJECTED = "request_rejected"
    REQUEST_CRASHED = "request_crashed"
    STREAM_BROKEN = "stream_broken"


class LenientLogger(structlog.WriteLogger):
    """Drops a line that cannot be written: a full disk or a closed pipe must not stop the service."""

    def msg(self, message: str) -> None:
        """Write a line; ignore write errors."""
        with suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def get_logger() -> structlog.typing.FilteringBoundLogger:
    """Return the logger that every module uses."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


def configure_logging(config: Config) -> None:
    """Send all log events, also those of libraries, to stderr: as text in dev, one JSON object per line in prod."""
    level = logging.getLevelNamesMapping()[config.log_level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ending = _ending(config)
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda: LenientLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    handler.addFilter(lambda record: record.msg not in UVICORN_ECHOES)
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)


def _add_request_id(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:  # noqa: ANN401 - any logger
    request_id = REQUEST_ID.get()
    if request_id is not None:
        event["request_id"] = request_id
    return event


def _ending(config: Config) -> list[Any]:
    if config.app_env is AppEnv.DEV:
        return [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
