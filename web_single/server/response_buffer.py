"""Response buffering: the head and the first part of the body of a response in one system call."""

import asyncio
from collections.abc import Callable

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class ResponseBuffer:
    """Stands in for the transport of a connection while uvicorn writes its responses.

    uvloop sends each write immediately: a separate head costs as much as a whole response and wakes the client
    twice. ASGI requires servers to hold the head back until the first part of the body.
    """

    __slots__ = ("_begins", "_close", "_head", "_transport")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._transport = transport
        self._close = close
        self._begins = True
        self._head = b""

    def write(self, data: bytes) -> None:
        """Buffer a head, or write a part of a body, together with its head if it is the first part."""
        if self._begins and data != CONTINUE:
            self._begins, self._head = False, data
        elif self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        else:
            self._transport.write(data)

    def finish(self) -> None:
        """Write a head without a body, and expect the head of the next response."""
        self._flush()
        self._begins = True

    def close(self) -> None:
        """Write the buffered head and close the connection."""
        self._flush()
        self._close()

    def is_closing(self) -> bool:
        """Return whether the transport is closing."""
        return self._transport.is_closing()

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)
