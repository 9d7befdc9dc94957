"""HTTP/1.0 responses: without chunked encoding, closing the connection ends the body."""

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class UnchunkedSend:
    """Replaces the `send` of a uvicorn cycle, which uses chunked encoding for bodies without Content-Length."""

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._has_length = True

    async def __call__(self, message: ASGISendEvent) -> None:
        """Send an ASGI message; without Content-Length, body parts may have any length."""
        if message["type"] == "http.response.start":
            self._cycle.keep_alive = False
            self._has_length = any(name.lower() == b"content-length" for name, _ in message.get("headers", []))
            self._cycle.chunked_encoding = None if self._has_length else False
        elif message["type"] == "http.response.body" and not self._has_length:
            self._cycle.expected_content_length = len(message.get("body", b""))
        await RequestResponseCycle.send(self._cycle, message)
