"""The tables of stored predictions and of model versions."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Field, SQLModel

from web_single.database.column_types import JsonText, UtcDateTime


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


class PredictionResult(SQLModel, table=True):
    """A stored prediction: the result with its features, probabilities, model version and time."""

    __tablename__ = "prediction_result"
    __table_args__ = {"sqlite_autoincrement": True}  # ids are never reused

    id: int = Field(default=None, primary_key=True)
    result: Any = Field(sa_type=JsonText, nullable=False)
    features: list[Any] = Field(sa_type=JsonText, nullable=False)
    probabilities: list[float] | None = Field(default=None, sa_type=JsonText)
    model_version: str
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)


class Model(SQLModel, table=True):
    """A model version with its signature, which holds the feature names of its stored predictions."""

    version: str = Field(primary_key=True)
    first_seen: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)
    signature: dict[str, Any] = Field(sa_type=JsonText, nullable=False)
