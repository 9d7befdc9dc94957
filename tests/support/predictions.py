"""Stored predictions for tests: real tables in a real SQLite file, as a service leaves them."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlmodel import Session

from web_single.database.engine import create_tables, make_engine
from web_single.database.prediction_result import Model, PredictionResult

MODELS = {"version-1": ["length", "width"]}


def prediction(result: Any = 0, features: Sequence[Any] = (1, 2.5), **more: Any) -> PredictionResult:  # noqa: ANN401 - any JSON value
    return PredictionResult(**{"result": result, "features": list(features), "model_version": "version-1"} | more)


def store(
    database: Path,
    predictions: Iterable[PredictionResult] = (),
    models: Mapping[str, Sequence[str] | None] = MODELS,
) -> Path:
    """Make the tables, store models with the names of their features, and predictions; return the database."""
    engine = make_engine(make_url(f"sqlite:///{database}"), busy_timeout_seconds=1)
    create_tables(engine, timeout_seconds=1)
    with Session(engine) as session:
        for version, names in models.items():
            session.merge(Model(version=version, signature={"feature_names": names}))
        session.add_all(predictions)
        session.commit()
    engine.dispose()
    return database


def fill(database: Path, rows: int) -> Path:
    """Store many predictions of `version-1`, quickly; return the database."""
    store(database)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(
            "INSERT INTO prediction_result (result, features, probabilities, model_version, created_at) "
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "SELECT i % 3, '[' || i || '.5,0.25]', '[0.25,0.75]', 'version-1', '2026-01-01 00:00:00.000000' FROM n",
            (rows,),
        )
        connection.commit()
    return database
