"""Responses to clients of HTTP/1.0, which does not know chunks: the end of the connection ends the body."""

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class UnchunkedSend:
    """Sends in place of a cycle's own `send`, which chunks each body that has no Content-Length."""

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._has_length = True

    async def __call__(self, message: ASGISendEvent) -> None:
        """Send a message; without a Content-Length each part of the body may have any length."""
        if message["type"] == "http.response.start":
            self._cycle.keep_alive = False
            self._has_length = any(name.lower() == b"content-length" for name, _ in message.get("headers", []))
            self._cycle.chunked_encoding = None if self._has_length else False
        elif message["type"] == "http.response.body" and not self._has_length:
            self._cycle.expected_content_length = len(message.get("body", b""))
        await RequestResponseCycle.send(self._cycle, message)
