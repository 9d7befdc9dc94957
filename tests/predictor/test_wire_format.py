"""Frames: what is written is read, and what is no frame is refused."""

import asyncio
import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web_single.errors import RunnerCrashedError
from web_single.predictor.runner.wire_format import (
    FRAME,
    MAX_HEAD_BYTES,
    FrameHeader,
    decode_rows,
    encode_frame,
    encode_rows,
    read_frame,
)

numbers = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53))


def read(data: bytes) -> tuple[int, FrameHeader, bytes]:
    async def feed_and_read() -> tuple[int, FrameHeader, bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        return await read_frame(reader)

    return asyncio.run(feed_and_read())


@given(st.integers(0, 2**32 - 1), st.dictionaries(st.text(), st.text()), st.binary())
def test_a_frame_is_read_as_it_was_written(request_id: int, head: FrameHeader, block: bytes) -> None:
    assert read(encode_frame(request_id, head, block)) == (request_id, head, block)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(numbers, min_size=n, max_size=n), min_size=1)))
def test_rows_come_back_as_float64(rows: list[list[float]]) -> None:
    head, block = encode_rows(rows)
    assert head == {"rows": len(rows), "columns": len(rows[0]), "values": {}}
    decoded = decode_rows(block, rows=len(rows))
    assert decoded == [[float(value) for value in row] for row in rows]
    assert all(
        math.copysign(1, a) == math.copysign(1, b)
        for x, y in zip(rows, decoded, strict=True)
        for a, b in zip(x, y, strict=True)
    )


def test_columns_of_more_than_numbers_stand_in_the_head() -> None:
    head, block = encode_rows([[1, "a", None, 2.5], [3, None, True, 4]], [1, 2])
    assert head == {"rows": 2, "columns": 4, "values": {1: ["a", None], 2: [None, True]}}
    assert decode_rows(block, rows=2) == [[1, 2.5], [3, 4]]


def test_a_missing_number_is_nan_in_the_block() -> None:
    _, block = encode_rows([[1, None]])
    assert math.isnan(decode_rows(block, rows=1)[0][1])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff" * FRAME.size,
        FRAME.pack(1, 10, 0) + b"{}",
        FRAME.pack(1, 2, 8) + b"{}",
        FRAME.pack(1, 2, 0) + b"[]",
        FRAME.pack(1, 2, 0) + b"{x",
        FRAME.pack(1, 2, 0) + b"\xff\xff",
        FRAME.pack(1, MAX_HEAD_BYTES + 1, 0),
        FRAME.pack(1, 2, 2**40) + b"{}",
    ],
    ids=range(9),
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(RunnerCrashedError):
        read(data)


@pytest.mark.parametrize("block", [b"", b"1234567", struct.pack("<3d", 1, 2, 3)])
def test_a_block_that_does_not_fit_its_rows_is_refused(block: bytes) -> None:
    with pytest.raises(RunnerCrashedError):
        decode_rows(block, rows=2)


def test_the_head_is_json_in_utf8_between_header_and_block() -> None:
    frame = encode_frame(7, {"name": "é"}, b"block")
    request_id, head_bytes, block_bytes = struct.unpack("<IIQ", frame[:16])
    assert (request_id, block_bytes) == (7, 5)
    assert json.loads(frame[16 : 16 + head_bytes].decode()) == {"name": "é"}
    assert frame[16 + head_bytes :] == b"block"
