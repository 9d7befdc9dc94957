"""A JSON list of stored predictions, whole or streamed page by page."""

from collections.abc import AsyncIterator, Sequence

from pydantic import SerializeAsAny, TypeAdapter

from web_single.api.schemas import PredictionResponse

_ROWS = TypeAdapter(list[SerializeAsAny[PredictionResponse]])


def encode_list(schema: type[PredictionResponse], predictions: Sequence[object]) -> bytes:
    """Return these predictions as a JSON list."""
    rows = [schema.model_validate(prediction) for prediction in predictions]
    return _ROWS.dump_json(rows)


async def stream_list(schema: type[PredictionResponse], pages: AsyncIterator[Sequence[object]]) -> AsyncIterator[bytes]:
    """Yield the predictions of all pages as one JSON list; memory holds one page."""
    yield b"["
    comma = b""
    async for page in pages:
        yield comma + encode_list(schema, page)[1:-1]
        comma = b","
    yield b"]"
