"""Reads stored predictions for an export, page by page, without leaving files beside the database."""

import os
import stat
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from sqlalchemy import Engine, Executable, Row, Text, create_engine, func, select, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from web_single.config import Config
from web_single.database.engine import LOCKED_PAUSE_SECONDS, is_in_memory, is_locked, parse_db_url
from web_single.database.prediction_result import Model, PredictionResult
from web_single.database.prediction_store import PAGE_ROWS
from web_single.errors import ConfigError, DatabaseOpenError

AnyRow = Row[*tuple[Any, ...]]

BUSY_TIMEOUT_SECONDS = 0.1  # short, with retries: Ctrl-C has no effect while SQLite waits


class StoredPrediction(NamedTuple):
    """A row of the table; `result`, `features` and `probabilities` are the stored JSON text."""

    id: int
    created_at: datetime
    model_version: str
    result: str
    features: str
    probabilities: str


COLUMNS = (
    col(PredictionResult.id),
    col(PredictionResult.created_at),
    col(PredictionResult.model_version),
    type_coerce(PredictionResult.result, Text),
    type_coerce(PredictionResult.features, Text),
    func.coalesce(type_coerce(PredictionResult.probabilities, Text), "null"),
)


class ExportReader:
    """Reads the predictions of a database while a service may write to it. Opens it read-only, never creates it.

    SQLite readers and writers share locks in files beside the database; readers create them if they are missing and
    do not delete them. Without a write-ahead log there is no writer. The database is then read without locks, which
    also works in a read-only folder and leaves no files. If a service starts during such a read, the read is
    repeated with locks.
    """

    _engine: Engine
    _at_rest: tuple[int, int] | None

    def __init__(self, config: Config) -> None:
        url = parse_db_url(config)
        if is_in_memory(url):
            raise ConfigError("DB_URL: a database in memory ends with its server; only a file can be exported.")
        self._url = url
        self._path = Path(os.path.realpath(url.database or ""))
        self._timeout_seconds = config.db_start_timeout_seconds

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._engine.dispose()

    def last_id(self) -> int:
        """Return the highest committed id, or 0 if there are no predictions."""
        ((last_id,),) = self._read(select(func.max(col(PredictionResult.id))))
        return last_id or 0

    def feature_names(self) -> dict[str, list[str] | None]:
        """Return the feature names by model version; None for a version without feature names."""
        models = self._read(select(col(Model.version), col(Model.signature)))
        return {version: signature.get("feature_names") for version, signature in models}

    def list_pages(self, *, until: int) -> Iterator[list[StoredPrediction]]:
        """Yield all predictions with ids up to `until` in pages. No transaction is open between two pages."""
        last = 0
        rows = select(*COLUMNS).order_by(COLUMNS[0]).limit(PAGE_ROWS).where(COLUMNS[0] <= until)
        while page := self._read(rows.where(COLUMNS[0] > last)):
            yield [StoredPrediction._make(row) for row in page]
            last = page[-1][0]

    def _open(self) -> None:
        """Open the database: as immutable if there is no writer, otherwise with locks."""
        self._at_rest = self._look()
        mode = {"mode": "ro"} if self._at_rest is None else {"mode": "ro", "immutable": "1"}
        url = self._url.set(database=self._path.as_uri()).update_query_dict({"uri": "true"} | mode)
        self._engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})

    def _look(self) -> tuple[int, int] | None:
        """Return the modification time (ns) and the size (bytes) of the file, or None if there may be a writer.

        Raises:
            DatabaseOpenError: There is no database file, or it cannot be read.
        """
        try:
            status = self._path.stat()
        except FileNotFoundError as error:
            message = f"There is no database {self._path}: the service makes it. DB_URL names another one."
            raise DatabaseOpenError(message) from error
        except OSError as error:
            raise DatabaseOpenError(f"The database {self._path} cannot be read: {error.strerror}.") from error
        if not stat.S_ISREG(status.st_mode):
            raise DatabaseOpenError(f"The database {self._path} cannot be read: it is no file.")
        return None if self._has_wal() else (status.st_mtime_ns, status.st_size)

    def _has_wal(self) -> bool:
        return any(os.path.lexists(f"{self._path}{ending}") for ending in ("-wal", "-journal"))

    def _read(self, statement: Executable) -> list[AnyRow]:
        deadline = time.monotonic() + self._timeout_seconds
        while True:
            rows, failure = self._attempt(statement)
            if self._at_rest is not None and self._at_rest != self._look():
                self._engine.dispose()
                self._open()
            elif failure is None:
                return rows
            elif is_locked(failure) and time.monotonic() < deadline:
                time.sleep(LOCKED_PAUSE_SECONDS)
            else:
                raise DatabaseOpenError(self._explain(failure)) from failure

    def _attempt(self, statement: Executable) -> tuple[list[AnyRow], DBAPIError | None]:
        try:
            with self._engine.connect() as connection:
                return list(connection.execute(statement)), None
        except DBAPIError as error:
            return [], error

    def _explain(self, error: DBAPIError) -> str:
        if is_locked(error):
            waited = f"{self._timeout_seconds:g} seconds (DB_START_TIMEOUT_SECONDS)"
            return f"The database {self._path} was locked by another process for {waited}; try again later."
        if str(error.orig).startswith("no such table"):
            return f"The database {self._path} has no predictions: no service has opened it yet."
        if self._has_wal():
            advice = "its write-ahead log is read where it may be written to: copy it with all files named after it"
            return f"The database {self._path} cannot be read ({error.orig}); {advice}."
        return f"The database {self._path} cannot be read: {error.orig}."
