"""Pipelining: how much of what one client sends ahead is read and parsed while its earlier requests are served."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MAX_SLICE_BYTES = 2048  # holds a usual request as a whole, and at most a hundred of the smallest


class PipelineFlow(FlowControl):
    """Flow control of a connection from which nothing is read while requests are queued in its pipeline.

    The running request has its whole body then. uvicorn resumes reading with each response and each `receive()`,
    and would queue requests faster than they are served.
    """

    def __init__(self, transport: asyncio.Transport, pipeline: deque[Any]) -> None:
        super().__init__(transport)
        self._pipeline = pipeline

    def resume_reading(self) -> None:
        """Read on, unless requests are queued."""
        if self.read_paused and not self._pipeline:
            super().resume_reading()


class PipelinedProtocol(HttpToolsProtocol):
    """One connection: the requests of one slice of its data may be queued, the rest is kept unparsed, or unread."""

    _running: RequestResponseCycle | None = None  # its request was started; the pipeline holds those behind it

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Limit what is read ahead."""
        super().connection_made(transport)
        self.flow = PipelineFlow(transport, self.pipeline)
        self._unparsed = deque[bytes]()
        self._context = copy_context()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report the disconnect to the running request, and start none of those that are queued."""
        self._drop_queued()
        if self._running is not None:
            self._running.disconnected = not self._running.response_complete
            self._running.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse a usual request at once, and what is larger slice by slice."""
        if self._unparsed or len(data) > MAX_SLICE_BYTES:
            self._unparsed.extend(slices_of(data))
        else:
            self._parse(data)
        self._parse_on()

    def on_headers_complete(self) -> None:
        """Start the request, or queue it behind the running one."""
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
        """Start the next queued request; behind the last one, parse and read on."""
        self._running, app = self.pipeline.pop()
        self._context.run(self._start_asgi_task, self._running, app)  # not with the request id of the one before it
        if not self.pipeline:
            self._context.run(self._resume_reading)

    def _resume_reading(self) -> None:
        self.flow.resume_reading()
        self._parse_on()

    def _drop_queued(self) -> None:
        """Forget the requests that have not been started, parsed or not."""
        self.pipeline.clear()
        self._unparsed.clear()


def slices_of(data: bytes) -> Iterator[bytes]:
    """Yield data in parts of at most MAX_SLICE_BYTES: the parser cannot stop within one."""
    return (data[start : start + MAX_SLICE_BYTES] for start in range(0, len(data), MAX_SLICE_BYTES))
