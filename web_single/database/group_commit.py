"""Group commit, the fast path for storing: one statement and one commit for a group of predictions."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

from web_single.database.column_types import UtcDateTime, encode_json
from web_single.database.prediction_result import PredictionResult, now

TABLE = PredictionResult.__tablename__
MAX_STATEMENT_ROWS = 10_000  # SQLite allows 32,766 parameters in a statement
KEPT_STATEMENTS = 256


class NewPrediction(NamedTuple):
    """A prediction to be stored, without model version, time and id, which are added when it is stored."""

    result: Any
    features: Sequence[Any]
    probabilities: list[float] | None


RowFactory = Callable[[], Sequence[NewPrediction]]


class GroupCommit:
    """Stores groups of predictions over one driver connection of the writer thread, which keeps prepared statements."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._time_type = UtcDateTime().dialect_impl(engine.dialect)

    def add(
        self, predictions: Sequence[NewPrediction], model_version: str, *, before_commit: Callable[[], None]
    ) -> list[int]:
        """Commit all predictions or none, and return their ids in the same order.

        Args:
            predictions: The predictions to store.
            model_version: The model version of all of them.
            before_commit: Is called at the end of the transaction; if it raises, nothing is stored.
        """
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        try:
            ids: list[int] = []
            for start in range(0, len(predictions), MAX_STATEMENT_ROWS):
                ids += self._insert(self._connection, predictions[start : start + MAX_STATEMENT_ROWS], model_version)
            before_commit()
            self._connection.commit()
        except BaseException:
            self.close()
            raise
        return ids

    def close(self) -> None:
        """Close the connection; uncommitted changes are rolled back."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _insert(
        self, connection: PoolProxiedConnection, predictions: Sequence[NewPrediction], model_version: str
    ) -> range:
        """Insert with one statement and return the ids; they are consecutive, since SQLite has one writer at a time."""
        encode_time = self._time_type.bind_processor(self._engine.dialect) or str
        values: list[str] = [model_version, encode_time(now())]
        for result, features, probabilities in predictions:
            values += (encode_json(result), encode_json(features), encode_json(probabilities))
        cursor = connection.cursor()
        cursor.execute(_statement(len(predictions)), values)
        last = cursor.lastrowid
        return range(last - len(predictions) + 1, last + 1)


@lru_cache(KEPT_STATEMENTS)
def _statement(rows: int) -> str:
    """Return the INSERT statement for this number of rows; all rows share the first two parameters."""
    values = ", ".join(f"(?{at}, ?{at + 1}, ?{at + 2}, ?1, ?2)" for at in range(3, 3 + 3 * rows, 3))
    columns = "result, features, probabilities, model_version, created_at"
    return f"INSERT INTO {TABLE} ({columns}) VALUES {values}"  # noqa: S608 - all values are parameters
