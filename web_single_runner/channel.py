"""Transport between the model process and the server: frames over a socket.

A frame in either direction: `<IIQ` (request id, head size in bytes, block size in bytes), the head as JSON in
UTF-8, the block as little-endian float64 in row order. The reply to a conversion request has a block of tree nodes.
"""

import json
import socket
import struct
import sys
import traceback
from array import array

FRAME = struct.Struct("<IIQ")
FLOAT64_BYTES = 8
TRACEBACK_CHARACTERS = 20_000


class Channel:
    """Sends and receives frames over the socket with this file descriptor."""

    def __init__(self, number):
        self.file = socket.socket(fileno=number).makefile("rwb")

    def receive(self):
        """Return the id, head and block of the next request; None if the server has closed the channel."""
        header = self.file.read(FRAME.size)
        if len(header) < FRAME.size:
            return None
        request_id, head_bytes, block_bytes = FRAME.unpack(header)
        return request_id, json.loads(self.file.read(head_bytes)), self.file.read(block_bytes)

    def send(self, request_id, head, block=b""):
        """Send one frame."""
        encoded = json.dumps(head).encode()
        self.file.write(FRAME.pack(request_id, len(encoded), len(block)))
        self.file.write(encoded)
        self.file.write(block)
        self.file.flush()


def to_block(rows):
    """Return rows of equal length as one block of little-endian float64 values."""
    return little_endian(array("d", [value for row in rows for value in row])).tobytes()


def from_block(block, columns):
    """Return a block as a list of rows, each a list of `columns` floats."""
    values = array("d")
    values.frombytes(block)
    values = little_endian(values)
    return [list(values[start : start + columns]) for start in range(0, len(values), columns or 1)]


def little_endian(values):
    if sys.byteorder == "big":
        values.byteswap()
    return values


def explain(error):
    """Return the type, message and traceback of an exception; message and traceback are truncated."""
    frames = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    try:
        message = str(error)[:TRACEBACK_CHARACTERS]
    except Exception:  # noqa: BLE001 - `__str__` of a user exception may raise
        message = ""
    return {"type": type(error).__name__, "message": message, "traceback": frames[-TRACEBACK_CHARACTERS:]}
