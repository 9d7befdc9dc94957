"""Column types for values without an exact SQL type: JSON as canonical text, times as UTC."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import DateTime, Dialect, Text, TypeDecorator

encode = msgspec.json.Encoder().encode


def encode_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return canonical JSON text; raise ValueError for NaN and infinity, which msgspec would write as null."""
    if value is None:
        return "null"
    text = encode(value).decode()
    if "null" in text:
        json.dumps(value, allow_nan=False)
    return text


class JsonText(TypeDecorator[Any]):
    """Stores any JSON value as canonical text, without loss: -0.0, large integers and all digits of floats are kept."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ANN401 - any JSON value
        """Return a value as JSON text; None becomes JSON null, not SQL NULL."""
        return encode_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401 - any JSON value
        """Return the decoded value; SQL NULL becomes None."""
        return json.loads(value) if value is not None else None


class UtcDateTime(TypeDecorator[datetime]):
    """Stores a time in UTC and returns it with its time zone, also with SQLite, which stores no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time converted to UTC."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored time with the UTC time zone."""
        return value.replace(tzinfo=UTC) if value is not None else None
