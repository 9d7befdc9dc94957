"""What uvicorn's protocol lacks: limits to a request's head in bytes, and to its arrival in time."""

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
    """Return the protocol with the limits of these settings."""
    limits = {"max_header_bytes": int(config.max_header_bytes), "read_timeout_seconds": config.read_timeout_seconds}
    return type("Protocol", (LimitedProtocol,), limits)


class LimitedProtocol(PipelinedProtocol):
    """One connection. What is refused here has reached no endpoint: it is answered in the one shape of errors."""

    max_header_bytes: int
    read_timeout_seconds: float

    _reads_head = True
    _is_reading = True
    _has_begun = False
    _is_ending = False
    _owns_latest = False  # the latest request that the application has got is the one whose body is being read
    _previous: RequestResponseCycle | None = None
    _head_bytes = 0  # of the head that is being read, as far as the parser has told
    _untold_bytes = 0  # received since the parser told something: it keeps a header until it is whole
    _dropped_bytes = 0
    _data = b""
    _refusal: tuple[int, str] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._deadline = IdleTimer(self.loop, self._on_deadline)
        self._answers = ResponseBuffer(transport, self._close)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._deadline.end()
        super().connection_lost(exc)

    def _parse_on(self) -> None:
        """Parse, and limit the time of what is to come: the rest of a request, or the next one."""
        super()._parse_on()
        self._watch()

    def _resume_reading(self) -> None:
        """Give the client its time from now on: it could send nothing while reading was paused."""
        self._deadline.cancel()
        super()._resume_reading()

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio has it
        """Answer what was asked whole, although the client will ask nothing more: `nc` and others shut their side."""
        return self._finish_earlier()

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._reads_head = self._is_reading = self._has_begun = True
        self._owns_latest = False
        self._deadline.cancel()
        self._head_bytes = self._untold_bytes = self._dropped_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count a part of the request's line."""
        self._untold_bytes = 0
        self._head_bytes += len(url)
        if self._head_bytes > self.max_header_bytes:
            self._break_off()
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header, or a trailer."""
        self._untold_bytes = 0
        self._head_bytes += len(name) + len(value) + HEADER_MARKS_BYTES
        if self._head_bytes > self.max_header_bytes:
            self._break_off()
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Let the application begin; the body gets a time of its own."""
        self._reads_head = False
        self._deadline.cancel()
        if self.parser.should_upgrade():
            return
        if self.expect_100_continue and self.parser.get_http_version() == "1.0":
            self.expect_100_continue = False
        self._previous = self.cycle
        super().on_headers_complete()
        self.cycle.transport = self._answers  # type: ignore[assignment]  # has all that an answer needs
        if self.scope["http_version"] != "1.1":
            self.cycle.send = UnchunkedSend(self.cycle)  # type: ignore[method-assign]
        self._owns_latest = True

    def on_body(self, body: bytes) -> None:
        """Pass on a part of the body, or drop it where the answer was given without it."""
        self._untold_bytes = 0
        super().on_body(body)
        if self.cycle.response_complete:
            self._drop(body)

    def on_message_complete(self) -> None:
        """Wait for nothing until the next request begins."""
        if self.parser.should_upgrade():
            return
        self._is_reading = self._has_begun = self._owns_latest = False
        self._untold_bytes = 0
        self._deadline.cancel()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Begin with the next request where it is there, else wait for it; in place of uvicorn's own."""
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
        """Read a request again without its offer of another protocol, with which the parser reads no body.

        Java's client offers HTTP/2 with its first request by default; the offer may be passed over (RFC 9110, 7.8).
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
        """Refuse what cannot be parsed, or what one of these methods has refused while it was parsed."""
        self._refuse(*self._refusal or (400, "This is no HTTP request that could be read."))

    def _parse(self, data: bytes) -> None:
        """Let the parser read; what it keeps to itself may not grow beyond the limit of a head."""
        if self._is_ending:
            self._drop(data)
            return
        self._untold_bytes += len(data)
        self._data = data
        super()._parse(data)
        self._data = b""  # up to 256 KiB, which a connection at rest need not keep
        if self._head_bytes + self._untold_bytes > self.max_header_bytes + len(data):
            self._refuse(*self._large_head())

    def _break_off(self) -> NoReturn:
        """Read no more of a head that is too long."""
        self._refusal = self._large_head()
        raise ValueError  # the parser hands it on, and uvicorn calls send_400_response

    def _large_head(self) -> tuple[int, str]:
        return 431, f"The request's line and headers are longer than {self.max_header_bytes} bytes (MAX_HEADER_BYTES)."

    def _drop(self, data: bytes) -> None:
        """Read on without keeping it, within reason: a client that still sends would not see its answer."""
        self._dropped_bytes += len(data)
        if self._dropped_bytes > MAX_DROPPED_BYTES:
            self.transport.close()

    def _watch(self) -> None:
        """Give what is to come its time: the rest of a request, or the next one."""
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
        else:  # it has asked nothing, or has its answer
            self.transport.close()

    def _latest(self) -> RequestResponseCycle | None:
        """Return the latest request whose head has been read."""
        return self.cycle

    def _is_at_rest(self) -> bool:
        latest = self._latest()
        return latest is None or latest.response_complete

    def _is_held_up(self) -> bool:
        """Tell whether nothing may come because an answer is still being given."""
        latest = self._latest()
        if latest is None or latest.response_complete:
            return False
        return bool(self.pipeline) or not self._owns_latest or latest.response_started

    def _can_answer(self) -> bool:
        """Tell whether an answer written now would be taken for that of the request at fault."""
        latest = self._latest()
        if latest is None or not self._owns_latest:
            return self._is_at_rest()
        return not (self.pipeline or latest.response_started)

    def _refuse(self, status: int, message: str) -> None:
        """Answer, and end the connection; answers to earlier requests are given first, and are the last ones."""
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
        """Close after the last answer, but not while its request still arrives: the client would not see it."""
        if self._is_reading and not self.transport.is_closing():
            self._end()
            self._drop_queued()
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """Say that nothing more is answered, and go on reading for a moment."""
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _finish_earlier(self) -> bool:
        """Take nothing more, and close when all is answered that was asked whole; False where nothing is."""
        if self._owns_latest and self.pipeline:  # the latest, whose body is not whole, waits for its turn: it gets none
            self.cycle = self._previous  # type: ignore[assignment]  # there is one before it
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
