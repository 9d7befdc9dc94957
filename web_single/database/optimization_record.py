"""OptimizationRecord: what is known of an optimization of one model version, for all workers and over restarts."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from web_single.database.column_types import JsonText, UtcDateTime
from web_single.database.prediction_result import now


class OptimizationRecord(SQLModel, table=True):
    """An optimization: since which id it may have been used (None: never), and why and up to which id it ended.

    `name` is "batching", or "compiled:" and the key of the compiled model. `row` is the row whose result differed.
    """

    __tablename__ = "optimization"

    model_version: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    first_id: int | None = None
    last_id: int | None = None
    end_reason: str | None = None
    row: list[Any] | None = Field(default=None, sa_type=JsonText)
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)
