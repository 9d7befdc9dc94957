"""How values that SQL has no exact type for are kept: JSON as text of ours, times as UTC."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import DateTime, Dialect, Text, TypeDecorator

encode = msgspec.json.Encoder().encode


def encode_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return canonical text; a ValueError for what JSON has not: msgspec would write null for NaN."""
    if value is None:
        return "null"
    text = encode(value).decode()
    if "null" in text:
        json.dumps(value, allow_nan=False)
    return text


class JsonText(TypeDecorator[Any]):
    """Any JSON value as canonical text: it comes back exactly, with -0.0, large integers and all digits of floats."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ANN401 - any JSON value
        """Encode a value, also None, which is JSON's null and not SQL's."""
        return encode_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401 - any JSON value
        """Decode what was stored."""
        return json.loads(value) if value is not None else None


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept in UTC; it comes back with its zone also from SQLite, which has none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment of any zone into UTC."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say that what was stored is UTC."""
        return value.replace(tzinfo=UTC) if value is not None else None
