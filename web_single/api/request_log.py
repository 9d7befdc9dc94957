"""The outermost duties of every request: an id, a line in the log, and an answer even where our own code fails."""

import asyncio
import os
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web_single.api.error_handlers import error_response
from web_single.config import AccessLog
from web_single.monitoring import REQUEST_ID, Event, get_logger

HEADER = b"x-request-id"
ACCEPTED_ID = re.compile(rb"[\w.:/+=-]{1,128}", re.ASCII)
ID_BYTES = 16
FIRST_ERROR_STATUS, FIRST_FAILURE_STATUS = 400, 500
SLOW_SECONDS = 1.0

log = get_logger()


class RequestLog:
    """ASGI middleware; `access_log` says which requests get a line."""

    def __init__(self, app: ASGIApp, access_log: AccessLog) -> None:
        self._app = app
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under an id, which the answer carries too."""
        if scope["type"] == "http":
            await watch(self._app, scope, receive, send, self._access_log)
        else:
            await self._app(scope, receive, send)


async def watch(app: ASGIApp, scope: Scope, receive: Receive, send: Send, access_log: AccessLog) -> None:
    """Let the application answer one request, and do the duties: those of the fast lane too."""
    request_id = accepted_id(scope)
    token = REQUEST_ID.set(request_id)
    try:
        await Exchange(request_id, scope, send, access_log).run(app, receive)
    finally:
        REQUEST_ID.reset(token)


def accepted_id(scope: Scope) -> str:
    """Return the id that the client gave, if it is fit to be written down, else a new one."""
    for name, value in scope["headers"]:
        if name == HEADER:
            return value.decode() if ACCEPTED_ID.fullmatch(value) else os.urandom(ID_BYTES).hex()
    return os.urandom(ID_BYTES).hex()


class Exchange:
    """One request and its answer."""

    def __init__(self, request_id: str, scope: Scope, send: Send, access_log: AccessLog) -> None:
        self._request_id = request_id
        self._scope = scope
        self._send = send
        self._access_log = access_log
        self._status = 0

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        """Let the application answer, and write the line."""
        start = time.perf_counter()
        try:
            await app(self._scope, receive, self._send_with_id)
        except asyncio.CancelledError:  # the time to stop is up
            if self._status:
                raise
            await self._answer(503, "The server stops, and did not wait for this request any longer.", receive)
        except Exception:
            if self._status:  # a stream that broke midway: the connection must end without its last chunk
                log.warning(Event.STREAM_BROKEN, exc_info=True)
                raise
            log.exception(Event.REQUEST_CRASHED)
            sentence = f"The service failed; the log has the reason under request id {self._request_id}."
            await self._answer(500, sentence, receive)
        finally:
            self._write_line(time.perf_counter() - start)

    async def _send_with_id(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = [*message.get("headers", ()), (HEADER, self._request_id.encode())]
        await self._send(message)

    async def _answer(self, status: int, sentence: str, receive: Receive) -> None:
        await error_response(status, sentence)(self._scope, receive, self._send_with_id)

    def _write_line(self, seconds: float) -> None:
        fails = self._status >= FIRST_ERROR_STATUS or seconds > SLOW_SECONDS
        if self._access_log is AccessLog.OFF or (self._access_log is AccessLog.ERRORS and not fails):
            return
        write = log.error if self._status >= FIRST_FAILURE_STATUS else log.info
        write(
            Event.REQUEST,
            method=self._scope["method"],
            path=self._scope["raw_path"].decode("ascii", "backslashreplace"),  # no escape reaches a terminal
            status=self._status,
            milliseconds=round(1000 * seconds, 2),
        )
