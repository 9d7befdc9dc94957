"""The wire format between the server and the model process: frames of a JSON header and a float64 block."""

import asyncio
import json
import math
import struct
from collections.abc import Sequence
from typing import Any

from web_single.errors import RunnerCrashedError

FRAME = struct.Struct("<IIQ")
FLOAT64_BYTES = 8
MAX_HEAD_BYTES = 256 * 2**20
MAX_BLOCK_BYTES = 1024 * 2**20

FrameHeader = dict[str, Any]


def encode_frame(request_id: int, head: FrameHeader, block: bytes) -> bytes:
    """Return one frame: `<IIQ` (request id, bytes of the header, bytes of the block), the header, the block."""
    encoded = json.dumps(head).encode()
    return FRAME.pack(request_id, len(encoded), len(block)) + encoded + block


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, FrameHeader, bytes]:
    """Return request id, header and block of the next frame; raise RunnerCrashedError if it is invalid."""
    try:
        request_id, head_bytes, block_bytes = FRAME.unpack(await reader.readexactly(FRAME.size))
        if head_bytes > MAX_HEAD_BYTES or block_bytes > MAX_BLOCK_BYTES:
            raise RunnerCrashedError("The model's process announced a reply beyond all limits.")
        head = json.loads(await reader.readexactly(head_bytes))
        block = await reader.readexactly(block_bytes)
    except (asyncio.IncompleteReadError, OSError, ValueError) as error:
        raise RunnerCrashedError("The model's process ended or broke off in the middle of a reply.") from error
    if not isinstance(head, dict):
        raise RunnerCrashedError("The model's process sent a reply that is no JSON object.")
    return request_id, head, block


def encode_rows(rows: Sequence[Sequence[Any]], listed: Sequence[int] = ()) -> tuple[FrameHeader, bytes]:
    """Return the header and the block of a request.

    Args:
        rows: Shape (rows, columns).
        listed: Indices of the columns that the header contains as lists. The block contains all others, numbers and
            null, as little-endian float64 in row order; null becomes NaN.
    """
    columns = len(rows[0])
    head: FrameHeader = {
        "rows": len(rows),
        "columns": columns,
        "values": {at: [row[at] for row in rows] for at in listed},
    }
    numbers = rows
    if listed:
        in_block = [at for at in range(columns) if at not in head["values"]]
        numbers = [[row[at] for at in in_block] for row in rows]
    flat = [value for row in numbers for value in row]
    try:
        return head, struct.pack(f"<{len(flat)}d", *flat)
    except struct.error:
        return head, struct.pack(f"<{len(flat)}d", *(math.nan if value is None else value for value in flat))


def decode_rows(block: bytes, *, rows: int) -> list[list[float]]:
    """Return a float64 block as lists of floats, shape (rows, columns).

    Raises:
        RunnerCrashedError: The block does not have the same number of values, at least one, for each row.
    """
    columns, rest = divmod(len(block), rows * FLOAT64_BYTES)
    if rest or not columns:
        raise RunnerCrashedError(f"The model's process sent {len(block)} bytes of probabilities for {rows} rows.")
    values = struct.unpack(f"<{rows * columns}d", block)
    return [list(values[start : start + columns]) for start in range(0, rows * columns, columns)]
