"""HTTP/1.1 protocol: uvicorn's httptools protocol with a limit on header size and read timeouts."""

import asyncio
import json
import sys
from typing import NoReturn

from httptools import HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from web_single.config import Config
from web_single.logging import Event, get_logger
from web_single.server.idle_timer import IdleTimer
from web_single.server.pipelining import PipelinedProtocol
from web_single.server.response_buffer import ResponseBuffer
from web_single.server.unchunked import UnchunkedSend

HEADER_MARKS_BYTES = 4  # the colon, the space and the line's end around a header
MAX_DROPPED_BYTES = 2**24
LINGER_SECONDS = 1

log = get_logger()


def limited_protocol(config: Config) -> type[HttpToolsProtocol]:
    """Return a protocol class with the limits of the configuration."""
    limits = {"max_header_bytes": int(config.max_header_bytes), "read_timeout_seconds": config.read_timeout_seconds}
    return type("Protocol", (LimitedProtocol,), limits)


class LimitedProtocol(PipelinedProtocol):
    """One connection with size and time limits; a request rejected here gets a JSON error like any other."""

    max_header_bytes: int
    read_timeout_seconds: float

    _reads_head = True
    _is_reading = True
    _has_begun = False
    _is_ending = False
    _owns_latest = False  # `_latest()` is the request whose body is being read
    _previous: RequestResponseCycle | None = None
    _head_bytes = 0  # of the current head, as reported by parser callbacks
    _untold_bytes = 0  # received since the last parser callback: the parser buffers an incomplete header
    _dropped_bytes = 0
    _data = b""
    _refusal: tuple[int, str] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Create the idle timer and the response buffer, and start the timeout."""
        super().connection_made(transport)
        self._deadline = IdleTimer(self.loop, self._on_deadline)
        self._answers = ResponseBuffer(transport, self._close)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the idle timer."""
        self._deadline.end()
        super().connection_lost(exc)

    def _parse_on(self) -> None:
        """Parse the kept slices, then start the timeout for the rest of the request or for the next request."""
        super()._parse_on()
        self._watch()

    def _resume_reading(self) -> None:
        """Restart the timeout and resume reading: the client could not send while reading was paused."""
        self._deadline.cancel()
        super()._resume_reading()

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio has it
        """Return whether to keep the connection open for pending responses: `nc` and others half-close it."""
        return self._finish_earlier()

    def on_message_begin(self) -> None:
        """Reset the byte counters and flags for a new request."""
        self._reads_head = self._is_reading = self._has_begun = True
        self._owns_latest = False
        self._deadline.cancel()
        self._head_bytes = self._untold_bytes = self._dropped_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count the bytes of a part of the request target."""
        self._untold_bytes = 0
        self._head_bytes += len(url)
        if self._head_bytes > self.max_header_bytes:
            self._break_off()
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count the bytes of a header or trailer."""
        self._untold_bytes = 0
        self._head_bytes += len(name) + len(value) + HEADER_MARKS_BYTES
        if self._head_bytes > self.max_header_bytes:
            self._break_off()
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start or queue the request, and cancel the header timeout: the body has a timeout of its own."""
        self._reads_head = False
        self._deadline.cancel()
        if self.parser.should_upgrade():
            return
        if self.expect_100_continue and self.parser.get_http_version() == "1.0":
            self.expect_100_continue = False
        self._previous = self.cycle
        super().on_headers_complete()
        self.cycle.transport = self._answers  # type: ignore[assignment]  # has every method that a response needs
        if self.scope["http_version"] != "1.1":
            self.cycle.send = UnchunkedSend(self.cycle)  # type: ignore[method-assign]
        self._owns_latest = True

    def on_body(self, body: bytes) -> None:
        """Pass on a part of the body, and count it as dropped if the response is already complete."""
        self._untold_bytes = 0
        super().on_body(body)
        if self.cycle.response_complete:
            self._drop(body)

    def on_message_complete(self) -> None:
        """Cancel the read timeout at the end of a request."""
        if self.parser.should_upgrade():
            return
        self._is_reading = self._has_begun = self._owns_latest = False
        self._untold_bytes = 0
        self._deadline.cancel()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Start the next queued request, or resume reading; replaces uvicorn's implementation."""
        self._answers.finish()
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start_next()
        else:
            self.flow.resume_reading()
            self._watch()

    def _unsupported_upgrade_warning(self) -> None:
        """Parse the request again without its `Upgrade` header, with which the parser reads no body.

        Java's HTTP client sends `Upgrade: h2c` first by default; a server may ignore it (RFC 9110, 7.8).
        """
        told = sys.exception()
        rest = self._data[told.args[0] :] if isinstance(told, HttpParserUpgrade) else b""
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse(400, "CONNECT is not taken: this is no proxy.")
            return
        kept = [(name, value) for name, value in self.headers if name != b"upgrade"]
        version = self.parser.get_http_version().encode()
        head = b"%s %s HTTP/%s\r\n" % (method, self.url, version) + _encode_headers(kept)
        self.parser = HttpRequestParser(self)
        self._unparsed.appendleft(head + rest)

    def send_400_response(self, msg: str) -> None:
        """Reject a request that cannot be parsed, or that a parser callback has rejected."""
        self._refuse(*self._refusal or (400, "This is no HTTP request that could be read."))

    def _parse(self, data: bytes) -> None:
        """Parse data, and reject the request if the bytes that the parser buffers exceed the header limit."""
        if self._is_ending:
            self._drop(data)
            return
        self._untold_bytes += len(data)
        self._data = data
        super()._parse(data)
        self._data = b""  # up to 256 KiB; frees the memory of idle connections
        if self._head_bytes + self._untold_bytes > self.max_header_bytes + len(data):
            self._refuse(*self._large_head())

    def _break_off(self) -> NoReturn:
        """Stop parsing a head that is too long.

        Raises:
            ValueError: Always.
        """
        self._refusal = self._large_head()
        raise ValueError  # httptools propagates it, and uvicorn calls send_400_response

    def _large_head(self) -> tuple[int, str]:
        return 431, f"The request's line and headers are longer than {self.max_header_bytes} bytes (MAX_HEADER_BYTES)."

    def _drop(self, data: bytes) -> None:
        """Discard data up to a limit: closing while the client sends would lose the response."""
        self._dropped_bytes += len(data)
        if self._dropped_bytes > MAX_DROPPED_BYTES:
            self.transport.close()

    def _watch(self) -> None:
        """Start the read timeout within a request, or the keep-alive timeout between requests."""
        if self._deadline.is_set or self._is_ending or self.transport.is_closing():
            return
        if self._is_reading:
            self._deadline.set(self.read_timeout_seconds)
        elif self._is_at_rest():
            self._deadline.set(self.timeout_keep_alive)

    def _on_deadline(self) -> None:
        if self._is_reading:
            self._on_read_timeout()
        else:
            self.transport.close()

    def _on_read_timeout(self) -> None:
        if self._is_held_up():
            self._watch()
        elif self._has_begun and self._can_answer():
            part = "headers" if self._reads_head else "body"
            limit = f"{self.read_timeout_seconds:g} seconds (READ_TIMEOUT_SECONDS)"
            self._refuse(408, f"The request's {part} did not arrive in {limit}.")
        else:  # no request has begun, or its response is already sent
            self.transport.close()

    def _latest(self) -> RequestResponseCycle | None:
        """Return the latest request whose head has been read."""
        return self.cycle

    def _is_at_rest(self) -> bool:
        latest = self._latest()
        return latest is None or latest.response_complete

    def _is_held_up(self) -> bool:
        """Return whether an unfinished response prevents further reading."""
        latest = self._latest()
        if latest is None or latest.response_complete:
            return False
        return bool(self.pipeline) or not self._owns_latest or latest.response_started

    def _can_answer(self) -> bool:
        """Return whether a response written now belongs to the rejected request."""
        latest = self._latest()
        if latest is None or not self._owns_latest:
            return self._is_at_rest()
        return not (self.pipeline or latest.response_started)

    def _refuse(self, status: int, message: str) -> None:
        """Send an error and close the connection; if earlier requests are unfinished, send only their responses."""
        if self._is_ending or self.transport.is_closing():
            return
        log.warning(Event.REQUEST_REJECTED, status=status, reason=message)
        if not self._can_answer():
            if not self._finish_earlier():
                self.transport.close()
            return
        self._end()
        latest = self._latest()
        if latest is not None:
            latest.disconnected = True
            latest.message_event.set()
        self.transport.write(self._response(status, message))
        self._linger()

    def _close(self) -> None:
        """Close the connection; linger if the request is still arriving, as the client would lose the response."""
        if self._is_reading and not self.transport.is_closing():
            self._end()
            self._drop_queued()
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """Close the write side, and keep reading for `LINGER_SECONDS`."""
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _finish_earlier(self) -> bool:
        """Accept no more requests, and close after the pending responses; return False if there are none."""
        if self._owns_latest and self.pipeline:  # the latest is queued with an incomplete body: drop it
            self.cycle = self._previous  # type: ignore[assignment]  # a queued request has a predecessor
            self._owns_latest = False
        latest = self._latest()
        if latest is None or latest.response_complete or (self._owns_latest and not latest.response_started):
            return False
        latest.keep_alive = False
        self._end()
        return True

    def _end(self) -> None:
        self._is_ending = True
        self._deadline.cancel()

    def _response(self, status: int, message: str) -> bytes:
        body = json.dumps({"detail": message}).encode()
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        return STATUS_LINE[status] + _encode_headers(headers) + body


def _encode_headers(headers: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%s: %s\r\n" % header for header in headers) + b"\r\n"
