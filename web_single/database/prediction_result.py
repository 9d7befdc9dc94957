"""The tables: each prediction that was answered, and each version of the model that answered."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Field, SQLModel

from web_single.database.column_types import JsonText, UtcDateTime


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


class PredictionResult(SQLModel, table=True):
    """A result, with the features it was made from, the model that made it and the time."""

    __tablename__ = "prediction_result"
    __table_args__ = {"sqlite_autoincrement": True}  # an id that was given is never given again

    id: int = Field(default=None, primary_key=True)
    result: Any = Field(sa_type=JsonText, nullable=False)
    features: list[Any] = Field(sa_type=JsonText, nullable=False)
    probabilities: list[float] | None = Field(default=None, sa_type=JsonText)
    model_version: str
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)


class Model(SQLModel, table=True):
    """A version of the model; old predictions keep the names of their features by it."""

    version: str = Field(primary_key=True)
    first_seen: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)
    signature: dict[str, Any] = Field(sa_type=JsonText, nullable=False)
