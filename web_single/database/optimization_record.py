"""The table of optimizations: their state for each model version, shared by all workers and across restarts."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from web_single.database.column_types import JsonText, UtcDateTime
from web_single.database.prediction_result import now


class OptimizationRecord(SQLModel, table=True):
    """The use of an optimization and, after a mismatch, its end.

    `name` is "batching", or "compiled:" and the key of the compiled model. `first_id` and `last_id` limit the ids that
    it may have predicted; `first_id` is None if it was never used. `row` is the row with the mismatch.
    """

    __tablename__ = "optimization"

    model_version: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    first_id: int | None = None
    last_id: int | None = None
    end_reason: str | None = None
    row: list[Any] | None = Field(default=None, sa_type=JsonText)
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)
