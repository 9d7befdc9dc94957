"""HTTP pipelining: limits how far a connection is read and parsed ahead of the running request."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MAX_SLICE_BYTES = 2048  # a typical request fits; about a hundred of the smallest fit at most


class PipelineFlow(FlowControl):
    """Flow control that does not resume reading while requests are queued in the pipeline.

    The body of the running request is complete then. uvicorn resumes reading after each response and each
    `receive()`, and would queue requests faster than it serves them.
    """

    def __init__(self, transport: asyncio.Transport, pipeline: deque[Any]) -> None:
        super().__init__(transport)
        self._pipeline = pipeline

    def resume_reading(self) -> None:
        """Resume reading unless requests are queued."""
        if self.read_paused and not self._pipeline:
            super().resume_reading()


class PipelinedProtocol(HttpToolsProtocol):
    """One connection: queues at most the requests of one slice of data, and keeps the rest unparsed or unread."""

    _running: RequestResponseCycle | None = None  # the started request; the pipeline holds the ones after it

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Install the flow control that limits reading ahead."""
        super().connection_made(transport)
        self.flow = PipelineFlow(transport, self.pipeline)
        self._unparsed = deque[bytes]()
        self._context = copy_context()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report the disconnect to the running request, and drop the queued requests."""
        self._drop_queued()
        if self._running is not None:
            self._running.disconnected = not self._running.response_complete
            self._running.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse small data at once, and larger data slice by slice."""
        if self._unparsed or len(data) > MAX_SLICE_BYTES:
            self._unparsed.extend(slices_of(data))
        else:
            self._parse(data)
        self._parse_on()

    def on_headers_complete(self) -> None:
        """Start the request, or queue it after the running one."""
        super().on_headers_complete()
        if not self.pipeline:
            self._running = self.cycle

    def _parse(self, data: bytes) -> None:
        super().data_received(data)

    def _parse_on(self) -> None:
        """Parse slices until a request is queued."""
        while self._unparsed and not self.pipeline:
            self._parse(self._unparsed.popleft())

    def _start_next(self) -> None:
        """Start the next queued request; if it was the last one, resume reading and parsing."""
        self._running, app = self.pipeline.pop()
        self._context.run(self._start_asgi_task, self._running, app)  # not with the request id of the previous request
        if not self.pipeline:
            self._context.run(self._resume_reading)

    def _resume_reading(self) -> None:
        self.flow.resume_reading()
        self._parse_on()

    def _drop_queued(self) -> None:
        """Drop the requests that are not started, parsed or unparsed."""
        self.pipeline.clear()
        self._unparsed.clear()


def slices_of(data: bytes) -> Iterator[bytes]:
    """Yield data in slices of at most MAX_SLICE_BYTES: the parser cannot stop within a slice."""
    return (data[start : start + MAX_SLICE_BYTES] for start in range(0, len(data), MAX_SLICE_BYTES))
