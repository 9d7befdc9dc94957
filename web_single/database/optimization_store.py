"""Reads and writes which optimizations of a model version were used, and which were ended by a mismatch."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlmodel import Session, func, select

from web_single.database.database import Database
from web_single.database.optimization_record import OptimizationRecord
from web_single.database.prediction_result import PredictionResult, now


class OptimizationStore:
    """Reads and writes optimization records. Every method may raise DatabaseUnavailableError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, model_version: str) -> list[OptimizationRecord]:
        """Return the records of this model version."""
        query = select(OptimizationRecord).where(OptimizationRecord.model_version == model_version)
        return await self._database.read(lambda session: list(session.exec(query)))

    async def start(self, model_version: str, name: str) -> None:
        """Record that this optimization may make the predictions after the current highest id."""
        await self._database.write(partial(_start, model_version, name))

    async def end(self, model_version: str, name: str, reason: str, row: Sequence[Any], *, is_used: bool) -> None:
        """Record that this optimization returned another result than the reference path for this row.

        The first reason is kept; `last_id` is set to the current highest id.

        Args:
            model_version: The model version.
            name: The name of the optimization.
            reason: The description of the mismatch.
            row: The features of the row with the mismatch.
            is_used: Without a recorded start: whether it was used since the first prediction of the version, or never.
        """
        await self._database.write(partial(_end, model_version, name, reason, list(row), is_used))


def _start(model_version: str, name: str, session: Session) -> None:
    if session.get(OptimizationRecord, (model_version, name)) is None:
        last_id = session.exec(select(func.max(PredictionResult.id))).one() or 0
        session.add(OptimizationRecord(model_version=model_version, name=name, first_id=last_id + 1))


def _end(  # noqa: PLR0917 - bound by position in `end`
    model_version: str,
    name: str,
    reason: str,
    row: list[Any],
    is_used: bool,  # noqa: FBT001 - as above
    session: Session,
) -> None:
    last_id = session.exec(select(func.max(PredictionResult.id))).one() or 0
    record = session.get(OptimizationRecord, (model_version, name))
    if record is None:
        of_version = select(func.min(PredictionResult.id)).where(PredictionResult.model_version == model_version)
        first_id = session.exec(of_version).one() if is_used else None
        record = OptimizationRecord(model_version=model_version, name=name, first_id=first_id)
    if record.end_reason is None:
        record.end_reason, record.row = reason, row
    record.last_id, record.updated_at = last_id, now()
    session.add(record)
