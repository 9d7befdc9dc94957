"""ResponseBuffer: writes the head of an answer together with the first part of its body: one call of the system's."""

import asyncio
from collections.abc import Callable

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class ResponseBuffer:
    """What uvicorn takes for the transport of a connection when it writes answers, one after the other.

    uvloop sends each write at once: a head of its own costs the system as much as the whole answer, and wakes the
    client twice. ASGI allows to keep it: a head is not to be sent before the first part of the body is there.
    """

    __slots__ = ("_begins", "_close", "_head", "_transport")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._transport = transport
        self._close = close
        self._begins = True
        self._head = b""

    def write(self, data: bytes) -> None:
        """Keep a head; write a part of a body, behind its head where it is the first."""
        if self._begins and data != CONTINUE:
            self._begins, self._head = False, data
        elif self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        else:
            self._transport.write(data)

    def finish(self) -> None:
        """Write a head that has no body; the next one belongs to another answer."""
        self._flush()
        self._begins = True

    def close(self) -> None:
        """Close the connection when all is sent."""
        self._flush()
        self._close()

    def is_closing(self) -> bool:
        """Tell whether nothing can be written any more."""
        return self._transport.is_closing()

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)
